// The part of a query that goes to disk.
#include "base/cold.h"

#include <algorithm>

#include "base/pages.h"
#include "exec/disk/part_sink.h"
#include "exec/query.h"

namespace millrace::exec {

namespace {

// Of operators that look at all of their rows at once wherever those lie.
const char* name_of_whole(const OpSpec& op) {
  switch (op.kind) {
    case OpSpec::Kind::Sample: return "sample()";
    case OpSpec::Kind::Repeat: return "repeating rows";
    case OpSpec::Kind::RowIndex: return "withRowIndex()";
    case OpSpec::Kind::Window: return op.window->first < INT64_MAX && op.window->keys.empty() ? "first rows" : nullptr;
    default: return nullptr;
  }
}

}  // namespace

void Query::name_operator(Status& status) const {
  const Options& options = plan_->options;
  if (status.code() != Code::MemoryLimit || options.spill == Options::Spill::Never || at_ >= segments_.size()) return;
  for (size_t i = at_; i < segments_.size(); i++) {
    const Segment& segment = segments_[i];
    const bool concerned =
        i == at_ || std::find(segment.inputs.begin(), segment.inputs.end(), at_) != segment.inputs.end();
    const char* name = concerned && segment.op && !segment.parted ? name_of_whole(*segment.op) : nullptr;
    if (!name) continue;
    status.set_message(std::string(name) +
                       " holds all its rows in memory, and cannot put them on disk: " + status.message());
    status.mutable_facts().hint =
        "filter rows or select columns before " + std::string(name) + ", or raise `memoryLimit`";
    return;
  }
}

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
  cut_again();
  return true;
}

void Query::cut_again() {
  spills_ = true;
  segments_ = cut_for_spilling(*plan_);
  results_ = std::vector<SegmentRows>(segments_.size());
  readers_left_.clear();
  for (const Segment& segment : segments_) readers_left_.push_back(segment.readers);
  at_ = 0;
}

// Rows stay in memory while there is room, so that it costs little where there is.
void Query::prepare_for_pipes() {
  const Options& options = plan_->options;
  if (spills_ || options.spill == Options::Spill::Never || options.memory_limit_bytes == INT64_MAX) return;
  if (reads_pipe_whole(*plan_)) cut_again();
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
  // Both sides of a join are parted alike, as the one that comes first.
  const spill::Parts* other_side = nullptr;
  if (segment.parts_for && segment.parts_for->kind == OpSpec::Kind::Join && !segment.restores) {
    const Segment& reader = *std::find_if(segments_.begin(), segments_.end(), [&](const Segment& other) {
      return other.parted && std::find(other.inputs.begin(), other.inputs.end(), at_) != other.inputs.end();
    });
    for (const size_t input : reader.inputs) {
      if (results_[input].parts) other_side = results_[input].parts.get();
    }
  }
  if (spec.parting.how == PartSpec::How::Hash) {
    if (other_side) spec.parts = other_side->parts.size();
    spec.by = spill::make_hash_parts({spec.parting.keys.size(), spec.parts, 0, plan_->options.hash_mask});
  }
  if (spec.parting.how == PartSpec::How::Range && other_side) spec.by = other_side->by->clone();
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
  if (segment.appends_to >= 0) {
    MILLRACE_TRY(append_to(results_[static_cast<size_t>(segment.appends_to)], spec.schema));
    spec.appends = true;
  }
  stage_->sink = make_part_sink(std::move(spec), parts_);
  return {};
}

// A segment that starts over leaves what it had added.
Status Query::append_to(const SegmentRows& before, const Schema& schema) {
  parts_ = before.parts;
  MILLRACE_TRY(check_same_columns(parts_->schema, schema));
  spill::Part& part = parts_->parts[0];
  for (size_t i = before.table_chunks; i < part.chunks.size(); i++) part.rows -= part.chunks[i].rows;
  part.chunks.resize(before.table_chunks);
  parts_->rows = part.rows;
  return {};
}

Status Query::part_operator(const Segment& segment) {
  if (segment.op->kind == OpSpec::Kind::Concat) {
    auto table = results_[segment.inputs[0]].parts;
    profile_.add_relabelling(*segment.op, table->rows);
    end_segment({{}, std::move(table), nullptr});
    return {};
  }
  PartsInputs inputs;
  for (const size_t input : segment.inputs) inputs.push_back(results_[input].parts);
  auto parted = PartedOperator::make(segment, std::move(inputs), spill_policy(), plan_->options, state_);
  MILLRACE_TRY(parted);
  end_segment({{}, nullptr, parted.take()});
  return {};
}

}  // namespace millrace::exec
