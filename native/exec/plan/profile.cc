#include "base/cold.h"

#include "exec/plan/profile.h"

namespace millrace::exec {

namespace {

int64_t bytes_of(const FrameView& view) {
  int64_t bytes = 0;
  for (const Column* column : view.columns) bytes += static_cast<int64_t>(column->bytes());
  return bytes;
}

}  // namespace

PlanProfile::PlanProfile(const Plan& plan) : plan_(plan), steps_(plan.options.analyze ? plan.steps.size() : 0) {}

void PlanProfile::reset() { steps_.assign(steps_.size(), {}); }

void PlanProfile::add_operator(const OpSpec& op, const FrameView& result, int64_t time_ns) {
  if (!steps_.empty()) of(op) = {result.rows, time_ns, 0, bytes_of(result)};
}

void PlanProfile::add_relabelling(const OpSpec& op, int64_t rows) {
  if (!steps_.empty()) of(op).rows = rows;
}

void PlanProfile::add_pipeline(const Segment& segment, const OpSpec* read, const BoundStage& stage,
                               const StageResult& result, const store::StoredFrame* stored) {
  if (steps_.empty()) return;
  Profile counted = result.profile;
  counted.resize(stage.steps.size() + 2);
  StepProfile* last = nullptr;
  if (read) {
    last = &of(*read);
    *last = counted[0];
    if (segment.source) last->rows = result.stats.rows_scanned;
    last->bytes = result.stats.bytes_read;
  }
  size_t at = 1;
  for (const OpSpec* op : segment.steps) {
    last = &of(*op);
    // A filter that ran inside the scan has no time of its own.
    const bool in_scan = stage.scan_filter && op == segment.steps.front();
    if (in_scan) {
      last->rows = counted[0].rows;
    } else if (at < counted.size()) {
      *last = counted[at++];
    }
  }
  if (!last) return;
  // The sink's work is that of the step which fills it: an aggregate, or whatever is last.
  for (; at < counted.size(); at++) last->time_ns += counted[at].time_ns;
  if (!result.frame) return;
  last->rows = result.frame->rows;
  last->memory = stored ? stored->bytes() : result.frame->bytes();
}

}  // namespace millrace::exec
