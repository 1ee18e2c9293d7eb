// Group ids without a table: where the range of every key column is known and narrow, a row's group is the place of
// its keys in their order. One add and one multiply a column; no probe, no insertion, the same numbers on all threads.
#pragma once
#include "agg/key_digit.h"

namespace millrace::agg {

class DomainKeys {
 public:
  // None where some range is unknown, or where there are more places than `most_places`. `facts` by key.
  static std::optional<DomainKeys> make(const std::vector<Field>& keys, const std::vector<ColumnFacts>& facts,
                                        uint64_t most_places);

  // places[i] = of row i, below places(). Precondition: the rows are such as the facts say.
  void encode(const Vector* keys, uint32_t rows, uint32_t* places) const;
  uint32_t places() const { return places_; }
  // All places in ascending order of their keys, null last.
  Result<PodVector<uint32_t>> ordered(MemoryBudget* budget) const;
  // The key columns of some places.
  Result<std::vector<Column>> gather(const uint32_t* places, int64_t count, MemoryBudget* budget) const;

 private:
  std::vector<KeyDigit> digits_;
  std::vector<uint32_t> weights_;  // of a step of each digit, in places
  uint32_t places_ = 1;
};

}  // namespace millrace::agg
