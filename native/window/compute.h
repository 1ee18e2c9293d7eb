// From a function and its column to the column of its results.
#pragma once
#include "window/partitions.h"
#include "window/window.h"

namespace millrace::window {

struct Call {
  WindowFunction function;
  const Column* argument;  // null where the function needs none
  const Partitions& partitions;
  const std::vector<const Column*>& keys;      // what made the partitions
  const std::vector<sort::SortKey>& order_by;  // and their order
  Workers& workers;
  MemoryBudget* budget;
};

// ERR_TYPE, ERR_OVERFLOW, ERR_MEMORY_LIMIT, ERR_ABORTED.
Result<Column> compute(const Call& call);

// The parts of compute().
Result<Column> compute_cumulative(const Call& call);  // CumSum, CumProd, CumCount, RowNumber, Interpolate
Result<Column> compute_aggregate(const Call& call);   // Size to All, but for those that pick rows and NUnique
Result<Column> compute_by_value(const Call& call);    // Rank, NUnique
Result<Column> compute_rolling(const Call& call);     // what has a rolling window

}  // namespace millrace::window
