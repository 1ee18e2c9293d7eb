#include "base/cold.h"

#include "exec/disk/spilled_totals.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "column/visit_fixed.h"
#include "exec/disk/one_thread.h"
#include "exec/disk/parted_operator.h"
#include "exec/disk/ties.h"
#include "window/quantile.h"

namespace millrace::exec {

namespace {

double double_of(const Column& column, int64_t row) {
  return visit_fixed(column.type, [&](auto tag) { return static_cast<double>(column.values<decltype(tag)>()[row]); });
}

// One column of a table: its order, and what follows from that.
class SortedColumn {
 public:
  SortedColumn(spill::Parts& table, int column, const SpillContext& context)
      : table_(table), column_(static_cast<uint32_t>(column)), context_(context) {}

  void want_quantile(double share) { shares_.push_back(share); }

  Status find() {
    auto values = copy();
    MILLRACE_TRY(values);
    for (const double share : shares_) {
      const double rank = static_cast<double>(std::max<int64_t>(count_ - 1, 0)) * share;
      ranks_.push_back({static_cast<int64_t>(rank), rank - std::floor(rank)});
    }
    Ties ties(context_.policy.budget);
    return read_sorted(values.take(), {{"value"}}, true, context_, [&](const FrameView& rows) -> Status {
      const Column& column = *rows.columns[0];
      auto changes = ties.find(column);
      MILLRACE_TRY(changes);
      // Nulls come last.
      const int64_t valid = std::min(rows.rows, count_ - seen_);
      for (int64_t i = 0; i < valid; i++) distinct_ += changes.value()[i];
      for (Rank& rank : ranks_) take(column, valid, rank);
      seen_ += valid;
      return {};
    });
  }

  int64_t distinct() const { return distinct_; }
  // Of the next one that was wanted; nothing without values.
  std::optional<double> next_quantile() {
    const Rank& rank = ranks_[next_++];
    if (count_ == 0) return std::nullopt;
    if (has_nan_) return std::numeric_limits<double>::quiet_NaN();
    return window::between(rank.low, rank.part == 0 ? rank.low : rank.high, rank.part);
  }

 private:
  struct Rank {
    int64_t below;  // place in the order
    double part;    // how far to the one behind it
    double low = 0;
    double high = 0;
  };

  void take(const Column& column, int64_t valid, Rank& rank) const {
    const int64_t at = rank.below - seen_;
    if (at >= 0 && at < valid) rank.low = double_of(column, at);
    if (at + 1 >= 0 && at + 1 < valid) rank.high = double_of(column, at + 1);
  }

  // The column alone: sorting it moves nothing else.
  Result<std::shared_ptr<spill::Parts>> copy() {
    const TypeId type = table_.schema[column_].type;
    const std::vector<uint32_t> columns{column_};
    RowTableWriter out({{"value", type, true}}, context_.policy);
    PartReader reader(table_, &columns, context_.policy.budget);
    for (spill::PartChunk& chunk : table_.parts[0].chunks) {
      if (context_.query.is_aborted()) return aborted_error();
      auto read = reader.read(chunk, kVectorRows, [&](const Batch& batch) -> Result<bool> {
        const Vector& values = batch.columns[column_];
        for (uint32_t i = 0; i < batch.rows; i++) count_ += values.is_valid(i) ? 1 : 0;
        if (type == TypeId::Float64) find_nan<double>(values, batch.rows);
        if (type == TypeId::Float32) find_nan<float>(values, batch.rows);
        MILLRACE_TRY(out.append(&values, batch.rows));
        return true;
      });
      MILLRACE_TRY(read);
    }
    return out.finish();
  }

  template <class T>
  void find_nan(const Vector& values, uint32_t rows) {
    for (uint32_t i = 0; i < rows; i++) has_nan_ |= values.is_valid(i) && std::isnan(values.as<T>()[i]);
  }

