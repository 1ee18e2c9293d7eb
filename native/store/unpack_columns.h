// Whole columns of a stored frame as plain memory, in parallel: for what looks at every value many times, as sorts and
// joins do with their keys.
#pragma once
#include "base/workers.h"
#include "store/held_column.h"

namespace millrace::store {

// One column for each of `columns`. ERR_MEMORY_LIMIT, ERR_IO.
Result<std::vector<Column>> unpack_columns(const StoredFrame& frame, const std::vector<uint32_t>& columns,
                                           Workers& workers, MemoryBudget* budget);

// Calls visit(first, count) for the vectors of a chunk.
template <class Visit>
void each_vector(const RowChunk& chunk, Visit visit) {
  for (int64_t first = 0; first < chunk.rows; first += kVectorRows) {
    visit(first, static_cast<uint32_t>(std::min<int64_t>(kVectorRows, chunk.rows - first)));
  }
}

// The validity of a whole column, and how many rows are null; `into` stays empty where none is.
Status unpack_validity(const StoredFrame& frame, uint32_t column, HeldColumn& held, Buffer& into, int64_t& null_count);

}  // namespace millrace::store
