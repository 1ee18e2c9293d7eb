#include "check.h"
#include "column/calendar.h"
#include "expr/time_format.h"
#include "expr/zone_table.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 86'400;

ZoneTable zone_of(const std::string& text) { return ZoneTable::read(nodes_of(text)).take(); }

// One hour of summer time from the first of April to the first of October, at midnight UTC, from 2000 on.
std::string summers() {
  std::string text = "[3600";
  for (int64_t year = 2000; year < 2129; year++) {
    text += "," + std::to_string(days_from_civil(year, 4, 1) * kDay) + ",7200";
    text += "," + std::to_string(days_from_civil(year, 10, 1) * kDay) + ",3600";
  }
  return text + "]";
}

TEST("a zone's rule goes on in all later years") {
  const ZoneTable zone = zone_of(summers());
  CHECK_EQ(zone.stretch_at(days_from_civil(1900, 6, 1) * kDay).offset, 3600);
  CHECK_EQ(zone.stretch_at(days_from_civil(1900, 6, 1) * kDay).from, INT64_MIN);
  for (int64_t year = 2000; year < 12'000; year += 7) {
    const int64_t begin = days_from_civil(year, 4, 1) * kDay, end = days_from_civil(year, 10, 1) * kDay;
    CHECK_EQ(zone.stretch_at(begin - 1).offset, 3600);
    CHECK_EQ(zone.stretch_at(begin).offset, 7200);
    CHECK_EQ(zone.stretch_at(end - 1).offset, 7200);
    CHECK_EQ(zone.stretch_at(end).offset, 3600);
    CHECK_EQ(zone.stretch_at(end - 1).from, begin);
    CHECK_EQ(zone.stretch_at(begin).to, end);
  }
}

TEST("local times have one instant, two, or none") {
  const ZoneTable zone = zone_of(summers());
  for (const int64_t year : {2020, 2128, 2129, 2528, 2529, 9001}) {
    const int64_t begin = days_from_civil(year, 4, 1) * kDay, end = days_from_civil(year, 10, 1) * kDay;
    auto found = zone.instants_of(begin + kHour - 1);
    CHECK_EQ(found.count, 1u);
    CHECK_EQ(found.first, begin - 1);
    for (const int64_t local : {begin + kHour, begin + 2 * kHour - 1}) {
      found = zone.instants_of(local);
      CHECK_EQ(found.count, 0u);
      CHECK_EQ(found.first, begin);
    }
    for (const int64_t local : {end + kHour, end + 2 * kHour - 1}) {
      found = zone.instants_of(local);
      CHECK_EQ(found.count, 2u);
      CHECK_EQ(found.first, local - 2 * kHour);
      CHECK_EQ(found.last, local - kHour);
    }
    // Where the table ends and a cycle of 400 years begins, there is one instant as elsewhere.
    found = zone.instants_of(days_from_civil(year, 1, 1) * kDay);
    CHECK_EQ(found.count, 1u);
    CHECK_EQ(found.last, days_from_civil(year, 1, 1) * kDay - kHour);
  }
}

TEST("a plan with a malformed zone is refused") {
  for (const char* text : {"[]", "[0,1]", "['x']", "[90000]", "[0,5,60,5,120]", "[0,5,60,4,120]", "[0,99999999999,60]",
                           "{}", "[0,0.5,3]"}) {
    CHECK(!ZoneTable::read(nodes_of(text)).ok());
  }
  CHECK(ZoneTable::read(nodes_of("[0,5,60,6,120]")).ok());
}

TEST("formats stay within the room that they ask for, at the ends of every type") {
  const char* patterns[] = {"%Y",
                            "%y%m%d%e%j",
                            "%A%a%B%b",
                            "%H%I%p%P%M%S",
                            "%f%3f%6f%9f%.f",
                            "%s",
                            "%u%w%G%V%U%W",
                            "%z%:z%Z",
                            "%-d%-m%-H%-I%-M%-S%-j%-y",
                            "%F %T %R %D%%%n%t",
                            "plain"};
  for (const char* pattern : patterns) {
    const TimeFormat format = TimeFormat::compile(pattern).take();
    for (const int64_t days :
         {int64_t{INT32_MIN}, int64_t{INT32_MAX}, int64_t{0}, INT64_MIN / 86'400'000, INT64_MAX / 86'400'000}) {
      std::vector<char> out(format.most_bytes() + 1, '\x7F');
      const size_t size = format.format({days, 86'399, 999'999'999, -86'399}, out.data());
      CHECK(size <= format.most_bytes());
      CHECK_EQ(out[format.most_bytes()], '\x7F');
    }
  }
  CHECK(!TimeFormat::compile("%Q").ok());
  CHECK(!TimeFormat::compile("%").ok());
  CHECK(!TimeFormat::compile("%-").ok());
  CHECK(!TimeFormat::compile(std::string(800, 'x')).ok());
}

