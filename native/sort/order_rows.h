// The stable order of the rows of a table by any keys, in parallel.
//
// Rows become (word, row) records (word_layout.h). A sample of the words gives splitters; the records are scattered
// into the buckets between them, which fit L2, and each bucket is radix-sorted alone; rows that tie go on with the keys
// that the word does not cover (range_sorter.h). Equal words always share a bucket and keep the order of the input, so
// the result is stable and does not depend on threads or on the sample.
#pragma once
#include "base/workers.h"
#include "sort/sort_key.h"

namespace millrace::sort {

// `order` becomes the row numbers in order: nulls where their key says, NaN after every number, -0 equal to 0, strings
// by UTF-8 bytes. Precondition: rows <= kMostRows.
Status order_rows(const std::vector<SortKey>& keys, size_t rows, Workers& workers, PodVector<uint32_t>& order);

// The same; and where the sort knows it without looking at the keys again, `changes` becomes, by place, whether the
// keys are others than at the place before (1 for the first place). Else it stays empty.
Status order_and_mark(const std::vector<SortKey>& keys, size_t rows, Workers& workers, PodVector<uint32_t>& order,
                      PodVector<uint8_t>& changes);

// The order, cut to the first `most` rows, at the price of a scan when that is few.
Status top_rows(const std::vector<SortKey>& keys, size_t rows, size_t most, Workers& workers,
                PodVector<uint32_t>& order);

}  // namespace millrace::sort
