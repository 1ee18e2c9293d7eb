// Top-k without a sort: each thread keeps the rows that could still be among the first and drops them in bulk whenever
// twice as many as wanted have come together; the largest word that is left is a threshold that soon lets hardly any
// row pass. A row costs its word and one comparison.
#include <algorithm>

#include "sort/order_rows.h"
#include "sort/range_sorter.h"
#include "sort/word_layout.h"

namespace millrace::sort {

namespace {

constexpr size_t kEncodeRows = 1024;
constexpr size_t kTaskRows = size_t{1} << 16;
constexpr size_t kLeastRoom = 4096;

// The candidates of one thread.
class Candidates {
 public:
  Candidates(const std::vector<SortKey>& keys, const WordLayout& layout, size_t most, MemoryBudget* budget)
      : keys_(keys), layout_(layout), most_(most), budget_(budget), records_(budget) {}

  Status add(size_t first, size_t count) {
    uint64_t words[kEncodeRows];
    MILLRACE_TRY(records_.reserve_more(count));
    layout_.encode(first, count, words);
    Record* out = records_.data();
    size_t size = records_.size();
    for (size_t i = 0; i < count; i++) {
      out[size] = {words[i], static_cast<int64_t>(first + i)};
      size += words[i] <= threshold_ ? 1 : 0;
    }
    MILLRACE_TRY(records_.resize(size));
    return size < 2 * most_ + kLeastRoom ? Status() : shrink();
  }

  PodVector<Record>& records() { return records_; }

 private:
  static bool before(const Record& a, const Record& b) {
    return a.word < b.word || (a.word == b.word && a.row < b.row);
  }

  Status shrink() {
    Record* const first = records_.data();
    std::nth_element(first, first + most_ - 1, records_.end(), before);
    threshold_ = records_[most_ - 1].word;
    if (layout_.exact()) return records_.resize(most_);
    // Rows that tie with the last one may belong in front of it by the keys that the words do not cover.
    Record* const end = std::remove_if(first, records_.end(), [&](const Record& r) { return r.word > threshold_; });
    MILLRACE_TRY(records_.resize(static_cast<size_t>(end - first)));
    if (records_.size() < most_ + most_ / 2 + kLeastRoom / 2) return {};
    MILLRACE_TRY(sort_records(keys_, records_, budget_));
    MILLRACE_TRY(records_.resize(most_));
    // The sorter spoiled the words.
    for (Record& record : records_) layout_.encode(static_cast<size_t>(record.row), 1, &record.word);
    return {};
  }

 public:
  static Status sort_records(const std::vector<SortKey>& keys, PodVector<Record>& records, MemoryBudget* budget) {
    std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.row < b.row; });
    PodVector<Record> scratch(budget);
    MILLRACE_TRY(scratch.resize(records.size()));
    return RangeSorter(keys, budget).sort(records.data(), scratch.data(), records.size(), 0);
  }

 private:
  const std::vector<SortKey>& keys_;
  const WordLayout& layout_;
  const size_t most_;
  MemoryBudget* budget_;
  PodVector<Record> records_;
  uint64_t threshold_ = UINT64_MAX;
};

}  // namespace

Status top_rows(const std::vector<SortKey>& keys, size_t rows, size_t most, Workers& workers,
                PodVector<uint32_t>& order) {
  if (most == 0) return {};
  if (most > rows / 8) {
    MILLRACE_TRY(order_rows(keys, rows, workers, order));
    return order.resize(std::min(rows, most));
  }
  auto layout = WordLayout::make(keys, rows, workers, order.budget());
  MILLRACE_TRY(layout);
  std::vector<Candidates> slots;
  for (uint32_t slot = 0; slot < workers.slots(); slot++) {
    slots.emplace_back(keys, layout.value(), most, order.budget());
  }
  MILLRACE_TRY(workers.run(pieces_of(rows, kTaskRows), [&](size_t task, uint32_t slot) -> Status {
    const size_t end = std::min(rows, (task + 1) * kTaskRows);
    for (size_t first = task * kTaskRows; first < end; first += kEncodeRows) {
      MILLRACE_TRY(slots[slot].add(first, std::min(kEncodeRows, end - first)));
    }
    return {};
  }));
  PodVector<Record> all(order.budget());
  for (Candidates& candidates : slots) {
    MILLRACE_TRY(all.append(candidates.records().data(), candidates.records().size()));
  }
  MILLRACE_TRY(Candidates::sort_records(keys, all, order.budget()));
  MILLRACE_TRY(order.resize(std::min(all.size(), most)));
  for (size_t i = 0; i < order.size(); i++) order[i] = static_cast<uint32_t>(all[i].row);
  return {};
}

}  // namespace millrace::sort
