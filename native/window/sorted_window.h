// The values of a moving window in order: add, remove, and the k-th smallest.
#pragma once
#include <algorithm>
#include <bit>

#include "base/memory.h"

namespace millrace::window {

// A sorted array: a search and a move of memory a step, the fastest up to some hundreds of values.
class SortedWindow {
 public:
  explicit SortedWindow(MemoryBudget* budget) : values_(budget) {}
  // Room for windows of `most` of the values.
  Status prepare(const double*, const uint8_t*, size_t, size_t most) { return values_.reserve(most); }
  void add(double value) {
    const size_t at = place_of(value);
    const size_t size = values_.size();
    values_.push_unchecked(value);
    std::memmove(values_.data() + at + 1, values_.data() + at, (size - at) * sizeof(double));
    values_[at] = value;
  }
  void remove(double value) {
    const size_t at = place_of(value);
    const size_t rest = values_.size() - at - 1;
    std::memmove(values_.data() + at, values_.data() + at + 1, rest * sizeof(double));
    (void)values_.resize(values_.size() - 1).ok();  // cannot fail: it does not grow
  }
  double at(size_t k) const { return values_[k]; }

 private:
  size_t place_of(double value) const {
    return static_cast<size_t>(std::lower_bound(values_.begin(), values_.end(), value) - values_.begin());
  }
  PodVector<double> values_;
};

// Counts by rank in a Fenwick tree over all values of the piece: logarithmic steps, for windows of any size.
class RankedWindow {
 public:
  explicit RankedWindow(MemoryBudget* budget) : sorted_(budget), counts_(budget) {}
  // The values that will come: `count` of them, NaN and nulls excepted.
  Status prepare(const double* values, const uint8_t* valid, size_t count, size_t) {
    MILLRACE_TRY(sorted_.reserve(count));
    for (size_t i = 0; i < count; i++) {
      if (valid[i] && values[i] == values[i]) sorted_.push_unchecked(values[i]);
    }
    std::sort(sorted_.begin(), sorted_.end());
    const auto distinct = static_cast<size_t>(std::unique(sorted_.begin(), sorted_.end()) - sorted_.begin());
    (void)sorted_.resize(distinct).ok();  // cannot fail: it does not grow
    return counts_.resize_fill(distinct + 1, 0);
  }
  void add(double value) { change(value, 1); }
  void remove(double value) { change(value, UINT32_MAX); }
  double at(size_t k) const {
    size_t at = 0;
    for (size_t step = std::bit_floor(sorted_.size()); step > 0; step /= 2) {
      if (at + step > sorted_.size() || counts_[at + step] > k) continue;
      at += step;
      k -= counts_[at];
    }
    return sorted_[at];
  }

 private:
  void change(double value, uint32_t by) {
    size_t i = static_cast<size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), value) - sorted_.begin()) + 1;
    for (; i < counts_.size(); i += i & (~i + 1)) counts_[i] += by;
  }
  PodVector<double> sorted_;
  PodVector<uint32_t> counts_;  // from 1 on; wraps where it counts down
};

}  // namespace millrace::window
