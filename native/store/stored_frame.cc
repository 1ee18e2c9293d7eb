#include "base/cold.h"

#include "store/stored_frame.h"

#include <algorithm>

namespace millrace::store {

namespace {

// Null unless all rows have codes of it.
const Dictionary* dictionary_of_all(const StoredFrame& frame, size_t column) {
  const auto coded = [column](const RowChunk& chunk) { return chunk.columns[column].encoding == Encoding::Dictionary; };
  return std::all_of(frame.chunks.begin(), frame.chunks.end(), coded) ? frame.dictionaries[column].get() : nullptr;
}

}  // namespace

ColumnFacts facts_of(const StoredFrame& frame, size_t column) {
  const TypeId type = frame.schema[column].type;
  ColumnFacts out;
  out.rows = frame.rows;
  out.never_null = true;
  for (const RowChunk& chunk : frame.chunks) out.never_null &= chunk.columns[column].null_count == 0;
  if (is_string(type)) out.dictionary = dictionary_of_all(frame, column);
  if (is_string(type) || is_float(type)) return out;
  out.has_range = true;
  bool any = false;
  for (const RowChunk& row_chunk : frame.chunks) {
    const ColumnChunk& chunk = row_chunk.columns[column];
    if (!chunk.has_range) continue;
    const auto below = [type](int64_t a, int64_t b) {
      return type == TypeId::UInt64 ? static_cast<uint64_t>(a) < static_cast<uint64_t>(b) : a < b;
    };
    if (!any || below(chunk.min, out.min)) out.min = chunk.min;
    if (!any || below(out.max, chunk.max)) out.max = chunk.max;
    any = true;
  }
  return out;
}

}  // namespace millrace::store
