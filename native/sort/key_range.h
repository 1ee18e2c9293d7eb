// What the values of a key column have in common, so that they fit few bits. Found by a parallel look at all of them.
#pragma once
#include "base/workers.h"
#include "column/column.h"

namespace millrace::sort {

// Of the order words of the valid values (order_word.h); both 0 when there are none.
struct FixedRange {
  uint64_t smallest = UINT64_MAX;
  uint64_t largest = 0;
};

// Of the valid strings; all 0 when there are none.
struct StringRange {
  uint64_t prefix = UINT64_MAX;  // bytes that all share
  uint64_t shortest = UINT64_MAX;
  uint64_t longest = 0;
  bool zero_ended = false;  // some string ends in a zero byte behind the prefix
  int64_t model = -1;       // a row that has the prefix

  // Whether zero-padded strings are equal only when the strings are.
  bool padding_tells_lengths() const { return shortest == longest || !zero_ended; }
};

Result<FixedRange> fixed_range(const Column& column, size_t rows, Workers& workers, MemoryBudget* budget);
Result<StringRange> string_range(const Column& column, size_t rows, Workers& workers, MemoryBudget* budget);

}  // namespace millrace::sort
