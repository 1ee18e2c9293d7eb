#include "exec/segment.h"

namespace millrace::exec {

namespace {

bool is_source(OpSpec::Kind kind) { return kind == OpSpec::Kind::Csv || kind == OpSpec::Kind::Memory; }

// So few rows of an order are found as the rows come.
bool finds_top(const OpSpec& op, int64_t most_rows) { return op.kind == OpSpec::Kind::Sort && op.rows <= most_rows; }

bool needs_whole_inputs(const OpSpec& op, int64_t most_top_rows) {
  return op.kind >= OpSpec::Kind::RowIndex && !finds_top(op, most_top_rows);
}

std::vector<size_t> count_readers(const Plan& plan) {
  std::vector<size_t> out(plan.steps.size(), 0);
  for (const OpSpec& op : plan.steps) {
    for (const uint32_t input : op.inputs) out[input]++;
  }
  return out;
}

// The steps that the last one depends on; a plan may hold others.
std::vector<bool> find_wanted(const Plan& plan) {
  std::vector<bool> out(plan.steps.size(), false);
  out.back() = true;
  for (size_t i = plan.steps.size(); i > 0; i--) {
    if (!out[i - 1]) continue;
    for (const uint32_t input : plan.steps[i - 1].inputs) out[input] = true;
  }
  return out;
}

}  // namespace

bool open_ended(const Segment& segment) {
  return !segment.op && (segment.steps.empty() || !ends_segment(*segment.steps.back()));
}

bool ends_segment(const OpSpec& op) {
  return op.kind == OpSpec::Kind::Aggregate || op.kind == OpSpec::Kind::Slice || op.kind == OpSpec::Kind::Tail ||
         finds_top(op, kMostTopRows);
}

std::vector<Segment> cut_into_segments(const Plan& plan, int64_t most_top_rows) {
  const std::vector<size_t> readers = count_readers(plan);
  const std::vector<bool> wanted = find_wanted(plan);
  std::vector<Segment> out;
  std::vector<size_t> segment_of(plan.steps.size());
  for (size_t i = 0; i < plan.steps.size(); i++) {
    if (!wanted[i]) continue;
    const OpSpec& op = plan.steps[i];
    const bool passes_rows = !is_source(op.kind) && !needs_whole_inputs(op, most_top_rows);
    // A step joins the pipeline that it reads, unless others read the same rows.
    if (passes_rows && open_ended(out[segment_of[op.inputs[0]]]) && readers[op.inputs[0]] == 1) {
      segment_of[i] = segment_of[op.inputs[0]];
      out[segment_of[i]].steps.push_back(&op);
      continue;
    }
    Segment segment;
    if (is_source(op.kind)) segment.source = &op;
    if (needs_whole_inputs(op, most_top_rows)) segment.op = &op;
    if (passes_rows) segment.steps.push_back(&op);
    for (const uint32_t input : op.inputs) segment.inputs.push_back(segment_of[input]);
    segment_of[i] = out.size();
    out.push_back(std::move(segment));
  }
  if (plan.options.mode != Options::Mode::Collect && !open_ended(out.back())) {
    Segment rows;
    rows.inputs.push_back(out.size() - 1);
    out.push_back(std::move(rows));
  }
  for (const Segment& segment : out) {
    for (const size_t input : segment.inputs) out[input].readers++;
  }
  return out;
}

}  // namespace millrace::exec
