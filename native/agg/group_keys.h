// The group table: rows of key columns to dense group ids in order of first appearance, and back to key columns. Each
// column is encoded on its own; further columns are joined to the id so far pairwise. Where the facts of the columns
// allow it there is no table (DomainKeys): the ids are places of a fixed domain, and most may have no rows.
#pragma once
#include <memory>
#include <vector>

#include "agg/domain_keys.h"
#include "agg/key_encoder.h"
#include "agg/pair_keys.h"

namespace millrace::agg {

class GroupKeys {
 public:
  GroupKeys(const std::vector<Field>& keys, const KeyOptions& options, std::optional<DomainKeys> domain = {});

  // groups[i] = group id of row i; without key columns there is one group. Precondition: rows <= kVectorRows.
  Status encode(const Vector* keys, uint32_t rows, uint32_t* groups);
  uint32_t size() const;
  // Null where ids are handed out as the keys appear.
  const DomainKeys* domain() const { return domain_ ? &*domain_ : nullptr; }
  // The key columns of the groups.
  Result<std::vector<Column>> gather(const uint32_t* groups, int64_t count, MemoryBudget* budget) const;

 private:
  std::optional<DomainKeys> domain_;
  std::vector<std::unique_ptr<KeyEncoder>> encoders_;  // none where there is a domain
  std::vector<PairKeys> pairs_;  // pairs_[k] joins column k + 1 to the id of the columns before it
};

}  // namespace millrace::agg
