// A column put together from pieces that are copied into their places by several threads at once.
#pragma once
#include "column/column.h"

namespace millrace {

// One thread at a time calls place() and reserve(), in the order of the pieces; copy() may run on many threads, for
// pieces that were placed, but not while reserve() runs.
class ColumnAssembly {
 public:
  ColumnAssembly(TypeId type, MemoryBudget* budget);

  struct Place {
    int64_t first_row = 0;
    int64_t rows = 0;
    uint64_t first_byte = 0;  // strings
  };
  // Whether the next `rows` rows of the piece fit without reserve().
  bool has_room(const ColumnBuilder& piece, int64_t rows) const;
  Status reserve(const ColumnBuilder& piece, int64_t rows);
  // The place of the piece's first `rows` rows, behind all before. There must be room; nulls are written here.
  Result<Place> place(const ColumnBuilder& piece, int64_t rows);
  void copy(const ColumnBuilder& piece, const Place& place);
  Result<Column> finish();

 private:
  static size_t bytes_of(const ColumnBuilder& piece, int64_t rows);
  Status place_nulls(const ColumnBuilder& piece, int64_t rows);

  TypeId type_;
  int64_t rows_ = 0;
  int64_t null_count_ = 0;
  size_t bytes_ = 0;
  Buffer data_;
  Buffer offsets_;
  PodVector<uint64_t> validity_;  // empty before the first null
};

}  // namespace millrace
