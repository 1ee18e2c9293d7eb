// Some thousand values of one column, encoded: as one value, as codes of the column's dictionary, as narrow integers
// above the smallest one, or as they are. Chosen a chunk, by what its values are.
#pragma once
#include "column/dictionary.h"

namespace millrace::store {

enum class Encoding : uint8_t { Constant, Dictionary, Narrow, Plain };

// The smallest and the largest of some values, as ColumnChunk::min and max. Neither null nor NaN counts.
struct ValueRange {
  int64_t min = INT64_MAX;
  int64_t max = INT64_MIN;
  // Of no values: what no values can have, integers or the bits of doubles.
  bool empty() const { return min == INT64_MAX && max == INT64_MIN; }
};
// A range costs 16 bytes for so many rows, and lets a search for few rows pass by nearly all of them unread.
inline constexpr int64_t kRangeRows = 1024;

// What is known of a chunk without its values.
struct ChunkHeader {
  Encoding encoding = Encoding::Plain;
  uint8_t width = 0;  // bytes of a stored value, code or offset; 0 where there is one value for all
  bool has_range = false;
  int64_t rows = 0;
  int64_t null_count = 0;
  // Narrow: what stored values are added to. Constant: the value's bits, or the code.
  int64_t base = 0;
  // Of the values that are not null; NaN is in no range. Integers, dates and timestamps as they are, uint64 and doubles
  // as the bits of themselves (a float as a double). Only where has_range.
  int64_t min = 0;
  int64_t max = 0;
  bool has_nan = false;
};

struct ColumnChunk : ChunkHeader {
  Buffer data;
  Buffer offsets;   // plain strings: rows + 1
  Buffer validity;  // empty without nulls
  Buffer ranges;    // ValueRange of every kRangeRows rows; empty where unknown

  size_t bytes() const { return data.capacity() + offsets.capacity() + validity.capacity() + ranges.capacity(); }
  const ValueRange* value_ranges() const { return reinterpret_cast<const ValueRange*>(ranges.data()); }
  void rebind(MemoryBudget* budget) {
    ranges.rebind(budget);
    data.rebind(budget);
    offsets.rebind(budget);
    validity.rebind(budget);
  }
};

// ERR_MEMORY_LIMIT.
Result<ColumnChunk> encode_chunk(const ColumnBuilder& values, MemoryBudget* budget);
// `codes` by row; those of null rows count for nothing. `nulls` has the validity of the rows, and nothing else.
Result<ColumnChunk> encode_codes(const uint32_t* codes, const ColumnBuilder& nulls, MemoryBudget* budget);

// Where a thread unpacks vectors of one column.
struct Scratch {
  alignas(64) uint8_t values[kVectorRows * sizeof(StringRef)];
  uint32_t codes[kVectorRows];
  uint64_t validity[kValidityWords];
};

// What a reader wants of a dictionary's rows: finding each one's string costs more than its code.
enum class Wanted : uint8_t { Values, Codes };

// Rows [first, first + count) of the chunk. `dictionary` where the encoding is that; with Wanted::Codes, such rows have
// no data.
Vector read_chunk(const ColumnChunk& chunk, TypeId type, const Dictionary* dictionary, int64_t first, uint32_t count,
                  Scratch& scratch, Wanted wanted = Wanted::Values);
// Parts of it. The codes of a chunk whose encoding is Dictionary; those of null rows are codes too.
void read_chunk_codes(const ColumnChunk& chunk, int64_t first, uint32_t count, uint32_t* codes);
// Null where no row of the chunk is null; a pointer into the chunk or `into` (kValidityWords).
const uint64_t* read_chunk_validity(const ColumnChunk& chunk, int64_t first, uint32_t count, uint64_t* into);

}  // namespace millrace::store
