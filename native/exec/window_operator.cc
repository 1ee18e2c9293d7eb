#include "exec/frame_operator.h"
#include "exec/pipeline.h"
#include "window/compute.h"

namespace millrace::exec {

// The input's columns as they are, and behind them a new one for each function.
Result<FrameView> window_frame(const OpSpec& op, const FrameView& input, OperatorContext& context) {
  MILLRACE_TRY(sort::check_rows(input.rows, "a window"));
  const WindowOpSpec& spec = *op.window;
  std::vector<const Column*> keys;
  for (const std::string& key : spec.keys) {
    auto at = column_position(input.schema, key);
    MILLRACE_TRY(at);
    keys.push_back(input.columns[at.value()]);
  }
  std::vector<sort::SortKey> order_by;
  for (const SortKeySpec& key : op.sort_keys) {
    auto at = column_position(input.schema, key.column);
    MILLRACE_TRY(at);
    order_by.push_back({input.columns[at.value()], key.descending, key.nulls_first});
  }
  auto partitions =
      window::Partitions::make(keys, order_by, static_cast<size_t>(input.rows), context.workers, context.budget);
  MILLRACE_TRY(partitions);
  auto computed = std::make_shared<Frame>();
  computed->rows = input.rows;
  for (const WindowColumnSpec& column : spec.columns) {
    const Column* argument = nullptr;
    if (window::needs_argument(column.function.function)) {
      auto at = column_position(input.schema, column.argument);
      MILLRACE_TRY(at);
      argument = input.columns[at.value()];
    }
    auto values = window::compute(
        {column.function, argument, partitions.value(), keys, order_by, context.workers, context.budget});
    MILLRACE_TRY(values);
    computed->schema.push_back({column.name, values.value().type, true});
    computed->columns.push_back(values.take());
  }
  FrameView added = FrameView::of(std::move(computed));
  FrameView out = input;
  out.schema.insert(out.schema.end(), added.schema.begin(), added.schema.end());
  out.columns.insert(out.columns.end(), added.columns.begin(), added.columns.end());
  out.owners.insert(out.owners.end(), added.owners.begin(), added.owners.end());
  std::vector<std::string> names;
  for (const Field& field : out.schema) names.push_back(field.name);
  MILLRACE_TRY(check_names(names));
  return out;
}

}  // namespace millrace::exec
