#include "base/cold.h"

#include "exec/operator/frame_operator.h"
#include "sort/order_rows.h"
#include "store/take_stored_rows.h"
#include "store/unpack_columns.h"

namespace millrace::exec {

namespace {

// Unpacks the keys, and nothing else.
Status order_of(const OpSpec& op, const StoredView& input, OperatorContext& context, PodVector<uint32_t>& order) {
  std::vector<uint32_t> columns;
  for (const SortKeySpec& key : op.sort_keys) {
    auto at = column_position(input.schema, key.column);
    MILLRACE_TRY(at);
    columns.push_back(input.columns[at.value()]);
  }
  auto unpacked = store::unpack_columns(*input.frame, columns, context.workers, context.budget);
  MILLRACE_TRY(unpacked);
  std::vector<sort::SortKey> keys;
  for (size_t i = 0; i < columns.size(); i++) {
    keys.push_back({&unpacked.value()[i], op.sort_keys[i].descending, op.sort_keys[i].nulls_first});
  }
  const auto rows = static_cast<size_t>(input.frame->rows);
  return op.rows < input.frame->rows ? sort::top_rows(keys, rows, static_cast<size_t>(op.rows), context.workers, order)
                                     : sort::order_rows(keys, rows, context.workers, order);
}

}  // namespace

Result<FrameView> sort_stored(const OpSpec& op, const StoredView& input, OperatorContext& context) {
  const store::StoredFrame& frame = *input.frame;
  MILLRACE_TRY(sort::check_rows(frame.rows, "sort"));
  PodVector<uint32_t> order(context.budget);
  MILLRACE_TRY(order_of(op, input, context, order));
  auto out = std::make_shared<Frame>();
  out->rows = static_cast<int64_t>(order.size());
  std::vector<store::TakeStored> taken;
  for (const std::string& name : op.names) {
    auto at = column_position(input.schema, name);
    MILLRACE_TRY(at);
    out->schema.push_back(input.schema[at.value()]);
    taken.push_back({input.columns[at.value()], order.data(), false});
  }
  auto columns = store::take_stored_rows(frame, taken, order.size(), context.workers, context.budget);
  MILLRACE_TRY(columns);
  out->columns = columns.take();
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
