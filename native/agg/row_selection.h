// Drops the rows in which any key is null: the vectors are compacted once, so that no table or state ever sees them.
#pragma once
#include <vector>

#include "column/gather.h"

namespace millrace::agg {

class RowSelection {
 public:
  RowSelection(size_t vectors, MemoryBudget* budget);

  // Selects the rows in which no key is null; true when that is all of them.
  bool select(const Vector* keys, size_t key_count, uint32_t rows);
  uint32_t rows() const { return count_; }
  // Appends the selected rows of the vectors to `out`. They live until the next call with the same `first`, which says
  // which of this object's places the vectors use.
  Status gather(const Vector* vectors, size_t count, size_t first, std::vector<Vector>& out);

 private:
  std::vector<GatheredColumn> columns_;
  uint32_t selected_[kVectorRows];
  uint32_t count_ = 0;
};

}  // namespace millrace::agg
