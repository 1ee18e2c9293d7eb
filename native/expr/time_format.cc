#include "expr/time_format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "expr/clock.h"
#include "expr/time_names.h"

namespace millrace::expr {

namespace {

constexpr size_t kMostFieldBytes = 20;

struct FieldName {
  std::string_view name;
  TimeField field;
  char pad = '0';
  uint8_t digits = 0;
};
constexpr FieldName kFields[] = {
    {"Y", TimeField::Year},
    {"y", TimeField::ShortYear},
    {"m", TimeField::Month},
    {"B", TimeField::MonthName},
    {"b", TimeField::ShortMonthName},
    {"h", TimeField::ShortMonthName},
    {"d", TimeField::Day},
    {"e", TimeField::Day, ' '},
    {"j", TimeField::DayOfYear},
    {"H", TimeField::Hour},
    {"I", TimeField::Hour12},
    {"p", TimeField::HalfDay},
    {"P", TimeField::SmallHalfDay},
    {"M", TimeField::Minute},
    {"S", TimeField::Second},
    {"f", TimeField::Fraction, '0', 0},
    {"3f", TimeField::Fraction, '0', 3},
    {"6f", TimeField::Fraction, '0', 6},
    {"9f", TimeField::Fraction, '0', 9},
    {".f", TimeField::PointFraction},
    {"s", TimeField::Epoch},
    {"u", TimeField::Weekday},
    {"w", TimeField::Weekday0},
    {"A", TimeField::WeekdayName},
    {"a", TimeField::ShortWeekdayName},
    {"G", TimeField::IsoYear},
    {"V", TimeField::IsoWeek},
    {"U", TimeField::SundayWeek},
    {"W", TimeField::MondayWeek},
    {"z", TimeField::Offset},
    {":z", TimeField::ColonOffset},
    {"Z", TimeField::ZoneName},
    {"-d", TimeField::Day, '-'},
    {"-m", TimeField::Month, '-'},
    {"-H", TimeField::Hour, '-'},
    {"-I", TimeField::Hour12, '-'},
    {"-M", TimeField::Minute, '-'},
    {"-S", TimeField::Second, '-'},
    {"-j", TimeField::DayOfYear, '-'},
    {"-y", TimeField::ShortYear, '-'},
};

struct Shorthand {
  char name;
  std::string_view pattern;
};
constexpr Shorthand kShorthands[] = {{'F', "%Y-%m-%d"}, {'T', "%H:%M:%S"}, {'R', "%H:%M"}, {'D', "%m/%d/%y"},
                                     {'%', "%"},        {'n', "\n"},       {'t', "\t"}};

char* put_number(char* out, uint32_t value, int width, char pad) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value);
  for (int i = count; pad != '-' && i < width; i++) *out++ = pad;
  while (count) *out++ = digits[--count];
  return out;
}

char* put_two(char* out, uint32_t value, char pad) {
  if (pad == '0') {
    out[0] = static_cast<char>('0' + value / 10);
    out[1] = static_cast<char>('0' + value % 10);
    return out + 2;
  }
  return put_number(out, value, 2, pad);
}

