#include "csv/sniff_types.h"

#include "column/text.h"
#include "column/text_fast.h"

namespace millrace::csv {

namespace {

constexpr uint8_t bit(Shape shape) { return static_cast<uint8_t>(shape); }

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

// Whether the field has a shape that the set holds already, as one of the fast parsers sees it. Null tokens that are
// values of the type as well do not matter: they add nothing.
bool ShapeSet::takes(std::string_view field) const {
  int64_t integer;
  double number;
  bool truth;
  int32_t days;
  if (bits_ & (bit(Shape::Int) | bit(Shape::Float))) {
    if (field[0] == '0' || field[0] == '-' || field[0] == '+') return false;  // perhaps a padded integer
    return bits_ & bit(Shape::Float) ? parse_short_decimal(field.data(), field.size(), number)
                                     : parse_short_int64(field.data(), field.size(), integer);
  }
  if (bits_ == bit(Shape::Date)) return parse_short_date(field.data(), field.size(), days);
  if (bits_ == bit(Shape::Timestamp)) return parse_short_timestamp<1'000'000>(field.data(), field.size(), integer);
  return bits_ == bit(Shape::Bool) && parse_short_bool(field.data(), field.size(), truth);
}

void ShapeSet::add(std::string_view field, bool padded, const Dialect& dialect, const NullTokens& tokens) {
  if (field.empty() && tokens.contains(field)) return;
  if (bits_ != 0 && type(true) == TypeId::Utf8) return;  // a text for good
  if (padded && !field.empty() && takes(field)) return;
  bits_ |= bit(shape_of(field, dialect, tokens));
}

TypeId ShapeSet::type(bool dates) const {
  constexpr uint8_t kNumbers = bit(Shape::Int) | bit(Shape::Float);
  constexpr uint8_t kDays = bit(Shape::Date) | bit(Shape::Timestamp);
  if (bits_ == 0) return TypeId::Utf8;
  if (bits_ == bit(Shape::Bool)) return TypeId::Bool;
  if (bits_ == bit(Shape::Int)) return TypeId::Int64;
  if ((bits_ & ~kNumbers) == 0) return TypeId::Float64;
  if (!dates) return TypeId::Utf8;
  if (bits_ == bit(Shape::Date)) return TypeId::Date;
  if ((bits_ & ~kDays) == 0) return TypeId::TimestampUs;
  return TypeId::Utf8;
}

}  // namespace millrace::csv
