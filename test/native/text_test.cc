#include "column/text.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "check.h"
#include "column/text_fast.h"
#include "parsing.h"

namespace millrace {
namespace {

uint64_t bits_of(double value) { return std::bit_cast<uint64_t>(value); }

// Both parsers against the C library, bit for bit.
void check_double(const std::string& text) {
  const double expected = std::strtod(text.c_str(), nullptr);
  double value = -1;
  CHECK_EQ(parse_float64(text, value), ParseResult::Ok);
  if (bits_of(value) != bits_of(expected)) CHECK_EQ(text + " parsed to " + std::to_string(bits_of(value)), text);
  float narrow = -1;
  CHECK_EQ(parse_float32(text, narrow), ParseResult::Ok);
  const float expected_narrow = std::strtof(text.c_str(), nullptr);
  if (std::bit_cast<uint32_t>(narrow) != std::bit_cast<uint32_t>(expected_narrow)) CHECK_EQ(text + " as float32", text);
  if (text.size() > 64) return;
  for (const char* after : {",", "\n", "7,", ".5", "\r\n"}) {
    double fast = -1;
    const auto parse = [&](const char* at, size_t size) { return parse_short_decimal(at, size, fast); };
    if (run_padded(text, after, parse) && bits_of(fast) != bits_of(expected)) CHECK_EQ(text + after + " (fast)", text);
  }
}

std::string format(const char* shape, double value) {
  char text[512];
  std::snprintf(text, sizeof(text), shape, value);
  return text;
}

double float64_of(std::string_view text) {
  double value = std::numeric_limits<double>::signaling_NaN();
  CHECK_EQ(parse_float64(text, value), ParseResult::Ok);
  return value;
}

ParseResult float64_result(std::string_view text) {
  double value;
  return parse_float64(text, value);
}

Parsed int64_of(std::string_view text) {
  int64_t value = 0;
  const ParseResult result = parse_int64(text, value);
  return {result, result == ParseResult::Ok ? value : 0};
}

}  // namespace

TEST("integers are an optional sign and digits, and nothing else") {
  CHECK(int64_of("0") == ok(0));
  CHECK(int64_of("-0") == ok(0));
  CHECK(int64_of("+17") == ok(17));
  CHECK(int64_of("-12345678901234567") == ok(-12345678901234567));
  CHECK(int64_of("000000000000000000000000000012") == ok(12));
  for (const char* text : {"", "-", "+", "--1", "+-1", "1 ", " 1", "1.0", "1e3", "0x10", "1,000", "12a", "٣"}) {
    CHECK(int64_of(text) == kMalformed);
  }
  CHECK(int64_of(std::string_view("1\0", 2)) == kMalformed);
}

TEST("integers at the ends of int64 and uint64 are exact, one further is out of range") {
  CHECK(int64_of("9223372036854775807") == ok(INT64_MAX));
  CHECK(int64_of("-9223372036854775808") == ok(INT64_MIN));
  CHECK(int64_of("9223372036854775808") == kOutOfRange);
  CHECK(int64_of("-9223372036854775809") == kOutOfRange);
  CHECK(int64_of("99999999999999999999999999") == kOutOfRange);
  CHECK(int64_of("99999999999999999999999999x") == kMalformed);
  uint64_t value = 0;
  CHECK_EQ(parse_uint64("18446744073709551615", value), ParseResult::Ok);
  CHECK_EQ(value, UINT64_MAX);
  CHECK_EQ(parse_uint64("18446744073709551616", value), ParseResult::OutOfRange);
  CHECK_EQ(parse_uint64("-1", value), ParseResult::OutOfRange);
  CHECK_EQ(parse_uint64("-0", value), ParseResult::Ok);
  CHECK_EQ(value, 0);
  CHECK_EQ(parse_uint64("", value), ParseResult::Malformed);
}

TEST("the fast integer parser agrees with the full one on every text that it takes") {
  std::mt19937_64 random(1);
  for (int i = 0; i < number_count(); i++) {
    std::string text = std::to_string(static_cast<int64_t>(random()) >> (random() % 64));
    if (random() % 4 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random() % 256);
    int64_t fast = 0;
    int64_t full = 0;
    const bool taken =
        run_padded(text, ",", [&](const char* at, size_t size) { return parse_short_int64(at, size, fast); });
    const ParseResult result = parse_int64(text, full);
    if (taken) CHECK(result == ParseResult::Ok && fast == full);
    if (!taken && result == ParseResult::Ok) CHECK(text.size() > 16 || text[0] == '+');
  }
}

TEST("decimals of every notation parse as JavaScript's Number does") {
  CHECK_EQ(float64_of("0"), 0.0);
  CHECK_EQ(bits_of(float64_of("-0")), bits_of(-0.0));
  CHECK_EQ(bits_of(float64_of("-0.000")), bits_of(-0.0));
  CHECK_EQ(float64_of("1."), 1.0);
  CHECK_EQ(float64_of(".5"), 0.5);
  CHECK_EQ(float64_of("-.5"), -0.5);
  CHECK_EQ(float64_of("+1.25"), 1.25);
  CHECK_EQ(float64_of("1e3"), 1000.0);
  CHECK_EQ(float64_of("1E+3"), 1000.0);
  CHECK_EQ(float64_of("25e-2"), 0.25);
  CHECK_EQ(float64_of("1e400"), std::numeric_limits<double>::infinity());
  CHECK_EQ(float64_of("-1e400"), -std::numeric_limits<double>::infinity());
  CHECK_EQ(float64_of("1e-400"), 0.0);
  CHECK_EQ(float64_of("0e999999999999999999999"), 0.0);
  CHECK_EQ(float64_of("1e99999999999999999999999"), std::numeric_limits<double>::infinity());
  CHECK_EQ(float64_of("1e-99999999999999999999999"), 0.0);
  CHECK_EQ(float64_of("0." + std::string(5000, '0') + "1e5001"), 1.0);
  CHECK_EQ(float64_of("1" + std::string(5000, '0') + "e-5000"), 1.0);
  CHECK_EQ(float64_of("Infinity"), std::numeric_limits<double>::infinity());
  CHECK_EQ(float64_of("-inf"), -std::numeric_limits<double>::infinity());
  CHECK_EQ(float64_of("+INF"), std::numeric_limits<double>::infinity());
  CHECK(std::isnan(float64_of("NaN")));
  CHECK(std::isnan(float64_of("nan")));
  CHECK(std::isnan(float64_of("-NaN")));
}

TEST("texts that are not wholly a decimal are malformed") {
  for (const char* text :
       {"",    ".",  "-",  "+",   "-.",    "e5",    ".e5",     "1e", "1e+",  "1e5.5", "1.2.3", "1..2",
        "--1", "1 ", " 1", "1,5", "0x1p3", "1_000", "infinit", "in", "nano", "1f",    "1e5x",  "12345678901234567890x",
        "1d5", "१"}) {
    CHECK_EQ(float64_result(text), ParseResult::Malformed);
  }
  CHECK_EQ(float64_result(std::string_view("1\0", 2)), ParseResult::Malformed);
}

TEST("hard cases of decimal rounding are right") {
  for (const char* text : {"9007199254740993",
                           "9007199254740992.5",
                           "9007199254740993.0000000000000000000000000001",
                           "2.2250738585072011e-308",
                           "2.2250738585072014e-308",
                           "4.9406564584124654e-324",
                           "2.4703282292062327e-324",
                           "2.4703282292062328e-324",
                           "1.7976931348623157e308",
                           "1.7976931348623158e308",
                           "1.7976931348623159e308",
                           "1.797693134862315807e308",
                           "6929495644600919.5",
                           "7.0420557077594588669468784357561207962098443483187940792729600000e+59",
                           "1.1754943508222875e-38",
                           "1.4012984643248171e-45",
                           "7.0064923216240854e-46",
                           "3.4028235677973366e38",
                           "16777217",
                           "16777217.0000000000000000000001",
                           "16777216.9999999999999999999",
                           "8388609.5",
                           "1e23",
                           "8.5e22",
                           "9.5e-5",
                           "0.000000000000000000000000000000000000011754942807573643",
                           "179769313486231580793e289",
                           "1e-5",
                           "1e22",
                           "1e15",
                           "100000000000000016777215",
                           "100000000000000016777216",
                           "2251799813685248.25",
                           "2251799813685248.75"}) {
    check_double(text);
    check_double(std::string("-") + text);
  }
}

TEST("points halfway between doubles, and texts a digit away from them, round as the C library rounds") {
  std::mt19937_64 random(2);
  for (int i = 0; i < number_count() / 50; i++) {
    uint64_t bits = random() & 0x7fffffffffffffff;
    if (i % 4 == 0) bits = (bits & 0x000fffffffffffff) | (random() % 64 + 1000) << 52;
    if (i % 9 == 0) bits &= 0x001fffffffffffff;  // subnormal and smallest normal
    const double low = std::bit_cast<double>(bits);
    const double high = std::bit_cast<double>(bits + 1);
    if (!std::isfinite(low) || !std::isfinite(high)) continue;
    char text[1200];
    // An x87 long double holds the sum of two neighbours exactly where one is available; elsewhere this is a plain
    // case.
    std::snprintf(text, sizeof(text), "%.*Le", 800,
                  (static_cast<long double>(low) + static_cast<long double>(high)) / 2);
    std::string halfway = text;
    const size_t exponent = halfway.find('e');
    check_double(halfway);
    std::string above = halfway;
    above[exponent - 1] = '1';
    check_double(above);
    const std::string further = halfway.substr(0, exponent) + "00000000000000001" + halfway.substr(exponent);
    check_double(further);
    check_double(halfway.substr(0, 20) + halfway.substr(exponent));
  }
}

TEST("random doubles in all usual notations come back bit for bit") {
  std::mt19937_64 random(3);
  for (int i = 0; i < number_count(); i++) {
    double value = std::bit_cast<double>(random());
    if (i % 3 == 0) value = static_cast<double>(static_cast<int64_t>(random() >> (random() % 60))) / 1e6;
    if (!std::isfinite(value)) continue;
    const std::string exact = format("%.17g", value);
    check_double(exact);
    CHECK_EQ(bits_of(float64_of(exact)), bits_of(value));
    check_double(format("%.15g", value));
    check_double(format("%.25e", value));
    if (std::fabs(value) < 1e15) check_double(format("%.6f", value));
    if (std::fabs(value) < 1e15) check_double(format("%.2f", value));
  }
}

TEST("random strings of digits parse as the C library parses them") {
  std::mt19937_64 random(4);
  for (int i = 0; i < number_count(); i++) {
    std::string text;
    if (random() % 2) text += '-';
    const size_t integer = random() % (i % 8 ? 10 : 40);
    const size_t fraction = random() % (i % 8 ? 12 : 40) + (integer == 0);
    for (size_t d = 0; d < integer; d++) text += static_cast<char>('0' + random() % 10);
    if (fraction || random() % 2) text += '.';
    for (size_t d = 0; d < fraction; d++) text += static_cast<char>('0' + random() % 10);
    if (random() % 4 == 0) text += "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    check_double(text);
  }
}

TEST("the fast decimal parser takes nothing that the full one rejects") {
  std::mt19937_64 random(5);
  const char alphabet[] = "0123456789..--+eE ,x\"";
  for (int i = 0; i < number_count(); i++) {
    std::string text;
    for (size_t size = random() % 20; text.size() < size;) text += alphabet[random() % (sizeof(alphabet) - 1)];
    double fast = 0;
    double full = 0;
    const auto parse = [&](const char* at, size_t size) { return parse_short_decimal(at, size, fast); };
    for (const char* after : {",", "7", ".5", "-1"}) {
      if (!run_padded(text, after, parse)) continue;
      CHECK_EQ(parse_float64(text, full), ParseResult::Ok);
      CHECK_EQ(bits_of(fast), bits_of(full));
    }
  }
}

TEST("booleans are true and false in three spellings each") {
  bool value = false;
  for (const char* text : {"true", "True", "TRUE"}) CHECK(parse_bool(text, value) == ParseResult::Ok && value);
  for (const char* text : {"false", "False", "FALSE"}) CHECK(parse_bool(text, value) == ParseResult::Ok && !value);
  for (const char* text : {"", "t", "1", "0", "yes", "tRUE", "truee", "true ", "fals", "FALSe"}) {
    CHECK_EQ(parse_bool(text, value), ParseResult::Malformed);
    CHECK(!run_padded(text, ",", [&](const char* at, size_t size) { return parse_short_bool(at, size, value); }));
  }
}

TEST("the fast number parsers take the common shapes") {
  double number = 0;
  int64_t integer = 0;
  for (const char* text : {"1", "-12.3", "123.456789", "1234567.12345678", "12345678", "-1234567890123456", "1."}) {
    CHECK(run_padded(text, ",", [&](const char* at, size_t size) { return parse_short_decimal(at, size, number); }));
  }
  for (const char* text : {"1", "-1", "12345678", "123456789", "1234567890123456", "-1234567890123456"}) {
    CHECK(run_padded(text, "9", [&](const char* at, size_t size) { return parse_short_int64(at, size, integer); }));
  }
}

}  // namespace millrace
