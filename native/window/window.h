// Window functions: a value for each row from the rows of its partition, rows staying where they are.
//
// Rows are brought together by key and put in order once (partitions.h); then each function walks the partitions, on
// all threads. What only moves values gives row numbers, and the column is gathered at the end (pick_rows.h); what
// computes reads a run of partitions into memory that lies together, and scatters the results (partition_values.h).
#pragma once
#include <memory>
#include <optional>

#include "column/column.h"

namespace millrace::window {

enum class Function : uint8_t {
  RowNumber,
  Rank,
  Shift,
  FillForward,
  FillBackward,
  Interpolate,
  CumSum,
  CumProd,
  CumMin,
  CumMax,
  CumCount,
  Size,
  Count,
  Sum,
  Mean,
  Min,
  Max,
  Std,
  Var,
  First,
  Last,
  NUnique,
  Median,
  Quantile,
  Any,
  All
};

enum class RankMethod : uint8_t { Average, Min, Max, Dense, Ordinal };

// What a function is told besides its column.
struct Parameters {
  int64_t offset = 1;         // Shift: rows towards the end
  int64_t limit = INT64_MAX;  // fills: nulls in a row that are filled
  RankMethod method = RankMethod::Average;
  bool descending = false;  // Rank
  int ddof = 1;             // Std, Var
  double quantile = 0.5;
  bool skip_nulls = false;  // First, Last
};

enum class Closed : uint8_t { Left, Right, Both, None };

// Which rows around each row an aggregate is of.
struct Rolling {
  int64_t rows = 0;    // that many, or else
  int64_t period = 0;  // those this far before, in ticks of the column that orders the rows
  Closed closed = Closed::Right;
  bool center = false;      // the row in the middle of `rows`, not at their end
  int64_t min_periods = 1;  // the result is null with fewer values
};

struct WindowFunction {
  Function function = Function::RowNumber;
  Parameters parameters;
  std::optional<Rolling> rolling;  // the aggregate is of these rows, not of the partition
};

// Functions that come without a column.
inline bool needs_argument(Function function) { return function != Function::RowNumber && function != Function::Size; }

// The type of the result. ERR_TYPE. `argument` is ignored where none is needed.
Result<TypeId> result_type(const WindowFunction& function, TypeId argument);

}  // namespace millrace::window
