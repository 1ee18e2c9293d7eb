// Dates and timestamps to text and back by a TimeFormat.
#include <string>

#include "column/format.h"
#include "expr/clock.h"
#include "expr/loops.h"
#include "expr/time_format.h"
#include "expr/zone_table.h"

namespace millrace::expr {

namespace {

constexpr size_t kQuotedBytes = 200;

template <class Clock>
TimeParts parts_of(typename Clock::Value value, const ZoneTable* zone) {
  TimeParts out;
  if constexpr (Clock::kPerSecond == 0) {
    out.days = value;
  } else {
    int64_t seconds = floor_quotient(value, Clock::kPerSecond);
    out.nanosecond = static_cast<uint32_t>((value - seconds * Clock::kPerSecond) * (1'000'000'000 / Clock::kPerSecond));
    if (zone) out.offset = zone->stretch_at(seconds).offset;
    seconds += out.offset;
    out.days = floor_quotient(seconds, 86'400);
    out.second_of_day = static_cast<uint32_t>(seconds - out.days * 86'400);
  }
  return out;
}

// One piece of the arena for all rows; each text starts where the one before it ended.
template <class Clock>
Status format_times(Call& call) {
  const TimeFormat& format = *call.parameters.format;
  const size_t most = format.most_bytes() * call.rows + 1;
  char* at = call.arena->allocate(most);
  if (!at) return memory_limit_error(call.budget, most);
  const auto* values = call.arguments[0].as<typename Clock::Value>();
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    const size_t size = call.is_valid(row) ? format.format(parts_of<Clock>(values[row], call.parameters.zone), at) : 0;
    out[row] = {at, size};
    at += size;
  }
  return {};
}

ParseResult parse_time(const Parameters& parameters, std::string_view text, int64_t& value) {
  if (parameters.format) return parameters.format->parse(text, parameters.to, value);
  if (parameters.to != TypeId::Date) return parse_timestamp(text, parameters.to, value);
  int32_t days = 0;
  const ParseResult result = parse_date(text, days);
  value = days;
  return result;
}

[[gnu::cold]] Status unparsed(Call& call, uint32_t row, ParseResult result) {
  call.bad_row = row;
  const StringRef& text = call.arguments[0].as<StringRef>()[row];
  const StringRef pattern = call.parameters.text;
  ErrorFacts facts;
  facts.text = std::string(text.view().substr(0, kQuotedBytes));
  facts.hint = "give { strict: false } to read such texts as null, or another format";
  std::string message = format_value(TypeId::Utf8, &text);
  message += result == ParseResult::OutOfRange ? " is out of the range of " : " is no ";
  message += type_name(call.parameters.to);
  if (result != ParseResult::OutOfRange)
    message += call.parameters.format ? " by the format " + format_value(TypeId::Utf8, &pattern) : " in ISO form";
  return Status(Code::Cast, std::move(message), std::move(facts));
}

template <class Out>
Status parse_times(Call& call) {
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<Out>();
  for (uint32_t row = 0; row < call.rows; row++) {
    int64_t value = 0;
    if (call.is_valid(row)) {
      const ParseResult result = parse_time(call.parameters, texts[row].view(), value);
      if (result != ParseResult::Ok) [[unlikely]] {
        if (call.parameters.first != 0) return unparsed(call, row, result);
        set_null(call, row);
        value = 0;
      }
    }
    out[row] = static_cast<Out>(value);
  }
  return {};
}

}  // namespace

Kernel format_time_kernel(TypeId type) {
  return for_clock(type, []<class Clock>() -> Kernel { return format_times<Clock>; });
}

Kernel parse_time_kernel(TypeId to) { return to == TypeId::Date ? parse_times<int32_t> : parse_times<int64_t>; }

}  // namespace millrace::expr
