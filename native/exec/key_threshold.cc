#include "exec/key_threshold.h"

#include <algorithm>
#include <bit>

#include "column/visit_fixed.h"
#include "sort/order_word.h"

namespace millrace::exec {

namespace {

template <class T>
uint64_t word_of_bits(int64_t bits) {
  if constexpr (std::is_floating_point_v<T>) {
    return sort::order_word(static_cast<T>(std::bit_cast<double>(bits)));
  } else {
    return sort::order_word(static_cast<T>(bits));
  }
}

}  // namespace

void key_words(const Vector& key, sort::KeyOrder order, uint32_t rows, uint64_t* words) {
  const uint64_t flip = order.descending ? ~uint64_t{0} : 0;
  if (is_string(key.type)) {
    const auto* texts = key.as<StringRef>();
    for (uint32_t i = 0; i < rows; i++) words[i] = sort::string_word(texts[i], 0) ^ flip;
  } else {
    visit_fixed(key.type, [&](auto tag) {
      const auto* values = key.as<decltype(tag)>();
      for (uint32_t i = 0; i < rows; i++) words[i] = sort::order_word(values[i]) ^ flip;
    });
  }
  for (uint32_t i = 0; key.validity && i < rows; i++) {
    if (!key.is_valid(i)) words[i] = order.nulls_first ? 0 : UINT64_MAX;
  }
}

void KeyThreshold::lower(uint64_t word) {
  uint64_t now = word_.load(std::memory_order_relaxed);
  while (word < now && !word_.compare_exchange_weak(now, word, std::memory_order_relaxed)) {
  }
}

bool KeyThreshold::may_match(const store::ColumnChunk& chunk, int64_t first, uint32_t count) const {
  const uint64_t most = word();
  if (most == UINT64_MAX || chunk.ranges.size() == 0 || (chunk.null_count > 0 && order_.nulls_first)) return true;
  // NaN comes first then, and is in no range.
  if (chunk.has_nan && order_.descending) return true;
  const uint64_t flip = order_.descending ? ~uint64_t{0} : 0;
  const int64_t last = (first + count - 1) / store::kRangeRows;
  return visit_fixed(type_, [&](auto tag) {
    for (int64_t i = first / store::kRangeRows; i <= last; i++) {
      const store::ValueRange& range = chunk.value_ranges()[i];
      if (range.empty() && !chunk.has_nan) continue;  // nulls come last
      if (range.empty()) return true;
      const int64_t best = order_.descending ? range.max : range.min;
      if ((word_of_bits<decltype(tag)>(best) ^ flip) <= most) return true;
    }
    return false;
  });
}

bool KeyThreshold::matches(const Vector& vector, uint32_t rows) const {
  uint64_t words[kVectorRows];
  const uint64_t most = word();
  key_words(vector, order_, rows, words);
  bool any = false;
  for (uint32_t i = 0; i < rows; i++) any |= words[i] <= most;
  return any;
}

}  // namespace millrace::exec
