#include "csv/convert.h"

#include <limits>

#include "column/text_fast.h"
#include "csv/convert_loop.h"
#include "csv/convert_text.h"

namespace millrace::csv {

namespace {

template <class T>
struct IntParser {
  using Value = T;
  static constexpr Reason kReason = Reason::NotANumber;
  static bool fast(const char* text, uint64_t size, T& value) {
    int64_t wide;
    if (!parse_short_int64(text, size, wide)) return false;
    value = static_cast<T>(wide);
    if constexpr (sizeof(T) < 8) return value == wide;
    if constexpr (std::is_unsigned_v<T>) return wide >= 0;
    return true;
  }
  static ParseResult whole(std::string_view text, T& value) {
    if constexpr (std::is_same_v<T, uint64_t>) return parse_uint64(text, value);
    int64_t wide;
    const ParseResult result = parse_int64(text, wide);
    if (result != ParseResult::Ok) return result;
    value = static_cast<T>(wide);
    return static_cast<int64_t>(value) == wide ? ParseResult::Ok : ParseResult::OutOfRange;
  }
};

struct Int64Parser : IntParser<int64_t> {
  static auto kernel() { return simd::kernels().parse_integers; }
};

struct Float64Parser {
  using Value = double;
  static constexpr Reason kReason = Reason::NotANumber;
  // More digits than the short parser takes are common enough to spare them the cold path.
  static bool fast(const char* text, uint64_t size, double& value) {
    if (parse_short_decimal(text, size, value)) [[likely]]
      return true;
    return begins_number(*text) && parse_float64({text, size}, value) == ParseResult::Ok;
  }
  static auto kernel() { return simd::kernels().parse_decimals; }
  static bool begins_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+'; }
  static ParseResult whole(std::string_view text, double& value) { return parse_float64(text, value); }
};

struct Float32Parser {
  using Value = float;
  static constexpr Reason kReason = Reason::NotANumber;
  static bool fast(const char* text, uint64_t size, float& value) {
    double wide;
    if (!parse_short_decimal(text, size, wide)) return false;
    value = static_cast<float>(wide);
    return !may_round_twice(wide);
  }
  static ParseResult whole(std::string_view text, float& value) { return parse_float32(text, value); }
};

struct BoolParser {
  using Value = uint8_t;
  static constexpr Reason kReason = Reason::NotABool;
  static bool fast(const char* text, uint64_t size, uint8_t& value) {
    bool parsed;
    if (!parse_short_bool(text, size, parsed)) return false;
    value = parsed;
    return true;
  }
  static ParseResult whole(std::string_view text, uint8_t& value) {
    bool parsed = false;
    const ParseResult result = parse_bool(text, parsed);
    value = parsed;
    return result;
  }
};

struct DateParser {
  using Value = int32_t;
  static constexpr Reason kReason = Reason::NotADate;
  static bool fast(const char* text, uint64_t size, int32_t& days) { return parse_short_date(text, size, days); }
  static auto kernel() { return simd::kernels().parse_dates; }
  static ParseResult whole(std::string_view text, int32_t& days) { return parse_date(text, days); }
};

template <TypeId unit, int64_t ticks_per_second>
struct TimestampParser {
  using Value = int64_t;
  static constexpr Reason kReason = Reason::NotADate;
  static bool fast(const char* text, uint64_t size, int64_t& ticks) {
    return parse_short_timestamp<ticks_per_second>(text, size, ticks);
  }
  static ParseResult whole(std::string_view text, int64_t& ticks) { return parse_timestamp(text, unit, ticks); }
};

void convert_values(Conversion& conversion, void* out) {
  switch (conversion.options.type) {
    case TypeId::Bool: return convert_fields<BoolParser>(conversion, out);
    case TypeId::Int8: return convert_fields<IntParser<int8_t>>(conversion, out);
    case TypeId::Int16: return convert_fields<IntParser<int16_t>>(conversion, out);
    case TypeId::Int32: return convert_fields<IntParser<int32_t>>(conversion, out);
    case TypeId::Int64: return convert_fields<Int64Parser>(conversion, out);
    case TypeId::UInt8: return convert_fields<IntParser<uint8_t>>(conversion, out);
    case TypeId::UInt16: return convert_fields<IntParser<uint16_t>>(conversion, out);
    case TypeId::UInt32: return convert_fields<IntParser<uint32_t>>(conversion, out);
    case TypeId::UInt64: return convert_fields<IntParser<uint64_t>>(conversion, out);
    case TypeId::Float32: return convert_fields<Float32Parser>(conversion, out);
    case TypeId::Float64: return convert_fields<Float64Parser>(conversion, out);
    case TypeId::Date: return convert_fields<DateParser>(conversion, out);
    case TypeId::TimestampMs: return convert_fields<TimestampParser<TypeId::TimestampMs, 1'000>>(conversion, out);
    case TypeId::TimestampUs: return convert_fields<TimestampParser<TypeId::TimestampUs, 1'000'000>>(conversion, out);
    case TypeId::TimestampNs:
      return convert_fields<TimestampParser<TypeId::TimestampNs, 1'000'000'000>>(conversion, out);
    case TypeId::Utf8:
    case TypeId::Dict: break;  // convert_text()
  }
}

}  // namespace

Status ConvertedColumn::convert(const FieldSource& source, const ConvertOptions& options, const uint32_t* selection,
                                uint32_t count, ConvertFailure& failure) {
  MILLRACE_TRY(data_.reserve(kVectorRows * type_width(options.type)));
  arena_.clear();
  failure = {};
  Conversion conversion{source, options, selection, count, failure, validity_, NullTokens(options.null_tokens)};
  if (is_string(options.type)) {
    MILLRACE_TRY(convert_text(conversion, reinterpret_cast<StringRef*>(data_.data()), arena_));
  } else {
    convert_values(conversion, data_.data());
  }
  nullified_ = conversion.nullified;
  vector_ = {options.type, data_.data(), conversion.has_nulls ? validity_ : nullptr};
  return {};
}

}  // namespace millrace::csv