TEST("any text is read or refused, without a look behind its end") {
  Random random(7);
  const TimeFormat format = TimeFormat::compile("%A %e. %B %Y, %I:%M:%S%.f %p %z %Z %j %s %y").take();
  constexpr std::string_view kPieces[] = {
      "Monday", "mon", " ",      "1",  "31",  ".",   "May", "2021",    ",", ":",
      "59",     "PM",  "+02:00", "-0", "UTC", "365", "-1",  "+012345", "9", "99999999999999999999"};
  for (int round = 0; round < 20'000; round++) {
    std::string text;
    for (uint64_t i = random() % 24; i > 0; i--) text += kPieces[random() % std::size(kPieces)];
    const std::vector<char> exact(text.begin(), text.end());  // the address sanitizer sees its end
    int64_t value = 0;
    (void)format.parse({exact.data(), exact.size()}, TypeId::TimestampNs, value);
  }
  int64_t value = 0;
  const TimeFormat plain = TimeFormat::compile("%a %e. %B %Y, %I:%M:%S%.f %p %z").take();
  CHECK(plain.parse("Sat  1. May 2021, 01:02:03.5 pm +02:00", TypeId::TimestampMs, value) == ParseResult::Ok);
  CHECK_EQ(value, (days_from_civil(2021, 5, 1) * kDay + 11 * kHour + 2 * 60 + 3) * 1000 + 500);
}

TEST("malformed nodes of time are errors of the plan") {
  Table table;
  table.add<int64_t>("t", TypeId::TimestampUs, {0, std::nullopt});
  table.add("s", {std::string("x"), std::nullopt});
  for (const char* nodes :
       {"[['col','t'],['offsetBy',0,'1d']]", "[['col','t'],['offsetBy',0,'1d',0,'1']]",
        "[['col','t'],['truncateTo',0,'x',0,'0',false]]", "[['col','t'],['roundTo',0,'x',-1,'0',false]]",
        "[['col','t'],['timeDiff',0,0,'x']]", "[['col','t'],['formatTime',0,'%Q']]",
        "[['col','s'],['parseTime',0,'%F','int64',true]]", "[['col','t'],['toZone',0,'x',[]]]",
        "[['col','t'],['fromZone',0,'x',[0],'never','raise']]", "[['col','t'],['toZone',0]]"}) {
    CHECK_EQ(show(table, nodes).substr(0, 8), "ERR_PLAN");
  }
  CHECK_EQ(show(table, "[['col','s'],['toZone',0,'x',[0]]]").substr(0, 8), "ERR_TYPE");
  CHECK_EQ(show(table, "[['col','t'],['parseTime',0,null,'date',true]]").substr(0, 8), "ERR_TYPE");
  CHECK_EQ(show(table, "[['col','t'],['toZone',0,'x',[3600]]]"), "timestamp[us] [1970-01-01T01:00:00Z, null]");
  CHECK_EQ(show(table, "[['lit','utf8','5.6.2021'],['parseTime',0,'%d.%m.%Y','date',true]]"),
           "date [2021-06-05, 2021-06-05]");
}

TEST("times at the ends of 64 bits move into zones and back or overflow") {
  Table table;
  table.add<int64_t>("t", TypeId::TimestampNs, {INT64_MAX, INT64_MIN, 0});
  CHECK_EQ(show(table, "[['col','t'],['toZone',0,'x',[3600]]]").substr(0, 12), "ERR_OVERFLOW");
  CHECK_EQ(show(table, "[['col','t'],['toZone',0,'x',[-3600]]]").substr(0, 12), "ERR_OVERFLOW");
  CHECK_EQ(show(table, "[['col','t'],['fromZone',0,'x',[3600],'raise','raise']]").substr(0, 12), "ERR_OVERFLOW");
  CHECK_EQ(show(table, "[['col','t'],['timeDiff',0,0,'ns']]"), "int64 [0, 0, 0]");
  Table ms;
  ms.add<int64_t>("t", TypeId::TimestampMs, {INT64_MAX - kDay * 2000, INT64_MIN + kDay * 2000});
  CHECK_EQ(
      show(ms, "[['col','t'],['toZone',0,'x',[3600]],['fromZone',1,'x',[3600],'raise','raise'],['timeDiff',2,0,'ms']]"),
      "int64 [0, 0]");
  // The first second of the range begins outside of it.
  Table first;
  first.add<int64_t>("t", TypeId::TimestampNs, {INT64_MIN, INT64_MIN + 1});
  CHECK_EQ(show(first, "[['col','t'],['fromZone',0,'x',[0],'raise','raise'],['timeDiff',1,0,'ns']]"), "int64 [0, 0]");
}

}  // namespace
}  // namespace millrace::expr::test
