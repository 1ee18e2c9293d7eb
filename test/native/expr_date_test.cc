#include <ctime>

#include "check.h"
#include "column/calendar.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

// The C library's calendar, which is independent of ours.
std::tm broken_down(int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm out{};
  gmtime_r(&time, &out);
  return out;
}

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int64_t ticks_per_second(TypeId type) {
  return type == TypeId::TimestampMs ? 1'000 : type == TypeId::TimestampUs ? 1'000'000 : 1'000'000'000;
}

int naive_part(const std::string& part, int64_t seconds, int64_t millisecond) {
  const std::tm tm = broken_down(seconds);
  if (part == "year") return tm.tm_year + 1900;
  if (part == "quarter") return tm.tm_mon / 3 + 1;
  if (part == "month") return tm.tm_mon + 1;
  if (part == "day") return tm.tm_mday;
  if (part == "weekday") return tm.tm_wday == 0 ? 7 : tm.tm_wday;
  if (part == "dayOfYear") return tm.tm_yday + 1;
  if (part == "hour") return tm.tm_hour;
  if (part == "minute") return tm.tm_min;
  if (part == "second") return tm.tm_sec;
  return static_cast<int>(millisecond);
}

int64_t naive_truncate(const std::string& unit, int64_t seconds) {
  const std::tm tm = broken_down(seconds);
  const int64_t day = floor_divide(seconds, 86400) * 86400;
  if (unit == "second") return seconds;
  if (unit == "minute") return seconds - tm.tm_sec;
  if (unit == "hour") return seconds - tm.tm_sec - tm.tm_min * 60;
  if (unit == "day") return day;
  if (unit == "week") return day - (tm.tm_wday + 6) % 7 * 86400;
  if (unit == "year") return day - int64_t{tm.tm_yday} * 86400;
  std::tm first = tm;
  first.tm_mday = 1;
  if (unit == "quarter") first.tm_mon = tm.tm_mon / 3 * 3;
  first.tm_hour = first.tm_min = first.tm_sec = 0;
  return timegm(&first);
}

constexpr const char* kParts[] = {"year",      "quarter", "month",  "day",    "weekday",
                                  "dayOfYear", "hour",    "minute", "second", "millisecond"};
constexpr const char* kUnits[] = {"year", "quarter", "month", "week", "day", "hour", "minute", "second"};

TEST("date parts and truncation of timestamps agree with the C library, before 1970 too") {
  Random random(41);
  for (const TypeId type : {TypeId::TimestampMs, TypeId::TimestampUs, TypeId::TimestampNs}) {
    const int64_t per_second = ticks_per_second(type);
    const int64_t years = type == TypeId::TimestampNs ? 290 : 3000;  // either side of 1970
    for (const uint32_t rows : kRowCounts) {
      const auto a = random_cells<int64_t>(random, rows, true, [&] {
        const int64_t seconds =
            static_cast<int64_t>(random() % static_cast<uint64_t>(years * 2 * 31'556'952)) - years * 31'556'952;
        const int64_t base = random() % 3 == 0 ? floor_divide(seconds, 86400) * 86400 : seconds;
        return base * per_second + static_cast<int64_t>(random() % 3) - 1;
      });
      Table table;
      table.add("a", type, a, INT64_MIN);
      for (const char* part : kParts) {
        const Answer answer(table, std::string("[['col','a'],['") + part + "',0]]");
        int wrong = answer.type() != TypeId::Int32;
        for (uint32_t i = 0; i < rows; i++) {
          const int64_t seconds = floor_divide(a[i].value_or(0), per_second);
          const int64_t rest = a[i].value_or(0) - seconds * per_second;
          wrong += answer.get<int32_t>(i) !=
                   (a[i] ? std::optional<int32_t>(naive_part(part, seconds, rest * 1000 / per_second)) : std::nullopt);
        }
        if (wrong) CHECK_EQ(std::string(part) + " of " + type_name(type), "right");
      }
      for (const char* unit : kUnits) {
        const Answer answer(table, std::string("[['col','a'],['truncate',0,'") + unit + "']]");
        int wrong = !answer.status().ok();
        for (uint32_t i = 0; i < rows && !wrong; i++) {
          const int64_t want = naive_truncate(unit, floor_divide(a[i].value_or(0), per_second)) * per_second;
          wrong += answer.get<int64_t>(i) != (a[i] ? std::optional<int64_t>(want) : std::nullopt);
        }
        if (wrong) CHECK_EQ(std::string("truncate to ") + unit + " of " + type_name(type), "right");
      }
    }
  }
}

