// The date and timestamp parsers against readers that count the days one month at a time.
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "column/text.h"

namespace {

using millrace::ParseResult;
using millrace::TypeId;

void expect(bool holds, const char* what, const std::string& text) {
  if (holds) return;
  std::fprintf(stderr, "%s: '%s'\n", what, text.c_str());
  std::abort();
}

// Takes what it reads off the front of `text`.
class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  bool take(const char* any_of) {
    if (done() || std::string(any_of).find(text_[at_]) == std::string::npos) return false;
    taken_ = text_[at_++];
    return true;
  }
  char taken() const { return taken_; }
  std::optional<int> digits(int count) {
    int value = 0;
    for (int i = 0; i < count; i++) {
      if (!take("0123456789")) return std::nullopt;
      value = value * 10 + (taken_ - '0');
    }
    return value;
  }

 private:
  const std::string& text_;
  size_t at_ = 0;
  char taken_ = 0;
};

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::optional<int64_t> read_days(Reader& reader) {
  const auto year = reader.digits(4);
  if (!year || !reader.take("-")) return std::nullopt;
  const auto month = reader.digits(2);
  if (!month || !reader.take("-")) return std::nullopt;
  const auto day = reader.digits(2);
  if (!day || *month < 1 || *month > 12) return std::nullopt;
  const int lengths[] = {31, is_leap(*year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (*day < 1 || *day > lengths[*month - 1]) return std::nullopt;
  int64_t days = -719528;  // of 0000-01-01
  for (int y = 0; y < *year; y++) days += is_leap(y) ? 366 : 365;
  for (int m = 0; m < *month - 1; m++) days += lengths[m];
  return days + *day - 1;
}

// Minutes to take off for the zone; nothing when what is left is no zone.
std::optional<int> read_zone(Reader& reader) {
  if (reader.done()) return 0;
  if (reader.take("Z")) return reader.done() ? std::optional<int>(0) : std::nullopt;
  if (!reader.take("+-")) return std::nullopt;
  const int sign = reader.taken() == '+' ? 1 : -1;
  const auto hours = reader.digits(2);
  if (!hours) return std::nullopt;
  reader.take(":");
  const auto minutes = reader.digits(2);
  if (!minutes || !reader.done() || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

std::optional<__int128> read_nanoseconds(const std::string& text) {
  Reader reader(text);
  const auto days = read_days(reader);
  if (!days) return std::nullopt;
  __int128 seconds = __int128{*days} * 86400;
  if (reader.done()) return seconds * 1'000'000'000;
  if (!reader.take("T ")) return std::nullopt;
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.take(":")) return std::nullopt;
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  seconds += *hour * 3600 + *minute * 60;
  int64_t fraction = 0;
  if (reader.take(":")) {
    const auto second = reader.digits(2);
    if (!second || *second > 59) return std::nullopt;
    seconds += *second;
    if (reader.take(".")) {
      int64_t unit = 100'000'000;
      if (!reader.take("0123456789")) return std::nullopt;
      do {
        if (unit == 0) return std::nullopt;
        fraction += unit * (reader.taken() - '0');
        unit /= 10;
      } while (reader.take("0123456789"));
    }
  }
  const auto zone = read_zone(reader);
  if (!zone) return std::nullopt;
  return (seconds - *zone * 60) * 1'000'000'000 + fraction;
}

void check_timestamp(const std::string& text, TypeId unit, int64_t nanoseconds_per_tick) {
  const auto exact = read_nanoseconds(text);
  int64_t ticks = 0;
  const ParseResult result = millrace::parse_timestamp(text, unit, ticks);
  if (!exact) return expect(result == ParseResult::Malformed, "timestamp grammar", text);
  __int128 expected = *exact / nanoseconds_per_tick;
  if (expected * nanoseconds_per_tick > *exact) expected--;
  const bool fits = expected >= INT64_MIN && expected <= INT64_MAX;
  expect(result == (fits ? ParseResult::Ok : ParseResult::OutOfRange), "timestamp range", text);
  if (fits) expect(ticks == expected, "timestamp value", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Reader reader(text);
  const auto days = read_days(reader);
  int32_t parsed = 0;
  const bool ok = millrace::parse_date(text, parsed) == ParseResult::Ok;
  expect(ok == (days && reader.done()), "date grammar", text);
  if (ok) expect(parsed == *days, "date value", text);
  check_timestamp(text, TypeId::TimestampMs, 1'000'000);
  check_timestamp(text, TypeId::TimestampUs, 1'000);
  check_timestamp(text, TypeId::TimestampNs, 1);
  return 0;
}
