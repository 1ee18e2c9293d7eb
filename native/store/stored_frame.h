// A table that persist() keeps: chunks of rows in order, each column of each encoded for itself.
#pragma once
#include "column/column_facts.h"
#include "store/kept_values.h"

namespace millrace::store {

struct RowChunk {
  int64_t first_row = 0;
  int64_t rows = 0;
  // Where `kept` is not empty, without the values of those that it has.
  std::vector<ColumnChunk> columns;
  std::vector<std::shared_ptr<KeptValues>> kept = {};  // by column; null where there are no values to keep
};

struct StoredFrame {
  Schema schema;
  int64_t rows = 0;
  std::vector<RowChunk> chunks;                           // none without rows
  std::vector<std::shared_ptr<Dictionary>> dictionaries;  // by column; null where no chunk has codes
  std::shared_ptr<KeptTotals> totals;                     // null: all is in memory, whatever comes

  // Of memory, when all is there.
  int64_t bytes() const {
    int64_t out = 0;
    for (const RowChunk& chunk : chunks) {
      for (const ColumnChunk& column : chunk.columns) {
        out += static_cast<int64_t>(sizeof(ColumnChunk) + column.bytes());
      }
      for (const auto& kept : chunk.kept) out += kept ? kept->memory_bytes() : 0;
    }
    for (const auto& dictionary : dictionaries) out += dictionary ? dictionary->bytes() : 0;
    return out;
  }
  // Whether reading it may have to wait for the disk.
  bool is_on_disk() const { return totals && totals->away_chunks.load(std::memory_order_relaxed) > 0; }
};

// In a time that follows the number of chunks.
ColumnFacts facts_of(const StoredFrame& frame, size_t column);

}  // namespace millrace::store
