// A table whose numbers lie in memory of others: typed arrays, the bytes of an Arrow message.
//
// The owner may write to that memory at any time, also while a query reads it. So borrowed values are only ever copied
// out, a vector at a time, and whatever looks at a value twice looks at the copy: a value may be an old or a new one,
// but nothing breaks. The copy also makes alignment and padding no matter; it stays in the L1 cache. What could lead
// out of bounds (positions, codes, validity) is not borrowed.
#pragma once
#include <memory>
#include <vector>

#include "column/dictionary.h"
#include "exec/lease.h"

namespace millrace::exec {

struct BorrowedColumn {
  enum class Values : uint8_t {
    Own,       // in `column`
    Borrowed,  // of fixed width, at `borrowed`; any byte but 0 is true
    Texts,     // `borrowed_bytes` bytes of valid UTF-8 at `borrowed`, by the rows + 1 `positions`
    Coded,     // texts of the frame's dictionary for the column, by `codes`
    Missing    // every row is null
  } values = Values::Own;
  Column column;  // with rows and validity in any case
  const uint8_t* borrowed = nullptr;
  size_t borrowed_bytes = 0;
  const uint32_t* positions = nullptr;
  PodVector<uint32_t> codes;
};

struct BorrowedChunk {
  int64_t first_row = 0;
  int64_t rows = 0;
  std::vector<BorrowedColumn> columns;
};

struct BorrowedFrame {
  Schema schema;
  int64_t rows = 0;
  std::vector<BorrowedChunk> chunks;
  std::vector<std::shared_ptr<Dictionary>> dictionaries;  // by column; null where it has none
  std::shared_ptr<const void> owner;                      // keeps the borrowed memory alive
  std::shared_ptr<Lease> lease;                           // revoked when that memory goes away nevertheless

  // About what its rows take when they are copied.
  int64_t unpacked_bytes() const {
    int64_t out = bytes();
    for (const Field& field : schema) out += is_string(field.type) ? 0 : rows * type_width(field.type);
    for (const BorrowedChunk& chunk : chunks) {
      for (const BorrowedColumn& column : chunk.columns) {
        if (column.values == BorrowedColumn::Values::Texts) out += static_cast<int64_t>(column.borrowed_bytes);
      }
    }
    return out;
  }
  // Of memory that is not borrowed.
  int64_t bytes() const {
    size_t sum = 0;
    for (const BorrowedChunk& chunk : chunks) {
      for (const BorrowedColumn& column : chunk.columns) {
        sum += sizeof(BorrowedColumn) + column.column.bytes() + column.codes.capacity() * sizeof(uint32_t);
      }
    }
    auto out = static_cast<int64_t>(sum);
    for (const auto& dictionary : dictionaries) out += dictionary ? dictionary->bytes() : 0;
    return out;
  }
};

}  // namespace millrace::exec
