#include "sort/range_sorter.h"

#include <algorithm>
#include <cstring>

#include "column/visit_fixed.h"
#include "sort/order_word.h"

namespace millrace::sort {

Status RangeSorter::sort(Record* records, Record* scratch, size_t count, size_t first_key) {
  records_ = records;
  scratch_ = scratch;
  pending_.clear();
  MILLRACE_TRY(push({0, count, first_key, 0}));
  while (!pending_.empty()) {
    Range range = pending_[pending_.size() - 1];
    MILLRACE_TRY(pending_.resize(pending_.size() - 1));
    if (range.depth == 0) MILLRACE_TRY(set_nulls_apart(range));
    MILLRACE_TRY(is_string(keys_[range.key].column->type) ? sort_strings(range) : sort_fixed(range));
  }
  return {};
}

Status RangeSorter::push(const Range& range) {
  if (range.end - range.begin < 2 || range.key >= keys_.size()) return {};
  return pending_.push(range);
}

// Stable; the range shrinks to the rows whose key is not null.
Status RangeSorter::set_nulls_apart(Range& range) {
  const SortKey& key = keys_[range.key];
  if (key.column->null_count == 0) return {};
  size_t valid = 0;
  size_t nulls = 0;
  for (size_t i = range.begin; i < range.end; i++) {
    const Record record = records_[i];
    if (key.column->is_valid(record.row)) {
      records_[range.begin + valid++] = record;
    } else {
      scratch_[nulls++] = record;
    }
  }
  Record* const first = records_ + range.begin;
  if (key.nulls_first) std::memmove(first + nulls, first, valid * sizeof(Record));
  std::memcpy(first + (key.nulls_first ? 0 : valid), scratch_, nulls * sizeof(Record));
  const size_t nulls_begin = range.begin + (key.nulls_first ? 0 : valid);
  MILLRACE_TRY(push({nulls_begin, nulls_begin + nulls, range.key + 1, 0}));
  range.begin += key.nulls_first ? nulls : 0;
  range.end = range.begin + valid;
  return {};
}

Status RangeSorter::sort_fixed(const Range& range) {
  const SortKey& key = keys_[range.key];
  const uint64_t flip = key.descending ? ~uint64_t{0} : 0;
  visit_fixed(key.column->type, [&](auto tag) {
    const auto* values = key.column->values<decltype(tag)>();
    for (size_t i = range.begin; i < range.end; i++) records_[i].word = order_word(values[records_[i].row]) ^ flip;
  });
  return sort_by_words(range, range.key + 1, 0);
}

Status RangeSorter::sort_strings(const Range& range) {
  const SortKey& key = keys_[range.key];
  const uint64_t flip = key.descending ? ~uint64_t{0} : 0;
  const uint64_t depth = range.depth + shared_prefix(range);
  bool all_read = true;
  for (size_t i = range.begin; i < range.end; i++) {
    const StringRef string = key.column->string(records_[i].row);
    all_read &= string.size <= depth;
    records_[i].word = string_word(string, depth) ^ flip;
  }
  if (!all_read) return sort_by_words(range, range.key, depth + 8);
  // What is left to tell apart are strings that go on in zero bytes.
  for (size_t i = range.begin; i < range.end; i++) records_[i].word = key.column->string(records_[i].row).size ^ flip;
  return sort_by_words(range, range.key + 1, 0);
}

// Bytes from range.depth on that all strings of the range have in common.
uint64_t RangeSorter::shared_prefix(const Range& range) const {
  if (range.begin == range.end) return 0;
  const Column& column = *keys_[range.key].column;
  const StringRef first = column.string(records_[range.begin].row);
  uint64_t shared = first.size > range.depth ? first.size - range.depth : 0;
  for (size_t i = range.begin + 1; i < range.end && shared > 0; i++) {
    const StringRef string = column.string(records_[i].row);
    shared = string.size > range.depth ? std::min(shared, string.size - range.depth) : 0;
    if (shared == 0 || std::memcmp(first.data + range.depth, string.data + range.depth, shared) == 0) continue;
    uint64_t same = 0;
    while (first.data[range.depth + same] == string.data[range.depth + same]) same++;
    shared = same;
  }
  return shared;
}

Status RangeSorter::sort_by_words(const Range& range, size_t next_key, uint64_t next_depth) {
  radix_sort(records_ + range.begin, scratch_, range.end - range.begin);
  if (next_key >= keys_.size()) return {};
  for (size_t begin = range.begin; begin < range.end;) {
    size_t end = begin + 1;
    while (end < range.end && records_[end].word == records_[begin].word) end++;
    if (end - begin > 1) MILLRACE_TRY(push({begin, end, next_key, next_depth}));
    begin = end;
  }
  return {};
}

}  // namespace millrace::sort
