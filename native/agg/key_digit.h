// A key column whose values are known to lie in a range or a dictionary, as numbers from 0: what packed and direct
// group keys are made of.
#pragma once
#include <memory>
#include <optional>

#include "agg/key_words.h"
#include "column/column_facts.h"

namespace millrace::agg {

struct KeyDigit {
  TypeId type = TypeId::Bool;
  uint64_t base = 0;                       // of numbers: the lowest
  const Dictionary* dictionary = nullptr;  // of strings
  uint64_t values = 1;                     // digits below this; null is one more
  bool nullable = false;
  // Strings whose digits are to follow their order: the digit of each code, and the code of each digit.
  std::shared_ptr<const PodVector<uint32_t>> digit_of_code;
  const uint32_t* code_of_digit = nullptr;

  // None where the facts set no bound, or there would be more than `most` digits.
  static std::optional<KeyDigit> of(TypeId type, const ColumnFacts& facts, uint64_t most);
  uint64_t size() const { return values + (nullable ? 1 : 0); }
  // Makes digits follow the order of the values, null last, as those of numbers always do. ERR_MEMORY_LIMIT.
  Status put_in_order(MemoryBudget* budget);

  // Calls add(row, digit) for every row. Precondition: the rows are such as the facts say; Digit holds size().
  template <class Digit, class Add>
  void each(const Vector& column, uint32_t rows, Add add) const;
  // Appends the values of some digits. Precondition: count <= kVectorRows.
  Status append(const uint64_t* digits, uint32_t count, ColumnBuilder& into) const;

 private:
  template <class Digit, class DigitOf, class Add>
  void each_valid(const uint64_t* validity, uint32_t rows, DigitOf digit_of, Add add) const;
};

template <class Digit, class DigitOf, class Add>
void KeyDigit::each_valid(const uint64_t* validity, uint32_t rows, DigitOf digit_of, Add add) const {
  if (!validity) {
    for (uint32_t i = 0; i < rows; i++) add(i, digit_of(i));
    return;
  }
  const auto null = static_cast<Digit>(values);
  for (uint32_t i = 0; i < rows; i++) {
    const bool valid = validity[i >> 6] >> (i & 63) & 1;
    add(i, valid ? digit_of(i) : null);
  }
}

template <class Digit, class Add>
void KeyDigit::each(const Vector& column, uint32_t rows, Add add) const {
  if (digit_of_code) {
    const uint32_t* digits = digit_of_code->data();
    each_valid<Digit>(
        column.validity, rows, [&](uint32_t i) -> Digit { return digits[column.codes[i]]; }, add);
  } else if (dictionary) {
    each_valid<Digit>(
        column.validity, rows, [&](uint32_t i) -> Digit { return column.codes[i]; }, add);
  } else {
    visit_fixed(column.type, [&](auto tag) {
      using T = decltype(tag);
      if constexpr (!std::is_floating_point_v<T>) {
        const T* from = column.as<T>();
        // As wide as the digit suffices, since the difference fits it.
        const auto lowest = static_cast<Digit>(base);
        const auto digit_of = [&](uint32_t i) { return static_cast<Digit>(static_cast<Digit>(from[i]) - lowest); };
        each_valid<Digit>(column.validity, rows, digit_of, add);
      }
    });
  }
}

}  // namespace millrace::agg
