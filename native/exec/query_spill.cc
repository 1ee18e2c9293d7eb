// The part of a query that goes to disk.
#include <algorithm>

#include "base/pages.h"
#include "exec/part_sink.h"
#include "exec/query.h"

#include "base/cold.h"

namespace millrace::exec {

bool Query::starts_over(const Status& status) {
  const Options& options = plan_->options;
  if (status.code() != Code::MemoryLimit || spills_ || options.spill == Options::Spill::Never) return false;
  if (options.memory_limit_bytes == INT64_MAX || !can_spill(*plan_)) return false;
  if (kept_ && kept_->refused.load()) return false;
  // Who has read some batches gets the ones behind them, which needs an order.
  if (queue_.rows() > 0 && !keeps_order(*plan_)) return false;
  // What has been read of a pipe or a feed is gone.
  if (csv_input_ && csv_input_->sequential()) return false;
  const auto touched = [](const auto& feed) { return feed && !feed->untouched(); };
  if (std::any_of(inputs_.feeds.begin(), inputs_.feeds.end(), touched)) return false;
  {
    const std::lock_guard lock(job_mutex_);
    job_.reset();
  }
  stored_.reset();
  kept_.reset();
  parts_.reset();
  scan_.reset();
  stage_.reset();
  csv_input_.reset();
  results_.clear();
  // The rows that were in memory lie freed in the allocator's heaps, and the limit is on what the process has.
  pages::trim_heap();
  stats_ = {};
  state_.progress.bytes_done.store(0);
  state_.progress.bytes_total.store(0);
  state_.progress.rows_done.store(0);
  state_.progress.tasks_done.store(0);
  state_.progress.tasks_total.store(0);
  profile_.reset();
  spills_ = true;
  segments_ = cut_for_spilling(*plan_);
  results_ = std::vector<SegmentRows>(segments_.size());
  readers_left_.clear();
  for (const Segment& segment : segments_) readers_left_.push_back(segment.readers);
  at_ = 0;
  return true;
}

spill::SpillPolicy Query::spill_policy() {
  return spill::make_policy(*spill_space_, state_.budget, wanted_threads(),
                            plan_->options.spill == Options::Spill::Always);
}

Status Query::redirect_to_parts(const Segment& segment, int64_t input_bytes) {
  const bool aggregates = segment.parts_for && segment.parts_for->kind == OpSpec::Kind::Aggregate && !segment.restores;
  PartSinkSpec spec;
  spec.policy = spill_policy();
  spec.program = aggregates ? stage_->sink_program.get() : nullptr;
  spec.schema = aggregates ? stage_->sink_program->outputs() : stage_->output;
  auto parting = part_spec(segment, spec.schema);
  MILLRACE_TRY(parting);
  spec.parting = parting.take();
  spec.parts = spill::parts_for(spec.policy, input_bytes);
  if (spec.parting.how == PartSpec::How::One) spec.by = spill::make_one_part();
  if (spec.parting.how == PartSpec::How::Hash) {
    // Both sides of a join have as many parts: those of the one that comes first.
    const Segment& reader = *std::find_if(segments_.begin(), segments_.end(), [&](const Segment& other) {
      return other.parted && std::find(other.inputs.begin(), other.inputs.end(), at_) != other.inputs.end();
    });
    for (const size_t input : reader.inputs) {
      if (results_[input].parts) spec.parts = results_[input].parts->parts.size();
    }
    spec.by = spill::make_hash_parts({spec.parting.keys.size(), spec.parts, 0, plan_->options.hash_mask});
  }
  if (segment.restores) {
    const int64_t rows = results_[segment.inputs[0]].parted->numbered_rows();
    spec.by = make_number_ranges(spec.parting.keys.size(), rows, spec.parts);
  }
  // What is the result as it is has to fit in the end: better to know it before the disk is full of it.
  const bool sorts = segment.parts_for && segment.parts_for->kind == OpSpec::Kind::Sort;
  const bool same_rows = segment.restores || (sorts && segment.parts_for->rows == INT64_MAX);
  const bool is_result = at_ + 3 == segments_.size() && segments_.back().steps.empty();
  if (same_rows && is_result && plan_->options.mode == Options::Mode::Collect) {
    spec.most_bytes = plan_->options.memory_limit_bytes;
  }
  parts_ = std::make_shared<spill::Parts>();
  stage_->sink = make_part_sink(std::move(spec), parts_);
  return {};
}

Status Query::part_operator(const Segment& segment) {
  PartsInputs inputs;
  for (const size_t input : segment.inputs) inputs.push_back(results_[input].parts);
  auto parted = PartedOperator::make(segment, std::move(inputs), spill_policy(), plan_->options, state_);
  MILLRACE_TRY(parted);
  end_segment({{}, nullptr, parted.take()});
  return {};
}

}  // namespace millrace::exec
