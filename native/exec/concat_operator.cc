#include "column/concat_columns.h"
#include "exec/frame_operator.h"

namespace millrace::exec {

// The rows of tables with the same columns, one table after another.
Result<FrameView> concat_frames(const std::vector<FrameView>& inputs, OperatorContext& context) {
  auto out = std::make_shared<Frame>();
  out->schema = inputs[0].schema;
  for (const FrameView& input : inputs) {
    if (input.schema.size() != out->schema.size()) return Status(Code::SchemaMismatch, "concat needs the same columns");
    for (size_t c = 0; c < out->schema.size(); c++) {
      const Field& field = input.schema[c];
      if (field.name != out->schema[c].name || field.type != out->schema[c].type) {
        return Status(Code::SchemaMismatch, "concat needs the same columns, but \"" + field.name + "\" is " +
                                                type_name(field.type) + " where \"" + out->schema[c].name + "\" is " +
                                                type_name(out->schema[c].type));
      }
      out->schema[c].nullable |= field.nullable;
    }
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
