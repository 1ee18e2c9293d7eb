#include "exec/pipeline.h"

#include <algorithm>
#include <utility>

#include "exec/operator/frame_operator.h"
#include "exec/threads/task_events.h"

namespace millrace::exec {

namespace {

std::vector<uint32_t> all_columns(size_t count) {
  std::vector<uint32_t> out(count);
  for (uint32_t i = 0; i < count; i++) out[i] = i;
  return out;
}

std::vector<uint32_t> united(std::vector<uint32_t> a, const std::vector<uint32_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  return a;
}

// Binds the steps of one stage, front to back; then says back to front which columns each needs.
class StageBinder {
 public:
  StageBinder(bool csv, const Options& options, QueryState& query) : csv_(csv), options_(options), query_(query) {}

  Result<std::unique_ptr<BoundStage>> bind(const std::vector<const OpSpec*>& ops, Schema input) {
    stage_ = std::make_unique<BoundStage>();
    stage_->input = input;
    stage_->profiled = options_.analyze;
    schema_ = std::move(input);
    for (size_t c = 0; c < schema_.size(); c++) origins_.push_back(static_cast<int>(c));
    const OpSpec* last = ops.empty() || !ends_segment(*ops.back()) ? nullptr : ops.back();
    for (const OpSpec* op : ops) {
      if (op != last) MILLRACE_TRY(bind_step(*op));
    }
    std::vector<uint32_t> needed = all_columns(schema_.size());
    if (last && last->kind == OpSpec::Kind::Aggregate) {
      MILLRACE_TRY(bind_aggregate(*last));
      needed = stage_->sink_program->input_columns();
    } else if (last && last->kind == OpSpec::Kind::Sort) {
      MILLRACE_TRY(bind_top(*last, needed));
    } else if (last && last->kind == OpSpec::Kind::Tail) {
      stage_->sink = make_tail_sink(schema_, {last->rows, last->offset}, query_);
    } else {
      stage_->sink = make_collect_sink(schema_, last ? last->offset : 0, last ? last->rows : INT64_MAX, query_);
    }
    stage_->output = schema_;
    propagate(std::move(needed));
    return std::move(stage_);
  }

 private:
  Status bind_step(const OpSpec& op) {
    auto program = expr::Program::bind(*op.nodes, op.outputs, schema_);
    MILLRACE_TRY(program);
    if (op.kind == OpSpec::Kind::Filter && program.value()->outputs()[0].type != TypeId::Bool) {
      return Status(Code::Type, std::string("filter needs a bool expression, not ") +
                                    type_name(program.value()->outputs()[0].type));
    }
    if (op.kind == OpSpec::Kind::Project) {
      MILLRACE_TRY(check_names(op.names));
      std::vector<int> origins;
      for (const uint32_t output : op.outputs) {
        const Json& node = (*op.nodes)[output];
        const int at = node[0].as_string() == "col" ? find_column(schema_, node[1].as_string()) : -1;
        origins.push_back(at < 0 ? -1 : origins_[static_cast<size_t>(at)]);
      }
      origins_ = std::move(origins);
      schema_ = program.value()->outputs();
      for (size_t i = 0; i < schema_.size(); i++) schema_[i].name = op.names[i];
    }
    if (op.kind == OpSpec::Kind::Filter && csv_ && stage_->steps.empty() && !stage_->scan_filter) {
      stage_->scan_filter = program.take();
    } else {
      stage_->steps.push_back({op.kind, program.take(), {}});
    }
    return {};
  }

  Status bind_top(const OpSpec& op, std::vector<uint32_t>& needed) {
    TopSpec spec;
    for (const SortKeySpec& key : op.sort_keys) {
      auto at = position(key.column);
      MILLRACE_TRY(at);
      spec.keys.push_back(at.value());
      spec.orders.push_back({key.descending, key.nulls_first});
    }
    Schema kept;
    for (const std::string& name : op.names) {
      auto at = position(name);
      MILLRACE_TRY(at);
      spec.columns.push_back(at.value());
      kept.push_back(schema_[at.value()]);
    }
    spec.rows = op.rows;
    needed = united(spec.keys, spec.columns);
    const uint32_t first = spec.keys[0];
    const int origin = origins_[first];
    spec.threshold = std::make_shared<KeyThreshold>(origin < 0 ? 0 : static_cast<uint32_t>(origin), schema_[first].type,
                                                    spec.orders[0]);
    if (origin >= 0) {
      stage_->threshold = spec.threshold;
      const bool all_rows =
          std::ranges::all_of(stage_->steps, [](const Step& step) { return step.kind == OpSpec::Kind::Project; });
      stage_->wanted_rows = all_rows && !stage_->scan_filter ? spec.rows : 0;
    }
    stage_->sink = make_top_sink(schema_, std::move(spec), query_);
    schema_ = std::move(kept);
    return {};
  }

