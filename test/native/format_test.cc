#include "column/format.h"

#include <bit>
#include <cmath>
#include <random>

#include "check.h"
#include "column/text.h"
#include "column/vector.h"

namespace millrace {
namespace {

std::string float_text(double value) {
  char text[kFormatBytes];
  return {text, format_float64(value, text)};
}

std::string timestamp_text(int64_t ticks, TypeId unit) {
  char text[kFormatBytes];
  return {text, format_timestamp(ticks, unit, text)};
}

std::string date_text(int64_t days) {
  char text[kFormatBytes];
  return {text, format_date(days, text)};
}

TEST("doubles are laid out as JavaScript's String(x) lays them out") {
  CHECK_EQ(float_text(0.0), "0");
  CHECK_EQ(float_text(-0.0), "0");
  CHECK_EQ(float_text(1), "1");
  CHECK_EQ(float_text(-1.5), "-1.5");
  CHECK_EQ(float_text(0.1 + 0.2), "0.30000000000000004");
  CHECK_EQ(float_text(123456789012345680000.0), "123456789012345680000");
  CHECK_EQ(float_text(999999999999999900000.0), "999999999999999900000");
  CHECK_EQ(float_text(1e21), "1e+21");
  CHECK_EQ(float_text(1.5e21), "1.5e+21");
  CHECK_EQ(float_text(0.000001), "0.000001");
  CHECK_EQ(float_text(0.00000123), "0.00000123");
  CHECK_EQ(float_text(0.0000001), "1e-7");
  CHECK_EQ(float_text(-1.25e-7), "-1.25e-7");
  CHECK_EQ(float_text(5e-324), "5e-324");
  CHECK_EQ(float_text(1.7976931348623157e308), "1.7976931348623157e+308");
  CHECK_EQ(float_text(9007199254740993.0), "9007199254740992");
  CHECK_EQ(float_text(100), "100");
  CHECK_EQ(float_text(12345.678), "12345.678");
  CHECK_EQ(float_text(__builtin_nan("")), "NaN");
  CHECK_EQ(float_text(-__builtin_inf()), "-Infinity");
}

TEST("a float32 shows the fewest digits that give it back") {
  char text[kFormatBytes];
  CHECK_EQ(std::string(text, format_float32(0.1f, text)), "0.1");
  CHECK_EQ(std::string(text, format_float32(16777216.0f, text)), "16777216");
  CHECK_EQ(std::string(text, format_float32(1e-45f, text)), "1e-45");
}

TEST("every formatted number parses back to the same bits and fits its room") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 50000; i++) {
    const double value = std::bit_cast<double>(random());
    const std::string text = float_text(value);
    CHECK(text.size() <= kFormatBytes);
    double back = 0;
    CHECK(parse_float64(text, back) == ParseResult::Ok);
    CHECK(back == value || std::isnan(value));
    const auto narrow = std::bit_cast<float>(static_cast<uint32_t>(random()));
    char digits[kFormatBytes];
    float back32 = 0;
    CHECK(parse_float32({digits, format_float32(narrow, digits)}, back32) == ParseResult::Ok);
    CHECK(back32 == narrow || std::isnan(narrow));
  }
}

TEST("dates are ISO 8601, with a sign and six digits outside the years 0 to 9999") {
  CHECK_EQ(date_text(0), "1970-01-01");
  CHECK_EQ(date_text(-719528), "0000-01-01");
  CHECK_EQ(date_text(-719529), "-000001-12-31");
  CHECK_EQ(date_text(2932896), "9999-12-31");
  CHECK_EQ(date_text(2932897), "+010000-01-01");
  CHECK_EQ(date_text(INT32_MAX), "+5881580-07-11");
  CHECK_EQ(date_text(INT32_MIN), "-5877641-06-23");
}

TEST("timestamps show as many digits of a second as they have") {
  CHECK_EQ(timestamp_text(0, TypeId::TimestampMs), "1970-01-01T00:00:00Z");
  CHECK_EQ(timestamp_text(1500, TypeId::TimestampMs), "1970-01-01T00:00:01.5Z");
  CHECK_EQ(timestamp_text(-1, TypeId::TimestampUs), "1969-12-31T23:59:59.999999Z");
  CHECK_EQ(timestamp_text(1'000'000'010, TypeId::TimestampNs), "1970-01-01T00:00:01.00000001Z");
  CHECK_EQ(timestamp_text(INT64_MIN, TypeId::TimestampNs), "1677-09-21T00:12:43.145224192Z");
  CHECK_EQ(timestamp_text(INT64_MAX, TypeId::TimestampMs), "+292278994-08-17T07:12:55.807Z");
  CHECK_EQ(timestamp_text(INT64_MIN, TypeId::TimestampMs), "-292275055-05-16T16:47:04.192Z");
}

TEST("timestamps of the parser's years parse back") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20000; i++) {
    const TypeId unit = i % 3 == 0 ? TypeId::TimestampMs : i % 3 == 1 ? TypeId::TimestampUs : TypeId::TimestampNs;
    const int64_t range = unit == TypeId::TimestampMs   ? 60'000'000'000'000
                          : unit == TypeId::TimestampUs ? 60'000'000'000'000'000
                                                        : INT64_MAX;
    const int64_t ticks = static_cast<int64_t>(random() % static_cast<uint64_t>(range)) * (random() % 2 ? 1 : -1);
    int64_t back = 0;
    CHECK(parse_timestamp(timestamp_text(ticks, unit), unit, back) == ParseResult::Ok);
    CHECK_EQ(back, ticks);
  }
}

TEST("long strings in messages are cut between characters") {
  const std::string text = std::string(59, 'a') + "\xC3\xA9tail" + std::string(kStringPadding, ' ');
  const StringRef value{text.data(), 65};
  CHECK_EQ(format_value(TypeId::Utf8, &value), "'" + std::string(59, 'a') + "...'");
}

}  // namespace
}  // namespace millrace
