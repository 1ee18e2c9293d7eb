// What a search for the first rows of an order knows of the rows that it still wants, for the scan that reads them: a
// word of the first key above which no row is among them.
#pragma once
#include <atomic>

#include "column/vector.h"
#include "sort/row_key.h"
#include "store/column_chunk.h"

namespace millrace::exec {

class KeyThreshold {
 public:
  // `column`: of the scan; its values are the first key.
  KeyThreshold(uint32_t column, TypeId type, sort::KeyOrder order) : column_(column), type_(type), order_(order) {}

  uint32_t column() const { return column_; }
  // Thread-safe; the smallest one counts.
  void lower(uint64_t word);
  uint64_t word() const { return word_.load(std::memory_order_relaxed); }

  // Whether rows [first, first + count) of the column may hold one that is still wanted.
  bool may_match(const store::ColumnChunk& chunk, int64_t first, uint32_t count) const;
  bool matches(const Vector& vector, uint32_t rows) const;

 private:
  const uint32_t column_;
  const TypeId type_;
  const sort::KeyOrder order_;
  std::atomic<uint64_t> word_{UINT64_MAX};
};

// words[i] of row i: unsigned comparison of words never contradicts the order of the key. Precondition: rows <=
// kVectorRows.
void key_words(const Vector& key, sort::KeyOrder order, uint32_t rows, uint64_t* words);

}  // namespace millrace::exec
