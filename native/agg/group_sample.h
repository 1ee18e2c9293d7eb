// How many groups there will be, guessed from a sample of the rows.
#pragma once
#include "agg/group_keys.h"

namespace millrace::agg {

class GroupSample {
 public:
  GroupSample(const std::vector<Field>& keys, const KeyOptions& options) : keys_(keys, options) {}
  Status add(const Vector* keys, uint32_t rows);
  int64_t rows() const { return rows_; }
  // The number of equally frequent groups of which a sample shows this many distinct ones; INT64_MAX when nearly every
  // sampled row has a group of its own, so that the sample sets no bound.
  int64_t estimated_groups() const;

 private:
  GroupKeys keys_;
  int64_t rows_ = 0;
};

}  // namespace millrace::agg
