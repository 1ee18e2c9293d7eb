#include "column/text.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "check.h"
#include "column/calendar.h"
#include "column/text_fast.h"

namespace millrace {
namespace {

uint64_t bits_of(double value) { return std::bit_cast<uint64_t>(value); }

// How many random numbers a differential test tries; MILLRACE_TEST_NUMBERS raises it for a full-size run.
int number_count() {
  const char* wanted = std::getenv("MILLRACE_TEST_NUMBERS");
  return wanted ? std::atoi(wanted) : 200'000;
}

// The fast parsers want 32 readable bytes, whatever stands in them.
template <class Parse>
bool run_padded(const std::string& text, const char* after, Parse parse) {
  char padded[96];
  std::memset(padded, '7', sizeof(padded));
  std::memcpy(padded, text.data(), text.size());
  std::memcpy(padded + text.size(), after, std::strlen(after));
  return parse(padded, text.size());
}

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

struct Parsed {
  ParseResult result;
  int64_t value;
  bool operator==(const Parsed&) const = default;
};

Parsed int64_of(std::string_view text) {
  int64_t value = 0;
  const ParseResult result = parse_int64(text, value);
  return {result, result == ParseResult::Ok ? value : 0};
}

Parsed date_of(std::string_view text) {
  int32_t days = 0;
  const ParseResult result = parse_date(text, days);
  return {result, result == ParseResult::Ok ? days : 0};
}

Parsed timestamp_of(std::string_view text, TypeId unit) {
  int64_t ticks = 0;
  const ParseResult result = parse_timestamp(text, unit, ticks);
  return {result, result == ParseResult::Ok ? ticks : 0};
}

constexpr Parsed kMalformed{ParseResult::Malformed, 0};
constexpr Parsed kOutOfRange{ParseResult::OutOfRange, 0};

Parsed ok(int64_t value) { return {ParseResult::Ok, value}; }

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
    const bool taken = run_padded(
        text, ",", [&](const char* at, size_t size) { return parse_short_int64(at, size, fast); });
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
       {"", ".", "-", "+", "-.", "e5", ".e5", "1e", "1e+", "1e5.5", "1.2.3", "1..2", "--1", "1 ", " 1", "1,5", "0x1p3", "1_000",
        "infinit", "in", "nano", "1f", "1e5x", "12345678901234567890x", "1d5", "१"}) {
    CHECK_EQ(float64_result(text), ParseResult::Malformed);
  }
  CHECK_EQ(float64_result(std::string_view("1\0", 2)), ParseResult::Malformed);
}

