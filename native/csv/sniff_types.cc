#include "csv/sniff_types.h"

#include "column/text.h"

namespace millrace::csv {

namespace {

bool has_leading_zero(std::string_view integer) {
  if (integer[0] == '-' || integer[0] == '+') integer.remove_prefix(1);
  return integer.size() > 1 && integer[0] == '0';
}

}  // namespace

Shape shape_of(std::string_view field, const Dialect& dialect, const NullTokens& tokens) {
  const UnquotedField unquoted = unquote(field, dialect.quote, dialect.escape);
  if (unquoted.malformed || unquoted.escaped) return Shape::Text;
  const std::string_view text = trim_blanks(unquoted.text);
  if (tokens.contains(unquoted.text) || tokens.contains(text)) return Shape::Null;
  int64_t integer;
  const ParseResult as_integer = parse_int64(text, integer);
  if (as_integer != ParseResult::Malformed && has_leading_zero(text)) return Shape::PaddedInt;
  if (as_integer == ParseResult::Ok) return Shape::Int;
  double number;
  if (as_integer == ParseResult::OutOfRange || parse_float64(text, number) == ParseResult::Ok) return Shape::Float;
  bool truth;
  if (parse_bool(text, truth) == ParseResult::Ok) return Shape::Bool;
  int32_t days;
  if (parse_date(text, days) == ParseResult::Ok) return Shape::Date;
  int64_t ticks;
  if (parse_timestamp(text, TypeId::TimestampUs, ticks) == ParseResult::Ok) return Shape::Timestamp;
  return Shape::Text;
}

TypeId ShapeSet::type(bool dates) const {
  constexpr auto bit = [](Shape shape) { return static_cast<uint8_t>(shape); };
  constexpr uint8_t kNumbers = bit(Shape::Int) | bit(Shape::Float);
  constexpr uint8_t kDays = bit(Shape::Date) | bit(Shape::Timestamp);
  if (bits == 0) return TypeId::Utf8;
  if (bits == bit(Shape::Bool)) return TypeId::Bool;
  if (bits == bit(Shape::Int)) return TypeId::Int64;
  if ((bits & ~kNumbers) == 0) return TypeId::Float64;
  if (!dates) return TypeId::Utf8;
  if (bits == bit(Shape::Date)) return TypeId::Date;
  if ((bits & ~kDays) == 0) return TypeId::TimestampUs;
  return TypeId::Utf8;
}

}  // namespace millrace::csv
