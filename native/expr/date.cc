// Calendar parts and truncation. Timestamps are UTC; parts of the time of day are 0 for dates.
#include <string>

#include "column/format.h"
#include "expr/clock.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

// The day number of the Thursday of a day's week, which tells the week's ISO year.
int64_t thursday_of(int64_t days) { return days - iso_weekday(days) + 4; }

int32_t iso_year(int64_t days) { return static_cast<int32_t>(civil_from_days(thursday_of(days)).year); }

int32_t iso_week(int64_t days) {
  const int64_t thursday = thursday_of(days);
  return static_cast<int32_t>((thursday - days_from_civil(civil_from_days(thursday).year, 1, 1)) / 7) + 1;
}

template <DatePart kPart>
int32_t part_of(const CivilDate& date) {
  if constexpr (kPart == DatePart::Year) return static_cast<int32_t>(date.year);
  if constexpr (kPart == DatePart::Quarter) return static_cast<int32_t>((date.month + 2) / 3);
  if constexpr (kPart == DatePart::Month) return static_cast<int32_t>(date.month);
  if constexpr (kPart == DatePart::Day) return static_cast<int32_t>(date.day);
  if constexpr (kPart == DatePart::DaysInMonth) return static_cast<int32_t>(days_in_month(date.year, date.month));
  if constexpr (kPart == DatePart::DayOfYear) {
    constexpr int32_t kDaysBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return kDaysBefore[date.month - 1] + (date.month > 2 && is_leap_year(date.year)) + static_cast<int32_t>(date.day);
  }
}

template <DatePart kPart>
void parts_of_days(const int32_t* days, uint32_t rows, int32_t* __restrict out) {
  for (uint32_t i = 0; i < rows; i++) {
    if constexpr (kPart == DatePart::Weekday) {
      out[i] = static_cast<int32_t>((static_cast<uint32_t>(days[i]) + 3 + 7 * 100'000'000u) % 7) + 1;
    } else if constexpr (kPart == DatePart::Week) {
      out[i] = iso_week(days[i]);
    } else if constexpr (kPart == DatePart::IsoYear) {
      out[i] = iso_year(days[i]);
    } else {
      out[i] = part_of<kPart>(civil_from_near_days(days[i]));
    }
  }
}

template <DatePart kPart>
int32_t part_of_far_day(int64_t days) {
  if constexpr (kPart == DatePart::Weekday)
    return iso_weekday(days);
  else if constexpr (kPart == DatePart::Week)
    return iso_week(days);
  else if constexpr (kPart == DatePart::IsoYear)
    return iso_year(days);
  else
    return part_of<kPart>(civil_from_days(days));
}

// In two loops, days and then parts, of which the second vectorises; and once more, slowly, for the rows of a vector in
// which some day is so far away that 32 bits do not do.
template <DatePart kPart, class T, class ToDays>
Status calendar_part(Call& call, ToDays to_days) {
  const T* a = call.arguments[0].as<T>();
  auto* out = call.out<int32_t>();
  alignas(64) int32_t days[kVectorRows];
  uint32_t far = 0;
  for (uint32_t i = 0; i < call.rows; i++) {
    const int64_t day = to_days(a[i]);
    far |= static_cast<uint64_t>(day + kNearDays) > 2 * kNearDays;
    days[i] = static_cast<int32_t>(day);
  }
  if (!far) [[likely]] {
    parts_of_days<kPart>(days, call.rows, out);
    return {};
  }
  for (uint32_t i = 0; i < call.rows; i++) out[i] = part_of_far_day<kPart>(to_days(a[i]));
  return {};
}

template <DatePart kPart>
Status date_part(Call& call) {
  return calendar_part<kPart, int32_t>(call, [](int32_t days) { return int64_t{days}; });
}

template <DatePart kPart, class Clock>
Status timestamp_part(Call& call) {
  return calendar_part<kPart, int64_t>(call, [](int64_t ticks) { return floor_quotient(ticks, Clock::kPerDay); });
}

// `value` counted in units of a `kTicks`th, modulo `kModulus`, floored.
template <int64_t kTicks, int64_t kModulus>
Status clock_part(Call& call) {
  map_rows<int32_t, int64_t>(call, [](int64_t value) {
    const int64_t rest = floor_quotient(value, kTicks) % kModulus;
    return static_cast<int32_t>(rest < 0 ? rest + kModulus : rest);
  });
  return {};
}

Status zero_part(Call& call) {
  std::memset(call.data, 0, call.rows * sizeof(int32_t));
  return {};
}

template <DatePart kPart>
Kernel calendar_kernel(TypeId type) {
  switch (type) {
    case TypeId::Date: return date_part<kPart>;
    case TypeId::TimestampMs: return timestamp_part<kPart, Milliseconds>;
    case TypeId::TimestampUs: return timestamp_part<kPart, Microseconds>;
    case TypeId::TimestampNs: return timestamp_part<kPart, Nanoseconds>;
    default: return nullptr;
  }
}

template <class Clock>
Kernel clock_kernel(DatePart part) {
  constexpr int64_t kSecond = Clock::kPerSecond;
  if (part == DatePart::Hour) return clock_part<kSecond * 3600, 24>;
  if (part == DatePart::Minute) return clock_part<kSecond * 60, 60>;
  if (part == DatePart::Second) return clock_part<kSecond, 60>;
  return clock_part<kSecond / 1000, 1000>;
}