TEST("hard cases of decimal rounding are right") {
  for (const char* text :
       {"9007199254740993", "9007199254740992.5", "9007199254740993.0000000000000000000000000001", "2.2250738585072011e-308",
        "2.2250738585072014e-308", "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
        "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1.797693134862315807e308",
        "6929495644600919.5", "7.0420557077594588669468784357561207962098443483187940792729600000e+59",
        "1.1754943508222875e-38", "1.4012984643248171e-45", "7.0064923216240854e-46", "3.4028235677973366e38", "16777217",
        "16777217.0000000000000000000001", "16777216.9999999999999999999", "8388609.5", "1e23", "8.5e22", "9.5e-5",
        "0.000000000000000000000000000000000000011754942807573643", "179769313486231580793e289", "1e-5", "1e22", "1e15",
        "100000000000000016777215", "100000000000000016777216", "2251799813685248.25", "2251799813685248.75"}) {
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
    // An x87 long double holds the sum of two neighbours exactly where one is available; elsewhere this is a plain case.
    std::snprintf(text, sizeof(text), "%.*Le", 800, (static_cast<long double>(low) + static_cast<long double>(high)) / 2);
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

TEST("every day of the years 0000 to 9999 parses to its day number, by both parsers") {
  char text[64];
  for (int64_t day = days_from_civil(0, 1, 1); day <= days_from_civil(9999, 12, 31); day++) {
    const CivilDate date = civil_from_days(day);
    std::snprintf(text, sizeof(text), "%04d-%02u-%02u,", static_cast<int>(date.year), date.month, date.day);
    int32_t fast = 0;
    int32_t full = 0;
    const bool taken = parse_short_date(text, 10, fast);
    const bool parsed = parse_date({text, 10}, full) == ParseResult::Ok;
    if (!taken || !parsed || fast != day || full != day) CHECK_EQ(std::string(text), std::to_string(day));
  }
}

TEST("no day that the calendar lacks is a date, for either parser") {
  char text[64];
  for (int year : {0, 4, 99, 100, 400, 1600, 1900, 1970, 1999, 2000, 2023, 2024, 2100, 9996, 9999}) {
    for (uint32_t month = 0; month < 100; month++) {
      for (uint32_t day = 0; day < 100; day++) {
        std::snprintf(text, sizeof(text), "%04d-%02u-%02u,", year, month, day);
        const bool exists = month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
        int32_t days;
        CHECK_EQ(parse_short_date(text, 10, days), exists);
        CHECK_EQ(parse_date({text, 10}, days) == ParseResult::Ok, exists);
      }
    }
  }
}

TEST("a date is exactly YYYY-MM-DD") {
  CHECK(date_of("1970-01-01") == ok(0));
  CHECK(date_of("1969-12-31") == ok(-1));
  CHECK(date_of("2000-02-29") == ok(11016));
  for (const char* text : {"", "2020", "2020-1-1", "2020-01-1", "2020-01-011", "20200101", "2020/01/01", "2020-01-0a", "-020-01-01",
                           "2020-01-01 ", " 2020-01-01", "2020-01-01T", "2020.01.01", "2020-01:01"}) {
    CHECK(date_of(text) == kMalformed);
    int32_t days;
    CHECK(!run_padded(text, ",", [&](const char* at, size_t size) { return parse_short_date(at, size, days); }));
  }
}

TEST("a date with one byte changed is taken by both date parsers or by neither") {
  std::mt19937_64 random(6);
  for (int i = 0; i < number_count(); i++) {
    std::string text = "1999-11-28";
    text[random() % 10] = static_cast<char>(random());
    int32_t fast = 0;
    int32_t full = 0;
    const bool taken =
        run_padded(text, ",", [&](const char* at, size_t size) { return parse_short_date(at, size, fast); });
    CHECK_EQ(taken, parse_date(text, full) == ParseResult::Ok);
    if (taken) CHECK_EQ(fast, full);
  }
}

TEST("timestamps have a day, a time, digits of a second and a zone, each optional after the other") {
  const auto us = [](const char* text) { return timestamp_of(text, TypeId::TimestampUs); };
  CHECK(us("1970-01-01") == ok(0));
  CHECK(us("1970-01-02 00:00") == ok(86'400'000'000));
  CHECK(us("1970-01-01T01:02:03") == ok(3'723'000'000));
  CHECK(us("1970-01-01 00:00:00.5") == ok(500'000));
  CHECK(us("1970-01-01T00:00:00.123456789") == ok(123'456));
  CHECK(us("1970-01-01T00:00:00Z") == ok(0));
  CHECK(us("1970-01-01T00:00Z") == ok(0));
  CHECK(us("1970-01-01T02:00:00+02:00") == ok(0));
  CHECK(us("1970-01-01T02:00:00+0200") == ok(0));
  CHECK(us("1969-12-31T18:30:00.25-05:30") == ok(250'000));
  CHECK(us("1969-12-31T23:59:59.9999999") == ok(-1));
  CHECK(us("0000-01-01T00:00:00") == ok(days_from_civil(0, 1, 1) * kMillisecondsPerDay * 1000));
  for (const char* text :
       {"", "1970", "1970-01-01T", "1970-01-01T1", "1970-01-01T01", "1970-01-01T01:0", "1970-01-01T24:00", "1970-01-01T01:60",
        "1970-01-01T01:00:60", "1970-01-01T01:00:00.", "1970-01-01T01:00:00.1234567890", "1970-01-01T01:00:00 Z",
        "1970-01-01T01:00:00z", "1970-01-01t01:00:00", "1970-01-01T01:00:00+2", "1970-01-01T01:00:00+24:00",
        "1970-01-01T01:00:00+02:60", "1970-01-01T01:00:00ZZ", "1970-01-01Z", "1970-02-30T00:00:00", "1970-01-01  01:00:00",
        "1970-01-01T01:00.5", "1970-01-01T-1:00:00", "1970-01-01T01:00:00,5", "1970-01-01T01:00:00.5x"}) {
    CHECK(us(text) == kMalformed);
  }
}

TEST("digits finer than the unit are floored, also before 1970") {
  CHECK(timestamp_of("1969-12-31T23:59:59.9999", TypeId::TimestampMs) == ok(-1));
  CHECK(timestamp_of("1970-01-01T00:00:00.0019", TypeId::TimestampMs) == ok(1));
  CHECK(timestamp_of("1970-01-01T00:00:00.000000001", TypeId::TimestampNs) == ok(1));
}

TEST("nanoseconds reach exactly as far as int64 does") {
  const auto ns = [](const char* text) { return timestamp_of(text, TypeId::TimestampNs); };
  CHECK(ns("2262-04-11T23:47:16.854775807") == ok(INT64_MAX));
  CHECK(ns("2262-04-11T23:47:16.854775808") == kOutOfRange);
  CHECK(ns("1677-09-21T00:12:43.145224192") == ok(INT64_MIN));
  CHECK(ns("1677-09-21T00:12:43.145224191") == kOutOfRange);
  CHECK(ns("9999-12-31") == kOutOfRange);
  CHECK(ns("0000-01-01") == kOutOfRange);
}

TEST("the fast timestamp parser agrees with the full one, in every unit and around every edge") {
  std::mt19937_64 random(7);
  const auto compare = [](const std::string& text) {
    int64_t fast = 0;
    const auto check = [&](bool taken, TypeId unit) {
      if (taken) CHECK(timestamp_of(text, unit) == ok(fast));
    };
    check(run_padded(text, ",", [&](const char* at, size_t size) { return parse_short_timestamp<1'000>(at, size, fast); }),
          TypeId::TimestampMs);
    check(run_padded(text, ",",
                     [&](const char* at, size_t size) { return parse_short_timestamp<1'000'000>(at, size, fast); }),
          TypeId::TimestampUs);
    check(run_padded(text, ",",
                     [&](const char* at, size_t size) { return parse_short_timestamp<1'000'000'000>(at, size, fast); }),
          TypeId::TimestampNs);
  };
  for (int i = 0; i < number_count(); i++) {
    const int64_t first = days_from_civil(i % 2 ? 1677 : 0, 1, 1);
    const CivilDate date = civil_from_days(first + static_cast<int64_t>(random() % (i % 2 ? 213'000 : 3'652'000)));
    char text[80];
    std::snprintf(text, sizeof(text), "%04d-%02u-%02u%c%02u:%02u:%02u.%09u", static_cast<int>(date.year), date.month, date.day,
                  random() % 2 ? 'T' : ' ', static_cast<unsigned>(random() % 25), static_cast<unsigned>(random() % 61),
                  static_cast<unsigned>(random() % 61), static_cast<unsigned>(random() % 1'000'000'000));
    std::string shortened = std::string(text).substr(0, 16 + random() % 14);
    if (random() % 3 == 0) shortened += random() % 2 ? "Z" : "+01:00";
    if (random() % 5 == 0) shortened[random() % shortened.size()] = static_cast<char>(random());
    compare(shortened);
  }
}

TEST("the fast parsers take the common shapes") {
  double number = 0;
  int64_t integer = 0;
  int64_t ticks = 0;
  for (const char* text : {"1", "-12.3", "123.456789", "1234567.12345678", "12345678", "-1234567890123456", "1."}) {
    CHECK(run_padded(text, ",", [&](const char* at, size_t size) { return parse_short_decimal(at, size, number); }));
  }
  for (const char* text : {"1", "-1", "12345678", "123456789", "1234567890123456", "-1234567890123456"}) {
    CHECK(run_padded(text, "9", [&](const char* at, size_t size) { return parse_short_int64(at, size, integer); }));
  }
  for (const char* text : {"2020-01-02T03:04:05", "2020-01-02 03:04:05Z", "2020-01-02T03:04:05.123Z", "2020-01-02T03:04:05.123456"}) {
    CHECK(run_padded(text, ",",
                     [&](const char* at, size_t size) { return parse_short_timestamp<1'000'000'000>(at, size, ticks); }));
  }
}

}  // namespace millrace
