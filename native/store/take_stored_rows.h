// Rows of a stored frame, gathered from its chunks as they are encoded: what sorts, joins and top-k do with all columns
// but their keys.
//
// Random reads cost what they miss. Each column is first laid out flat as narrow as all its chunks allow (codes,
// integers above the smallest one), mostly a byte or four a value: ten million of those fit a cache in which eight
// bytes each do not. Columns go one after another, so that one flat column is in the caches at a time.
#pragma once
#include "column/take_rows.h"
#include "store/stored_frame.h"

namespace millrace::store {

struct TakeStored {
  uint32_t column;
  const uint32_t* rows;  // `count` row numbers
  bool may_miss;         // kNoRow occurs among them
};

// One column of `count` rows for each of `columns`. ERR_MEMORY_LIMIT, ERR_IO.
Result<std::vector<Column>> take_stored_rows(const StoredFrame& frame, const std::vector<TakeStored>& columns,
                                             size_t count, Workers& workers, MemoryBudget* budget);

}  // namespace millrace::store
