// Texts read by a TimeFormat. Numbers may have fewer digits than their field is wide, names come in any case, in full
// or as three letters, and what is not said is the start of what is.
#include <algorithm>

#include "expr/clock.h"
#include "expr/time_format.h"
#include "expr/time_names.h"

namespace millrace::expr {

// What was found in a text; -1: not said.
struct TimeFormat::Read {
  int64_t year = 1970;
  int64_t epoch = 0;
  bool has_epoch = false;
  int32_t month = 1, day = 1, day_of_year = -1;
  int32_t hour = 0, hour12 = -1, minute = 0, second = 0;
  int32_t half_day = -1;  // 0: AM, 1: PM
  int32_t weekday = -1;
  int32_t offset = 0;
  uint32_t nanosecond = 0;
};

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// From `least` to `most` digits.
template <class T>
bool read_digits(const char*& at, const char* end, int least, int most, T& value) {
  int count = 0;
  int64_t number = 0;
  while (count < most && at < end && is_digit(*at)) {
    number = number * 10 + (*at++ - '0');
    count++;
  }
  value = static_cast<T>(number);
  return count >= least;
}

bool read_between(const char*& at, const char* end, int digits, int32_t least, int32_t most, int32_t& value) {
  return read_digits(at, end, 1, digits, value) && value >= least && value <= most;
}

// Four digits; with a sign, up to six.
bool read_year(const char*& at, const char* end, int64_t& year) {
  const bool sign = at < end && (*at == '+' || *at == '-');
  const bool negative = sign && *at == '-';
  at += sign;
  if (!read_digits(at, end, 4, sign ? 6 : 4, year)) return false;
  if (negative) year = -year;
  return true;
}

bool starts_with_name(const char* at, const char* end, std::string_view name) {
  if (static_cast<size_t>(end - at) < name.size()) return false;
  return std::equal(name.begin(), name.end(), at, [](char a, char b) { return lower(a) == lower(b); });
}

// The position of the name that the text begins with, whole or its first three letters.
template <size_t kCount>
bool read_name(const char*& at, const char* end, const std::string_view (&names)[kCount], int32_t first,
               int32_t& value) {
  for (size_t i = 0; i < kCount; i++) {
    if (!starts_with_name(at, end, names[i].substr(0, 3))) continue;
    at += starts_with_name(at, end, names[i]) ? names[i].size() : 3;
    value = static_cast<int32_t>(i) + first;
    return true;
  }
  return false;
}

bool read_half_day(const char*& at, const char* end, int32_t& half_day) {
  if (end - at < 2 || lower(at[1]) != 'm' || (lower(at[0]) != 'a' && lower(at[0]) != 'p')) return false;
  half_day = lower(at[0]) == 'p';
  at += 2;
  return true;
}

// `digits`: exactly so many; 0: one to nine.
bool read_fraction(const char*& at, const char* end, int digits, uint32_t& nanosecond) {
  const char* begin = at;
  if (!read_digits(at, end, digits ? digits : 1, digits ? digits : 9, nanosecond)) return false;
  for (auto i = at - begin; i < 9; i++) nanosecond *= 10;
  return true;
}

// Z, +hh, +hhmm or +hh:mm.
bool read_offset(const char*& at, const char* end, int32_t& offset) {
  if (at == end) return false;
  const char sign = *at++;
  if (sign == 'Z' || sign == 'z') return true;
  int32_t hours = 0, minutes = 0;
  if ((sign != '+' && sign != '-') || !read_digits(at, end, 2, 2, hours)) return false;
  const char* rest = at;
  if (rest < end && *rest == ':') rest++;
  if (rest < end && is_digit(*rest)) {
    if (!read_digits(rest, end, 2, 2, minutes)) return false;
    at = rest;
  }
  if (hours > 23 || minutes > 59) return false;
  offset = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
  return true;
}

bool read_zone_name(const char*& at, const char* end) {
  for (const std::string_view name : {std::string_view("UTC"), std::string_view("GMT"), std::string_view("Z")}) {
    if (!starts_with_name(at, end, name)) continue;
    at += name.size();
    return true;
  }
  return false;
}

bool read_epoch(const char*& at, const char* end, int64_t& epoch) {
  const bool negative = at < end && *at == '-';
  at += negative;
  if (!read_digits(at, end, 1, 17, epoch)) return false;
  if (negative) epoch = -epoch;
  return true;
}

bool read_short_year(const char*& at, const char* end, int64_t& year) {
  if (!read_digits(at, end, 1, 2, year)) return false;
  year += year < 69 ? 2000 : 1900;  // as POSIX has it
  return true;
}

}  // namespace

