// Gathers rows of whole columns in parallel: the last step of sorts and joins.
//
// Reads are as random as the rows; what bounds them is how many cache misses are in flight, so loops are kept free of
// branches and big buffers lie on huge pages. Strings of one length (codes, ISO dates, UUIDs) are gathered as blocks of
// bytes: without their offsets there is one miss a row instead of two.
#pragma once
#include "base/workers.h"
#include "column/frame_view.h"

namespace millrace {

// In place of a row number: the result is null there.
inline constexpr uint32_t kNoRow = UINT32_MAX;

struct TakeColumn {
  const Column* from;
  const uint32_t* rows;  // `count` row numbers of `from`
  bool may_miss;         // kNoRow occurs among them
};

// One column of `count` rows for each of `columns`.
Result<std::vector<Column>> take_rows(const std::vector<TakeColumn>& columns, size_t count, Workers& workers,
                                      MemoryBudget* budget);

}  // namespace millrace
