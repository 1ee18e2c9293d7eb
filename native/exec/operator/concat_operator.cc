#include "base/cold.h"

#include "column/concat_columns.h"
#include "exec/operator/frame_operator.h"

namespace millrace::exec {

[[gnu::cold]] Status check_same_columns(const Schema& first, const Schema& other) {
  if (other.size() != first.size()) return Status(Code::SchemaMismatch, "concat needs the same columns");
  for (size_t c = 0; c < first.size(); c++) {
    if (other[c].name == first[c].name && other[c].type == first[c].type) continue;
    return Status(Code::SchemaMismatch, "concat needs the same columns, but \"" + other[c].name + "\" is " +
                                            type_name(other[c].type) + " where \"" + first[c].name + "\" is " +
                                            type_name(first[c].type));
  }
  return {};
}

// The rows of tables with the same columns, one table after another.
Result<FrameView> concat_frames(const std::vector<FrameView>& inputs, OperatorContext& context) {
  auto out = std::make_shared<Frame>();
  out->schema = inputs[0].schema;
  for (const FrameView& input : inputs) {
    MILLRACE_TRY(check_same_columns(out->schema, input.schema));
    for (size_t c = 0; c < out->schema.size(); c++) out->schema[c].nullable |= input.schema[c].nullable;
    out->rows += input.rows;
  }
  for (size_t c = 0; c < out->schema.size(); c++) {
    std::vector<const Column*> pieces;
    for (const FrameView& input : inputs) pieces.push_back(input.columns[c]);
    auto column = concat_columns(pieces, context.workers, context.budget);
    MILLRACE_TRY(column);
    out->columns.push_back(column.take());
  }
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
