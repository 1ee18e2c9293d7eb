// Dates and timestamps moved along the calendar: by months, to the ends of a month, to multiples of a length of time,
// and how many months lie between two.
#include <algorithm>

#include "expr/clock.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

// More months than any range holds; what is beyond does not overflow on the way.
constexpr int64_t kMostMonths = int64_t{1} << 40;

int64_t month_number(const CivilDate& date) { return date.year * 12 + date.month - 1; }

// The day in the month with this number, or the month's last.
int64_t day_in_month(int64_t number, uint32_t day) {
  const int64_t year = floor_quotient(number, 12);
  const auto month = static_cast<uint32_t>(number - year * 12 + 1);
  return days_from_civil(year, month, std::min(day, days_in_month(year, month)));
}

// out = move(day, row), at the time of day that the value has.
template <class Clock, class Move>
Status move_days(Call& call, Move move) {
  using Value = typename Clock::Value;
  const auto& a = call.arguments[0];
  auto* out = call.out<Value>();
  for (uint32_t row = 0; row < call.rows; row++) {
    if (!call.is_valid(row)) {
      out[row] = 0;
      continue;
    }
    const Value value = a.at<Value>(row);
    int64_t day = Clock::day_of(value);
    if (!move(day, row) || Clock::join(day, Clock::time_of(value), out[row])) [[unlikely]]
      return leaves_range(call, row, "moving", &value);
  }
  return {};
}

template <class Clock, MonthEnd kEnd>
Status month_ends(Call& call) {
  return move_days<Clock>(call, [](int64_t& day, uint32_t) {
    const CivilDate date = civil_from_days(day);
    const uint32_t to = kEnd == MonthEnd::First ? 1 : days_in_month(date.year, date.month);
    day += static_cast<int64_t>(to) - date.day;
    return true;
  });
}

template <class Clock>
Status add_months(Call& call) {
  const Argument& months = call.arguments[1];
  return move_days<Clock>(call, [&months](int64_t& day, uint32_t row) {
    const int64_t count = months.at<int64_t>(row);
    if (count < -kMostMonths || count > kMostMonths) return false;
    const CivilDate date = civil_from_days(day);
    day = day_in_month(month_number(date) + count, date.day);
    return true;
  });
}

template <class Clock, Rounding kRounding>
Status round_months(Call& call) {
  using Value = typename Clock::Value;
  const auto* a = call.arguments[0].as<Value>();
  auto* out = call.out<Value>();
  const int64_t months = call.parameters.first;
  for (uint32_t row = 0; row < call.rows; row++) {
    const int64_t day = Clock::day_of(a[row]);
    const int64_t number = month_number(civil_from_days(day));
    const int64_t first = number - floor_rest(number, months);
    int64_t start = day_in_month(first, 1);
    if (kRounding == Rounding::Nearest) {
      const int64_t next = day_in_month(first + months, 1);
      // Twice how far it is in, against the whole length: the time of day decides only the middle day.
      const __int128 into = static_cast<__int128>(day - start) * Clock::kPerDay + Clock::time_of(a[row]);
      if (into * 2 >= static_cast<__int128>(next - start) * Clock::kPerDay) start = next;
    }
    if (Clock::join(start, 0, out[row]) && call.is_valid(row)) [[unlikely]]
      return leaves_range(call, row, kRounding == Rounding::Floor ? "truncating" : "rounding", &a[row]);
  }
  return {};
}

template <class Clock, Rounding kRounding>
Status round_ticks(Call& call) {
  using Value = typename Clock::Value;
  const auto* a = call.arguments[0].as<Value>();
  auto* out = call.out<Value>();
  const int64_t length = call.parameters.first, origin = call.parameters.second;
  for (uint32_t row = 0; row < call.rows; row++) {
    int64_t rest = floor_rest(a[row], length) - origin;
    if (rest < 0) rest += length;
    const bool up = kRounding == Rounding::Nearest && rest >= length - rest;
    Value& to = out[row];
    const bool bad =
        up ? __builtin_add_overflow(a[row], length - rest, &to) : __builtin_sub_overflow(a[row], rest, &to);
    if (bad && call.is_valid(row)) [[unlikely]]
      return leaves_range(call, row, kRounding == Rounding::Floor ? "truncating" : "rounding", &a[row]);
  }
  return {};
}