  Result<uint32_t> position(const std::string& column) const {
    auto at = column_position(schema_, column);
    MILLRACE_TRY(at);
    return static_cast<uint32_t>(at.value());
  }

  Status bind_aggregate(const OpSpec& op) {
    auto program = expr::Program::bind(*op.nodes, op.outputs, schema_);
    MILLRACE_TRY(program);
    std::vector<std::string> names = op.names;
    for (const agg::AggregateSpec& aggregate : op.aggregates) {
      if (aggregate.function != agg::Function::Second) names.push_back(aggregate.name);
    }
    MILLRACE_TRY(check_names(names));
    agg::AggregationSpec spec = aggregation_spec(op, program.value()->outputs(), options_);
    stage_->sink_program = program.take();
    for (size_t i = 0; i < stage_->sink_program->outputs().size(); i++) {
      const int column = stage_->sink_program->passthrough(i);
      stage_->sink_origins.push_back(column < 0 ? -1 : origins_[static_cast<size_t>(column)]);
    }
    MILLRACE_TRY(find_codes(op));
    stage_->aggregates = true;
    auto sink = make_aggregate_sink(std::move(spec), *stage_->sink_program, op.argument_output,
                                    options_.partition_from_groups, query_);
    MILLRACE_TRY(sink);
    stage_->sink = sink.take();
    return {};
  }

  Status find_codes(const OpSpec& op) {
    if (!stage_->steps.empty() || stage_->scan_filter) return {};
    std::vector<uint32_t> keys;
    std::vector<uint32_t> others;  // outputs
    for (size_t i = 0; i < op.outputs.size(); i++) {
      const bool is_argument = std::ranges::count(op.argument_output, static_cast<int>(i)) > 0;
      const int column = i < op.names.size() && !is_argument ? stage_->sink_program->passthrough(i) : -1;
      if (column >= 0 && is_string(schema_[static_cast<size_t>(column)].type)) {
        keys.push_back(static_cast<uint32_t>(column));
      } else {
        others.push_back(op.outputs[i]);
      }
    }
    if (keys.empty()) return {};
    auto rest = expr::Program::bind(*op.nodes, others, schema_);
    MILLRACE_TRY(rest);
    const std::vector<uint32_t>& read = rest.value()->input_columns();
    for (const uint32_t key : keys) {
      if (!std::binary_search(read.begin(), read.end(), key)) stage_->by_code.push_back(key);
    }
    return {};
  }

  void propagate(std::vector<uint32_t> needed) {
    for (size_t i = stage_->steps.size(); i > 0; i--) {
      Step& step = stage_->steps[i - 1];
      if (step.kind == OpSpec::Kind::Filter) {
        step.kept = needed;
        needed = united(std::move(needed), step.program->input_columns());
      } else {
        needed = step.program->input_columns();
      }
    }
    stage_->needed = std::move(needed);
  }

