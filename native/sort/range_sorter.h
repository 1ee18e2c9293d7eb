// The comparison-free sort of a range of rows by any keys, on one thread.
//
// Most significant word first: rows are radix-sorted by one 64-bit word of the first key; ranges that tie go on with
// the next word of a string or with the next key. The words of a string begin behind the prefix that the whole range
// shares, so that keys like id0000000001 are settled by one word.
#pragma once
#include "sort/radix_sort.h"
#include "sort/sort_key.h"

namespace millrace::sort {

class RangeSorter {
 public:
  // `keys` outlives this.
  RangeSorter(const std::vector<SortKey>& keys, MemoryBudget* budget) : keys_(keys), pending_(budget) {}
  // Sorts records[0..count) by the keys from `first_key` on: stable, NaN after every number, -0 equal to 0, strings by
  // UTF-8 bytes. The words are overwritten. `scratch` has room for as many records.
  Status sort(Record* records, Record* scratch, size_t count, size_t first_key);

 private:
  // Rows [begin, end) are equal in all keys before `key`, and in the first `depth` bytes of it. Ranges wait on a stack
  // of their own: long strings that tie word after word would overflow the call stack.
  struct Range {
    size_t begin;
    size_t end;
    size_t key;
    uint64_t depth;
  };
  Status set_nulls_apart(Range& range);
  Status sort_fixed(const Range& range);
  Status sort_strings(const Range& range);
  uint64_t shared_prefix(const Range& range) const;
  // By the words of records_[begin, end), then pushes the rows that tie.
  Status sort_by_words(const Range& range, size_t next_key, uint64_t next_depth);
  Status push(const Range& range);

  const std::vector<SortKey>& keys_;
  PodVector<Range> pending_;
  Record* records_ = nullptr;
  Record* scratch_ = nullptr;
};

}  // namespace millrace::sort