  spill::Parts& table_;
  const uint32_t column_;
  const SpillContext& context_;
  std::vector<double> shares_;
  std::vector<Rank> ranks_;
  size_t next_ = 0;
  int64_t count_ = 0;  // values that are not null
  int64_t seen_ = 0;   // of them, in order
  int64_t distinct_ = 0;
  bool has_nan_ = false;
};

double share_of(const agg::AggregateSpec& aggregate) {
  return aggregate.function == agg::Function::Median ? 0.5 : aggregate.quantile;
}

// The columns of aggregates that keep all values: their columns are sorted one after another.
Status add_sorted(spill::Parts& table, const agg::AggregationSpec& spec, const std::vector<int>& argument_column,
                  const SpillContext& context, std::vector<Column>& out) {
  for (size_t first = 0; first < out.size(); first++) {
    const int column = argument_column[first];
    const auto same = [&](size_t i) {
      return keeps_values(spec.aggregates[i].function) && argument_column[i] == column;
    };
    bool done = !same(first);
    for (size_t i = 0; i < first; i++) done |= same(i);
    if (done) continue;
    SortedColumn sorted(table, column, context);
    for (size_t i = first; i < out.size(); i++) {
      if (same(i) && spec.aggregates[i].function != agg::Function::NUnique) {
        sorted.want_quantile(share_of(spec.aggregates[i]));
      }
    }
    MILLRACE_TRY(sorted.find());
    for (size_t i = first; i < out.size(); i++) {
      if (!same(i)) continue;
      const bool counts = spec.aggregates[i].function == agg::Function::NUnique;
      auto value = counts ? one_value<int64_t>(TypeId::Int64, sorted.distinct(), context.policy.budget)
                          : one_value<double>(TypeId::Float64, sorted.next_quantile(), context.policy.budget);
      MILLRACE_TRY(value);
      out[i] = value.take();
    }
  }
  return {};
}

}  // namespace

bool keeps_values(agg::Function function) {
  return function == agg::Function::NUnique || function == agg::Function::Median || function == agg::Function::Quantile;
}

// Rows pass one vector at a time: memory is for the groups alone.
Result<Frame> aggregate_part(spill::Parts& table, size_t part, const agg::AggregationSpec& spec,
                             const std::vector<int>& argument_column, const SpillContext& context,
                             MemoryBudget* budget) {
  auto made = agg::GlobalAggregation::make(spec, budget);
  MILLRACE_TRY(made);
  const auto global = made.take();
  const auto local = global->make_local();
  std::vector<Vector> arguments(argument_column.size());
  PartReader reader(table, nullptr, context.policy.budget);
  for (spill::PartChunk& chunk : table.parts[part].chunks) {
    if (context.query.is_aborted()) return aborted_error();
    auto read = reader.read(chunk, kVectorRows, [&](const Batch& batch) -> Result<bool> {
      for (size_t i = 0; i < arguments.size(); i++) {
        if (argument_column[i] >= 0) arguments[i] = batch.columns[static_cast<size_t>(argument_column[i])];
      }
      MILLRACE_TRY(local->consume(batch.columns.data(), arguments.data(), batch.rows));
      return true;
    });
    MILLRACE_TRY(read);
  }
  auto strip = local->take_strip();
  MILLRACE_TRY(strip);
  MILLRACE_TRY(global->register_strip(*strip.value()));
  MILLRACE_TRY(global->merge(strip.take()));
  OneThread thread(context.query);
  return global->finish(thread);
}

Result<FrameView> spilled_totals(spill::Parts& table, const agg::AggregationSpec& spec,
                                 const std::vector<int>& argument_column, const SpillContext& context) {
  agg::AggregationSpec passing = spec;
  passing.aggregates.clear();
  std::vector<int> passing_column;
  for (size_t i = 0; i < spec.aggregates.size(); i++) {
    if (keeps_values(spec.aggregates[i].function)) continue;
    passing.aggregates.push_back(spec.aggregates[i]);
    passing_column.push_back(argument_column[i]);
  }
  Frame passed;
  if (!passing.aggregates.empty()) {
    auto frame = aggregate_part(table, 0, passing, passing_column, context, context.policy.budget);
    MILLRACE_TRY(frame);
    passed = frame.take();
  }
  std::vector<Column> sorted(spec.aggregates.size());
  MILLRACE_TRY(add_sorted(table, spec, argument_column, context, sorted));
  auto out = std::make_shared<Frame>();
  out->rows = 1;
  size_t next = 0;
  for (size_t i = 0; i < spec.aggregates.size(); i++) {
    const agg::AggregateSpec& aggregate = spec.aggregates[i];
    if (aggregate.function == agg::Function::Second) continue;
    auto field = agg::result_field(aggregate);
    MILLRACE_TRY(field);
    out->schema.push_back(field.take());
    out->columns.push_back(std::move(keeps_values(aggregate.function) ? sorted[i] : passed.columns[next++]));
  }
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
