// Decimal digits -> binary floating point, correctly rounded.
#pragma once
#include <cstdint>
#include <string_view>

namespace millrace {

// A number in the notation of text.h, without sign: digits[.digits][e[+-]digits], taken apart.
struct Decimal {
  uint64_t mantissa = 0;     // the first up to 19 significant digits
  int64_t exponent = 0;      // value = mantissa * 10^exponent, plus less than one unit of the mantissa if truncated
  bool truncated = false;    // non-zero digits follow those of the mantissa
  std::string_view integer;  // the digits as written
  std::string_view fraction;
  int64_t text_exponent = 0;  // after 'e'
};

// False if `text` is not entirely such a number.
bool read_decimal(std::string_view text, Decimal& decimal);

// The double nearest to the decimal (ties to even); +Infinity when too large.
double nearest_double(const Decimal& decimal);

// The sign of (decimal - mantissa * 2^exponent), exactly, by big integers: microseconds. Precondition: both are within
// the range of a double.
int compare(const Decimal& decimal, uint64_t mantissa, int exponent);

}  // namespace millrace