// As dates are written elsewhere: beyond four digits with a sign and at least six.
char* put_year(char* out, int64_t year) {
  if (year >= 0 && year <= 9999) {
    out = put_two(out, static_cast<uint32_t>(year) / 100, '0');
    return put_two(out, static_cast<uint32_t>(year) % 100, '0');
  }
  *out++ = year < 0 ? '-' : '+';
  const auto size = static_cast<uint64_t>(year < 0 ? -year : year);
  for (uint64_t least = 100'000; least > size && least > 1; least /= 10) *out++ = '0';
  return std::to_chars(out, out + kMostFieldBytes, size).ptr;
}

char* put_text(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_offset(char* out, int32_t offset, bool colon) {
  *out++ = offset < 0 ? '-' : '+';
  const auto minutes = static_cast<uint32_t>(offset < 0 ? -offset : offset) / 60;
  out = put_two(out, minutes / 60, '0');
  if (colon) *out++ = ':';
  return put_two(out, minutes % 60, '0');
}

char* put_fraction(char* out, uint32_t nanosecond, uint8_t digits) {
  for (int i = 9; i > digits; i--) nanosecond /= 10;
  return put_number(out, nanosecond, digits, '0');
}

char* put_point_fraction(char* out, uint32_t nanosecond) {
  if (nanosecond == 0) return out;
  *out++ = '.';
  uint8_t digits = 9;
  for (; nanosecond % 10 == 0; digits--) nanosecond /= 10;
  return put_number(out, nanosecond, digits, '0');
}

uint32_t day_of_year(const TimeParts& time, const CivilDate& date) {
  return static_cast<uint32_t>(time.days - days_from_civil(date.year, 1, 1)) + 1;
}

char* put_week(char* out, const TimeParts& time, const CivilDate& date, TimeField field) {
  const auto weekday = static_cast<uint32_t>(iso_weekday(time.days));
  if (field == TimeField::SundayWeek) return put_two(out, (day_of_year(time, date) - 1 + 7 - weekday % 7) / 7, '0');
  if (field == TimeField::MondayWeek) return put_two(out, (day_of_year(time, date) - 1 + 8 - weekday) / 7, '0');
  const int64_t thursday = time.days - weekday + 4;
  const int64_t year = civil_from_days(thursday).year;
  if (field == TimeField::IsoYear) return put_year(out, year);
  return put_two(out, static_cast<uint32_t>(thursday - days_from_civil(year, 1, 1)) / 7 + 1, '0');
}

}  // namespace

Result<TimeFormat> TimeFormat::compile(std::string_view pattern) {
  TimeFormat out;
  if (pattern.size() > kMostBytes) return Status(Code::Plan, "the plan is malformed: a time format is too long");
  MILLRACE_TRY(out.add(pattern));
  return out;
}

Status TimeFormat::add(std::string_view pattern) {
  for (size_t at = 0; at < pattern.size();) {
    const size_t field = std::min(pattern.find('%', at), pattern.size());
    if (field > at) add_literal(pattern.substr(at, field - at));
    at = field;
    if (at < pattern.size()) MILLRACE_TRY(add_field(pattern, at));
  }
  return {};
}

// The field at the percent sign `at`, which goes behind it.
Status TimeFormat::add_field(std::string_view pattern, size_t& at) {
  const std::string_view rest = pattern.substr(at + 1);
  for (const Shorthand& shorthand : kShorthands) {
    if (rest.empty() || rest[0] != shorthand.name) continue;
    at += 2;
    if (shorthand.pattern.size() > 1) return add(shorthand.pattern);
    add_literal(shorthand.pattern);
    return {};
  }
  for (const FieldName& name : kFields) {
    if (!rest.starts_with(name.name)) continue;
    at += 1 + name.name.size();
    items_.push_back({name.field, name.pad, name.digits, 0, 0});
    most_bytes_ += kMostFieldBytes;
    return {};
  }
  return Status(Code::Plan, "the plan is malformed: a time format has an unknown field");
}

void TimeFormat::add_literal(std::string_view text) {
  items_.push_back(
      {TimeField::Literal, '0', 0, static_cast<uint32_t>(literals_.size()), static_cast<uint32_t>(text.size())});
  literals_ += text;
  most_bytes_ += text.size();
}

size_t TimeFormat::format(const TimeParts& time, char* out) const {
  const CivilDate date = civil_from_days(time.days);
  const uint32_t hour = time.second_of_day / 3600;
  char* to = out;
  for (const Item& item : items_) {
    switch (item.field) {
      case TimeField::Literal: to = put_text(to, std::string_view(literals_).substr(item.begin, item.size)); break;
      case TimeField::Year: to = put_year(to, date.year); break;
      case TimeField::ShortYear: to = put_two(to, static_cast<uint32_t>(floor_rest(date.year, 100)), item.pad); break;
      case TimeField::Month: to = put_two(to, date.month, item.pad); break;
      case TimeField::MonthName: to = put_text(to, kMonthNames[date.month - 1]); break;
      case TimeField::ShortMonthName: to = put_text(to, kMonthNames[date.month - 1].substr(0, 3)); break;
      case TimeField::Day: to = put_two(to, date.day, item.pad); break;
      case TimeField::DayOfYear: to = put_number(to, day_of_year(time, date), 3, item.pad); break;
      case TimeField::Hour: to = put_two(to, hour, item.pad); break;
      case TimeField::Hour12: to = put_two(to, (hour + 11) % 12 + 1, item.pad); break;
      case TimeField::HalfDay: to = put_text(to, hour < 12 ? "AM" : "PM"); break;
      case TimeField::SmallHalfDay: to = put_text(to, hour < 12 ? "am" : "pm"); break;
      case TimeField::Minute: to = put_two(to, time.second_of_day / 60 % 60, item.pad); break;
      case TimeField::Second: to = put_two(to, time.second_of_day % 60, item.pad); break;
      case TimeField::Fraction: to = put_fraction(to, time.nanosecond, item.digits ? item.digits : 6); break;
      case TimeField::PointFraction: to = put_point_fraction(to, time.nanosecond); break;
      case TimeField::Epoch:
        to = std::to_chars(to, to + kMostFieldBytes, time.days * 86'400 + time.second_of_day - time.offset).ptr;
        break;
      case TimeField::Weekday: to = put_number(to, static_cast<uint32_t>(iso_weekday(time.days)), 1, '0'); break;
      case TimeField::Weekday0: to = put_number(to, static_cast<uint32_t>(iso_weekday(time.days) % 7), 1, '0'); break;
      case TimeField::WeekdayName: to = put_text(to, kWeekdayNames[iso_weekday(time.days) - 1]); break;
      case TimeField::ShortWeekdayName:
        to = put_text(to, kWeekdayNames[iso_weekday(time.days) - 1].substr(0, 3));
        break;
      case TimeField::IsoYear:
      case TimeField::IsoWeek:
      case TimeField::SundayWeek:
      case TimeField::MondayWeek: to = put_week(to, time, date, item.field); break;
      case TimeField::Offset: to = put_offset(to, time.offset, false); break;
      case TimeField::ColonOffset: to = put_offset(to, time.offset, true); break;
      case TimeField::ZoneName: to = put_text(to, "UTC"); break;
    }
  }
  return static_cast<size_t>(to - out);
}

}  // namespace millrace::expr