bool TimeFormat::read_item(const Item& item, const char*& at, const char* end, Read& read) const {
  switch (item.field) {
    case TimeField::Literal: {
      const std::string_view text = std::string_view(literals_).substr(item.begin, item.size);
      if (!std::string_view(at, static_cast<size_t>(end - at)).starts_with(text)) return false;
      at += text.size();
      return true;
    }
    case TimeField::Year: return read_year(at, end, read.year);
    case TimeField::ShortYear: return read_short_year(at, end, read.year);
    case TimeField::Month: return read_between(at, end, 2, 1, 12, read.month);
    case TimeField::MonthName:
    case TimeField::ShortMonthName: return read_name(at, end, kMonthNames, 1, read.month);
    case TimeField::Day:
      if (item.pad == ' ' && at < end && *at == ' ') at++;
      return read_between(at, end, 2, 1, 31, read.day);
    case TimeField::DayOfYear: return read_between(at, end, 3, 1, 366, read.day_of_year);
    case TimeField::Hour: return read_between(at, end, 2, 0, 23, read.hour);
    case TimeField::Hour12: return read_between(at, end, 2, 1, 12, read.hour12);
    case TimeField::HalfDay:
    case TimeField::SmallHalfDay: return read_half_day(at, end, read.half_day);
    case TimeField::Minute: return read_between(at, end, 2, 0, 59, read.minute);
    case TimeField::Second: return read_between(at, end, 2, 0, 59, read.second);
    case TimeField::Fraction: return read_fraction(at, end, item.digits, read.nanosecond);
    case TimeField::PointFraction:
      if (at == end || *at != '.') return true;
      at++;
      return read_fraction(at, end, 0, read.nanosecond);
    case TimeField::Epoch: read.has_epoch = true; return read_epoch(at, end, read.epoch);
    case TimeField::WeekdayName:
    case TimeField::ShortWeekdayName: return read_name(at, end, kWeekdayNames, 1, read.weekday);
    case TimeField::Offset:
    case TimeField::ColonOffset: return read_offset(at, end, read.offset);
    case TimeField::ZoneName: return read_zone_name(at, end);
    default: return false;  // written only
  }
}

ParseResult TimeFormat::parse(std::string_view text, TypeId to, int64_t& value) const {
  Read read;
  const char* at = text.data();
  const char* end = at + text.size();
  for (const Item& item : items_) {
    if (!read_item(item, at, end, read)) return ParseResult::Malformed;
  }
  if (at != end) return ParseResult::Malformed;
  if (read.hour12 >= 0) read.hour = read.hour12 % 12 + (read.half_day == 1 ? 12 : 0);
  int64_t days;
  if (read.day_of_year > 0) {
    if (read.day_of_year > 365 + is_leap_year(read.year)) return ParseResult::Malformed;
    days = days_from_civil(read.year, 1, 1) + read.day_of_year - 1;
  } else {
    const auto month = static_cast<uint32_t>(read.month), day = static_cast<uint32_t>(read.day);
    if (day > days_in_month(read.year, month)) return ParseResult::Malformed;
    days = days_from_civil(read.year, month, day);
  }
  int64_t seconds = days * 86'400 + read.hour * 3600 + read.minute * 60 + read.second - read.offset;
  if (read.has_epoch) {
    seconds = read.epoch;
    days = floor_quotient(seconds, 86'400);
  }
  if (read.weekday > 0 && iso_weekday(days) != read.weekday) return ParseResult::Malformed;
  if (to == TypeId::Date) {
    value = days;
    return days == static_cast<int32_t>(days) ? ParseResult::Ok : ParseResult::OutOfRange;
  }
  const int64_t per_second = ticks_per_second(to);
  const __int128 ticks = static_cast<__int128>(seconds) * per_second + read.nanosecond / (1'000'000'000 / per_second);
  value = static_cast<int64_t>(ticks);
  return ticks == value ? ParseResult::Ok : ParseResult::OutOfRange;
}

}  // namespace millrace::expr
