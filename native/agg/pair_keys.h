// Dense ids for pairs of dense ids: how several key columns become one group id. A square table while it is small or
// well filled, else a hash table; chosen anew as it grows.
#pragma once
#include "agg/direct_table.h"
#include "agg/key_encoder.h"

namespace millrace::agg {

class PairKeys {
 public:
  explicit PairKeys(const KeyOptions& options)
      : square_(options.budget), hashed_(options.budget, options.hash_mask), pairs_(options.budget) {}

  // ids[i] = id of the pair (left[i], right[i]); `ids` may be `left`. All left ids are below left_size, right below
  // right_size.
  Status encode(const uint32_t* left, uint32_t left_size, const uint32_t* right, uint32_t right_size, uint32_t rows,
                uint32_t* ids);
  uint32_t size() const { return static_cast<uint32_t>(pairs_.size()); }
  uint32_t left(uint32_t id) const { return static_cast<uint32_t>(pairs_[id] >> 32); }
  uint32_t right(uint32_t id) const { return static_cast<uint32_t>(pairs_[id]); }

 private:
  // Makes the square table hold sizes of at least these, or turns to hashing.
  Status fit(uint32_t left_size, uint32_t right_size);
  Status to_square(uint64_t lefts, uint64_t rights);
  Status to_hashed();
  uint32_t lookup(const uint32_t* left, const uint32_t* right, uint32_t count, uint32_t* ids) const;
  Status insert_missing(const uint64_t* pairs, uint32_t count, uint32_t* ids);
  uint32_t& square_at(uint64_t pair) { return square_[(pair >> 32) * rights_ + static_cast<uint32_t>(pair)]; }

  bool is_square_ = true;
  uint64_t lefts_ = 0;  // dimensions of the square table
  uint64_t rights_ = 0;
  PodVector<uint32_t> square_;
  WordTable hashed_;
  PodVector<uint64_t> pairs_;  // by id: left in the high half
  uint64_t reconsider_at_ = 0;
};

}  // namespace millrace::agg
