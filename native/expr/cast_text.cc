// Between text and values. Parsing accepts what the CSV reader accepts; formatting writes what parsing reads back.
#include <string>

#include "column/format.h"
#include "column/text.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

constexpr size_t kQuotedBytes = 200;

template <TypeId kType>
struct Text;

template <>
struct Text<TypeId::Bool> {
  using Value = uint8_t;
  static ParseResult parse(std::string_view text, uint8_t& out) {
    bool value = false;
    const ParseResult result = parse_bool(text, value);
    out = value;
    return result;
  }
  static size_t format(uint8_t value, char* out) {
    std::memcpy(out, value ? "true" : "false", value ? 4 : 5);
    return value ? 4 : 5;
  }
};

template <>
struct Text<TypeId::Int64> {
  using Value = int64_t;
  static ParseResult parse(std::string_view text, int64_t& out) { return parse_int64(text, out); }
  static size_t format(int64_t value, char* out) { return format_int64(value, out); }
};

template <>
struct Text<TypeId::UInt64> {
  using Value = uint64_t;
  static ParseResult parse(std::string_view text, uint64_t& out) { return parse_uint64(text, out); }
  static size_t format(uint64_t value, char* out) { return format_uint64(value, out); }
};

template <>
struct Text<TypeId::Float32> {
  using Value = float;
  static ParseResult parse(std::string_view text, float& out) { return parse_float32(text, out); }
  static size_t format(float value, char* out) { return format_float32(value, out); }
};

template <>
struct Text<TypeId::Float64> {
  using Value = double;
  static ParseResult parse(std::string_view text, double& out) { return parse_float64(text, out); }
  static size_t format(double value, char* out) { return format_float64(value, out); }
};

template <>
struct Text<TypeId::Date> {
  using Value = int32_t;
  static ParseResult parse(std::string_view text, int32_t& out) { return parse_date(text, out); }
  static size_t format(int32_t value, char* out) { return format_date(value, out); }
};

template <TypeId kUnit>
struct TimestampText {
  using Value = int64_t;
  static ParseResult parse(std::string_view text, int64_t& out) { return parse_timestamp(text, kUnit, out); }
  static size_t format(int64_t value, char* out) { return format_timestamp(value, kUnit, out); }
};
template <>
struct Text<TypeId::TimestampMs> : TimestampText<TypeId::TimestampMs> {};
template <>
struct Text<TypeId::TimestampUs> : TimestampText<TypeId::TimestampUs> {};
template <>
struct Text<TypeId::TimestampNs> : TimestampText<TypeId::TimestampNs> {};

[[gnu::cold]] Status parse_error(Call& call, uint32_t row, ParseResult result) {
  call.bad_row = row;
  const StringRef& text = call.arguments[0].as<StringRef>()[row];
  const char* to = type_name(call.parameters.to);
  ErrorFacts facts;
  facts.text = std::string(text.view().substr(0, kQuotedBytes));
  facts.hint = call.parameters.to == TypeId::Bool
                   ? "such texts are true and false; make conditions of others, as in c.Flag.eq('1')"
                   : "make them null with `str.toNumber({ strict: false })` or `when`, or read them as null with the "
                     "option nullValues";
  const char* why = result == ParseResult::OutOfRange ? " is out of range" : " is not one";
  return Status(call.parameters.code,
                std::string("cannot cast utf8 to ") + to + ": " + format_value(TypeId::Utf8, &text) + why,
                std::move(facts));
}

template <TypeId kTo>
Status parse_rows(Call& call) {
  using Value = typename Text<kTo>::Value;
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<Value>();
  const bool lenient = call.parameters.first == 1;
  for (uint32_t row = 0; row < call.rows; row++) {
    Value value{};
    if (call.is_valid(row)) {
      const ParseResult result = Text<kTo>::parse(texts[row].view(), value);
      if (result != ParseResult::Ok) [[unlikely]] {
        if (!lenient) return parse_error(call, row, result);
        set_null(call, row);
      }
    }
    out[row] = value;
  }
  return {};
}

// One piece of the arena for all rows; each text starts where the one before it ended.
template <TypeId kFrom>
Status format_rows(Call& call) {
  using Value = typename Text<kFrom>::Value;
  const size_t most = kFormatBytes * call.rows;
  char* at = call.arena->allocate(most);
  if (!at) return memory_limit_error(call.budget, most);
  const auto* values = call.arguments[0].as<Value>();
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    const size_t size = call.is_valid(row) ? Text<kFrom>::format(values[row], at) : 0;
    out[row] = {at, size};
    at += size;
  }
  return {};
}

}  // namespace

Kernel parse_kernel(TypeId to) {
  switch (to) {
    case TypeId::Bool: return parse_rows<TypeId::Bool>;
    case TypeId::Int64: return parse_rows<TypeId::Int64>;
    case TypeId::UInt64: return parse_rows<TypeId::UInt64>;
    case TypeId::Float32: return parse_rows<TypeId::Float32>;
    case TypeId::Float64: return parse_rows<TypeId::Float64>;
    case TypeId::Date: return parse_rows<TypeId::Date>;
    case TypeId::TimestampMs: return parse_rows<TypeId::TimestampMs>;
    case TypeId::TimestampUs: return parse_rows<TypeId::TimestampUs>;
    case TypeId::TimestampNs: return parse_rows<TypeId::TimestampNs>;
    default: return nullptr;
  }
}

Kernel format_kernel(TypeId from) {
  switch (from) {
    case TypeId::Bool: return format_rows<TypeId::Bool>;
    case TypeId::Int64: return format_rows<TypeId::Int64>;
    case TypeId::UInt64: return format_rows<TypeId::UInt64>;
    case TypeId::Float32: return format_rows<TypeId::Float32>;
    case TypeId::Float64: return format_rows<TypeId::Float64>;
    case TypeId::Date: return format_rows<TypeId::Date>;
    case TypeId::TimestampMs: return format_rows<TypeId::TimestampMs>;
    case TypeId::TimestampUs: return format_rows<TypeId::TimestampUs>;
    case TypeId::TimestampNs: return format_rows<TypeId::TimestampNs>;
    default: return nullptr;
  }
}

}  // namespace millrace::expr
