#include "agg/packed_strings.h"

#include <algorithm>
#include <bit>

namespace millrace::agg {

namespace {

using simd::PackedTable;

constexpr int kDirectBits = 12;
constexpr int kMostBits = 64 - PackedTable::kIdBits - 1;  // so that no key looks like an empty entry
constexpr uint64_t kIdMask = (uint64_t{1} << PackedTable::kIdBits) - 1;
constexpr size_t kFirstSlots = 256;
constexpr size_t kMostSlots = size_t{1} << 20;  // 8 MB

}  // namespace

bool PackedStrings::are_fast() { return simd::kernels().pack_strings && simd::extracts_bits_fast(); }

void PackedStrings::give_up() {
  in_use_ = false;
  direct_.reset();
  entries_.reset();
}

void PackedStrings::cover(const StringWords& key, uint32_t keys) {
  if (!known_) pattern_ = {key, {0, 0}};
  known_ = true;
  pattern_.mask.low |= key.low ^ pattern_.base.low;
  pattern_.mask.high |= key.high ^ pattern_.base.high;
  bits_ = std::popcount(pattern_.mask.low) + std::popcount(pattern_.mask.high);
  if (bits_ > kMostBits) return give_up();
  used_ = 0;
  if (bits_ <= kDirectBits) {
    direct_.clear();
    if (!direct_.resize_fill((size_t{1} << bits_) + 1, kNoId).ok()) give_up();
    return;
  }
  direct_.reset();
  entries_.reset();
  if (!resize(std::max(kFirstSlots, std::bit_ceil(size_t{keys} * 2)))) give_up();
}

bool PackedStrings::resize(size_t slots) {
  if (slots > kMostSlots) return false;
  PodVector<uint64_t> smaller(entries_.budget());
  std::swap(smaller, entries_);
  if (!entries_.resize_fill(slots, PackedTable::kEmpty).ok()) return false;
  for (const uint64_t entry : smaller) {
    if (entry != PackedTable::kEmpty) place(entry >> PackedTable::kIdBits, static_cast<uint32_t>(entry & kIdMask));
  }
  return true;
}

void PackedStrings::place(uint64_t packed, uint32_t id) {
  size_t slot = group_of(packed) * PackedTable::kGroup;
  while (entries_[slot] != PackedTable::kEmpty) slot = (slot + 1) & (entries_.size() - 1);
  entries_[slot] = packed << PackedTable::kIdBits | id;
}

void PackedStrings::add(const StringWords& key, uint32_t id) {
  const StringRef string{reinterpret_cast<const char*>(&key), key.high >> 56};
  uint64_t packed;
  simd::kernels().pack_strings(&string, 1, pattern_, &packed);
  if (bits_ <= kDirectBits) {
    direct_[packed] = id;
    return;
  }
  if (id >= kIdMask || (++used_ * 2 > entries_.size() && !resize(entries_.size() * 2))) return give_up();
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
  uint32_t groups_of[kLookupBlock];
  for (uint32_t i = 0; i < count; i++) {
    groups_of[i] = group_of(packed[i]);
    prefetch(entries_.data() + groups_of[i] * PackedTable::kGroup);
  }
  return simd::kernels().find_packed({entries_.data(), groups() - 1}, packed, groups_of, count, ids);
}

}  // namespace millrace::agg
