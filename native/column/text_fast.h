// Inline parsers of the common shapes of values, for loops over many fields. Each either parses the whole of
// `text[0..size)` and returns true, or returns false, which means "ask the parser of text.h": the text is longer or
// rarer than the shape, or malformed. They decide nothing on their own, so both agree on every text.
//
// Precondition of all: 32 bytes from `text` on are readable, whatever `size` is. Sizes may be anything, 0 included.
//
// There is no loop and no data-dependent branch on the way of the shape, so consecutive calls overlap in the machine;
// the cost is that of throughput, about 1.5 to 3 ns, and a random mix of lengths costs no mispredictions.
#pragma once
#include <bit>
#include <cstdint>

#include "column/calendar.h"
#include "column/dtype.h"
#include "column/swar.h"

namespace millrace {

// [-] and 1 to 16 digits.
inline bool parse_short_int64(const char* text, uint64_t size, int64_t& value) {
  const uint64_t negative = *text == '-';
  const char* digits = text + negative;
  const uint64_t count = size - negative;
  uint64_t magnitude;
  if (count - 1 < 8) [[likely]] {
    const uint64_t word = (swar::load64(digits) ^ swar::kZeroDigits) << (64 - 8 * count);
    if (swar::non_digits(word)) [[unlikely]]
      return false;
    magnitude = swar::eight_digits(word);
  } else {
    if (count - 9 >= 8) return false;
    const uint64_t high = (swar::load64(digits) ^ swar::kZeroDigits) << (128 - 8 * count);
    const uint64_t low = swar::load64(digits + count - 8) ^ swar::kZeroDigits;
    if (swar::non_digits(high) | swar::non_digits(low)) [[unlikely]]
      return false;
    magnitude = swar::eight_digits(high) * 100'000'000 + swar::eight_digits(low);
  }
  value = static_cast<int64_t>((magnitude ^ (0 - negative)) + negative);
  return true;
}

namespace detail {

// Of a fraction with its dot, at size n: the bytes that are digits. 0 (no dot), 1 (only the dot), .. 9.
struct FractionBytes {
  uint64_t masks[10];
  constexpr FractionBytes() : masks() {
    for (int n = 2; n < 10; n++) masks[n] = n == 9 ? ~uint64_t{0} : (uint64_t{1} << (8 * (n - 1))) - 1;
  }
};
inline constexpr FractionBytes kFractionBytes;

}  // namespace detail

// [-], and up to 16 digits, or 1 to 7 digits, a dot and up to 8 digits; fast only if the text is followed by something
// else than a digit. The number ends at the first byte that is no digit: the dot, or the end. Both parts become 8-digit
// numbers, the fraction one filled up with zeros on the right; (integer * 10^8 + fraction) < 2^53 and 10^8 are exact
// doubles, so their quotient is the correctly rounded value (Clinger, 1990).
inline bool parse_short_decimal(const char* text, uint64_t size, double& value) {
  const uint64_t negative = *text == '-';
  const char* digits = text + negative;
  const uint64_t count = size - negative;
  const uint64_t word = swar::load64(digits) ^ swar::kZeroDigits;
  const uint64_t ends = swar::non_digits(word);
  const uint64_t sign = negative << 63;
  if (ends == 0) [[unlikely]] {
    int64_t whole;
    if (!parse_short_int64(digits, count, whole)) return false;
    value = std::bit_cast<double>(std::bit_cast<uint64_t>(static_cast<double>(whole)) | sign);
    return true;
  }
  const auto end_bit = static_cast<uint64_t>(std::countr_zero(ends));  // 8 * integer digits + 7
  const uint64_t integer_digits = end_bit >> 3;
  const char* dot = digits + integer_digits;
  const uint64_t tail = count - integer_digits;
  if (integer_digits == 0 || tail > 9) [[unlikely]]
    return false;
  const uint64_t integer = word << ((7 - end_bit) & 63);
  const uint64_t fraction = (swar::load64(dot + 1) ^ swar::kZeroDigits) & detail::kFractionBytes.masks[tail];
  if (((*dot != '.') & (tail != 0)) | (swar::non_digits(fraction) != 0)) [[unlikely]]
    return false;
  const uint64_t scaled = swar::eight_digits(integer) * 100'000'000 + swar::eight_digits(fraction);
  const double magnitude = static_cast<double>(static_cast<int64_t>(scaled)) / 1e8;
  value = std::bit_cast<double>(std::bit_cast<uint64_t>(magnitude) | sign);
  return true;
}

namespace detail {

// First day of a month within its year (low bits: its length), by [leap year][month]; length 0 where there is no such
// month. Indexed by any two digits.
struct MonthTable {
  uint16_t facts[2][100];
  constexpr MonthTable() : facts() {
    for (uint32_t leap = 0; leap < 2; leap++) {
      const int64_t year = leap ? 2000 : 2001;
      for (uint32_t month = 1; month <= 12; month++) {
        const int64_t first = days_from_civil(year, month, 1) - days_from_civil(year, 1, 1);
        facts[leap][month] = static_cast<uint16_t>(first << 5 | days_in_month(year, month));
      }
    }
  }
};
inline constexpr MonthTable kMonths;

// January 1st of years, split into the year's century and its place there; centuries divisible by 4 begin with a leap
// year. days(1970) = centuries[19] + years[0][70] = 0.
struct YearTable {
  int32_t centuries[100];
  int32_t years[2][100];
  constexpr YearTable() : centuries(), years() {
    for (int c = 0; c < 100; c++) centuries[c] = static_cast<int32_t>(days_from_civil(c * 100, 1, 1));
    for (int y = 0; y < 100; y++) {
      years[0][y] = static_cast<int32_t>(days_from_civil(1900 + y, 1, 1) - days_from_civil(1900, 1, 1));
      years[1][y] = static_cast<int32_t>(days_from_civil(2000 + y, 1, 1) - days_from_civil(2000, 1, 1));
    }
  }
};
inline constexpr YearTable kYears;

// Zero if `word`, a text xor-ed with its template, has digits where the template has 0, and is zero elsewhere.
inline uint64_t template_mismatch(uint64_t word, uint64_t limits) { return ((word + limits) | word) & swar::kHighBits; }

// What template_mismatch() adds: 0x76 makes digits above 9 overflow into the high bit, 0x7f anything but zero.
inline constexpr uint64_t template_limits(const char (&shape)[9]) {
  uint64_t limits = 0;
  for (int i = 0; i < 8; i++) limits |= static_cast<uint64_t>(shape[i] == '0' ? 0x76 : 0x7f) << (8 * i);
  return limits;
}

}  // namespace detail

// The 10 characters YYYY-MM-DD at `text`.
inline bool parse_date_shape(const char* text, int32_t& days) {
  const uint64_t head = swar::load64(text) ^ swar::word_of("0000-00-");
  const uint64_t rest = swar::load64(text + 2) ^ swar::word_of("00-00-00");
  const uint64_t mismatch = detail::template_mismatch(head, detail::template_limits("0000-00-")) |
                            detail::template_mismatch(rest, detail::template_limits("00-00-00"));
  if (mismatch) [[unlikely]]
    return false;
  const uint64_t century = (head & 0xff) * 10 + (head >> 8 & 0xff);
  const uint64_t pairs = rest * 10 + (rest >> 8);  // bytes 0, 3 and 6: year of century, month, day
  const uint64_t year = pairs & 0xff;
  const uint64_t month = pairs >> 24 & 0xff;
  const uint64_t day = pairs >> 48 & 0xff;
  const bool leap = ((year ? year : century) & 3) == 0;
  const uint32_t facts = detail::kMonths.facts[leap][month];
  if (day - 1 >= (facts & 31)) [[unlikely]]
    return false;
  days = detail::kYears.centuries[century] + detail::kYears.years[(century & 3) == 0][year] +
         static_cast<int32_t>(facts >> 5) + static_cast<int32_t>(day) - 1;
  return true;
}

inline bool parse_short_date(const char* text, uint64_t size, int32_t& days) {
  return size == 10 && parse_date_shape(text, days);
}

// The 8 characters HH:MM:SS at `text` -> seconds of the day.
inline bool parse_time_shape(const char* text, int64_t& seconds) {
  const uint64_t word = swar::load64(text) ^ swar::word_of("00:00:00");
  const uint64_t pairs = word * 10 + (word >> 8);  // bytes 0, 3 and 6
  const uint64_t hour = pairs & 0xff;
  const uint64_t minute = pairs >> 24 & 0xff;
  const uint64_t second = pairs >> 48 & 0xff;
  if (detail::template_mismatch(word, detail::template_limits("00:00:00")) | (hour > 23) | (minute > 59) |
      (second > 59)) [[unlikely]] {
    return false;
  }
  seconds = static_cast<int64_t>(hour * 3600 + minute * 60 + second);
  return true;
}

// YYYY-MM-DD, 'T' or a space, HH:MM:SS, optionally a dot and 1 to 8 digits, optionally Z -> ticks of a second
// divided into `ticks_per_second`: 10^3, 10^6, or 10^9 for the days whose ticks int64 holds whole.
template <int64_t ticks_per_second>
inline bool parse_short_timestamp(const char* text, uint64_t size, int64_t& ticks) {
  int32_t days;
  int64_t seconds;
  size -= size > 19 && text[size - 1] == 'Z';
  const uint64_t tail = size - 19;  // the fraction with its dot
  if (tail > 9 || (text[10] != 'T' && text[10] != ' ') || !parse_date_shape(text, days) ||
      !parse_time_shape(text + 11, seconds)) {
    return false;
  }
  if constexpr (ticks_per_second == 1'000'000'000) {
    constexpr int32_t kWholeDays = 106'751;
    if (days >= kWholeDays || days < -kWholeDays) return false;
  }
  ticks = (days * int64_t{86400} + seconds) * ticks_per_second;
  if (tail == 0) return true;
  const uint64_t fraction = (swar::load64(text + 20) ^ swar::kZeroDigits) & detail::kFractionBytes.masks[tail];
  if (text[19] != '.' || tail < 2 || swar::non_digits(fraction)) return false;
  const auto hundred_millionths = static_cast<int64_t>(swar::eight_digits(fraction));
  if constexpr (ticks_per_second <= 100'000'000) {
    ticks += hundred_millionths / (100'000'000 / ticks_per_second);
  } else {
    ticks += hundred_millionths * (ticks_per_second / 100'000'000);
  }
  return true;
}

// true, True, TRUE, false, False, FALSE.
inline bool parse_short_bool(const char* text, uint64_t size, bool& value) {
  constexpr uint64_t kTrue[3] = {0x65757274, 0x65757254, 0x45555254};         // 4 bytes in load64's order
  constexpr uint64_t kFalse[3] = {0x65736c6166, 0x65736c6146, 0x45534c4146};  // 5 bytes
  const uint64_t word = swar::load64(text) & swar::kLowBytes[size < 8 ? size : 8];
  const bool is_true = (word == kTrue[0]) | (word == kTrue[1]) | (word == kTrue[2]);
  const bool is_false = (word == kFalse[0]) | (word == kFalse[1]) | (word == kFalse[2]);
  value = is_true;
  return is_true | is_false;
}

// Rounding a correctly rounded double to float can go wrong only where the double lies halfway between two floats (it
// may have been rounded onto that point), or where the float is subnormal.
inline bool may_round_twice(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  constexpr uint64_t kDropped = (uint64_t{1} << 29) - 1;
  constexpr uint64_t kSmallestNormal = 0x3810000000000000;  // 2^-126
  return (bits & kDropped) == (kDropped + 1) / 2 || (bits << 1 >> 1) - 1 < kSmallestNormal - 1;
}

}  // namespace millrace
