#include "agg/direct_table.h"

#include <algorithm>

namespace millrace::agg {

namespace {
constexpr uint64_t kFirstSlots = 1024;
}

uint32_t DirectTable::lookup(const uint64_t* keys, uint32_t count, uint32_t* ids) const {
  const uint32_t* table = ids_.data();
  const uint64_t base = base_;
  const uint64_t slots = ids_.size();
  uint32_t missing = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t slot = keys[i] - base;
    const uint32_t id = slot < slots ? table[slot] : kNoId;
    ids[i] = id;
    missing += id == kNoId;
  }
  return missing;
}

bool DirectTable::can_reach(uint64_t key, uint64_t most_slots) const {
  const uint64_t slots = ids_.size();
  if (key - base_ < slots || slots == 0) return true;
  if (slots > most_slots) return false;
  const uint64_t upwards = key - (base_ + slots);
  const uint64_t downwards = base_ - key;
  return std::min(upwards, downwards - 1) < most_slots - slots;
}

Status DirectTable::insert(uint64_t key, uint32_t id, uint64_t most_slots) {
  if (ids_.empty()) MILLRACE_TRY(open(key - kFirstSlots / 2, kFirstSlots));
  if (key - base_ >= ids_.size()) MILLRACE_TRY(grow(key, most_slots));
  ids_[key - base_] = id;
  return {};
}

Status DirectTable::open(uint64_t base, uint64_t slots) {
  ids_.clear();
  MILLRACE_TRY(ids_.resize_fill(slots, kNoId));
  base_ = base;
  return {};
}

// Doubles towards the side on which the key lies.
Status DirectTable::grow(uint64_t key, uint64_t most_slots) {
  const uint64_t slots = ids_.size();
  const uint64_t upwards = key - (base_ + slots) + 1;
  const uint64_t downwards = base_ - key;
  const bool up = upwards <= downwards;
  const uint64_t needed = slots + (up ? upwards : downwards);
  const uint64_t wanted = std::max(needed, std::min(slots * 2, most_slots));
  PodVector<uint32_t> larger(ids_.budget());
  MILLRACE_TRY(larger.resize_fill(wanted, kNoId));
  const uint64_t shift = up ? 0 : wanted - slots;
  std::copy(ids_.begin(), ids_.end(), larger.begin() + shift);
  std::swap(ids_, larger);
  base_ -= shift;
  return {};
}

void DirectTable::reset() {
  ids_.reset();
  base_ = 0;
}

}  // namespace millrace::agg