  const bool csv_;
  const Options& options_;
  QueryState& query_;
  Schema schema_;
  std::vector<int> origins_;  // by column: the input's that it is, or -1
  std::unique_ptr<BoundStage> stage_;
};

}  // namespace

agg::AggregationSpec aggregation_spec(const OpSpec& op, const Schema& outputs, const Options& options) {
  agg::AggregationSpec out;
  for (size_t i = 0; i < op.names.size(); i++) {
    out.keys.push_back(outputs[i]);
    out.keys.back().name = op.names[i];
  }
  for (size_t i = 0; i < op.aggregates.size(); i++) {
    agg::AggregateSpec aggregate = op.aggregates[i];
    if (op.argument_output[i] >= 0) aggregate.argument = outputs[static_cast<size_t>(op.argument_output[i])].type;
    aggregate.argument_id = op.argument_output[i];
    out.aggregates.push_back(std::move(aggregate));
  }
  out.order = op.order;
  out.drop_nulls = op.drop_nulls;
  out.hash_mask = options.hash_mask;
  return out;
}

Result<std::unique_ptr<BoundStage>> bind_stage(const std::vector<const OpSpec*>& ops, Schema input, bool csv,
                                               const Options& options, QueryState& query) {
  return StageBinder(csv, options, query).bind(ops, std::move(input));
}

LocalPipeline::LocalPipeline(const BoundStage& stage, QueryState& query)
    : LocalPipeline(stage, query, *stage.sink->make_local().release()) {
  own_sink_.reset(sink_);
}

LocalPipeline::LocalPipeline(const BoundStage& stage, QueryState& query, LocalSink& sink)
    : stage_(stage), states_(stage.steps.size()), sink_(&sink) {
  for (size_t i = 0; i < states_.size(); i++) {
    const Step& step = stage.steps[i];
    states_[i].evaluator = std::make_unique<expr::Evaluator>(*step.program, &query.budget);
    if (step.kind == OpSpec::Kind::Project) {
      states_[i].out.columns.resize(step.program->outputs().size());
      continue;
    }
    states_[i].selection.resize(kVectorRows);
    for (size_t c = 0; c < step.kept.size(); c++) states_[i].gathered.emplace_back(&query.budget);
  }
}

Status LocalPipeline::filter(const Step& step, StepState& state, const Batch*& batch) {
  Vector mask;
  MILLRACE_TRY(state.evaluator->evaluate(*batch, {&mask, 1}));
  const uint32_t passed = expr::select_true(mask, batch->rows, state.selection.data());
  state.all_passed = passed == batch->rows;
  if (state.all_passed) return {};
  state.out.rows = passed;
  state.out.columns.resize(batch->columns.size());
  for (size_t i = 0; i < step.kept.size(); i++) {
    auto gathered = state.gathered[i].gather(batch->columns[step.kept[i]], state.selection.data(), passed);
    MILLRACE_TRY(gathered);
    state.out.columns[step.kept[i]] = gathered.value();
  }
  batch = &state.out;
  return {};
}

Status LocalPipeline::run_step(const Step& step, StepState& state, const Batch*& batch) {
  if (step.kind == OpSpec::Kind::Filter) return filter(step, state, batch);
  MILLRACE_TRY(state.evaluator->evaluate(*batch, state.out.columns));
  state.out.rows = batch->rows;
  batch = &state.out;
  return {};
}

Status LocalPipeline::at_input_row(Status status, size_t at) const {
  int64_t& row = status.mutable_facts().row;
  while (row >= 0 && at-- > 0) {
    const StepState& state = states_[at];
    if (!state.all_passed) row = state.selection[static_cast<size_t>(row)];
  }
  return status;
}

// The clock is read once a step and batch: some 25 ns against the thousand rows of a batch.
template <bool profiled>
Result<bool> LocalPipeline::push_through(const Batch& input) {
  const Batch* batch = &input;
  int64_t began_ns = 0;
  if constexpr (profiled) {
    profile_.resize(states_.size() + 2);
    profile_[0].rows += batch->rows;
    began_ns = now_ns();
  }
  const auto count = [&](size_t at, int64_t rows) {
    const int64_t now = now_ns();
    profile_[at].rows += rows;
    profile_[at].time_ns += now - began_ns;
    began_ns = now;
  };
  for (size_t i = 0; i < states_.size(); i++) {
    Status done = run_step(stage_.steps[i], states_[i], batch);
    if (!done.ok()) [[unlikely]]
      return at_input_row(std::move(done), i);
    if constexpr (profiled) count(i + 1, batch->rows);
    if (batch->rows == 0) return true;
  }
  Status consumed = sink_->consume(*batch);
  if (!consumed.ok()) [[unlikely]]
    return at_input_row(std::move(consumed), states_.size());
  if constexpr (profiled) count(states_.size() + 1, batch->rows);
  return !sink_->satisfied();
}

Result<bool> LocalPipeline::push(const Batch& input) {
  return stage_.profiled ? push_through<true>(input) : push_through<false>(input);
}

Profile LocalPipeline::take_profile() { return std::exchange(profile_, {}); }

}  // namespace millrace::exec
