// Open addressing from 64-bit keys to ids: what integer keys, pairs of codes and distinct sets share. The ids are the
// caller's; the table only finds them. Linear probing, power of two.
#pragma once
#include "agg/hash.h"
#include "base/memory.h"

namespace millrace::agg {

inline constexpr uint32_t kNoId = ~uint32_t{0};
// Rows that are looked up together, so that the cache misses of a large table overlap. A multiple of 64.
inline constexpr uint32_t kLookupBlock = 128;
// From this size on a table is prefetched: about half of an L2 cache.
inline constexpr size_t kPrefetchBytes = size_t{256} << 10;

// Whether a table of `capacity` entries is too full for another. At most half, and less while it is small: a key that
// is not at its first place costs a mispredicted branch, worth more than the memory until that outgrows the cache.
inline bool is_full(size_t used, size_t capacity, size_t entry_bytes) {
  constexpr size_t kSparseBytes = size_t{64} << 10;
  return used * (capacity * entry_bytes <= kSparseBytes ? 16 : 2) >= capacity;
}

inline void prefetch(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#else
  (void)address;
#endif
}

class WordTable {
 public:
  WordTable(MemoryBudget* budget, uint64_t hash_mask) : entries_(budget), seed_(hash_seed()), hash_mask_(hash_mask) {}

  // ids[i] = id of keys[i], or kNoId. Returns how many are missing. Precondition: count <= kLookupBlock.
  uint32_t lookup(const uint64_t* keys, uint32_t count, uint32_t* ids) const;
  uint32_t find(uint64_t key) const;
  // Precondition: key is absent, id is not kNoId.
  Status insert(uint64_t key, uint32_t id);
  // Makes room for so many keys.
  Status reserve(size_t keys);
  size_t capacity() const { return entries_.size(); }
  void reset();

 private:
  struct Entry {
    uint64_t key;
    uint32_t id;
    uint32_t unused;
  };

  uint64_t hash(uint64_t key) const { return hash_word(key, seed_) & hash_mask_; }
  uint32_t probe(uint64_t key, uint64_t hash) const;
  void place(uint64_t key, uint32_t id);
  Status grow_to(size_t capacity);

  PodVector<Entry> entries_;
  uint64_t slot_mask_ = 0;
  size_t used_ = 0;
  HashSeed seed_;
  uint64_t hash_mask_;
};

}  // namespace millrace::agg
