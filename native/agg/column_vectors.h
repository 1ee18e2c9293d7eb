// Walks over materialised columns as vectors.
#pragma once
#include <algorithm>

#include "column/column.h"

namespace millrace::agg {

// Rows of the vector that starts at row `begin` of `rows`.
inline uint32_t rows_from(int64_t begin, int64_t rows) {
  return static_cast<uint32_t>(std::min<int64_t>(kVectorRows, rows - begin));
}

// A view of up to kVectorRows rows of a column, from row `begin`, a multiple of 64. `strings` has room for `rows`
// references when the column holds strings.
inline Vector vector_of(const Column& column, int64_t begin, uint32_t rows, StringRef* strings) {
  Vector vector;
  vector.type = column.type;
  if (column.null_count) vector.validity = reinterpret_cast<const uint64_t*>(column.validity.data()) + begin / 64;
  if (!is_string(column.type)) {
    vector.data = column.data.data() + static_cast<size_t>(begin) * type_width(column.type);
    return vector;
  }
  for (uint32_t i = 0; i < rows; i++) strings[i] = column.string(begin + i);
  vector.data = strings;
  return vector;
}

}  // namespace millrace::agg
