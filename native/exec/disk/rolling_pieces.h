// A rolling window over a table that comes in pieces: of the rows that went by, those are kept that later windows reach
// back to.
#pragma once
#include <functional>
#include <optional>

#include "column/column.h"
#include "exec/query_state.h"
#include "window/window.h"

namespace millrace::exec {

class RollingPieces {
 public:
  using Write = std::function<Status(const Column& results, int64_t first, int64_t count)>;
  // `time`: the type of the column that orders the rows; none for windows by rows.
  RollingPieces(const window::WindowFunction& function, TypeId argument, std::optional<TypeId> time,
                const QueryState& query, MemoryBudget* budget, Write write);
  // The next rows of the argument, and of the time. ERR_MEMORY_LIMIT where a window has more rows than memory holds.
  Status consume(const Column& argument, const Column* time);
  Status finish() { return compute(true); }

 private:
  Status compute(bool last);
  // Behind the rows whose windows have come whole.
  int64_t end_of_ready(const Column& times, int64_t rows) const;
  // The first row that windows of rows from `end` on reach.
  int64_t reached(const Column& times, int64_t end) const;

  const window::WindowFunction function_;
  const bool by_time_;
  const QueryState& query_;
  MemoryBudget* const budget_;
  const Write write_;
  ColumnBuilder argument_;
  ColumnBuilder times_;
  int64_t written_ = 0;  // of the rows that are kept
};

}  // namespace millrace::exec
