// What rows are sorted by.
#pragma once
#include "column/column.h"

namespace millrace::sort {

struct SortKey {
  const Column* column;
  bool descending = false;
  bool nulls_first = false;  // whatever the direction
};

// Row numbers are kept in 32 bits: half the memory traffic of every pass.
inline constexpr int64_t kMostRows = int64_t{UINT32_MAX} - 1;
// ERR_INVALID_ARGUMENT past that.
Status check_rows(int64_t rows, const char* operation);

}  // namespace millrace::sort
