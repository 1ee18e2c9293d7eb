#include "exec/frame_operator.h"

namespace millrace::exec {

Result<FrameView> run_operator(const OpSpec& op, const std::vector<FrameView>& inputs, OperatorContext& context) {
  switch (op.kind) {
    case OpSpec::Kind::Sort: return sort_frame(op, inputs[0], context);
    case OpSpec::Kind::Join: return join_frames(op, inputs[0], inputs[1], context);
    case OpSpec::Kind::Concat: return concat_frames(inputs, context);
    case OpSpec::Kind::Sample: return sample_rows(op, inputs[0], context);
    case OpSpec::Kind::Repeat: return repeat_rows(op, inputs[0], context);
    case OpSpec::Kind::Window: return window_frame(op, inputs[0], context);
    case OpSpec::Kind::RowIndex: return index_rows(op, inputs[0], context);
    default: return Status(Code::Internal, "this step is not an operator");
  }
}

Result<size_t> column_position(const Schema& schema, const std::string& name) {
  const int found = find_column(schema, name);
  if (found >= 0) return static_cast<size_t>(found);
  ErrorFacts facts;
  facts.column = name;
  return Status(Code::ColumnNotFound, "there is no column \"" + name + "\"", std::move(facts));
}

}  // namespace millrace::exec
