// What each step of a running plan did, gathered segment by segment.
#pragma once
#include "exec/segment.h"
#include "exec/stage.h"

namespace millrace::exec {

class PlanProfile {
 public:
  // Records nothing unless the plan asks for it.
  explicit PlanProfile(const Plan& plan);
  // `time_ns` of all its threads.
  void add_operator(const OpSpec& op, const FrameView& result, int64_t time_ns);
  // A step that only picks and renames columns.
  void add_relabelling(const OpSpec& op, int64_t rows);
  // `read`: the step whose rows it makes as it reads them, if there is one. `stored`: where the rows went, if they were
  // persisted.
  void add_pipeline(const Segment& segment, const OpSpec* read, const BoundStage& stage, const StageResult& result,
                    const store::StoredFrame* stored);
  // Forgets all, for a plan that starts over.
  void reset();
  // By step of the plan; empty when nothing was to be recorded.
  Profile take() { return std::move(steps_); }

 private:
  StepProfile& of(const OpSpec& op) { return steps_[static_cast<size_t>(&op - plan_.steps.data())]; }

  const Plan& plan_;
  Profile steps_;
};

}  // namespace millrace::exec