// Whole months from b to a: one is whole when its day of the month and time of day are reached.
template <class Clock>
int64_t months_from(typename Clock::Value b, typename Clock::Value a) {
  const CivilDate to = civil_from_days(Clock::day_of(a)), from = civil_from_days(Clock::day_of(b));
  const int64_t months = month_number(to) - month_number(from);
  const int64_t left = (int64_t{to.day} - from.day) * Clock::kPerDay + Clock::time_of(a) - Clock::time_of(b);
  if (months > 0 && left < 0) return months - 1;
  return months < 0 && left > 0 ? months + 1 : months;
}

template <class Clock>
Status months_between(Call& call) {
  using Value = typename Clock::Value;
  const int64_t unit = call.parameters.first;
  zip_rows<int64_t, Value, Value>(call, [unit](Value a, Value b) { return months_from<Clock>(b, a) / unit; });
  return {};
}

// In 128 bits: the ticks between two nanosecond timestamps need 65.
template <class Value>
Status units_between(Call& call) {
  const int64_t divisor = call.parameters.first, factor = call.parameters.second;
  bool bad = false;
  zip_rows<int64_t, Value, Value>(call, [divisor, factor, &bad](Value a, Value b) {
    const __int128 ticks = static_cast<__int128>(a) - b;
    // 64-bit division is several times as fast, and nearly always enough.
    if (factor == 1 && ticks == static_cast<int64_t>(ticks)) return static_cast<int64_t>(ticks) / divisor;
    const __int128 units = factor == 1 ? ticks / divisor : ticks * factor;
    bad |= units != static_cast<int64_t>(units);
    return static_cast<int64_t>(units);
  });
  if (!bad) [[likely]]
    return {};
  const uint32_t row = first_bad_row(call, [&](uint32_t i) {
    const __int128 ticks = static_cast<__int128>(call.arguments[0].at<Value>(i)) - call.arguments[1].at<Value>(i);
    const __int128 units = ticks * factor / divisor;
    return units != static_cast<int64_t>(units);
  });
  return row == call.rows ? Status() : leaves_range(call, row, "the difference of", &call.arguments[0].at<Value>(row));
}

}  // namespace

Kernel month_end_kernel(MonthEnd end, TypeId type) {
  if (end == MonthEnd::First)
    return for_clock(type, []<class Clock>() -> Kernel { return month_ends<Clock, MonthEnd::First>; });
  return for_clock(type, []<class Clock>() -> Kernel { return month_ends<Clock, MonthEnd::Last>; });
}

Kernel add_months_kernel(TypeId type) {
  return for_clock(type, []<class Clock>() -> Kernel { return add_months<Clock>; });
}

Kernel round_months_kernel(Rounding rounding, TypeId type) {
  if (rounding == Rounding::Floor)
    return for_clock(type, []<class Clock>() -> Kernel { return round_months<Clock, Rounding::Floor>; });
  return for_clock(type, []<class Clock>() -> Kernel { return round_months<Clock, Rounding::Nearest>; });
}

Kernel round_ticks_kernel(Rounding rounding, TypeId type) {
  if (rounding == Rounding::Floor)
    return for_clock(type, []<class Clock>() -> Kernel { return round_ticks<Clock, Rounding::Floor>; });
  return for_clock(type, []<class Clock>() -> Kernel { return round_ticks<Clock, Rounding::Nearest>; });
}

Kernel months_between_kernel(TypeId type) {
  return for_clock(type, []<class Clock>() -> Kernel { return months_between<Clock>; });
}

Kernel units_between_kernel(TypeId type) {
  return type == TypeId::Date ? units_between<int32_t> : units_between<int64_t>;
}

}  // namespace millrace::expr
