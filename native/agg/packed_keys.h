// Several key columns as one 64-bit word: where the ranges of all are known and their bits fit, rows are grouped,
// parted and ordered by the word, and columns are made of it again at the end.
#pragma once
#include "agg/key_digit.h"
#include "base/workers.h"

namespace millrace::agg {

class PackedKeys {
 public:
  // None where some range is unknown, or there are more than 64 bits. `ordered`: words are to follow the order of the
  // keys, null last. ERR_MEMORY_LIMIT.
  static Result<std::optional<PackedKeys>> make(const std::vector<Field>& keys, const std::vector<ColumnFacts>& facts,
                                                bool ordered, MemoryBudget* budget);

  // Precondition: the rows are such as the facts say.
  void encode(const Vector* keys, uint32_t rows, uint64_t* words) const;
  // The key columns of some words.
  Result<std::vector<Column>> unpack(const uint64_t* words, int64_t count, Workers& workers,
                                     MemoryBudget* budget) const;

 private:
  Result<Column> unpack_digit(size_t key, const uint64_t* words, int64_t count, MemoryBudget* budget) const;

  std::vector<KeyDigit> digits_;
  std::vector<unsigned> shifts_;
};

}  // namespace millrace::agg
