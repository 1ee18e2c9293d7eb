// The narrowest type that holds all sampled values of a column.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "column/dtype.h"
#include "csv/convert_field.h"
#include "csv/dialect.h"

namespace millrace::csv {

// What one value looks like; each a bit of the set that a column has seen.
enum class Shape : uint8_t {
  Null = 0,
  Bool = 1,
  Int = 2,
  Float = 4,  // also integers that int64 does not hold
  Date = 8,
  Timestamp = 16,
  Text = 32,
  PaddedInt = 64,  // an integer with a leading zero: a postal code or an article number, not a quantity
};

Shape shape_of(std::string_view field, const Dialect& dialect, const NullTokens& tokens);

class ShapeSet {
 public:
  // `padded`: 32 bytes from the field's first are readable, which is faster.
  void add(std::string_view field, bool padded, const Dialect& dialect, const NullTokens& tokens);
  // null < bool; null < int64 < float64; null < date < timestamp[us]; anything else, and no value at all, is utf8.
  TypeId type(bool dates) const;

 private:
  bool takes(std::string_view field) const;
  uint8_t bits_ = 0;
};

}  // namespace millrace::csv
