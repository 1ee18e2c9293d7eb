#include "base/cold.h"

#include <algorithm>

#include "column/take_rows.h"
#include "exec/operator/frame_operator.h"
#include "exec/pipeline.h"
#include "window/compute.h"

namespace millrace::exec {

namespace {

// The rows that are among the first of their partitions, as they come.
Result<FrameView> first_rows(FrameView from, const window::Partitions& partitions, size_t first,
                             OperatorContext& context) {
  PodVector<uint8_t> wanted(context.budget);
  MILLRACE_TRY(wanted.resize_fill(partitions.rows(), 0));
  const uint32_t* order = partitions.order();
  size_t count = 0;
  for (size_t p = 0; p < partitions.count(); p++) {
    const size_t begin = partitions.start(p);
    const size_t end = std::min(partitions.start(p + 1), begin + std::min(first, partitions.rows()));
    for (size_t place = begin; place < end; place++) wanted[order ? order[place] : place] = 1;
    count += end - begin;
  }
  if (count == partitions.rows()) return from;
  PodVector<uint32_t> rows(context.budget);
  MILLRACE_TRY(rows.reserve(count));
  for (uint32_t row = 0; row < wanted.size(); row++) {
    if (wanted[row]) rows.push_unchecked(row);
  }
  std::vector<TakeColumn> columns;
  for (const Column* column : from.columns) columns.push_back({column, rows.data(), false});
  auto taken = take_rows(columns, count, context.workers, context.budget);
  MILLRACE_TRY(taken);
  auto out = std::make_shared<Frame>();
  out->schema = std::move(from.schema);
  out->rows = static_cast<int64_t>(count);
  out->columns = taken.take();
  return FrameView::of(std::move(out));
}

}  // namespace

// The input's columns as they are, and a new one for each function.
Result<FrameView> window_frame(const OpSpec& op, const FrameView& input, OperatorContext& context, size_t behind) {
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
  FrameView out = input;
  add_columns(out, FrameView::of(std::move(computed)), behind);
  std::vector<std::string> names;
  for (size_t c = 0; c < out.schema.size() - behind; c++) names.push_back(out.schema[c].name);
  MILLRACE_TRY(check_names(names));
  if (spec.first == INT64_MAX) return out;
  return first_rows(std::move(out), partitions.value(), static_cast<size_t>(spec.first), context);
}

}  // namespace millrace::exec
