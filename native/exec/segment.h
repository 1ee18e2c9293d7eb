// A plan cut into what runs at once: pipelines, through which rows pass without waiting, and operators that need their
// inputs whole. Segments run one after another, each on all threads.
#pragma once
#include "exec/plan/plan.h"

namespace millrace::exec {

struct Segment {
  // A pipeline reads `source`, or the result of inputs[0] where that is null. An operator reads all its inputs.
  const OpSpec* source = nullptr;
  std::vector<const OpSpec*> steps;  // pipelines: filters and projections, and perhaps one more that ends it
  const OpSpec* op = nullptr;        // operators
  std::vector<size_t> inputs;        // earlier segments
  size_t readers = 0;                // how many later segments read the result

  // Of a plan that spills (spill_plan.h): what becomes of a pipeline's rows.
  enum class Keep : uint8_t { Memory, Table, Parts } keep = Keep::Memory;
  const OpSpec* parts_for = nullptr;  // Parts: for this operator
  bool second_side = false;           // as its second input
  bool parted = false;                // an operator whose inputs lie in parts
  int appends_to = -1;                // Table: behind the rows of that segment, which it shares a table with
  bool restores = false;              // what is left of `parts_for` or `op` is to bring its rows into order
};

// Whether steps can be added to a pipeline: nothing has ended it.
bool open_ended(const Segment& segment);

// Aggregates, slices, tails and searches for a few first rows take rows as they come, and end the pipeline that they
// are in.
bool ends_segment(const OpSpec& op);

// The first rows of an order are found as rows come where they are so few, and by a sort where they are more.
inline constexpr int64_t kMostTopRows = 16384;

// In an order in which they can run; the last one gives the result. Where rows are streamed or persisted that is a
// pipeline that they can leave at once. `plan` outlives the segments.
std::vector<Segment> cut_into_segments(const Plan& plan, int64_t most_top_rows = kMostTopRows);

}  // namespace millrace::exec
