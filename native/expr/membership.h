// The literals of an `isIn`. Few are compared one after the other, in loops that vectorise; many are hashed.
#pragma once
#include <span>
#include <vector>

#include "expr/constant.h"

namespace millrace::expr {

// Immutable once built. Strings are not copied: their bytes live in the program's literals.
class ValueSet {
 public:
  // `values` are of `type`: Int64, UInt64, Float64 or Utf8. Nulls and NaN, which equal nothing, are left out.
  ValueSet(TypeId type, std::span<const Constant> values);

  // At most this many values are searched one by one; from there on a probe is no slower.
  static constexpr size_t kFewNumbers = 8;
  static constexpr size_t kFewStrings = 4;

  bool is_hashed() const { return !slots_.empty(); }
  // Numbers by their bits; minus zero is kept as zero.
  std::span<const uint64_t> numbers() const { return numbers_; }
  std::span<const StringRef> strings() const { return strings_; }
  // Preconditions: is_hashed(), and a set of numbers or of strings respectively.
  bool has_number(uint64_t bits) const;
  bool has_string(const StringRef& text) const;

 private:
  void index(size_t count);
  static uint64_t hash(uint64_t bits);
  static uint64_t hash(const StringRef& text);

  std::vector<uint64_t> numbers_;
  std::vector<StringRef> strings_;
  std::vector<uint32_t> slots_;  // index + 1 of a value, 0 when free; linear probing, at most half full
  uint64_t mask_ = 0;
};

}  // namespace millrace::expr
