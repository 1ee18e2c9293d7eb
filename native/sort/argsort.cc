// A most-significant-word-first sort: rows are radix-sorted by one 64-bit word of the first key; ranges that tie go on
// with the next word of a string or with the next key. The words of a string begin behind the prefix that the whole
// range shares, so that keys like id0000000001 are settled by one word.
#include "sort/argsort.h"

#include <algorithm>
#include <cstring>

#include "column/visit_fixed.h"
#include "sort/order_word.h"
#include "sort/radix_sort.h"

namespace millrace::sort {

namespace {

// Rows [begin, end) are equal in all keys before `key`, and in the first `depth` bytes of it. Ranges wait on a stack of
// their own: long strings that tie word after word would overflow the call stack.
struct Range {
  size_t begin;
  size_t end;
  size_t key;
  uint64_t depth;
};

class Sorter {
 public:
  Sorter(const std::vector<const Column*>& keys, PodVector<int64_t>& order)
      : keys_(keys), order_(order), records_(order.budget()), scratch_(order.budget()), pending_(order.budget()) {}

  Status sort() {
    MILLRACE_TRY(records_.resize(order_.size()));
    MILLRACE_TRY(scratch_.resize(order_.size()));
    MILLRACE_TRY(push({0, order_.size(), 0, 0}));
    while (!pending_.empty()) {
      Range range = pending_[pending_.size() - 1];
      MILLRACE_TRY(pending_.resize(pending_.size() - 1));
      if (range.depth == 0) MILLRACE_TRY(set_nulls_apart(range));
      MILLRACE_TRY(is_string(keys_[range.key]->type) ? sort_strings(range) : sort_fixed(range));
    }
    return {};
  }

 private:
  Status set_nulls_apart(Range& range);
  Status sort_fixed(const Range& range);
  Status sort_strings(const Range& range);
  uint64_t shared_prefix(const Range& range) const;
  // By the words of records_[begin, end), then pushes the rows that tie.
  Status sort_by_words(const Range& range, size_t next_key, uint64_t next_depth);
  Status push(const Range& range);

  const std::vector<const Column*>& keys_;
  PodVector<int64_t>& order_;
  PodVector<Record> records_;
  PodVector<Record> scratch_;
  PodVector<Range> pending_;
};

Status Sorter::push(const Range& range) {
  if (range.end - range.begin < 2 || range.key >= keys_.size()) return {};
  return pending_.push(range);
}

// Stable; the range shrinks to the rows whose key is not null.
Status Sorter::set_nulls_apart(Range& range) {
  const Column& column = *keys_[range.key];
  if (column.null_count == 0) return {};
  size_t valid_end = range.begin;
  size_t nulls = 0;
  for (size_t i = range.begin; i < range.end; i++) {
    const int64_t row = order_[i];
    if (column.is_valid(row)) {
      order_[valid_end++] = row;
    } else {
      scratch_[nulls++].row = row;
    }
  }
  for (size_t i = 0; i < nulls; i++) order_[valid_end + i] = scratch_[i].row;
  MILLRACE_TRY(push({valid_end, range.end, range.key + 1, 0}));
  range.end = valid_end;
  return {};
}

Status Sorter::sort_fixed(const Range& range) {
  const Column& column = *keys_[range.key];
  visit_fixed(column.type, [&](auto tag) {
    const auto* values = column.values<decltype(tag)>();
    for (size_t i = range.begin; i < range.end; i++) records_[i] = {order_word(values[order_[i]]), order_[i]};
  });
  return sort_by_words(range, range.key + 1, 0);
}

Status Sorter::sort_strings(const Range& range) {
  const Column& column = *keys_[range.key];
  const uint64_t depth = range.depth + shared_prefix(range);
  bool all_read = true;
  for (size_t i = range.begin; i < range.end; i++) {
    const StringRef string = column.string(order_[i]);
    all_read &= string.size <= depth;
    records_[i] = {string_word(string, depth), order_[i]};
  }
  if (!all_read) return sort_by_words(range, range.key, depth + 8);
  // What is left to tell apart are strings that go on in zero bytes.
  for (size_t i = range.begin; i < range.end; i++) records_[i].word = column.string(order_[i]).size;
  return sort_by_words(range, range.key + 1, 0);
}

// Bytes from range.depth on that all strings of the range have in common.
uint64_t Sorter::shared_prefix(const Range& range) const {
  if (range.begin == range.end) return 0;
  const Column& column = *keys_[range.key];
  const StringRef first = column.string(order_[range.begin]);
  uint64_t shared = first.size > range.depth ? first.size - range.depth : 0;
  for (size_t i = range.begin + 1; i < range.end && shared > 0; i++) {
    const StringRef string = column.string(order_[i]);
    shared = string.size > range.depth ? std::min(shared, string.size - range.depth) : 0;
    if (shared == 0 || std::memcmp(first.data + range.depth, string.data + range.depth, shared) == 0) continue;
    uint64_t same = 0;
    while (first.data[range.depth + same] == string.data[range.depth + same]) same++;
    shared = same;
  }
  return shared;
}

Status Sorter::sort_by_words(const Range& range, size_t next_key, uint64_t next_depth) {
  radix_sort(records_.data() + range.begin, scratch_.data(), range.end - range.begin);
  for (size_t i = range.begin; i < range.end; i++) order_[i] = records_[i].row;
  if (next_key >= keys_.size()) return {};
  for (size_t begin = range.begin; begin < range.end;) {
    size_t end = begin + 1;
    while (end < range.end && records_[end].word == records_[begin].word) end++;
    if (end - begin > 1) MILLRACE_TRY(push({begin, end, next_key, next_depth}));
    begin = end;
  }
  return {};
}

}  // namespace

Status argsort(const std::vector<const Column*>& keys, int64_t rows, PodVector<int64_t>& order) {
  MILLRACE_TRY(order.resize(static_cast<size_t>(rows)));
  for (int64_t i = 0; i < rows; i++) order[static_cast<size_t>(i)] = i;
  if (keys.empty() || rows < 2) return {};
  return Sorter(keys, order).sort();
}

}  // namespace millrace::sort
