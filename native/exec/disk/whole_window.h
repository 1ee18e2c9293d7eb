// Windows without keys over a table on disk: one partition, which memory does not hold.
//
// Rows lie in the order of the window, sorted before where it has one. Functions that carry something from row to row
// are computed as rows pass (window/streamed.h), rolling ones with the rows that their windows reach back to,
// aggregates as totals (spilled_totals.h), ranks from their column in order. The results of each are a table of their
// own, of one column, that is read beside the rows.
#pragma once
#include "exec/disk/row_table.h"

namespace millrace::exec {

class WholeWindow {
 public:
  // `op` is a window without keys; its rows lie in `input`, ranges of its order, or one part where it has none.
  // ERR_OVERFLOW, ERR_MEMORY_LIMIT where a rolling window has too many rows, and what the disk gives.
  static Result<std::unique_ptr<WholeWindow>> make(const OpSpec& op, std::shared_ptr<spill::Parts> input,
                                                   const SpillContext& context);

  spill::Parts& rows() { return *rows_; }
  // The results of the functions for rows [first, first + count). For one thread.
  class Reader {
   public:
    Reader(const WholeWindow& window, MemoryBudget* budget);
    Result<std::shared_ptr<Frame>> read(int64_t first, int64_t count);

   private:
    const WholeWindow& window_;
    MemoryBudget* const budget_;
    std::vector<std::unique_ptr<RowTableReader>> readers_;  // by function; null where all rows have one result
  };

 private:
  // By row, or one for all.
  struct Results {
    std::shared_ptr<spill::Parts> table;
    std::shared_ptr<const Frame> total;
    size_t total_column = 0;
  };
  class Builder;

  std::shared_ptr<spill::Parts> rows_;
  Schema schema_;  // of the results
  std::vector<Results> results_;
};

}  // namespace millrace::exec
