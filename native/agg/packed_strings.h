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
  // A string's bytes, zero-padded, and its size in the last byte.
  struct Words {
    uint64_t low;
    uint64_t high;
  };
  static constexpr uint64_t kMostBytes = 15;

  // Whether this CPU is any faster this way.
  static bool are_fast();

  explicit PackedStrings(MemoryBudget* budget) : direct_(budget), entries_(budget) {}
  bool in_use() const { return in_use_; }
  void give_up();

  // Whether the key differs from others only where others do.
  bool covers(const Words& key) const {
    return known_ && ((key.low ^ pattern_.base_low) & ~pattern_.mask_low) == 0 &&
           ((key.high ^ pattern_.base_high) & ~pattern_.mask_high) == 0;
  }
  // Makes it so, and forgets all keys, which are to be added again: about `keys` of them.
  void cover(const Words& key, uint32_t keys);
  // Preconditions: in_use(), covered, absent. Each of these may give up.
  void add(const Words& key, uint32_t id);

  // ids[i] = id of strings[i], or kNoId. Returns how many are missing. Preconditions: in_use(), count <= kLookupBlock.
  uint32_t lookup(const StringRef* strings, uint32_t count, uint32_t* ids) const;

 private:
  simd::PackedTable table() const;
  void place(uint64_t packed, uint32_t id);
  bool resize(int slot_bits);

  bool in_use_ = true;
  bool known_ = false;  // there is a key
  simd::StringPattern pattern_{};
  int bits_ = 0;
  PodVector<uint32_t> direct_;   // by key, where keys are narrow; one more at the end for what is no key
  PodVector<uint64_t> entries_;  // else: of a PackedTable
  int slot_bits_ = 0;
  uint32_t used_ = 0;
};

}  // namespace millrace::agg
