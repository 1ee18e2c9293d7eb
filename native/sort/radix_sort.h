// Stable radix sort of (word, row) records.
#pragma once
#include "base/memory.h"

namespace millrace::sort {

struct Record {
  uint64_t word;
  int64_t row;
};

// Sorts records[0..count) by word; `scratch` has room for as many.
void radix_sort(Record* records, Record* scratch, size_t count);

}  // namespace millrace::sort
