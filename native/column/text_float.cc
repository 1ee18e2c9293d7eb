#include <algorithm>
#include <cmath>
#include <limits>

#include "column/decimal.h"
#include "column/text.h"

namespace millrace {

namespace {

// `lower` is lower case.
bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

bool read_special(std::string_view text, double& value) {
  if (equals_ignoring_case(text, "nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
    value = std::numeric_limits<double>::infinity();
    return true;
  }
  return false;
}

struct SignedText {
  std::string_view magnitude;
  bool negative = false;
};

SignedText split_sign(std::string_view text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return {text, false};
  return {text.substr(1), text[0] == '-'};
}

// Whether `value` lies exactly halfway between two floats, subnormal ones included.
bool is_midpoint_of_floats(double value) {
  constexpr double kPastFloats = 1e39;
  if (value == 0 || value > kPastFloats) return false;
  int exponent = 0;
  std::frexp(value, &exponent);
  const int half_step = std::max(exponent - 25, -150);
  return std::fmod(std::ldexp(value, -half_step), 2) == 1;
}

// `value` is the correctly rounded double of `decimal`, not negative; -> the nearest float, ties to even. Only on a
// point halfway between two floats can the first rounding have hidden on which side the decimal lies.
float nearest_float(const Decimal& decimal, double value) {
  if (is_midpoint_of_floats(value)) {
    int exponent = 0;
    const auto mantissa = static_cast<uint64_t>(std::ldexp(std::frexp(value, &exponent), 53));
    const int side = compare(decimal, mantissa, exponent - 53);
    if (side < 0) value = std::nextafter(value, 0.0);
    if (side > 0) value = std::nextafter(value, std::numeric_limits<double>::infinity());
  }
  return static_cast<float>(value);
}

}  // namespace

ParseResult parse_float64(std::string_view text, double& value) {
  const SignedText number = split_sign(text);
  Decimal decimal;
  if (read_decimal(number.magnitude, decimal)) {
    value = nearest_double(decimal);
  } else if (!read_special(number.magnitude, value)) {
    return ParseResult::Malformed;
  }
  if (number.negative) value = -value;
  return ParseResult::Ok;
}

ParseResult parse_float32(std::string_view text, float& value) {
  const SignedText number = split_sign(text);
  Decimal decimal;
  double wide = 0;
  if (read_decimal(number.magnitude, decimal)) {
    value = nearest_float(decimal, nearest_double(decimal));
  } else if (read_special(number.magnitude, wide)) {
    value = static_cast<float>(wide);
  } else {
    return ParseResult::Malformed;
  }
  if (number.negative) value = -value;
  return ParseResult::Ok;
}

}  // namespace millrace
