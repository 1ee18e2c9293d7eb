#include "window/partitions.h"

#include <algorithm>

#include "column/visit_fixed.h"
#include "sort/order_rows.h"
#include "sort/order_word.h"

namespace millrace::window {

namespace {

constexpr size_t kBlockRows = size_t{1} << 16;

// `key_of` gives what tells values apart; null is unlike all of them.
template <class KeyOf>
void mark_changes_by(const Column& column, const uint32_t* order, size_t begin, size_t end, uint8_t* changes,
                     KeyOf key_of) {
  const auto row_at = [order](size_t place) -> int64_t { return order ? order[place] : static_cast<int64_t>(place); };
  int64_t row = row_at(begin - 1);
  auto before = key_of(row);
  bool valid_before = column.is_valid(row);
  for (size_t i = begin; i < end; i++) {
    row = row_at(i);
    const auto key = key_of(row);
    const bool valid = column.is_valid(row);
    changes[i] |= valid != valid_before || (valid && key != before);
    before = key;
    valid_before = valid;
  }
}

}  // namespace

void mark_changes(const Column& column, const uint32_t* order, size_t begin, size_t end, uint8_t* changes) {
  if (is_string(column.type)) {
    mark_changes_by(column, order, begin, end, changes, [&](int64_t row) { return column.string(row).view(); });
    return;
  }
  visit_fixed(column.type, [&](auto tag) {
    const auto* values = column.values<decltype(tag)>();
    mark_changes_by(column, order, begin, end, changes, [&](int64_t row) { return sort::order_word(values[row]); });
  });
}

Result<Partitions> Partitions::make(const std::vector<const Column*>& keys, const std::vector<sort::SortKey>& order,
                                    size_t rows, Workers& workers, MemoryBudget* budget) {
  Partitions out;
  out.rows_ = rows;
  out.order_ = PodVector<uint32_t>(budget);
  out.starts_ = PodVector<uint32_t>(budget);
  std::vector<sort::SortKey> sorted_by;
  for (const Column* key : keys) sorted_by.push_back({key});
  sorted_by.insert(sorted_by.end(), order.begin(), order.end());
  PodVector<uint8_t> changes(budget);
  if (order.empty() && !keys.empty()) {
    MILLRACE_TRY(sort::order_and_mark(sorted_by, rows, workers, out.order_, changes));
  } else if (!sorted_by.empty()) {
    MILLRACE_TRY(sort::order_rows(sorted_by, rows, workers, out.order_));
  }
  MILLRACE_TRY(out.find_starts(keys, changes, workers));
  return out;
}

Status Partitions::find_starts(const std::vector<const Column*>& keys, PodVector<uint8_t>& changes, Workers& workers) {
  const auto rows = static_cast<uint32_t>(rows_);
  if (rows > 0) MILLRACE_TRY(starts_.push(0));
  if (rows > 1 && !keys.empty()) {
    const bool known = !changes.empty();
    MILLRACE_TRY(changes.resize(rows));
    const size_t blocks = pieces_of(rows, kBlockRows);
    PodVector<uint32_t> ends(
        starts_.budget());  // by block: how many partitions begin in it, then where they are written
    MILLRACE_TRY(ends.resize(blocks));
    const auto begin_of = [](size_t block) { return std::max<size_t>(1, block * kBlockRows); };
    const auto end_of = [rows](size_t block) { return std::min<size_t>(rows, (block + 1) * kBlockRows); };
    MILLRACE_TRY(workers.run(blocks, [&](size_t block, uint32_t) -> Status {
      const size_t begin = begin_of(block), end = end_of(block);
      if (!known) {
        std::fill(changes.data() + begin, changes.data() + end, 0);
        for (const Column* key : keys) mark_changes(*key, order(), begin, end, changes.data());
      }
      uint32_t found = 0;
      for (size_t i = begin; i < end; i++) found += changes[i];
      ends[block] = found;
      return {};
    }));
    uint32_t at = 1;
    for (uint32_t& end : ends) at += std::exchange(end, at);
    MILLRACE_TRY(starts_.resize(at));
    MILLRACE_TRY(workers.run(blocks, [&](size_t block, uint32_t) -> Status {
      uint32_t* next = starts_.data() + ends[block];
      const size_t end = end_of(block);
      for (size_t i = begin_of(block); i < end; i++) {
        if (changes[i]) *next++ = static_cast<uint32_t>(i);
      }
      return {};
    }));
  }
  return starts_.push(rows);
}

std::vector<Partitions::Run> Partitions::runs(size_t rows) const {
  std::vector<Run> out;
  for (size_t first = 0; first < count();) {
    const auto* const end = starts_.end() - 1;
    const auto* const last = std::lower_bound(starts_.begin() + first + 1, end, starts_[first] + rows);
    out.push_back({first, static_cast<size_t>(last - starts_.begin())});
    first = out.back().last;
  }
  return out;
}

}  // namespace millrace::window
