// Aggregates of all rows of a table that lies in one part, as one row. Medians, quantiles and exact distinct counts,
// which keep all values, are taken from their column in order, sorted by way of the disk; the others as rows pass.
#pragma once
#include <optional>

#include "agg/aggregation.h"
#include "exec/disk/row_table.h"

namespace millrace::exec {

// Whether an aggregate keeps all values.
bool keeps_values(agg::Function function);

// One row, or with keys one for each group, of the rows of a part. `argument_column`: by aggregate, -1 for none; the
// keys are the first columns.
Result<Frame> aggregate_part(spill::Parts& table, size_t part, const agg::AggregationSpec& spec,
                             const std::vector<int>& argument_column, const SpillContext& context,
                             MemoryBudget* budget);

// A column of one row.
template <class T>
Result<Column> one_value(TypeId type, std::optional<T> value, MemoryBudget* budget) {
  ColumnBuilder out(type, budget);
  const T data = value.value_or(T{});
  const uint64_t validity = value ? 1 : 0;
  MILLRACE_TRY(out.append({type, &data, &validity}, 1));
  return out.finish();
}

// Precondition: `spec` has no keys.
Result<FrameView> spilled_totals(spill::Parts& table, const agg::AggregationSpec& spec,
                                 const std::vector<int>& argument_column, const SpillContext& context);

}  // namespace millrace::exec