TEST("date parts and truncation of dates agree with the C library; their time of day is zero") {
  Random random(42);
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<int32_t>(random, rows, true,
                                         [&] { return static_cast<int32_t>(random() % 2'000'000) - 1'000'000; });
    Table table;
    table.add("a", TypeId::Date, a);
    for (const char* part : kParts) {
      const Answer answer(table, std::string("[['col','a'],['") + part + "',0]]");
      int wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        wrong += answer.get<int32_t>(i) !=
                 (a[i] ? std::optional<int32_t>(naive_part(part, int64_t{*a[i]} * 86400, 0)) : std::nullopt);
      }
      if (wrong) CHECK_EQ(std::string(part) + " of date", "right");
    }
    for (const char* unit : kUnits) {
      const Answer answer(table, std::string("[['col','a'],['truncate',0,'") + unit + "']]");
      int wrong = answer.type() != TypeId::Date;
      for (uint32_t i = 0; i < rows; i++) {
        const auto want =
            a[i] ? std::optional<int32_t>(static_cast<int32_t>(naive_truncate(unit, int64_t{*a[i]} * 86400) / 86400))
                 : std::nullopt;
        wrong += answer.get<int32_t>(i) != want;
      }
      if (wrong) CHECK_EQ(std::string("truncate date to ") + unit, "right");
    }
  }
}

TEST("days hundreds of millions of years away have parts too, also beside ordinary ones") {
  Table table;
  table.add<int32_t>("d", TypeId::Date, {INT32_MAX, 0, INT32_MIN})
      .add<int64_t>("ms", TypeId::TimestampMs, {INT64_MAX, 0, INT64_MIN});
  CHECK_EQ(show(table, "[['col','d'],['year',0]]"), "int32 [5881580, 1970, -5877641]");
  CHECK_EQ(show(table, "[['col','d'],['dayOfYear',0]]"), "int32 [193, 1, 174]");
  CHECK_EQ(show(table, "[['col','d'],['weekday',0]]"), "int32 [5, 4, 2]");
  CHECK_EQ(show(table, "[['col','ms'],['year',0]]"), "int32 [292278994, 1970, -292275055]");
  CHECK_EQ(show(table, "[['col','ms'],['month',0]]"), "int32 [8, 1, 5]");
}

TEST("truncating at the very start of a type's range is an overflow, unless the row is null") {
  Table table;
  table.add<int64_t>("a", TypeId::TimestampNs, {0, INT64_MIN})
      .add<int64_t>("null", TypeId::TimestampNs, {0, std::nullopt}, INT64_MIN);
  table.add<int32_t>("d", TypeId::Date, {INT32_MIN, 0});
  CHECK_EQ(show(table, "[['col','a'],['truncate',0,'hour']]"),
           "ERR_OVERFLOW truncating 1677-09-21T00:12:43.145224192Z leaves the range of timestamp[ns] | "
           "1677-09-21T00:12:43.145224192Z");
  CHECK_EQ(show(table, "[['col','a'],['truncate',0,'year']]").substr(0, 12), "ERR_OVERFLOW");
  CHECK_EQ(show(table, "[['col','null'],['truncate',0,'year']]"), "timestamp[ns] [1970-01-01T00:00:00Z, null]");
  CHECK_EQ(show(table, "[['col','d'],['truncate',0,'month']]").substr(0, 12), "ERR_OVERFLOW");
}

