#include "base/cold.h"

#include <algorithm>

#include "agg/group_sample.h"
#include "agg/packed_keys.h"
#include "agg/partitioned_groups.h"
#include "exec/sink/sink.h"

namespace millrace::exec {

namespace {

struct AggregateStrip final : StripResult {
  std::unique_ptr<agg::StripState> state;
};

// The keys of a batch, and then the arguments, as the aggregation wants them.
class BatchValues {
 public:
  BatchValues(const expr::Program& program, const agg::PackedKeys* packed, MemoryBudget* budget)
      : evaluator_(program, budget), values_(program.outputs().size()), packed_(packed) {}

  Status compute(const Batch& batch) {
    MILLRACE_TRY(evaluator_.evaluate(batch, values_));
    if (packed_) packed_->encode(values_.data(), batch.rows, words_);
    return {};
  }
  const Vector* keys() const { return packed_ ? &packed_vector_ : values_.data(); }
  const Vector& value(int output) const { return values_[static_cast<size_t>(output)]; }

 private:
  expr::Evaluator evaluator_;
  std::vector<Vector> values_;
  const agg::PackedKeys* const packed_;
  uint64_t words_[kVectorRows];
  const Vector packed_vector_{TypeId::UInt64, words_, nullptr, nullptr, nullptr};
};

class LocalAggregateSink final : public LocalSink {
 public:
  LocalAggregateSink(std::unique_ptr<agg::LocalAggregation> local, const expr::Program& program,
                     const agg::PackedKeys* packed, const std::vector<int>& argument_output, MemoryBudget* budget)
      : local_(std::move(local)),
        values_(program, packed, budget),
        arguments_(argument_output.size()),
        argument_output_(argument_output) {}

  Status consume(const Batch& batch) override {
    MILLRACE_TRY(values_.compute(batch));
    for (size_t i = 0; i < arguments_.size(); i++) {
      if (argument_output_[i] >= 0) arguments_[i] = values_.value(argument_output_[i]);
    }
    return local_->consume(values_.keys(), arguments_.data(), batch.rows);
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
  BatchValues values_;
  std::vector<Vector> arguments_;
  const std::vector<int>& argument_output_;
};

// Counts the groups of the rows that it is shown.
class KeySampler final : public LocalSink {
 public:
  KeySampler(const std::vector<Field>& keys, const expr::Program& program, const agg::PackedKeys* packed,
             MemoryBudget* budget)
      : sample_(keys, {budget}), values_(program, packed, budget) {}

  Status consume(const Batch& batch) override {
    MILLRACE_TRY(values_.compute(batch));
    return sample_.add(values_.keys(), batch.rows);
  }
  Result<std::unique_ptr<StripResult>> take_strip() override { return std::make_unique<StripResult>(); }
  void discard_strip() override {}
  const agg::GroupSample& sample() const { return sample_; }

 private:
  agg::GroupSample sample_;
  BatchValues values_;
};

class AggregateSink final : public Sink {
 public:
  AggregateSink(agg::AggregationSpec spec, std::unique_ptr<agg::GlobalAggregation> global, const expr::Program& program,
                std::vector<int> argument_output, int64_t partition_from_groups, QueryState& query)
      : spec_(std::move(spec)),
        global_(std::move(global)),
        program_(program),
        argument_output_(std::move(argument_output)),
        partition_from_groups_(partition_from_groups),
        query_(query) {}

  std::unique_ptr<LocalSink> make_local() override {
    return std::make_unique<LocalAggregateSink>(global_->make_local(), program_, packed(), argument_output_,
                                                &query_.budget);
  }
  Status register_strip(StripResult& strip) override {
    return global_->register_strip(*static_cast<AggregateStrip&>(strip).state);
  }
  Status merge(std::unique_ptr<StripResult> strip) override {
    return global_->merge(std::move(static_cast<AggregateStrip&>(*strip).state));
  }
  bool wants_drain() const override { return global_->wants_drain(); }
  Status drain(Workers& workers) override { return global_->drain(workers); }
  Result<std::shared_ptr<Frame>> finish(Workers& workers) override {
    auto frame = global_->finish(workers);
    MILLRACE_TRY(frame);
    if (packed_) MILLRACE_TRY(unpack(frame.value(), workers));
    return std::make_shared<Frame>(frame.take());
  }

  // Keys are numbered by their codes, but rows that are parted first are kept with their strings.
  bool reads_codes() const override { return packed_ || !partitioned_; }

