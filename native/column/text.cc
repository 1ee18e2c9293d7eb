#include "column/text.h"

#include <algorithm>

#include "column/calendar.h"
#include "column/swar.h"

namespace millrace {

namespace {

bool is_digit(char c) { return static_cast<uint8_t>(c - '0') <= 9; }

struct SignedDigits {
  std::string_view digits;
  bool negative = false;
};

SignedDigits split_sign(std::string_view text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return {text, false};
  return {text.substr(1), text[0] == '-'};
}

// Digits only; OutOfRange past uint64.
ParseResult parse_magnitude(std::string_view digits, uint64_t& value) {
  const char* const begin = digits.data();
  const char* const end = begin + digits.size();
  uint64_t sum = 0;
  if (digits.empty() || swar::read_digits(begin, begin, end, sum) != end) return ParseResult::Malformed;
  value = sum;
  constexpr size_t kSafeDigits = 19;
  if (digits.size() <= kSafeDigits) return ParseResult::Ok;
  const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  const size_t significant = digits.size() - zeros;
  if (significant <= kSafeDigits) return ParseResult::Ok;
  // 20 digits overflow if they begin with 2 or more, or if their sum has wrapped around below 10^19.
  constexpr uint64_t kSmallestOf20Digits = 10'000'000'000'000'000'000U;
  const bool fits = significant == kSafeDigits + 1 && digits[zeros] == '1' && sum >= kSmallestOf20Digits;
  return fits ? ParseResult::Ok : ParseResult::OutOfRange;
}

// A reader of fixed-width fields; after a mismatch `ok` stays false.
struct Cursor {
  std::string_view rest;
  bool ok = true;

  bool at(char c) const { return !rest.empty() && rest[0] == c; }
  bool take(char c) {
    if (!at(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok = take(c) && ok; }
  uint32_t digits(size_t count) {
    uint32_t value = 0;
    if (rest.size() < count) {
      ok = false;
      return 0;
    }
    for (size_t i = 0; i < count; i++) {
      ok = ok && is_digit(rest[i]);
      value = value * 10 + static_cast<uint32_t>(rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
  uint32_t digits_up_to(size_t count, uint32_t limit) {
    const uint32_t value = digits(count);
    ok = ok && value <= limit;
    return value;
  }
};

int64_t read_date(Cursor& in) {
  const uint32_t year = in.digits(4);
  in.expect('-');
  const uint32_t month = in.digits_up_to(2, 12);
  in.expect('-');
  const uint32_t day = in.digits(2);
  in.ok = in.ok && month >= 1 && day >= 1 && day <= days_in_month(year, month);
  return in.ok ? days_from_civil(year, month, day) : 0;
}

constexpr uint32_t kFractionDigits = 9;

// ".5" -> 500,000,000. No dot: 0.
uint32_t read_fraction(Cursor& in) {
  if (!in.take('.')) return 0;
  uint32_t value = 0;
  uint32_t count = 0;
  for (; count < kFractionDigits && !in.rest.empty() && is_digit(in.rest[0]); count++)
    value = value * 10 + in.digits(1);
  in.ok = in.ok && count > 0;
  for (; count < kFractionDigits; count++) value *= 10;
  return value;
}

// Seconds east of Greenwich: "", "Z", "+HH:MM", "-HHMM".
int64_t read_zone(Cursor& in) {
  if (in.rest.empty() || in.take('Z')) return 0;
  const bool west = in.take('-');
  if (!west) in.expect('+');
  const int64_t hours = in.digits_up_to(2, 23);
  in.take(':');
  const int64_t minutes = in.digits_up_to(2, 59);
  const int64_t seconds = hours * 3600 + minutes * 60;
  return west ? -seconds : seconds;
}

ParseResult to_ticks(int64_t seconds, uint32_t nanoseconds, TypeId unit, int64_t& ticks) {
  constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
  if (unit == TypeId::TimestampMs) {
    ticks = seconds * 1'000 + nanoseconds / 1'000'000;
  } else if (unit == TypeId::TimestampUs) {
    ticks = seconds * 1'000'000 + nanoseconds / 1'000;
  } else {
    // seconds * 10^9 alone may be below int64 although the sum is not: take one second from the product to the sum.
    const int64_t carried = seconds < 0 ? 1 : 0;
    const int64_t whole = seconds + carried;
    const int64_t part = static_cast<int64_t>(nanoseconds) - carried * kNanosecondsPerSecond;
    constexpr int64_t kMostSeconds = INT64_MAX / kNanosecondsPerSecond;
    if (whole > kMostSeconds || whole < -kMostSeconds) return ParseResult::OutOfRange;
    const int64_t product = whole * kNanosecondsPerSecond;
    if (part >= 0 ? product > INT64_MAX - part : product < INT64_MIN - part) return ParseResult::OutOfRange;
    ticks = product + part;
  }
  return ParseResult::Ok;
}

}  // namespace

ParseResult parse_int64(std::string_view text, int64_t& value) {
  const SignedDigits number = split_sign(text);
  uint64_t magnitude = 0;
  const ParseResult result = parse_magnitude(number.digits, magnitude);
  if (result != ParseResult::Ok) return result;
  const uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (number.negative ? 1 : 0);
  if (magnitude > limit) return ParseResult::OutOfRange;
  value = static_cast<int64_t>(number.negative ? 0 - magnitude : magnitude);
  return ParseResult::Ok;
}

ParseResult parse_uint64(std::string_view text, uint64_t& value) {
  const SignedDigits number = split_sign(text);
  uint64_t magnitude = 0;
  const ParseResult result = parse_magnitude(number.digits, magnitude);
  if (result != ParseResult::Ok) return result;
  if (number.negative && magnitude != 0) return ParseResult::OutOfRange;
  value = magnitude;
  return ParseResult::Ok;
}

ParseResult parse_bool(std::string_view text, bool& value) {
  value = text == "true" || text == "True" || text == "TRUE";
  return value || text == "false" || text == "False" || text == "FALSE" ? ParseResult::Ok : ParseResult::Malformed;
}

ParseResult parse_date(std::string_view text, int32_t& days) {
  Cursor in{text};
  const int64_t date = read_date(in);
  if (!in.ok || !in.rest.empty()) return ParseResult::Malformed;
  days = static_cast<int32_t>(date);
  return ParseResult::Ok;
}

ParseResult parse_timestamp(std::string_view text, TypeId unit, int64_t& ticks) {
  Cursor in{text};
  int64_t seconds = read_date(in) * 86'400;
  uint32_t nanoseconds = 0;
  if (in.ok && !in.rest.empty()) {
    if (!in.take(' ')) in.expect('T');
    seconds += in.digits_up_to(2, 23) * int64_t{3600};
    in.expect(':');
    seconds += in.digits_up_to(2, 59) * int64_t{60};
    if (in.take(':')) {
      seconds += in.digits_up_to(2, 59);
      nanoseconds = read_fraction(in);
    }
    seconds -= read_zone(in);
  }
  if (!in.ok || !in.rest.empty()) return ParseResult::Malformed;
  return to_ticks(seconds, nanoseconds, unit, ticks);
}

}  // namespace millrace
