// What a search for the first rows of an order knows of the rows that it still wants, for the scan that reads them: a
// word of the first key above which no row is among them.
#pragma once
#include <atomic>

#include "column/vector.h"
#include "sort/row_key.h"
#include "store/stored_frame.h"

namespace millrace::exec {

class KeyThreshold {
 public:
  // `column`: of the scan; its values are the first key.
  KeyThreshold(uint32_t column, TypeId type, sort::KeyOrder order) : column_(column), type_(type), order_(order) {}

  uint32_t column() const { return column_; }
  // Before a scan of rows [begin, end) that passes all of them on, of which so many are wanted: what the ranges of the
  // column tell. Of random values hardly a vector is read that holds none of the wanted ones.
  void start(const store::StoredFrame& frame, int64_t begin, int64_t end, int64_t wanted);
  // Thread-safe; the smallest one counts.
  void lower(uint64_t word);
  uint64_t word() const { return word_.load(std::memory_order_relaxed); }

  // Whether the chunk of the column, or its rows [first, first + count), may hold one that is still wanted.
  bool may_match(const store::ColumnChunk& chunk) const;
  bool may_match(const store::ColumnChunk& chunk, int64_t first, uint32_t count) const;
  bool matches(const Vector& vector, uint32_t rows) const;

 private:
  // Whether rows outside all ranges, or unknown ones, may be wanted.
  bool may_match_others(const store::ColumnChunk& chunk) const;
  // Of the value that comes first, or last, in the range.
  uint64_t best_word(const store::ValueRange& range) const;
  uint64_t worst_word(const store::ValueRange& range) const;

  const uint32_t column_;
  const TypeId type_;
  const sort::KeyOrder order_;
  std::atomic<uint64_t> word_{UINT64_MAX};
};

// words[i] of row i: unsigned comparison of words never contradicts the order of the key. Precondition: rows <=
// kVectorRows.
void key_words(const Vector& key, sort::KeyOrder order, uint32_t rows, uint64_t* words);

}  // namespace millrace::exec
