// Dates and times by a pattern in the manner of strftime, both ways: compiled once, then a list of fields to write or
// read. lib/plan/expression/time-format.ts describes and checks the patterns for whoever writes them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "column/text.h"

namespace millrace::expr {

enum class TimeField : uint8_t {
  Literal,
  Year,
  ShortYear,
  Month,
  MonthName,
  ShortMonthName,
  Day,
  DayOfYear,
  Hour,
  Hour12,
  HalfDay,       // AM, PM
  SmallHalfDay,  // am, pm
  Minute,
  Second,
  Fraction,
  PointFraction,  // a point and as many digits as there are, or nothing
  Epoch,
  Weekday,   // Monday 1 to Sunday 7
  Weekday0,  // Sunday 0 to Saturday 6
  WeekdayName,
  ShortWeekdayName,
  IsoYear,
  IsoWeek,
  SundayWeek,
  MondayWeek,
  Offset,       // +hhmm
  ColonOffset,  // +hh:mm
  ZoneName,     // UTC
};

// A moment taken apart. `days` and `second_of_day` are those of the place's clock, which is `offset` seconds ahead of
// UTC.
struct TimeParts {
  int64_t days = 0;
  uint32_t second_of_day = 0;
  uint32_t nanosecond = 0;
  int32_t offset = 0;
};

class TimeFormat {
 public:
  // Longer ones, after %F and its like are written out, are ERR_PLAN, as are unknown fields: a row of text stays
  // bounded.
  static constexpr size_t kMostBytes = 768;
  static Result<TimeFormat> compile(std::string_view pattern);

  // Room that `format` needs.
  size_t most_bytes() const { return most_bytes_; }
  // Writes at most that many; returns how many.
  size_t format(const TimeParts& time, char* out) const;
  // The whole text, as ticks of `to` (a timestamp type) or days. A fraction's digits behind the tick are cut off.
  ParseResult parse(std::string_view text, TypeId to, int64_t& value) const;

 private:
  struct Item {
    TimeField field;
    char pad;        // '0', ' ', or '-' for none
    uint8_t digits;  // of a fraction; 0: any when read, 6 when written
    uint32_t begin;  // of a literal
    uint32_t size;
  };
  struct Read;
  Status add(std::string_view pattern);
  Status add_field(std::string_view pattern, size_t& at);
  void add_literal(std::string_view text);
  bool read_item(const Item& item, const char*& at, const char* end, Read& read) const;

  std::vector<Item> items_;
  std::string literals_;
  size_t most_bytes_ = 0;
};

}  // namespace millrace::expr
