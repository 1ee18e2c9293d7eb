#include "exec/sink/key_threshold.h"

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

// So many rows are known to have no later word.
struct KnownRows {
  uint64_t word;
  int64_t rows;
};

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

void KeyThreshold::start(const store::StoredFrame& frame, int64_t begin, int64_t end, int64_t wanted) {
  const bool by_chunk = wanted <= static_cast<int64_t>(frame.chunks.size() / 2);
  std::vector<KnownRows> known;
  const auto learn = [&](const store::ColumnChunk& chunk, const store::ValueRange& range, int64_t rows) {
    known.push_back({best_word(range), 1});
    if (chunk.null_count == 0 && !chunk.has_nan && rows > 1) known.push_back({worst_word(range), rows - 1});
  };
  for (const store::RowChunk& rows : frame.chunks) {
    const store::ColumnChunk& chunk = rows.columns[column_];
    if (rows.first_row < begin || rows.first_row + rows.rows > end || !chunk.has_range) continue;
    if (by_chunk || chunk.ranges.size() == 0) {
      learn(chunk, {chunk.min, chunk.max}, rows.rows);
      continue;
    }
    for (int64_t first = 0; first < rows.rows; first += store::kRangeRows) {
      const store::ValueRange& range = chunk.value_ranges()[first / store::kRangeRows];
      if (!range.empty()) learn(chunk, range, std::min(store::kRangeRows, rows.rows - first));
    }
  }
  std::ranges::sort(known, {}, &KnownRows::word);
  for (const KnownRows& at : known) {
    wanted -= at.rows;
    if (wanted <= 0) return lower(at.word);
  }
}

uint64_t KeyThreshold::best_word(const store::ValueRange& range) const {
  return visit_fixed(type_, [&](auto tag) {
    return order_.descending ? ~word_of_bits<decltype(tag)>(range.max) : word_of_bits<decltype(tag)>(range.min);
  });
}

uint64_t KeyThreshold::worst_word(const store::ValueRange& range) const {
  return visit_fixed(type_, [&](auto tag) {
    return order_.descending ? ~word_of_bits<decltype(tag)>(range.min) : word_of_bits<decltype(tag)>(range.max);
  });
}

bool KeyThreshold::may_match_others(const store::ColumnChunk& chunk) const {
  if (word() == UINT64_MAX || (chunk.null_count > 0 && order_.nulls_first)) return true;
  // NaN comes first then, and is in no range.
  return chunk.has_nan && order_.descending;
}

bool KeyThreshold::may_match(const store::ColumnChunk& chunk) const {
  if (may_match_others(chunk) || !chunk.has_range) return true;
  return best_word({chunk.min, chunk.max}) <= word();
}

bool KeyThreshold::may_match(const store::ColumnChunk& chunk, int64_t first, uint32_t count) const {
  if (may_match_others(chunk) || chunk.ranges.size() == 0) return true;
  const uint64_t most = word();
  const int64_t last = (first + count - 1) / store::kRangeRows;
  for (int64_t i = first / store::kRangeRows; i <= last; i++) {
    const store::ValueRange& range = chunk.value_ranges()[i];
    if (range.empty() && !chunk.has_nan) continue;  // nulls come last
    if (range.empty() || best_word(range) <= most) return true;
  }
  return false;
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