// Ticks of the second, `kUnits` to a second.
template <class Clock, int64_t kUnits>
Status fraction_part(Call& call) {
  map_rows<int32_t, int64_t>(call, [](int64_t value) {
    const int64_t rest = floor_rest(value, Clock::kPerSecond);
    return static_cast<int32_t>(kUnits >= Clock::kPerSecond ? rest * (kUnits / Clock::kPerSecond)
                                                            : rest / (Clock::kPerSecond / kUnits));
  });
  return {};
}

template <int64_t kUnits>
Kernel fraction_kernel(TypeId type) {
  if (type == TypeId::TimestampMs) return fraction_part<Milliseconds, kUnits>;
  return type == TypeId::TimestampUs ? fraction_part<Microseconds, kUnits> : fraction_part<Nanoseconds, kUnits>;
}

template <class Clock>
Status leap_years(Call& call) {
  map_rows<uint8_t, typename Clock::Value>(
      call, [](auto value) { return uint8_t{is_leap_year(civil_from_days(Clock::day_of(value)).year)}; });
  return {};
}

int64_t first_day_of(int64_t days, DateUnit unit) {
  if (unit == DateUnit::Week) return days - (iso_weekday(days) - 1);
  const CivilDate date = civil_from_days(days);
  if (unit == DateUnit::Year) return days_from_civil(date.year, 1, 1);
  const uint32_t month = unit == DateUnit::Quarter ? (date.month - 1) / 3 * 3 + 1 : date.month;
  return days_from_civil(date.year, month, 1);
}

int64_t seconds_of(DateUnit unit) {
  switch (unit) {
    case DateUnit::Minute: return 60;
    case DateUnit::Hour: return 3600;
    case DateUnit::Day: return 86'400;
    default: return 1;
  }
}

// Only within the first unit of a type's range is the start of the unit outside it.
Status truncate_dates(Call& call) {
  const auto unit = static_cast<DateUnit>(call.parameters.first);
  const auto* a = call.arguments[0].as<int32_t>();
  auto* out = call.out<int32_t>();
  if (unit >= DateUnit::Day) {
    std::memcpy(out, a, call.rows * sizeof(int32_t));
    return {};
  }
  for (uint32_t row = 0; row < call.rows; row++) {
    const int64_t first = first_day_of(a[row], unit);
    out[row] = static_cast<int32_t>(first);
    if (first != out[row] && call.is_valid(row)) [[unlikely]]
      return leaves_range(call, row, "truncating", &a[row]);
  }
  return {};
}

template <class Clock>
Status truncate_timestamps(Call& call) {
  const auto unit = static_cast<DateUnit>(call.parameters.first);
  const auto* a = call.arguments[0].as<int64_t>();
  auto* out = call.out<int64_t>();
  const int64_t step = seconds_of(unit) * Clock::kPerSecond;
  for (uint32_t row = 0; row < call.rows; row++) {
    bool bad;
    if (unit < DateUnit::Day) {
      bad =
          __builtin_mul_overflow(first_day_of(floor_quotient(a[row], Clock::kPerDay), unit), Clock::kPerDay, &out[row]);
    } else {
      const int64_t rest = a[row] % step;
      bad = __builtin_sub_overflow(a[row], rest < 0 ? rest + step : rest, &out[row]);
    }
    if (bad && call.is_valid(row)) [[unlikely]]
      return leaves_range(call, row, "truncating", &a[row]);
  }
  return {};
}

}  // namespace

[[gnu::cold]] Status leaves_range(Call& call, uint32_t row, const char* doing, const void* value) {
  call.bad_row = row;
  ErrorFacts facts;
  facts.text = format_value(call.parameters.from, value);
  facts.hint = "filter such rows out first";
  std::string message = std::string(doing) + " " + facts.text + " leaves the range of " + type_name(call.parameters.to);
  return Status(Code::Overflow, std::move(message), std::move(facts));
}

Kernel date_part_kernel(DatePart part, TypeId type) {
  switch (part) {
    case DatePart::Year: return calendar_kernel<DatePart::Year>(type);
    case DatePart::Quarter: return calendar_kernel<DatePart::Quarter>(type);
    case DatePart::Month: return calendar_kernel<DatePart::Month>(type);
    case DatePart::Day: return calendar_kernel<DatePart::Day>(type);
    case DatePart::Weekday: return calendar_kernel<DatePart::Weekday>(type);
    case DatePart::DayOfYear: return calendar_kernel<DatePart::DayOfYear>(type);
    case DatePart::Week: return calendar_kernel<DatePart::Week>(type);
    case DatePart::IsoYear: return calendar_kernel<DatePart::IsoYear>(type);
    case DatePart::DaysInMonth: return calendar_kernel<DatePart::DaysInMonth>(type);
    default: break;
  }
  if (type == TypeId::Date) return zero_part;
  if (part == DatePart::Microsecond) return fraction_kernel<1'000'000>(type);
  if (part == DatePart::Nanosecond) return fraction_kernel<1'000'000'000>(type);
  if (type == TypeId::TimestampMs) return clock_kernel<Milliseconds>(part);
  return type == TypeId::TimestampUs ? clock_kernel<Microseconds>(part) : clock_kernel<Nanoseconds>(part);
}

Kernel leap_year_kernel(TypeId type) {
  return for_clock(type, []<class Clock>() -> Kernel { return leap_years<Clock>; });
}

Kernel truncate_kernel(TypeId type) {
  switch (type) {
    case TypeId::Date: return truncate_dates;
    case TypeId::TimestampMs: return truncate_timestamps<Milliseconds>;
    case TypeId::TimestampUs: return truncate_timestamps<Microseconds>;
    case TypeId::TimestampNs: return truncate_timestamps<Nanoseconds>;
    default: return nullptr;
  }
}

}  // namespace millrace::expr
