#include "base/cold.h"

#include "column/take_rows.h"
#include "exec/operator/frame_operator.h"
#include "sort/order_rows.h"

namespace millrace::exec {

Result<FrameView> sort_frame(const OpSpec& op, const FrameView& input, OperatorContext& context) {
  MILLRACE_TRY(sort::check_rows(input.rows, "sort"));
  std::vector<sort::SortKey> keys;
  for (const SortKeySpec& key : op.sort_keys) {
    auto at = column_position(input.schema, key.column);
    MILLRACE_TRY(at);
    keys.push_back({input.columns[at.value()], key.descending, key.nulls_first});
  }
  const auto rows = static_cast<size_t>(input.rows);
  PodVector<uint32_t> order(context.budget);
  MILLRACE_TRY(op.rows < input.rows ? sort::top_rows(keys, rows, static_cast<size_t>(op.rows), context.workers, order)
                                    : sort::order_rows(keys, rows, context.workers, order));
  auto out = std::make_shared<Frame>();
  out->rows = static_cast<int64_t>(order.size());
  std::vector<TakeColumn> columns;
  for (const std::string& name : op.names) {
    auto at = column_position(input.schema, name);
    MILLRACE_TRY(at);
    out->schema.push_back(input.schema[at.value()]);
    columns.push_back({input.columns[at.value()], order.data(), false});
  }
  auto taken = take_rows(columns, order.size(), context.workers, context.budget);
  MILLRACE_TRY(taken);
  out->columns = taken.take();
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
