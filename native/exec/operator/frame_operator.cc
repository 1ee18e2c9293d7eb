#include "base/cold.h"

#include "exec/operator/frame_operator.h"

#include <algorithm>

namespace millrace::exec {

namespace {

Result<FrameView> concat_views(const std::vector<OperatorInput>& inputs, OperatorContext& context) {
  std::vector<FrameView> views;
  for (const OperatorInput& input : inputs) views.push_back(input.view);
  return concat_frames(views, context);
}

}  // namespace

bool reads_stored(const OpSpec& op) {
  if (op.kind == OpSpec::Kind::Window) return op.window->first < INT64_MAX;
  return op.kind == OpSpec::Kind::Sort || op.kind == OpSpec::Kind::Join;
}

Result<FrameView> run_operator(const OpSpec& op, const std::vector<OperatorInput>& inputs, OperatorContext& context) {
  const OperatorInput& first = inputs[0];
  switch (op.kind) {
    case OpSpec::Kind::Sort:
      return first.stored.frame ? sort_stored(op, first.stored, context) : sort_frame(op, first.view, context);
    case OpSpec::Kind::Join: return join_inputs(op, first, inputs[1], context);
    case OpSpec::Kind::Concat: return concat_views(inputs, context);
    case OpSpec::Kind::Sample: return sample_rows(op, first.view, context);
    case OpSpec::Kind::Repeat: return repeat_rows(op, first.view, context);
    case OpSpec::Kind::Window:
      return first.stored.frame ? window_stored(op, first.stored, context) : window_frame(op, first.view, context);
    case OpSpec::Kind::RowIndex: return index_rows(op, first.view, context);
    default: return Status(Code::Internal, "this step is not an operator");
  }
}

void add_columns(FrameView& view, const FrameView& added, size_t behind) {
  const auto at = static_cast<ptrdiff_t>(view.schema.size() - behind);
  view.schema.insert(view.schema.begin() + at, added.schema.begin(), added.schema.end());
  view.columns.insert(view.columns.begin() + at, added.columns.begin(), added.columns.end());
  view.owners.insert(view.owners.end(), added.owners.begin(), added.owners.end());
}

Status check_names(const std::vector<std::string>& names) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const auto twin = std::adjacent_find(sorted.begin(), sorted.end());
  if (twin == sorted.end()) return {};
  ErrorFacts facts;
  facts.column = *twin;
  facts.hint = "give one of them another name";
  return Status(Code::DuplicateColumn, "two columns are called \"" + *twin + "\"", std::move(facts));
}

Result<size_t> column_position(const Schema& schema, const std::string& name) {
  const int found = find_column(schema, name);
  if (found >= 0) return static_cast<size_t>(found);
  ErrorFacts facts;
  facts.column = name;
  return Status(Code::ColumnNotFound, "there is no column \"" + name + "\"", std::move(facts));
}

}  // namespace millrace::exec
