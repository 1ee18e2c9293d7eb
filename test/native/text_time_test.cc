#include <random>
#include <string>

#include "check.h"
#include "column/calendar.h"
#include "column/text.h"
#include "column/text_fast.h"
#include "parsing.h"

namespace millrace {
namespace {

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

}  // namespace

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
  for (const char* text : {"", "2020", "2020-1-1", "2020-01-1", "2020-01-011", "20200101", "2020/01/01", "2020-01-0a",
                           "-020-01-01", "2020-01-01 ", " 2020-01-01", "2020-01-01T", "2020.01.01", "2020-01:01"}) {
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
  for (const char* text : {"",
                           "1970",
                           "1970-01-01T",
                           "1970-01-01T1",
                           "1970-01-01T01",
                           "1970-01-01T01:0",
                           "1970-01-01T24:00",
                           "1970-01-01T01:60",
                           "1970-01-01T01:00:60",
                           "1970-01-01T01:00:00.",
                           "1970-01-01T01:00:00.1234567890",
                           "1970-01-01T01:00:00 Z",
                           "1970-01-01T01:00:00z",
                           "1970-01-01t01:00:00",
                           "1970-01-01T01:00:00+2",
                           "1970-01-01T01:00:00+24:00",
                           "1970-01-01T01:00:00+02:60",
                           "1970-01-01T01:00:00ZZ",
                           "1970-01-01Z",
                           "1970-02-30T00:00:00",
                           "1970-01-01  01:00:00",
                           "1970-01-01T01:00.5",
                           "1970-01-01T-1:00:00",
                           "1970-01-01T01:00:00,5",
                           "1970-01-01T01:00:00.5x"}) {
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
    check(run_padded(text, ",",
                     [&](const char* at, size_t size) { return parse_short_timestamp<1'000>(at, size, fast); }),
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
    std::snprintf(text, sizeof(text), "%04d-%02u-%02u%c%02u:%02u:%02u.%09u", static_cast<int>(date.year), date.month,
                  date.day, random() % 2 ? 'T' : ' ', static_cast<unsigned>(random() % 25),
                  static_cast<unsigned>(random() % 61), static_cast<unsigned>(random() % 61),
                  static_cast<unsigned>(random() % 1'000'000'000));
    std::string shortened = std::string(text).substr(0, 16 + random() % 14);
    if (random() % 3 == 0) shortened += random() % 2 ? "Z" : "+01:00";
    if (random() % 5 == 0) shortened[random() % shortened.size()] = static_cast<char>(random());
    compare(shortened);
  }
}

TEST("the fast timestamp parser takes the common shapes") {
  int64_t ticks = 0;
  for (const char* text :
       {"2020-01-02T03:04:05", "2020-01-02 03:04:05Z", "2020-01-02T03:04:05.123Z", "2020-01-02T03:04:05.123456"}) {
    CHECK(run_padded(
        text, ",", [&](const char* at, size_t size) { return parse_short_timestamp<1'000'000'000>(at, size, ticks); }));
  }
}

}  // namespace millrace
