// The group table: rows of key columns to dense group ids in order of first appearance, and back to key columns. Each
// column is encoded on its own; further columns are joined to the id so far pairwise.
#pragma once
#include <memory>
#include <vector>

#include "agg/key_encoder.h"
#include "agg/pair_keys.h"

namespace millrace::agg {

class GroupKeys {
 public:
  GroupKeys(const std::vector<Field>& keys, const KeyOptions& options);

  // groups[i] = group id of row i; without key columns there is one group. Precondition: rows <= kVectorRows.
  Status encode(const Vector* keys, uint32_t rows, uint32_t* groups);
  uint32_t size() const;
  // The key columns of the groups.
  Result<std::vector<Column>> gather(const uint32_t* groups, int64_t count, MemoryBudget* budget) const;

 private:
  std::vector<std::unique_ptr<KeyEncoder>> encoders_;
  std::vector<PairKeys> pairs_;  // pairs_[k] joins column k + 1 to the id of the columns before it
};

}  // namespace millrace::agg
