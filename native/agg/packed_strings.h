// Ids of short strings by the bits in which they differ. Keys that are texts mostly look alike: "id0000012345" and its
// like differ in four bits of each of some digits. Those bits side by side are one integer, which takes the place of
// hash and comparison: up to 12 of them index a table, up to 39 lie beside the id in entries of eight bytes, one of
// which is all that a look-up touches. Eight entries are compared at once: a search along them mispredicts its end one
// time in four. Zen 4, a look-up by hash, tag and words and by bits: 4.3 and 2.9 ns with 100 keys, 7.1 and 4.4 with
// 10,000, 8.6 and 5.5 with 100,000.
//
// It knows all keys of its owner or none: strings of more than 15 bytes, too many keys, or bits, end it.
#pragma once
#include "agg/word_table.h"
#include "simd/kernels.h"

namespace millrace::agg {

class PackedStrings {
 public:
  static constexpr uint64_t kMostBytes = 15;

  // Whether this CPU is any faster this way.
  static bool are_fast();

  PackedStrings(MemoryBudget* budget, uint64_t hash_mask)
      : seed_(hash_seed()), hash_mask_(hash_mask), direct_(budget), entries_(budget) {}
  bool in_use() const { return in_use_; }
  void give_up();

  // A key is a string's bytes, zero-padded, and its size in the last byte.
  // Whether it differs from others only where others do.
  bool covers(const StringWords& key) const {
    return known_ && ((key.low ^ pattern_.base.low) & ~pattern_.mask.low) == 0 &&
           ((key.high ^ pattern_.base.high) & ~pattern_.mask.high) == 0;
  }
  // Makes it so, and forgets all keys, which are to be added again: `keys` of them.
  void cover(const StringWords& key, uint32_t keys);
  // Preconditions: in_use(), covered, absent. Each of these may give up.
  void add(const StringWords& key, uint32_t id);

  // ids[i] = id of strings[i], or kNoId. Returns how many are missing. Preconditions: in_use(), count <= kLookupBlock.
  uint32_t lookup(const StringRef* strings, uint32_t count, uint32_t* ids) const;

 private:
  size_t groups() const { return entries_.size() / simd::PackedTable::kGroup; }
  uint32_t group_of(uint64_t packed) const {
    return static_cast<uint32_t>(hash_word(packed, seed_) & hash_mask_ & (groups() - 1));
  }
  void place(uint64_t packed, uint32_t id);
  bool resize(size_t slots);

  const HashSeed seed_;
  const uint64_t hash_mask_;
  bool in_use_ = true;
  bool known_ = false;  // there is a key
  simd::StringPattern pattern_{};
  int bits_ = 0;
  PodVector<uint32_t> direct_;   // by key, where keys are narrow; one more at the end for what is no key
  PodVector<uint64_t> entries_;  // else: of a PackedTable
  size_t used_ = 0;              // of those
};

}  // namespace millrace::agg
