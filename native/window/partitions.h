// The rows of a table brought together by key: the order in which window functions see them.
#pragma once
#include <vector>

#include "base/workers.h"
#include "sort/sort_key.h"

namespace millrace::window {

class Partitions {
 public:
  // Rows with equal keys are one partition (nulls are equal, NaNs too, -0 is 0), ordered by `order`, ties as they come.
  // Precondition: rows <= sort::kMostRows.
  static Result<Partitions> make(const std::vector<const Column*>& keys, const std::vector<sort::SortKey>& order,
                                 size_t rows, Workers& workers, MemoryBudget* budget);

  size_t rows() const { return rows_; }
  size_t count() const { return starts_.size() - 1; }
  // Partition p is the places [start(p), start(p + 1)).
  size_t start(size_t partition) const { return starts_[partition]; }
  // The row numbers by place; null when every row is at its own place.
  const uint32_t* order() const { return order_.empty() ? nullptr : order_.data(); }

  // Some partitions [first, last) that follow each other.
  struct Run {
    size_t first;
    size_t last;
  };
  // Runs of about `rows` rows, never less than one partition: tasks that do not depend on the threads.
  std::vector<Run> runs(size_t rows = size_t{1} << 15) const;

 private:
  // `changes` by place, or empty: then they are found from the keys.
  Status find_starts(const std::vector<const Column*>& keys, PodVector<uint8_t>& changes, Workers& workers);

  size_t rows_ = 0;
  PodVector<uint32_t> order_;
  PodVector<uint32_t> starts_;
};

// changes[i] |= 1 for places i of [begin, end), begin > 0, whose row differs in the column from the row of the place
// before.
void mark_changes(const Column& column, const uint32_t* order, size_t begin, size_t end, uint8_t* changes);

}  // namespace millrace::window
