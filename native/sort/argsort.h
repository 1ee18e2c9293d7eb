// Stable multi-key ordering of materialised columns.
#pragma once
#include "column/column.h"

namespace millrace::sort {

// `order` becomes the permutation that sorts the rows by the columns, first column first: stable, ascending, nulls
// last, NaN after every number, -0 equal to 0, strings by UTF-8 bytes. O(n log n); radix for one integer-like column.
Status argsort(const std::vector<const Column*>& keys, int64_t rows, PodVector<int64_t>& order);

}  // namespace millrace::sort
