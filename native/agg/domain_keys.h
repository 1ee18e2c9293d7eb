// Group ids without a table: where the range of every key column is known and narrow, a row's group is the place of
// its keys in their order. One add and one multiply a column; no probe, no insertion, the same numbers on all threads.
#pragma once
#include <optional>

#include "agg/key_encoder.h"
#include "column/column_facts.h"

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
  struct Digit {
    TypeId type;
    uint64_t base;                 // of numbers: the lowest
    const Dictionary* dictionary;  // of strings
    uint32_t values;               // null is one more
    bool nullable;
    uint32_t weight;  // of a step, in places
    uint32_t size() const { return values + (nullable ? 1 : 0); }
  };

  static void add_digit(const Digit& digit, const Vector& column, uint32_t rows, uint32_t* places);
  static Result<Column> gather_digit(const Digit& digit, const uint32_t* places, int64_t count, MemoryBudget* budget);

  std::vector<Digit> digits_;
  uint32_t places_ = 1;
};

}  // namespace millrace::agg
