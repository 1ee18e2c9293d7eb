// What is known of all values of a column before any is read.
#pragma once
#include "column/dictionary.h"

namespace millrace {

struct ColumnFacts {
  int64_t rows = -1;  // at most; -1: nothing is known
  bool never_null = false;
  // Whole numbers, dates and timestamps that are not null lie in [min, max]; those of a uint64 are its bits.
  bool has_range = false;
  int64_t min = 0;
  int64_t max = 0;
  // Every row of a string column comes with its code of this.
  const Dictionary* dictionary = nullptr;
};

}  // namespace millrace