  Status use_facts(const std::vector<ColumnFacts>& facts) override {
    if (spec_.keys.empty()) return {};  // the one group is there without rows too
    for (size_t i = 0; i < spec_.aggregates.size(); i++) {
      if (argument_output_[i] >= 0) tell(facts[static_cast<size_t>(argument_output_[i])], spec_.aggregates[i]);
    }
    const std::vector<ColumnFacts> of_keys(facts.begin(), facts.begin() + static_cast<ptrdiff_t>(spec_.keys.size()));
    spec_.domain = agg::DomainKeys::make(spec_.keys, of_keys, most_places(of_keys[0].rows));
    if (!spec_.domain) MILLRACE_TRY(pack_keys(of_keys));
    auto global = agg::GlobalAggregation::make(spec_, &query_.budget);
    MILLRACE_TRY(global);
    global_ = global.take();
    return {};
  }

  std::unique_ptr<LocalSink> make_sampler() override {
    if (spec_.keys.empty() || spec_.domain) return nullptr;
    return std::make_unique<KeySampler>(spec_.keys, program_, packed(), &query_.budget);
  }
  Result<bool> use_sample(LocalSink& sampler) override {
    const int64_t groups = static_cast<KeySampler&>(sampler).sample().estimated_groups();
    if (groups < partition_from_groups_) return false;
    auto partitioned = agg::PartitionedGroups::make(spec_, groups, &query_.budget);
    MILLRACE_TRY(partitioned);
    global_ = partitioned.take();
    partitioned_ = true;
    return true;
  }

 private:
  // Every strip has states for all places, filled and merged whether rows came or not: few beside its rows, and beside
  // the memory there is.
  uint64_t most_places(int64_t rows) const {
    constexpr int64_t kFewest = 1024;
    constexpr int64_t kMost = int64_t{1} << 19;
    constexpr int64_t kRowsPerPlace = 16;
    constexpr int64_t kBytesPerPlace = 2048;  // in some ten strips at once
    const int64_t most = std::clamp(rows / kRowsPerPlace, kFewest, kMost);
    return static_cast<uint64_t>(std::min(most, query_.budget.limit_bytes() / kBytesPerPlace));
  }

  const agg::PackedKeys* packed() const { return packed_ ? &*packed_ : nullptr; }

  // A single number is a word already. Whoever drops nulls has to see them.
  Status pack_keys(const std::vector<ColumnFacts>& facts) {
    const bool simple = spec_.keys.size() == 1 && !is_string(spec_.keys[0].type);
    const bool nulls = std::any_of(facts.begin(), facts.end(), [](const auto& fact) { return !fact.never_null; });
    if (simple || (spec_.drop_nulls && nulls)) return {};
    auto packed = agg::PackedKeys::make(spec_.keys, facts, spec_.order == agg::Order::Key, &query_.budget);
    MILLRACE_TRY(packed);
    packed_ = packed.take();
    if (!packed_) return {};
    keys_ = std::exchange(spec_.keys, {{"", TypeId::UInt64, false}});
    spec_.drop_nulls = false;
    return {};
  }

  // Its first column into those of the keys.
  Status unpack(Frame& frame, Workers& workers) const {
    const Column words = std::move(frame.columns[0]);
    auto columns = packed_->unpack(words.values<uint64_t>(), frame.rows, workers, &query_.budget);
    MILLRACE_TRY(columns);
    frame.columns.erase(frame.columns.begin());
    frame.schema.erase(frame.schema.begin());
    frame.schema.insert(frame.schema.begin(), keys_.begin(), keys_.end());
    frame.columns.insert(frame.columns.begin(), std::make_move_iterator(columns.value().begin()),
                         std::make_move_iterator(columns.value().end()));
    return {};
  }

  static void tell(const ColumnFacts& facts, agg::AggregateSpec& aggregate) {
    aggregate.never_null = facts.never_null;
    if (facts.never_null && aggregate.function == agg::Function::Count) aggregate.function = agg::Function::Size;
    if (!facts.has_range || facts.rows < 0) return;
    const int64_t farthest = INT64_MAX / std::max<int64_t>(facts.rows, 1);
    aggregate.small_sums = facts.min >= -farthest && facts.max <= farthest && facts.min <= facts.max;
  }

  agg::AggregationSpec spec_;  // its one key is the packed ones', where they are
  std::optional<agg::PackedKeys> packed_;
  std::vector<Field> keys_;  // as asked for, where they are packed
  std::unique_ptr<agg::GlobalAggregation> global_;
  bool partitioned_ = false;
  const expr::Program& program_;
  const std::vector<int> argument_output_;
  const int64_t partition_from_groups_;
  QueryState& query_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_aggregate_sink(agg::AggregationSpec spec, const expr::Program& program,
                                                  std::vector<int> argument_output, int64_t partition_from_groups,
                                                  QueryState& query) {
  auto global = agg::GlobalAggregation::make(spec, &query.budget);
  MILLRACE_TRY(global);
  return std::unique_ptr<Sink>(std::make_unique<AggregateSink>(
      std::move(spec), global.take(), program, std::move(argument_output), partition_from_groups, query));
}

}  // namespace millrace::exec
