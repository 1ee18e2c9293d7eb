#include <algorithm>

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
  out->columns.resize(out->schema.size());
  MILLRACE_TRY(context.workers.run(out->columns.size(), [&](size_t c, uint32_t) -> Status {
    ColumnBuilder builder(out->schema[c].type, context.budget);
    constexpr int64_t kCheckRows = int64_t{1} << 18;
    for (const FrameView& input : inputs) {
      for (int64_t first = 0; first < input.rows; first += kCheckRows) {
        MILLRACE_TRY(context.workers.check());
        MILLRACE_TRY(builder.append_range(*input.columns[c], first, std::min(kCheckRows, input.rows - first)));
      }
    }
    auto column = builder.finish();
    MILLRACE_TRY(column);
    out->columns[c] = column.take();
    return {};
  }));
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
