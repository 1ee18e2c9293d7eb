// Rows that are written once, in order, and read again by their positions: in memory while there is room, else on disk.
#pragma once
#include "column/frame_view.h"
#include "exec/plan/plan.h"
#include "exec/query_state.h"
#include "spill/parts.h"

namespace millrace::exec {

// What a query that spills passes to all who do. All of it outlives them.
struct SpillContext {
  const spill::SpillPolicy& policy;
  const Options& options;
  QueryState& query;
};

class RowTableWriter {
 public:
  RowTableWriter(Schema schema, const spill::SpillPolicy& policy)
      : schema_(std::move(schema)), file_(*policy.space), writer_(schema_, 1, file_, policy) {}
  RowTableWriter(const RowTableWriter&) = delete;
  RowTableWriter& operator=(const RowTableWriter&) = delete;

  // Precondition: rows <= kVectorRows.
  Status append(const Vector* columns, uint32_t rows);
  // Rows [first, first + count) of columns of one length.
  Status append(const std::vector<const Column*>& columns, int64_t first, int64_t count);
  int64_t rows() const { return rows_; }
  // A table in one part, whose rows are in order as they are. Call once.
  Result<std::shared_ptr<spill::Parts>> finish();

 private:
  const Schema schema_;
  spill::SharedFile file_;
  spill::PartWriter writer_;
  int64_t rows_ = 0;
  std::vector<StringRef> strings_;  // of a vector of one column each, one behind the other
};

// For one thread; several readers may be at work on one table.
class RowTableReader {
 public:
  // `table` has one part, and outlives this.
  RowTableReader(const spill::Parts& table, MemoryBudget* budget);
  // Rows [first, first + count), as a frame of their own. Cheapest where each begins near the end of the one before.
  Result<std::shared_ptr<Frame>> read(int64_t first, int64_t count);

 private:
  Result<const std::vector<store::ColumnChunk>*> columns_of(size_t chunk);

  const spill::Parts& table_;
  MemoryBudget* const budget_;
  std::vector<int64_t> starts_;  // by chunk
  std::vector<std::unique_ptr<store::Scratch>> scratch_;
  spill::PartChunk loaded_;  // a copy of the chunk that was read last, where it is on disk
  size_t loaded_at_ = SIZE_MAX;
};

// Passes the rows of a table, in one part or in ranges of them, on in the order of `keys`, equal ones as they come, in
// pieces that memory has room for. `last`: the table is not read again.
Status read_sorted(const std::shared_ptr<spill::Parts>& table, std::vector<SortKeySpec> keys, bool last,
                   const SpillContext& context, const std::function<Status(const FrameView&)>& consume);

}  // namespace millrace::exec
