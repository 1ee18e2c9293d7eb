// Calendar parts and truncation. Timestamps are UTC; parts of the time of day are 0 for dates.
#include <string>

#include "column/calendar.h"
#include "column/format.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

constexpr int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

// How a type counts time. The ticks of a day are constants, so that divisions become multiplications.
struct DateClock {
  using Value = int32_t;
  static constexpr int64_t kPerSecond = 0;
  static int64_t days(int64_t value) { return value; }
};

template <int64_t kTicksPerSecond>
struct TimestampClock {
  using Value = int64_t;
  static constexpr int64_t kPerSecond = kTicksPerSecond;
  static constexpr int64_t kPerDay = kTicksPerSecond * 86'400;
  static int64_t days(int64_t value) { return floor_divide(value, kPerDay); }
};

int32_t day_of_year(int64_t days, int64_t year) { return static_cast<int32_t>(days - days_from_civil(year, 1, 1)) + 1; }

template <DatePart kPart>
int32_t part_of_days(int64_t days) {
  if constexpr (kPart == DatePart::Weekday) return iso_weekday(days);
  const CivilDate date = civil_from_days(days);
  if constexpr (kPart == DatePart::Year) return static_cast<int32_t>(date.year);
  if constexpr (kPart == DatePart::Quarter) return static_cast<int32_t>((date.month + 2) / 3);
  if constexpr (kPart == DatePart::Month) return static_cast<int32_t>(date.month);
  if constexpr (kPart == DatePart::Day) return static_cast<int32_t>(date.day);
  return day_of_year(days, date.year);
}

template <DatePart kPart, class Clock>
Status calendar_part(Call& call) {
  map_rows<int32_t, typename Clock::Value>(
      call, [](typename Clock::Value value) { return part_of_days<kPart>(Clock::days(value)); });
  return {};
}

// `value` counted in units of a `kTicks`th, modulo `kModulus`, floored.
template <int64_t kTicks, int64_t kModulus>
Status clock_part(Call& call) {
  map_rows<int32_t, int64_t>(call, [](int64_t value) {
    const int64_t rest = floor_divide(value, kTicks) % kModulus;
    return static_cast<int32_t>(rest < 0 ? rest + kModulus : rest);
  });
  return {};
}

Status zero_part(Call& call) {
  std::memset(call.data, 0, call.rows * sizeof(int32_t));
  return {};
}

template <class Clock>
Kernel typed_part(DatePart part) {
  constexpr int64_t kSecond = Clock::kPerSecond;
  switch (part) {
    case DatePart::Year:
      return calendar_part<DatePart::Year, Clock>;
    case DatePart::Quarter:
      return calendar_part<DatePart::Quarter, Clock>;
    case DatePart::Month:
      return calendar_part<DatePart::Month, Clock>;
    case DatePart::Day:
      return calendar_part<DatePart::Day, Clock>;
    case DatePart::Weekday:
      return calendar_part<DatePart::Weekday, Clock>;
    case DatePart::DayOfYear:
      return calendar_part<DatePart::DayOfYear, Clock>;
    default:
      break;
  }
  if constexpr (kSecond == 0) {
    return zero_part;
  } else {
    if (part == DatePart::Hour) return clock_part<kSecond * 3600, 24>;
    if (part == DatePart::Minute) return clock_part<kSecond * 60, 60>;
    if (part == DatePart::Second) return clock_part<kSecond, 60>;
    return clock_part<kSecond / 1000, 1000>;
  }
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
    case DateUnit::Minute:
      return 60;
    case DateUnit::Hour:
      return 3600;
    case DateUnit::Day:
      return 86'400;
    default:
      return 1;
  }
}

template <class T>
Status truncate_error(const Call& call, T value) {
  ErrorFacts facts;
  facts.text = format_value(call.parameters.from, &value);
  facts.hint = "filter such rows out first";
  std::string message = "truncating " + facts.text + " leaves the range of " + type_name(call.parameters.from);
  return Status(Code::Overflow, std::move(message), std::move(facts));
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
    if (first != out[row] && call.is_valid(row)) [[unlikely]] return truncate_error(call, a[row]);
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
      bad = __builtin_mul_overflow(first_day_of(Clock::days(a[row]), unit), Clock::kPerDay, &out[row]);
    } else {
      const int64_t rest = a[row] % step;
      bad = __builtin_sub_overflow(a[row], rest < 0 ? rest + step : rest, &out[row]);
    }
    if (bad && call.is_valid(row)) [[unlikely]] return truncate_error(call, a[row]);
  }
  return {};
}

using Milliseconds = TimestampClock<1'000>;
using Microseconds = TimestampClock<1'000'000>;
using Nanoseconds = TimestampClock<1'000'000'000>;

}  // namespace

Kernel date_part_kernel(DatePart part, TypeId type) {
  switch (type) {
    case TypeId::Date:
      return typed_part<DateClock>(part);
    case TypeId::TimestampMs:
      return typed_part<Milliseconds>(part);
    case TypeId::TimestampUs:
      return typed_part<Microseconds>(part);
    case TypeId::TimestampNs:
      return typed_part<Nanoseconds>(part);
    default:
      return nullptr;
  }
}

Kernel truncate_kernel(TypeId type) {
  switch (type) {
    case TypeId::Date:
      return truncate_dates;
    case TypeId::TimestampMs:
      return truncate_timestamps<Milliseconds>;
    case TypeId::TimestampUs:
      return truncate_timestamps<Microseconds>;
    case TypeId::TimestampNs:
      return truncate_timestamps<Nanoseconds>;
    default:
      return nullptr;
  }
}

}  // namespace millrace::expr
