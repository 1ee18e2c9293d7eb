#include "agg/word_table.h"

namespace millrace::agg {

namespace {
constexpr size_t kFirstCapacity = 64;
}

inline uint32_t WordTable::probe(uint64_t key, uint64_t hash) const {
  const Entry* entries = entries_.data();
  for (uint64_t slot = hash & slot_mask_;; slot = (slot + 1) & slot_mask_) {
    const Entry& entry = entries[slot];
    if (entry.key == key || entry.id == kNoId) return entry.id;
  }
}

uint32_t WordTable::lookup(const uint64_t* keys, uint32_t count, uint32_t* ids) const {
  if (entries_.empty()) {
    for (uint32_t i = 0; i < count; i++) ids[i] = kNoId;
    return count;
  }
  uint32_t missing = 0;
  if (entries_.size() * sizeof(Entry) < kPrefetchBytes) {
    for (uint32_t i = 0; i < count; i++) {
      ids[i] = probe(keys[i], hash(keys[i]));
      missing += ids[i] == kNoId;
    }
    return missing;
  }
  uint64_t hashes[kLookupBlock];
  for (uint32_t i = 0; i < count; i++) {
    hashes[i] = hash(keys[i]);
    prefetch(entries_.data() + (hashes[i] & slot_mask_));
  }
  for (uint32_t i = 0; i < count; i++) {
    ids[i] = probe(keys[i], hashes[i]);
    missing += ids[i] == kNoId;
  }
  return missing;
}

uint32_t WordTable::find(uint64_t key) const { return entries_.empty() ? kNoId : probe(key, hash(key)); }

void WordTable::place(uint64_t key, uint32_t id) {
  uint64_t slot = hash(key) & slot_mask_;
  while (entries_[slot].id != kNoId) slot = (slot + 1) & slot_mask_;
  entries_[slot] = {key, id, 0};
}

Status WordTable::insert(uint64_t key, uint32_t id) {
  if (is_full(used_, entries_.size(), sizeof(Entry))) {
    MILLRACE_TRY(grow_to(entries_.empty() ? kFirstCapacity : entries_.size() * 2));
  }
  place(key, id);
  used_++;
  return {};
}

Status WordTable::reserve(size_t keys) {
  size_t capacity = kFirstCapacity;
  while (is_full(keys, capacity, sizeof(Entry))) capacity *= 2;
  return capacity > entries_.size() ? grow_to(capacity) : Status();
}

Status WordTable::grow_to(size_t capacity) {
  PodVector<Entry> larger(entries_.budget());
  MILLRACE_TRY(larger.resize_fill(capacity, Entry{0, kNoId, 0}));
  std::swap(entries_, larger);
  slot_mask_ = capacity - 1;
  for (const Entry& entry : larger) {
    if (entry.id != kNoId) place(entry.key, entry.id);
  }
  return {};
}

void WordTable::reset() {
  entries_.reset();
  used_ = 0;
}

}  // namespace millrace::agg
