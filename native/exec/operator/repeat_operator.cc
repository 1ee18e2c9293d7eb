#include <algorithm>
#include <limits>

#include "column/take_rows.h"
#include "exec/operator/frame_operator.h"
#include "sort/sort_key.h"

namespace millrace::exec {

namespace {

// How often a row comes out; never less than not at all.
int64_t count_at(const Column& counts, size_t row) {
  return counts.is_valid(static_cast<int64_t>(row)) ? std::max<int64_t>(counts.values<int64_t>()[row], 0) : 0;
}

}  // namespace

// Each row as often as the column of counts says, one behind the other; in that column stands which of them it is, from
// 0.
Result<FrameView> repeat_rows(const OpSpec& op, const FrameView& input, OperatorContext& context) {
  auto position = column_position(input.schema, op.names[0]);
  MILLRACE_TRY(position);
  const Column& counts = *input.columns[position.value()];
  if (counts.type != TypeId::Int64) return Status(Code::Plan, "the plan is malformed: repeat needs an int64 column");
  const auto rows = static_cast<size_t>(input.rows);
  MILLRACE_TRY(sort::check_rows(input.rows, "repeat"));
  int64_t total = 0;
  for (size_t row = 0; row < rows; row++) {
    if (__builtin_add_overflow(total, count_at(counts, row), &total)) total = std::numeric_limits<int64_t>::max();
    MILLRACE_TRY(sort::check_rows(total, "what fillEmpty or dateRange makes, a step that"));
  }
  const auto out_rows = static_cast<size_t>(total);
  PodVector<uint32_t> chosen(context.budget);
  MILLRACE_TRY(chosen.resize(out_rows));
  Column ordinals;
  ordinals.type = TypeId::Int64;
  ordinals.rows = total;
  ordinals.data = Buffer(context.budget);
  MILLRACE_TRY(ordinals.data.resize(out_rows * sizeof(int64_t)));
  auto* ordinal = reinterpret_cast<int64_t*>(ordinals.data.data());
  size_t at = 0;
  for (size_t row = 0; row < rows; row++) {
    const int64_t count = count_at(counts, row);
    for (int64_t i = 0; i < count; i++, at++) {
      chosen[at] = static_cast<uint32_t>(row);
      ordinal[at] = i;
    }
  }
  std::vector<TakeColumn> columns;
  for (size_t i = 0; i < input.columns.size(); i++) {
    if (i != position.value()) columns.push_back({input.columns[i], chosen.data(), false});
  }
  auto taken = take_rows(columns, out_rows, context.workers, context.budget);
  MILLRACE_TRY(taken);
  auto out = std::make_shared<Frame>();
  out->schema = input.schema;
  out->schema[position.value()].nullable = false;
  out->rows = total;
  out->columns = taken.take();
  out->columns.insert(out->columns.begin() + static_cast<ptrdiff_t>(position.value()), std::move(ordinals));
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