TEST("toDate floors to the day and epoch counts in any unit") {
  Table table;
  table.add<int64_t>("us", TypeId::TimestampUs, {-1, 1'500'000, std::nullopt})
      .add<int32_t>("d", TypeId::Date, {1, -1, 0});
  table.add<int64_t>("far", TypeId::TimestampMs, {INT64_MAX / 1000 + 1, 0, 0});
  CHECK_EQ(show(table, "[['col','us'],['toDate',0]]"), "date [1969-12-31, 1970-01-01, null]");
  CHECK_EQ(show(table, "[['col','d'],['toDate',0]]"), "date [1970-01-02, 1969-12-31, 1970-01-01]");
  CHECK_EQ(show(table, "[['col','us'],['epoch',0,'s']]"), "int64 [-1, 1, null]");
  CHECK_EQ(show(table, "[['col','us'],['epoch',0,'ms']]"), "int64 [-1, 1500, null]");
  CHECK_EQ(show(table, "[['col','us'],['epoch',0,'us']]"), "int64 [-1, 1500000, null]");
  CHECK_EQ(show(table, "[['col','us'],['epoch',0,'ns']]"), "int64 [-1000, 1500000000, null]");
  CHECK_EQ(show(table, "[['col','d'],['epoch',0,'s']]"), "int64 [86400, -86400, 0]");
  CHECK_EQ(show(table, "[['col','far'],['epoch',0,'us']]").substr(0, 12), "ERR_OVERFLOW");
}

TEST("date operations take dates and timestamps only") {
  Table table;
  table.add("s", {"2020-01-01"});
  CHECK_EQ(show(table, "[['col','s'],['year',0]]"), "ERR_TYPE year cannot take utf8");
  CHECK_EQ(show(table, "[['col','s'],['truncate',0,'day']]"), "ERR_TYPE truncate cannot take utf8");
  CHECK_EQ(show(table, "[['lit','null'],['toDate',0]]"), "ERR_TYPE toDate cannot take null");
}

TEST("the calendar goes from days to dates and back for six thousand years, and for its ends") {
  int64_t expected_day = days_from_civil(-1000, 1, 1);
  int wrong = 0;
  for (int64_t year = -1000; year <= 5000; year++) {
    for (uint32_t month = 1; month <= 12; month++) {
      for (uint32_t day = 1; day <= days_in_month(year, month); day++) {
        const int64_t days = days_from_civil(year, month, day);
        const CivilDate date = civil_from_days(days);
        wrong += days != expected_day++;
        wrong += date.year != year || date.month != month || date.day != day;
      }
    }
  }
  CHECK_EQ(wrong, 0);
  CHECK_EQ(days_from_civil(1970, 1, 1), 0);
  CHECK_EQ(iso_weekday(0), 4);
  // 400 years have 146,097 days, and the same dates: far days reduce to near ones.
  for (int64_t days = -kNearDays - 1'000'000; days <= kNearDays + 1'000'000; days += 9973) {
    const int64_t eras = days / 146097;
    const CivilDate date = civil_from_days(days), reduced = civil_from_days(days - eras * 146097);
    wrong += date.year != reduced.year + eras * 400 || date.month != reduced.month || date.day != reduced.day;
    wrong += days_from_civil(date.year, date.month, date.day) != days;
  }
  CHECK_EQ(wrong, 0);
  for (const int64_t days :
       {int64_t{INT32_MIN}, int64_t{INT32_MAX}, int64_t{-106'751'991'168}, int64_t{106'751'991'167}}) {
    const CivilDate date = civil_from_days(days);
    CHECK_EQ(days_from_civil(date.year, date.month, date.day), days);
  }
}

}  // namespace
}  // namespace millrace::expr::test
