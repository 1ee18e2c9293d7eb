#include "agg/pair_keys.h"

#include <algorithm>
#include <bit>

namespace millrace::agg {

namespace {
constexpr uint64_t kSquareSlots = uint64_t{1} << 20;
}

Status PairKeys::encode(const uint32_t* left, uint32_t left_size, const uint32_t* right, uint32_t right_size,
                        uint32_t rows, uint32_t* ids) {
  MILLRACE_TRY(fit(left_size, right_size));
  for (uint32_t begin = 0; begin < rows; begin += kLookupBlock) {
    const uint32_t count = std::min(kLookupBlock, rows - begin);
    uint64_t pairs[kLookupBlock];
    for (uint32_t i = 0; i < count; i++) pairs[i] = uint64_t{left[begin + i]} << 32 | right[begin + i];
    const uint32_t missing = is_square_ ? lookup(left + begin, right + begin, count, ids + begin)
                                        : hashed_.lookup(pairs, count, ids + begin);
    if (missing) MILLRACE_TRY(insert_missing(pairs, count, ids + begin));
  }
  return {};
}

uint32_t PairKeys::lookup(const uint32_t* left, const uint32_t* right, uint32_t count, uint32_t* ids) const {
  const uint32_t* square = square_.data();
  const uint64_t rights = rights_;
  uint32_t missing = 0;
  for (uint32_t i = 0; i < count; i++) {
    ids[i] = square[left[i] * rights + right[i]];
    missing += ids[i] == kNoId;
  }
  return missing;
}

Status PairKeys::insert_missing(const uint64_t* pairs, uint32_t count, uint32_t* ids) {
  if (pairs_.size() >= kNoId - kVectorRows) {
    return Status(Code::MemoryLimit, "the key columns have more than 4 billion distinct combinations");
  }
  MILLRACE_TRY(pairs_.reserve_more(count));
  for (uint32_t i = 0; i < count; i++) {
    if (ids[i] != kNoId) continue;
    ids[i] = is_square_ ? square_at(pairs[i]) : hashed_.find(pairs[i]);
    if (ids[i] != kNoId) continue;
    const uint32_t id = size();
    if (is_square_) {
      square_at(pairs[i]) = id;
    } else {
      MILLRACE_TRY(hashed_.insert(pairs[i], id));
    }
    pairs_.push_unchecked(pairs[i]);
    ids[i] = id;
  }
  return {};
}

Status PairKeys::fit(uint32_t left_size, uint32_t right_size) {
  if (is_square_ ? left_size <= lefts_ && right_size <= rights_ : pairs_.size() < reconsider_at_) return {};
  const uint64_t lefts = std::max(lefts_, std::bit_ceil(uint64_t{left_size}));
  const uint64_t rights = std::max(rights_, std::bit_ceil(uint64_t{right_size}));
  // The first test keeps the product from wrapping: either side may be 2^32.
  const bool fits = lefts <= kSquareSlots && lefts * rights <= direct_slots_for(pairs_.size(), kSquareSlots);
  if (fits) return to_square(lefts, rights);
  reconsider_at_ = std::max<uint64_t>(512, pairs_.size() * 2);
  return is_square_ ? to_hashed() : Status();
}

Status PairKeys::to_square(uint64_t lefts, uint64_t rights) {
  PodVector<uint32_t> square(square_.budget());
  MILLRACE_TRY(square.resize_fill(lefts * rights, kNoId));
  std::swap(square_, square);
  lefts_ = lefts;
  rights_ = rights;
  for (uint32_t id = 0; id < size(); id++) square_at(pairs_[id]) = id;
  is_square_ = true;
  hashed_.reset();
  return {};
}

Status PairKeys::to_hashed() {
  hashed_.reset();
  for (uint32_t id = 0; id < size(); id++) MILLRACE_TRY(hashed_.insert(pairs_[id], id));
  is_square_ = false;
  square_.reset();
  return {};
}

}  // namespace millrace::agg
