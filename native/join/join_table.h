// The build side of a join, as a table that any number of threads may probe.
//
// Three shapes. Keys that are dense small words index an array: of rows where every key is unique (one cache miss a
// probe), else of ranges of rows. Others go by the hash of their word to a directory of ranges over (word, row) entries
// that lie together, an "unchained" table (Birler et al., "Simple, Efficient, and Robust Hash Tables for Join
// Processing", 2024): no pointers, no tombstones, duplicates side by side. All are made by one radix partition, so that
// building is parallel, and rows of one key keep their order.
#pragma once
#include <vector>

#include "join/join_keys.h"
#include "sort/radix_sort.h"

namespace millrace::join {

class JoinTable {
 public:
  // `keys` outlives the table. `hash_mask` other than all ones makes hashes collide, for tests.
  static Result<JoinTable> make(const JoinKeys& keys, size_t rows, uint64_t hash_mask, Workers& workers,
                                MemoryBudget* budget);

  static constexpr size_t kProbeRows = 256;  // prefetched together
  // Whether every key is known to be that of one row, so that probe_unique() may be called.
  bool unique() const { return unique_; }
  // rows[i] is the build row that matches probe row `first + i`, or UINT32_MAX.
  void probe_unique(size_t first, size_t count, uint32_t* rows) const;
  // Calls emit(i, build_row) for every match of probe row `first + i`, i ascending, build rows ascending for each i.
  // Precondition: count <= kProbeRows.
  template <class Emit>
  void probe(size_t first, size_t count, Emit emit) const;

 private:
  explicit JoinTable(const JoinKeys& keys, MemoryBudget* budget)
      : keys_(&keys), slots_(budget), starts_(budget), entries_(budget), rows_(budget) {}
  size_t bucket_of(uint64_t word) const {
    return dense_ ? word : (agg::hash_word(word, seed_) & hash_mask_) >> (64 - bucket_bits_);
  }
  Status partition(size_t rows, Workers& workers, MemoryBudget* budget, PodVector<sort::Record>& records,
                   std::vector<size_t>& begins);
  Status fill(const PodVector<sort::Record>& records, const std::vector<size_t>& begins, Workers& workers,
              MemoryBudget* budget);
  Result<bool> find_unique(const PodVector<sort::Record>& records, const std::vector<size_t>& begins, Workers& workers,
                           MemoryBudget* budget) const;
  size_t partitions() const { return size_t{1} << partition_bits_; }
  size_t buckets_a_partition() const { return size_t{1} << (bucket_bits_ - partition_bits_); }

  const JoinKeys* keys_;
  bool dense_ = false;   // buckets are words
  bool unique_ = false;  // dense, and slots_ holds the one row of each
  uint32_t bucket_bits_ = 1;
  uint32_t partition_bits_ = 0;
  uint64_t hash_mask_ = ~uint64_t{0};
  agg::HashSeed seed_{};
  PodVector<uint32_t> slots_;        // by bucket: a row, or kNoRow
  PodVector<uint32_t> starts_;       // by bucket, and one more: the range in entries_ or rows_
  PodVector<sort::Record> entries_;  // hashed
  PodVector<uint32_t> rows_;         // dense, not unique
};

inline void prefetch(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#endif
}

template <class Emit>
void JoinTable::probe(size_t first, size_t count, Emit emit) const {
  if (unique_) {
    uint32_t rows[kProbeRows];
    probe_unique(first, count, rows);
    for (size_t i = 0; i < count; i++) {
      if (rows[i] != UINT32_MAX) emit(i, rows[i]);
    }
    return;
  }
  uint64_t words[kProbeRows];
  uint8_t can_match[kProbeRows];
  size_t buckets[kProbeRows];
  keys_->encode_probe(first, count, words, can_match);
  for (size_t i = 0; i < count; i++) {
    // A row that cannot match may have any word; its bucket is then of no account, but must exist.
    buckets[i] = can_match[i] ? bucket_of(words[i]) : 0;
    prefetch(starts_.data() + buckets[i]);
  }
  if (dense_) {
    for (size_t i = 0; i < count; i++) {
      if (!can_match[i]) continue;
      for (uint32_t at = starts_[buckets[i]]; at < starts_[buckets[i] + 1]; at++) emit(i, rows_[at]);
    }
    return;
  }
  for (size_t i = 0; i < count; i++) prefetch(entries_.data() + starts_[buckets[i]]);
  for (size_t i = 0; i < count; i++) {
    if (!can_match[i]) continue;
    for (uint32_t at = starts_[buckets[i]]; at < starts_[buckets[i] + 1]; at++) {
      const sort::Record& entry = entries_[at];
      if (entry.word != words[i]) continue;
      const auto row = static_cast<uint32_t>(entry.row);
      if (keys_->exact() || keys_->equal(first + i, row)) emit(i, row);
    }
  }
}

}  // namespace millrace::join
