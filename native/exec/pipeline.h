// A stage bound to types: a source, steps that transform batches, and a sink. One LocalPipeline a thread.
#pragma once
#include "exec/scan/scan.h"
#include "exec/segment.h"
#include "exec/sink/key_threshold.h"
#include "exec/sink/sink.h"
#include "exec/step_profile.h"

namespace millrace::exec {

struct Step {
  OpSpec::Kind kind = OpSpec::Kind::Filter;  // Filter or Project
  std::unique_ptr<expr::Program> program;
  std::vector<uint32_t> kept;  // Filter: columns that are needed behind it
};

// The operators from one source up to the next pipeline breaker.
struct BoundStage {
  Schema input;
  std::vector<uint32_t> needed;  // input columns that anything reads
  // Those of them that are keys of the aggregate and nothing else, if nothing stands between: a sink that reads_codes()
  // needs no more than their codes.
  std::vector<uint32_t> by_code;
  std::unique_ptr<expr::Program> scan_filter;  // CSV: the first filter runs inside the scan
  std::vector<Step> steps;
  std::unique_ptr<expr::Program> sink_program;  // of an aggregate
  std::vector<int> sink_origins;                // by its output: the input's column that it is, or -1
  std::unique_ptr<Sink> sink;
  // What the sink wants of a column of the input, if that is all that decides about a row.
  std::shared_ptr<KeyThreshold> threshold;
  int64_t wanted_rows = 0;  // then, where all rows of the input reach the sink: how many it wants
  Schema output;            // of the steps; the sink's own for an aggregate
  bool aggregates = false;
  bool profiled = false;
  bool spills = false;  // of a query whose rows go to disk
};

// Binds filters, projections, and what may come last (an aggregate, a slice, a tail) to `input`. `csv`: the first
// filter may run inside the scan.
Result<std::unique_ptr<BoundStage>> bind_stage(const std::vector<const OpSpec*>& ops, Schema input, bool csv,
                                               const Options& options, QueryState& query);
// Of an aggregate whose keys, and then arguments, are `outputs`.
agg::AggregationSpec aggregation_spec(const OpSpec& op, const Schema& outputs, const Options& options);

class LocalPipeline {
 public:
  LocalPipeline(const BoundStage& stage, QueryState& query);
  // Into another sink than the stage's, which must outlive this.
  LocalPipeline(const BoundStage& stage, QueryState& query, LocalSink& sink);
  // False when the strip has all the rows that can be wanted. The row of an error is one of `batch`.
  Result<bool> push(const Batch& batch);
  LocalSink& sink() { return *sink_; }
  // Since the last call: what came in, what each step did, and last the sink. Empty unless the stage is profiled.
  Profile take_profile();

 private:
  struct StepState {
    std::unique_ptr<expr::Evaluator> evaluator;
    std::vector<GatheredColumn> gathered;
    Batch out;
    std::vector<uint32_t> selection;  // Filter: the rows of the last batch that passed, where not all did
    bool all_passed = true;
  };
  template <bool profiled>
  Result<bool> push_through(const Batch& batch);
  Status run_step(const Step& step, StepState& state, const Batch*& batch);
  Status filter(const Step& step, StepState& state, const Batch*& batch);
  // The row of a batch before step `at` as one of the batch that was pushed.
  Status at_input_row(Status status, size_t at) const;

  const BoundStage& stage_;
  std::vector<StepState> states_;
  std::unique_ptr<LocalSink> own_sink_;
  LocalSink* sink_;
  Profile profile_;
};

}  // namespace millrace::exec
