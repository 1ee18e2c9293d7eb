// Three ways to a correctly rounded double, tried in the order of their cost:
//  1. mantissa and power of ten are exact doubles: one multiplication or division (Clinger, 1990);
//  2. 128 bits of the power of ten, which settle every mantissa of up to 19 digits (Lemire, "Number Parsing at a
//  Gigabyte
//     per Second", 2021; Mushtak and Lemire, "Fast Number Parsing Without Fallback", 2022);
//  3. more digits, and the two ends of the interval that the first 19 leave round differently: an exact comparison with
//     the point halfway between them (decimal_compare.cc).
#include "column/decimal.h"

#include <bit>
#include <limits>

#include "column/swar.h"

namespace millrace {

namespace {

struct PowerOfFive {
  uint64_t high;
  uint64_t low;
};

constexpr int kSmallestPower = -342;
constexpr int kLargestPower = 308;
constexpr PowerOfFive kPowersOfFive[] = {
#include "column/powers_of_five.inc"
};
static_assert(sizeof(kPowersOfFive) / sizeof(PowerOfFive) == kLargestPower - kSmallestPower + 1);

constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kMantissaDigits = 19;
constexpr int64_t kExponentLimit = 1'000'000'000'000;  // more than any text has digits to make up for

bool is_digit(char c) { return static_cast<uint8_t>(c - '0') <= 9; }

// [e[+-]digits] up to the end.
bool read_exponent(const char* at, const char* end, int64_t& exponent) {
  if (at == end) return true;
  if (*at != 'e' && *at != 'E') return false;
  at++;
  bool negative = false;
  if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
  if (at == end) return false;
  int64_t value = 0;
  for (; at < end; at++) {
    if (!is_digit(*at)) return false;
    if (value < kExponentLimit) value = value * 10 + (*at - '0');
  }
  exponent = negative ? -value : value;
  return true;
}

// Reads the mantissa again, 19 significant digits of it, when there may be more.
void limit_mantissa(Decimal& decimal) {
  uint64_t mantissa = 0;
  int digits = 0;
  int64_t dropped = 0;
  bool truncated = false;
  const auto add = [&](char c) {
    if (digits == kMantissaDigits) {
      dropped++;
      truncated |= c != '0';
      return;
    }
    mantissa = mantissa * 10 + static_cast<uint64_t>(c - '0');
    digits += mantissa != 0;
  };
  for (const char c : decimal.integer) add(c);
  for (const char c : decimal.fraction) add(c);
  decimal.mantissa = mantissa;
  decimal.exponent += dropped;
  decimal.truncated = truncated;
}

struct Product {
  uint64_t high;
  uint64_t low;
};

Product multiply(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
  const auto product = static_cast<unsigned __int128>(a) * b;
  return {static_cast<uint64_t>(product >> 64), static_cast<uint64_t>(product)};
#else
  const uint64_t a_low = a & 0xffffffff, a_high = a >> 32, b_low = b & 0xffffffff, b_high = b >> 32;
  const uint64_t low = a_low * b_low, middle = a_high * b_low + (low >> 32);
  const uint64_t other = a_low * b_high + (middle & 0xffffffff);
  return {a_high * b_high + (middle >> 32) + (other >> 32), a * b};
#endif
}

constexpr int kFractionBits = 52;
constexpr int kExponentBias = 1023;
constexpr int kInfinityExponent = 0x7ff;

double from_bits(uint64_t fraction, int biased_exponent) {
  return std::bit_cast<double>(fraction | static_cast<uint64_t>(biased_exponent) << kFractionBits);
}

// The 128 leading bits of mantissa * 5^power; the second half of the power is only multiplied where it can matter.
Product scaled(uint64_t mantissa, int power) {
  const PowerOfFive& five = kPowersOfFive[power - kSmallestPower];
  Product product = multiply(mantissa, five.high);
  constexpr uint64_t kUndecided = ~uint64_t{0} >> (kFractionBits + 3);
  if ((product.high & kUndecided) == kUndecided) {
    const Product rest = multiply(mantissa, five.low);
    product.low += rest.high;
    if (rest.high > product.low) product.high++;
  }
  return product;
}

// mantissa * 10^power, rounded to nearest even. Precondition: at most 19 digits (then 128 bits suffice: see the second
// paper above).
double eisel_lemire(uint64_t mantissa, int64_t power) {
  if (mantissa == 0 || power < kSmallestPower) return 0;
  if (power > kLargestPower) return std::numeric_limits<double>::infinity();
  const int q = static_cast<int>(power);
  const int leading_zeros = std::countl_zero(mantissa);
  const Product product = scaled(mantissa << leading_zeros, q);
  const int upper_bit = static_cast<int>(product.high >> 63);
  const int shift = upper_bit + 64 - kFractionBits - 3;
  uint64_t bits = product.high >> shift;                   // 54 bits: one more than a double holds
  const int log2_of_power = ((152170 + 65536) * q) >> 16;  // floor(log2(10^q)) for this range
  int exponent = log2_of_power + 63 + upper_bit - leading_zeros + kExponentBias;
  if (exponent <= 0) {  // subnormal, or rounds up to the smallest normal
    if (exponent <= -63) return 0;
    bits >>= 1 - exponent;
    bits = (bits + (bits & 1)) >> 1;
    return from_bits(bits, 0);
  }
  // Exactly halfway is possible only for small powers, where the product is exact.
  if (product.low <= 1 && q >= -4 && q <= 23 && (bits & 3) == 1 && bits << shift == product.high) bits &= ~uint64_t{1};
  bits = (bits + (bits & 1)) >> 1;
  if (bits >= uint64_t{2} << kFractionBits) {
    bits = uint64_t{1} << kFractionBits;
    exponent++;
  }
  if (exponent >= kInfinityExponent) return std::numeric_limits<double>::infinity();
  return from_bits(bits & ~(uint64_t{1} << kFractionBits), exponent);
}

// The sign of (decimal - the point halfway from `low` to the next double).
int compare_to_midpoint(const Decimal& decimal, double low) {
  const auto bits = std::bit_cast<uint64_t>(low);
  const uint64_t fraction = bits & ((uint64_t{1} << kFractionBits) - 1);
  const int biased = static_cast<int>(bits >> kFractionBits);
  const uint64_t mantissa = biased == 0 ? fraction : fraction | uint64_t{1} << kFractionBits;
  const int exponent = (biased == 0 ? 1 : biased) - kExponentBias - kFractionBits;
  return compare(decimal, mantissa * 2 + 1, exponent - 1);
}

}  // namespace

bool read_decimal(std::string_view text, Decimal& decimal) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* const integer_end = swar::read_digits(begin, begin, end, decimal.mantissa);
  const char* at = integer_end;
  const char* fraction = at;
  if (at < end && *at == '.') {
    fraction = ++at;
    at = swar::read_digits(begin, at, end, decimal.mantissa);
  }
  decimal.integer = {begin, static_cast<size_t>(integer_end - begin)};
  decimal.fraction = {fraction, static_cast<size_t>(at - fraction)};
  if (decimal.integer.empty() && decimal.fraction.empty()) return false;
  if (!read_exponent(at, end, decimal.text_exponent)) return false;
  decimal.exponent = decimal.text_exponent - static_cast<int64_t>(decimal.fraction.size());
  if (decimal.integer.size() + decimal.fraction.size() > kMantissaDigits) limit_mantissa(decimal);
  return true;
}

double nearest_double(const Decimal& decimal) {
  const uint64_t mantissa = decimal.mantissa;
  const int64_t power = decimal.exponent;
  if (!decimal.truncated && mantissa <= uint64_t{1} << 53 && power >= -22 && power <= 22) {
    const auto exact = static_cast<double>(static_cast<int64_t>(mantissa));
    return power < 0 ? exact / kExactPowers[-power] : exact * kExactPowers[power];
  }
  const double low = eisel_lemire(mantissa, power);
  if (!decimal.truncated) return low;
  const double high = eisel_lemire(mantissa + 1, power);
  if (low == high) return low;
  const int side = compare_to_midpoint(decimal, low);
  if (side != 0) return side < 0 ? low : high;
  return (std::bit_cast<uint64_t>(low) & 1) == 0 ? low : high;
}

}  // namespace millrace
