// A direct index from keys of a narrow range to ids: one load instead of a hash and a probe. Keys are 64-bit words and
// the range is a window on their ring, so signed, unsigned and wrapping ranges are the same thing here.
#pragma once
#include "agg/word_table.h"

namespace millrace::agg {

// The widest window, 8 MB of ids.
inline constexpr uint64_t kDirectSlots = uint64_t{1} << 21;

// How wide a direct table may be for so many ids: filling and missing the cache in an empty one costs more than
// hashing.
inline uint64_t direct_slots_for(uint64_t ids, uint64_t most = kDirectSlots) {
  constexpr uint64_t kAlways = uint64_t{1} << 14;
  constexpr uint64_t kSlotsPerId = 32;
  const uint64_t allowed = ids * kSlotsPerId;
  return allowed < kAlways ? kAlways : (allowed > most ? most : allowed);
}

class DirectTable {
 public:
  explicit DirectTable(MemoryBudget* budget) : ids_(budget) {}

  // As WordTable::lookup, for any count.
  uint32_t lookup(const uint64_t* keys, uint32_t count, uint32_t* ids) const;
  uint32_t find(uint64_t key) const { return key - base_ < ids_.size() ? ids_[key - base_] : kNoId; }
  // Whether a window of at most `most_slots` can hold `key` beside all slots of today's window.
  bool can_reach(uint64_t key, uint64_t most_slots) const;
  // Precondition: key is absent and can_reach(key, most_slots).
  Status insert(uint64_t key, uint32_t id, uint64_t most_slots);
  // Empties the table and opens the window [base, base + slots).
  Status open(uint64_t base, uint64_t slots);
  void reset();

 private:
  Status grow(uint64_t key, uint64_t most_slots);

  PodVector<uint32_t> ids_;
  uint64_t base_ = 0;
};

}  // namespace millrace::agg
