// Materialised columns of any length: what a query returns, what a memory frame holds, what the group table emits.
#pragma once
#include <memory>
#include <vector>

#include "base/memory.h"
#include "column/vector.h"

namespace millrace {

// `data`: rows * width bytes (Bool: one byte a row; Date: int32; timestamps: int64). Strings: `data` holds the UTF-8
// bytes end to end and `offsets` rows + 1 positions (uint64_t). `validity` is an LSB bitmap of (rows + 63) / 64 words,
// empty when null_count is 0.
struct Column {
  TypeId type = TypeId::Bool;
  int64_t rows = 0;
  int64_t null_count = 0;
  Buffer data;
  Buffer offsets;
  Buffer validity;

  bool is_valid(int64_t row) const {
    return null_count == 0 || (reinterpret_cast<const uint64_t*>(validity.data())[row >> 6] >> (row & 63) & 1);
  }
  // Moves the accounting of all buffers to another budget (null: uncounted).
  void rebind(MemoryBudget* budget) {
    data.rebind(budget);
    offsets.rebind(budget);
    validity.rebind(budget);
  }
  // Of memory.
  size_t bytes() const { return data.capacity() + offsets.capacity() + validity.capacity(); }
  template <class T>
  const T* values() const {
    return reinterpret_cast<const T*>(data.data());
  }
  StringRef string(int64_t row) const {
    const auto* at = reinterpret_cast<const uint64_t*>(offsets.data()) + row;
    return {reinterpret_cast<const char*>(data.data()) + at[0], at[1] - at[0]};
  }
};

// An immutable in-memory table. Shared between queries and JavaScript handles.
struct Frame {
  Schema schema;
  int64_t rows = 0;
  std::vector<Column> columns;

  // Of memory.
  int64_t bytes() const {
    size_t sum = 0;
    for (const Column& column : columns) sum += column.bytes();
    return static_cast<int64_t>(sum);
  }
};

// A vector over rows [first, first + count) of a column; count <= kVectorRows. `strings` (count entries) is used for
// string columns, `validity` (kValidityWords) when nulls do not begin at a word.
Vector view_of(const Column& column, int64_t first, uint32_t count, StringRef* strings, uint64_t* validity);

// Appends vectors to a growing column; strings are copied. Not thread-safe.
class ColumnBuilder {
 public:
  ColumnBuilder(TypeId type, MemoryBudget* budget);
  TypeId type() const { return type_; }
  // Forgets the rows and keeps the memory.
  void clear();
  // Room for so many rows in all, but for the bytes of strings.
  Status reserve(int64_t rows);
  // All `rows` values.
  Status append(const Vector& vector, uint32_t rows);
  // The validity of `rows` rows, where the values are somewhere else.
  Status append_nulls(const Vector& vector, uint32_t rows);
  // Rows [first, first + count) of a column of the same type.
  Status append_range(const Column& column, int64_t first, int64_t count);
  int64_t rows() const { return rows_; }
  int64_t null_count() const { return null_count_; }
  // Null without nulls.
  const uint64_t* validity() const { return null_count_ ? validity_.data() : nullptr; }
  template <class T>
  const T* values() const {
    return reinterpret_cast<const T*>(data_.data());
  }
  // Strings: rows + 1 positions, or null without rows.
  const uint64_t* offsets() const { return offsets_.empty() ? nullptr : offsets_.data(); }
  Result<Column> finish() { return finish(rows_); }
  // The first `rows` of them.
  Result<Column> finish(int64_t rows);

 private:
  friend class ColumnAssembly;
  Status append_validity(const Vector& vector, uint32_t rows);
  Status append_strings(const Vector& vector, uint32_t rows);

  TypeId type_;
  int64_t rows_ = 0;
  int64_t null_count_ = 0;
  Buffer data_;
  PodVector<uint64_t> offsets_;
  PodVector<uint64_t> validity_;  // empty before the first null
};

// The rows of `column` in the order of `rows[0..count)`.
Result<Column> take(const Column& column, const int64_t* rows, int64_t count, MemoryBudget* budget);

}  // namespace millrace
