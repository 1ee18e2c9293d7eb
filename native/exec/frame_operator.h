// Operators that need their inputs whole: tables in, one table out, on all threads of the query. What an operator does
// not change it passes on without a copy.
#pragma once
#include "column/frame_view.h"
#include "exec/pool_workers.h"
#include "exec/segment.h"

namespace millrace::exec {

struct OperatorContext {
  Workers& workers;
  MemoryBudget* budget;
  const Options& options;
};

Result<FrameView> run_operator(const OpSpec& op, const std::vector<FrameView>& inputs, OperatorContext& context);

// The operators.
Result<FrameView> sort_frame(const OpSpec& op, const FrameView& input, OperatorContext& context);
Result<FrameView> join_frames(const OpSpec& op, const FrameView& left, const FrameView& right,
                              OperatorContext& context);
Result<FrameView> concat_frames(const std::vector<FrameView>& inputs, OperatorContext& context);
Result<FrameView> sample_rows(const OpSpec& op, const FrameView& input, OperatorContext& context);
Result<FrameView> window_frame(const OpSpec& op, const FrameView& input, OperatorContext& context);
Result<FrameView> repeat_rows(const OpSpec& op, const FrameView& input, OperatorContext& context);
Result<FrameView> index_rows(const OpSpec& op, const FrameView& input, OperatorContext& context);

// The position of a column that the plan names. ERR_COLUMN_NOT_FOUND.
Result<size_t> column_position(const Schema& schema, const std::string& name);

}  // namespace millrace::exec
