#include "exec/sink.h"

namespace millrace::exec {

namespace {

struct AggregateStrip final : StripResult {
  std::unique_ptr<agg::StripState> state;
};

class LocalAggregateSink final : public LocalSink {
 public:
  LocalAggregateSink(std::unique_ptr<agg::LocalAggregation> local, const expr::Program& program,
                     const std::vector<int>& argument_output, MemoryBudget* budget)
      : local_(std::move(local)),
        evaluator_(program, budget),
        values_(program.outputs().size()),
        arguments_(argument_output.size()),
        argument_output_(argument_output) {}

  Status consume(const Batch& batch) override {
    MILLRACE_TRY(evaluator_.evaluate(batch, values_));
    for (size_t i = 0; i < arguments_.size(); i++) {
      if (argument_output_[i] >= 0) arguments_[i] = values_[static_cast<size_t>(argument_output_[i])];
    }
    return local_->consume(values_.data(), arguments_.data(), batch.rows);
  }

  Result<std::unique_ptr<StripResult>> take_strip() override {
    auto state = local_->take_strip();
    MILLRACE_TRY(state);
    auto out = std::make_unique<AggregateStrip>();
    out->state = state.take();
    return std::unique_ptr<StripResult>(std::move(out));
  }

  void discard_strip() override { local_->discard_strip(); }

 private:
  std::unique_ptr<agg::LocalAggregation> local_;
  expr::Evaluator evaluator_;
  std::vector<Vector> values_;
  std::vector<Vector> arguments_;
  const std::vector<int>& argument_output_;
};

class AggregateSink final : public Sink {
 public:
  AggregateSink(std::unique_ptr<agg::GlobalAggregation> global, const expr::Program& program,
                std::vector<int> argument_output, QueryState& query)
      : global_(std::move(global)), program_(program), argument_output_(std::move(argument_output)), query_(query) {}

  std::unique_ptr<LocalSink> make_local() override {
    return std::make_unique<LocalAggregateSink>(global_->make_local(), program_, argument_output_, &query_.budget);
  }
  Status register_strip(StripResult& strip) override {
    return global_->register_strip(*static_cast<AggregateStrip&>(strip).state);
  }
  Status merge(std::unique_ptr<StripResult> strip) override {
    return global_->merge(std::move(static_cast<AggregateStrip&>(*strip).state));
  }
  Result<std::shared_ptr<Frame>> finish() override {
    auto frame = global_->finish();
    MILLRACE_TRY(frame);
    return std::make_shared<Frame>(frame.take());
  }

 private:
  std::unique_ptr<agg::GlobalAggregation> global_;
  const expr::Program& program_;
  const std::vector<int> argument_output_;
  QueryState& query_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_aggregate_sink(agg::AggregationSpec spec, const expr::Program& program,
                                                  std::vector<int> argument_output, QueryState& query) {
  auto global = agg::GlobalAggregation::make(std::move(spec), &query.budget);
  MILLRACE_TRY(global);
  return std::unique_ptr<Sink>(
      std::make_unique<AggregateSink>(global.take(), program, std::move(argument_output), query));
}

}  // namespace millrace::exec
