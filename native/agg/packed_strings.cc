#include "agg/packed_strings.h"

#include <algorithm>
#include <bit>

namespace millrace::agg {

namespace {

constexpr int kDirectBits = 12;
constexpr int kGroupBits = 3;
constexpr size_t kGroup = simd::PackedTable::kGroup;
constexpr int kIdBits = simd::PackedTable::kIdBits;
constexpr int kMostBits = 64 - kIdBits - 1;  // so that no key looks like an empty entry
constexpr uint64_t kIdMask = (uint64_t{1} << kIdBits) - 1;
constexpr uint64_t kEmpty = simd::PackedTable::kEmpty;
static_assert(size_t{1} << kGroupBits == kGroup);
constexpr int kFirstSlotBits = 8;
constexpr int kMostSlotBits = 20;  // 8 MB

}  // namespace

bool PackedStrings::are_fast() { return simd::kernels().pack_strings && simd::extracts_bits_fast(); }

void PackedStrings::give_up() {
  in_use_ = false;
  direct_.reset();
  entries_.reset();
}

void PackedStrings::cover(const Words& key, uint32_t keys) {
  if (!known_) pattern_ = {key.low, key.high, 0, 0};
  known_ = true;
  pattern_.mask_low |= key.low ^ pattern_.base_low;
  pattern_.mask_high |= key.high ^ pattern_.base_high;
  bits_ = std::popcount(pattern_.mask_low) + std::popcount(pattern_.mask_high);
  if (bits_ > kMostBits) return give_up();
  used_ = 0;
  if (bits_ <= kDirectBits) {
    direct_.clear();
    if (!direct_.resize_fill((size_t{1} << bits_) + 1, kNoId).ok()) give_up();
    return;
  }
  direct_.reset();
  int slot_bits = kFirstSlotBits;
  while (slot_bits <= kMostSlotBits && keys >= uint32_t{1} << (slot_bits - 1)) slot_bits++;
  entries_.reset();
  if (!resize(slot_bits)) give_up();
}

simd::PackedTable PackedStrings::table() const {
  const int bits = slot_bits_ - kGroupBits;
  return {entries_.data(), (uint64_t{1} << bits) - 1, 64 - bits};
}

bool PackedStrings::resize(int slot_bits) {
  if (slot_bits > kMostSlotBits) return false;
  PodVector<uint64_t> smaller(entries_.budget());
  std::swap(smaller, entries_);
  if (!entries_.resize_fill(size_t{1} << slot_bits, kEmpty).ok()) return false;
  slot_bits_ = slot_bits;
  for (const uint64_t entry : smaller) {
    if (entry != kEmpty) place(entry >> kIdBits, static_cast<uint32_t>(entry & kIdMask));
  }
  return true;
}

void PackedStrings::place(uint64_t packed, uint32_t id) {
  size_t slot = table().group_of(packed) * kGroup;
  while (entries_[slot] != kEmpty) slot = (slot + 1) & (entries_.size() - 1);
  entries_[slot] = packed << kIdBits | id;
}

void PackedStrings::add(const Words& key, uint32_t id) {
  const StringRef string{reinterpret_cast<const char*>(&key), key.high >> 56};
  uint64_t packed;
  simd::kernels().pack_strings(&string, 1, pattern_, &packed);
  if (bits_ <= kDirectBits) {
    direct_[packed] = id;
    return;
  }
  if (id >= kIdMask || (++used_ * 2 > entries_.size() && !resize(slot_bits_ + 1))) return give_up();
  place(packed, id);
}

uint32_t PackedStrings::lookup(const StringRef* strings, uint32_t count, uint32_t* ids) const {
  if (!known_) {
    std::fill_n(ids, count, kNoId);
    return count;
  }
  uint64_t packed[kLookupBlock];
  simd::kernels().pack_strings(strings, count, pattern_, packed);
  uint32_t missing = 0;
  if (bits_ <= kDirectBits) {
    const uint64_t none = direct_.size() - 1;
    for (uint32_t i = 0; i < count; i++) {
      ids[i] = direct_[std::min(packed[i], none)];
      missing += ids[i] == kNoId;
    }
    return missing;
  }
  const simd::PackedTable entries = table();
  if (entries_.size() * sizeof(uint64_t) >= kPrefetchBytes / 2) {
    for (uint32_t i = 0; i < count; i++) prefetch(entries.entries + entries.group_of(packed[i]) * kGroup);
  }
  return simd::kernels().find_packed(entries, packed, count, ids);
}

}  // namespace millrace::agg
