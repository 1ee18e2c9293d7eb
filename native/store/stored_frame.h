// A table that persist() keeps: chunks of rows in order, each column of each encoded for itself.
#pragma once
#include "column/column_facts.h"
#include "store/column_chunk.h"

namespace millrace::store {

struct RowChunk {
  int64_t first_row = 0;
  int64_t rows = 0;
  std::vector<ColumnChunk> columns;
};

struct StoredFrame {
  Schema schema;
  int64_t rows = 0;
  std::vector<RowChunk> chunks;                           // none without rows
  std::vector<std::shared_ptr<Dictionary>> dictionaries;  // by column; null where no chunk has codes

  // Of memory.
  int64_t bytes() const {
    size_t sum = 0;
    for (const RowChunk& chunk : chunks) {
      for (const ColumnChunk& column : chunk.columns) sum += sizeof(ColumnChunk) + column.bytes();
    }
    auto out = static_cast<int64_t>(sum);
    for (const auto& dictionary : dictionaries) out += dictionary ? dictionary->bytes() : 0;
    return out;
  }
  void rebind(MemoryBudget* budget) {
    for (RowChunk& chunk : chunks) {
      for (ColumnChunk& column : chunk.columns) column.rebind(budget);
    }
    for (const auto& dictionary : dictionaries) {
      if (dictionary) dictionary->rebind(budget);
    }
  }
};

// In a time that follows the number of chunks.
ColumnFacts facts_of(const StoredFrame& frame, size_t column);

}  // namespace millrace::store
