#include <algorithm>

#include "exec/operator/frame_operator.h"
#include "exec/pipeline.h"

namespace millrace::exec {

// The number of each row, from 0, as a first column.
Result<FrameView> index_rows(const OpSpec& op, const FrameView& input, OperatorContext& context) {
  constexpr size_t kTaskRows = size_t{1} << 18;
  auto numbered = std::make_shared<Frame>();
  numbered->rows = input.rows;
  numbered->schema.push_back({op.names[0], TypeId::Int64, false});
  numbered->columns.emplace_back();
  Column& index = numbered->columns[0];
  index.type = TypeId::Int64;
  index.rows = input.rows;
  index.data = Buffer(context.budget);
  const auto rows = static_cast<size_t>(input.rows);
  MILLRACE_TRY(index.data.resize(rows * sizeof(int64_t)));
  auto* numbers = reinterpret_cast<int64_t*>(index.data.data());
  MILLRACE_TRY(context.workers.run(pieces_of(rows, kTaskRows), [&](size_t task, uint32_t) -> Status {
    const size_t end = std::min(rows, (task + 1) * kTaskRows);
    for (size_t i = task * kTaskRows; i < end; i++) numbers[i] = static_cast<int64_t>(i);
    return {};
  }));
  FrameView out = FrameView::of(std::move(numbered));
  out.schema.insert(out.schema.end(), input.schema.begin(), input.schema.end());
  out.columns.insert(out.columns.end(), input.columns.begin(), input.columns.end());
  out.owners.insert(out.owners.end(), input.owners.begin(), input.owners.end());
  return out;
}

}  // namespace millrace::exec
