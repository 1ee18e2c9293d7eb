// Operators that need their inputs whole: tables in, one table out, on all threads of the query. What an operator does
// not change it passes on without a copy.
#pragma once
#include "column/frame_view.h"
#include "exec/segment.h"
#include "exec/threads/pool_workers.h"
#include "store/stored_frame.h"

namespace millrace::exec {

struct OperatorContext {
  Workers& workers;
  MemoryBudget* budget;
  const Options& options;
};

// Some columns of a stored frame, as they are encoded, for an operator that unpacks none but those that it computes
// with.
struct StoredView {
  std::shared_ptr<const store::StoredFrame> frame;  // null: none
  Schema schema;
  std::vector<uint32_t> columns;  // by column of the schema: of the frame
};

// What an operator reads: columns in memory, or stored ones.
struct OperatorInput {
  FrameView view;
  StoredView stored;
};

// Whether an operator reads stored columns as they are.
bool reads_stored(const OpSpec& op);

// Precondition: no input is stored unless reads_stored().
Result<FrameView> run_operator(const OpSpec& op, const std::vector<OperatorInput>& inputs, OperatorContext& context);

// The columns that a projection which only picks and renames has, of a view of either kind. ERR_COLUMN_NOT_FOUND,
// ERR_DUPLICATE_COLUMN.
template <class View>
Status pick_columns(const OpSpec& op, const View& from, View& to);

// The operators.
Result<FrameView> sort_stored(const OpSpec& op, const StoredView& input, OperatorContext& context);
Result<FrameView> sort_frame(const OpSpec& op, const FrameView& input, OperatorContext& context);
Result<FrameView> join_frames(const OpSpec& op, const FrameView& left, const FrameView& right,
                              OperatorContext& context);
Result<FrameView> join_inputs(const OpSpec& op, const OperatorInput& left, const OperatorInput& right,
                              OperatorContext& context);
// ERR_SCHEMA_MISMATCH where the tables of a concat have other columns.
Status check_same_columns(const Schema& first, const Schema& other);
Result<FrameView> concat_frames(const std::vector<FrameView>& inputs, OperatorContext& context);
Result<FrameView> sample_rows(const OpSpec& op, const FrameView& input, OperatorContext& context);
// The new columns come before the last `behind` ones of the input.
Result<FrameView> window_frame(const OpSpec& op, const FrameView& input, OperatorContext& context, size_t behind = 0);
// Precondition: only first rows are wanted.
Result<FrameView> window_stored(const OpSpec& op, const StoredView& input, OperatorContext& context);
Result<FrameView> repeat_rows(const OpSpec& op, const FrameView& input, OperatorContext& context);
Result<FrameView> index_rows(const OpSpec& op, const FrameView& input, OperatorContext& context);

// Puts the columns of `added` before the last `behind` ones.
void add_columns(FrameView& view, const FrameView& added, size_t behind);

// ERR_DUPLICATE_COLUMN.
Status check_names(const std::vector<std::string>& names);
// The position of a column that the plan names. ERR_COLUMN_NOT_FOUND.
Result<size_t> column_position(const Schema& schema, const std::string& name);

template <class View>
Status pick_columns(const OpSpec& op, const View& from, View& to) {
  MILLRACE_TRY(check_names(op.names));
  for (size_t i = 0; i < op.outputs.size(); i++) {
    auto at = column_position(from.schema, (*op.nodes)[op.outputs[i]][1].as_string());
    MILLRACE_TRY(at);
    to.schema.push_back(from.schema[at.value()]);
    to.schema.back().name = op.names[i];
    to.columns.push_back(from.columns[at.value()]);
  }
  return {};
}

}  // namespace millrace::exec
