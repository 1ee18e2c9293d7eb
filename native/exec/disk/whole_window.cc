#include "base/cold.h"

#include "exec/disk/whole_window.h"

#include <algorithm>

#include "column/take_rows.h"
#include "column/visit_fixed.h"
#include "exec/disk/one_thread.h"
#include "exec/disk/parted_operator.h"
#include "exec/disk/rolling_pieces.h"
#include "exec/disk/spilled_ranks.h"
#include "exec/disk/spilled_totals.h"
#include "exec/operator/frame_operator.h"
#include "sort/order_rows.h"
#include "window/float_total.h"
#include "window/streamed.h"

namespace millrace::exec {

namespace {

using window::Function;

// What is summed in floats is the same, to the last bit, as in memory.
bool is_float_total(const window::WindowFunction& function, TypeId argument) {
  if (function.rolling) return false;
  const bool sums = function.function == Function::Sum || function.function == Function::Mean;
  return (sums && is_float(argument)) || function.function == Function::Std || function.function == Function::Var;
}

// Other aggregates of all rows.
std::optional<agg::Function> total_of(const window::WindowFunction& function, TypeId argument) {
  if (function.rolling || is_float_total(function, argument)) return std::nullopt;
  switch (function.function) {
    case Function::Size: return agg::Function::Size;
    case Function::Count: return agg::Function::Count;
    case Function::Sum: return agg::Function::Sum;
    case Function::Mean: return agg::Function::Mean;
    case Function::Min: return agg::Function::Min;
    case Function::Max: return agg::Function::Max;
    case Function::First: return agg::Function::First;
    case Function::Last: return agg::Function::Last;
    case Function::NUnique: return agg::Function::NUnique;
    case Function::Median: return agg::Function::Median;
    case Function::Quantile: return agg::Function::Quantile;
    case Function::Any: return agg::Function::Any;
    case Function::All: return agg::Function::All;
    default: return std::nullopt;
  }
}

Schema result_schema(const std::string& name, TypeId type) { return {{name, type, true}}; }

}  // namespace

// Makes the results of all functions.
class WholeWindow::Builder {
 public:
  Builder(const OpSpec& op, WholeWindow& window, const SpillContext& context)
      : op_(op), window_(window), context_(context) {}

  // Rows of ranges, sorted, one range after another.
  Status sort(const std::shared_ptr<spill::Parts>& ranges) {
    RowTableWriter sorted(ranges->schema, context_.policy);
    MILLRACE_TRY(read_sorted(ranges, op_.sort_keys, true, context_,
                             [&](const FrameView& rows) { return sorted.append(rows.columns, 0, rows.rows); }));
    auto table = sorted.finish();
    MILLRACE_TRY(table);
    window_.rows_ = table.take();
    return {};
  }

  Status compute() {
    const auto& columns = op_.window->columns;
    window_.results_.resize(columns.size());
    for (const WindowColumnSpec& column : columns) {
      arguments_.push_back(-1);
      if (!window::needs_argument(column.function.function)) continue;
      auto at = column_position(rows().schema, column.argument);
      MILLRACE_TRY(at);
      arguments_.back() = static_cast<int>(at.value());
    }
    for (size_t i = 0; i < columns.size(); i++) {
      auto type = window::result_type(columns[i].function, argument_type(i));
      MILLRACE_TRY(type);
      window_.schema_.push_back({columns[i].name, type.value(), true});
      writers_.push_back(
          std::make_unique<RowTableWriter>(result_schema(columns[i].name, type.value()), context_.policy));
    }
    MILLRACE_TRY(find_totals());
    MILLRACE_TRY(stream());
    for (size_t i = 0; i < columns.size(); i++) {
      const window::WindowFunction& function = columns[i].function;
      if (function.rolling) MILLRACE_TRY(roll(i));
      if (is_float_total(function, argument_type(i))) MILLRACE_TRY(find_float_total(i));
      if (function.function != Function::Rank) continue;
      MILLRACE_TRY(
          spilled_ranks(rows(), static_cast<uint32_t>(arguments_[i]), function.parameters, context_, *writers_[i]));
    }
    for (size_t i = 0; i < columns.size(); i++) {
      if (window_.results_[i].total) continue;
      auto table = writers_[i]->finish();
      MILLRACE_TRY(table);
      window_.results_[i].table = table.take();
    }
    return {};
  }

 private:
  spill::Parts& rows() { return *window_.rows_; }
  const window::WindowFunction& function(size_t i) const { return op_.window->columns[i].function; }
  TypeId argument_type(size_t i) const {
    return arguments_[i] < 0 ? TypeId::Bool : window_.rows_->schema[static_cast<size_t>(arguments_[i])].type;
  }

  Status find_totals() {
    agg::AggregationSpec spec;
    std::vector<int> argument_column;
    std::vector<size_t> places;
    for (size_t i = 0; i < arguments_.size(); i++) {
      const auto total = total_of(function(i), argument_type(i));
      if (!total) continue;
      const window::Parameters& parameters = function(i).parameters;
      agg::AggregateSpec aggregate;
      aggregate.name = op_.window->columns[i].name;
      aggregate.function = *total;
      aggregate.argument = argument_type(i);
      aggregate.ddof = parameters.ddof;
      aggregate.quantile = parameters.quantile;
      aggregate.skip_nulls = parameters.skip_nulls;
      spec.aggregates.push_back(std::move(aggregate));
      argument_column.push_back(arguments_[i]);
      places.push_back(i);
    }
    if (places.empty()) return {};
    spec.order = agg::Order::None;
    auto totals = spilled_totals(rows(), spec, argument_column, context_);
    MILLRACE_TRY(totals);
    for (size_t k = 0; k < places.size(); k++) window_.results_[places[k]] = {nullptr, totals.value().owners[0], k};
    return {};
  }

  // One column at a time is read of each chunk, whatever its width.
  Status each_piece(const std::vector<uint32_t>& columns,
                    const std::function<Status(const std::vector<Column>&, int64_t rows)>& consume) {
    std::vector<uint32_t> read_columns = columns;
    std::sort(read_columns.begin(), read_columns.end());
    read_columns.erase(std::unique(read_columns.begin(), read_columns.end()), read_columns.end());
    PartReader reader(rows(), &read_columns, context_.policy.budget);
    for (spill::PartChunk& chunk : rows().parts[0].chunks) {
      if (context_.query.is_aborted()) return aborted_error();
      std::vector<ColumnBuilder> builders;
      for (const uint32_t c : columns) builders.emplace_back(rows().schema[c].type, context_.policy.budget);
      auto read = reader.read(chunk, kVectorRows, [&](const Batch& batch) -> Result<bool> {
        for (size_t i = 0; i < columns.size(); i++) {
          MILLRACE_TRY(builders[i].append(batch.columns[columns[i]], batch.rows));
        }
        return true;
      });
      MILLRACE_TRY(read);
      std::vector<Column> out;
      for (ColumnBuilder& builder : builders) {
        auto column = builder.finish();
        MILLRACE_TRY(column);
        out.push_back(column.take());
      }
      MILLRACE_TRY(consume(out, chunk.rows));
    }
    return {};
  }

  // All functions that can be computed as rows pass, at once.
  Status stream() {
    struct One {
      std::unique_ptr<window::Streamed> function;
      int column;  // of those that are read
    };
    std::vector<One> all;
    std::vector<uint32_t> columns;
    for (size_t i = 0; i < arguments_.size(); i++) {
      RowTableWriter& to = *writers_[i];
      auto streamed =
          window::make_streamed(function(i), argument_type(i), rows().rows,
                                [&to](const Vector& values, uint32_t count) { return to.append(&values, count); });
      MILLRACE_TRY(streamed);
      if (!streamed.value()) continue;
      all.push_back({streamed.take(), arguments_[i] < 0 ? -1 : static_cast<int>(columns.size())});
      if (arguments_[i] >= 0) columns.push_back(static_cast<uint32_t>(arguments_[i]));
    }
    if (all.empty()) return {};
    MILLRACE_TRY(each_piece(columns, [&](const std::vector<Column>& values, int64_t count) -> Status {
      for (const One& one : all) {
        const Column* argument = one.column < 0 ? nullptr : &values[static_cast<size_t>(one.column)];
        MILLRACE_TRY(one.function->consume(argument, count));
      }
      return {};
    }));
    for (const One& one : all) MILLRACE_TRY(one.function->finish());
    return {};
  }

  Status each_number(size_t i, const std::function<void(double)>& take) {
    return each_piece({static_cast<uint32_t>(arguments_[i])}, [&](const std::vector<Column>& read, int64_t count) {
      visit_fixed(read[0].type, [&](auto tag) {
        const auto* values = read[0].values<decltype(tag)>();
        for (int64_t row = 0; row < count; row++) {
          if (read[0].is_valid(row)) take(static_cast<double>(values[row]));
        }
      });
      return Status();
    });
  }

  Status find_float_total(size_t i) {
    const window::WindowFunction& wanted = function(i);
    window::FloatTotal total;
    MILLRACE_TRY(each_number(i, [&](double value) { total.add(value); }));
    std::optional<double> result = total.sum();
    if (wanted.function == Function::Mean) result = total.mean();
    if (wanted.function == Function::Std || wanted.function == Function::Var) {
      total.begin_squares();
      MILLRACE_TRY(each_number(i, [&](double value) { total.add_square(value); }));
      result = total.spread(wanted.function, wanted.parameters.ddof);
    }
    auto frame = std::make_shared<Frame>();
    auto column = one_value<double>(TypeId::Float64, result, context_.policy.budget);
    MILLRACE_TRY(column);
    frame->columns.push_back(column.take());
    window_.results_[i] = {nullptr, std::move(frame), 0};
    return {};
  }

  Status roll(size_t i) {
    std::vector<uint32_t> columns{static_cast<uint32_t>(arguments_[i])};
    std::optional<TypeId> time;
    if (function(i).rolling->period > 0) {
      auto at = column_position(rows().schema, op_.sort_keys[0].column);
      MILLRACE_TRY(at);
      columns.push_back(static_cast<uint32_t>(at.value()));
      time = rows().schema[at.value()].type;
    }
    RollingPieces pieces(function(i), argument_type(i), time, context_.query, context_.policy.budget,
                         [&](const Column& results, int64_t first, int64_t count) {
                           return writers_[i]->append({&results}, first, count);
                         });
    Status status = each_piece(columns, [&](const std::vector<Column>& values, int64_t) {
      return pieces.consume(values[0], time ? &values[1] : nullptr);
    });
    if (status.ok()) status = pieces.finish();
    if (status.code() == Code::MemoryLimit) {
      status.set_message("a rolling window over all rows holds more of them than fit: " + status.message());
      status.mutable_facts().hint = "take a shorter window, a window for each key (over), or raise `memoryLimit`";
    }
    return status;
  }

  const OpSpec& op_;
  WholeWindow& window_;
  const SpillContext& context_;
  std::vector<int> arguments_;  // by function: the column, or -1
  std::vector<std::unique_ptr<RowTableWriter>> writers_;
};

Result<std::unique_ptr<WholeWindow>> WholeWindow::make(const OpSpec& op, std::shared_ptr<spill::Parts> input,
                                                       const SpillContext& context) {
  auto out = std::make_unique<WholeWindow>();
  Builder builder(op, *out, context);
  out->rows_ = input;
  if (!op.sort_keys.empty()) MILLRACE_TRY(builder.sort(input));
  MILLRACE_TRY(builder.compute());
  return out;
}

WholeWindow::Reader::Reader(const WholeWindow& window, MemoryBudget* budget) : window_(window), budget_(budget) {
  for (const Results& results : window.results_) {
    readers_.push_back(results.table ? std::make_unique<RowTableReader>(*results.table, budget) : nullptr);
  }
}

Result<std::shared_ptr<Frame>> WholeWindow::Reader::read(int64_t first, int64_t count) {
  auto out = std::make_shared<Frame>();
  out->schema = window_.schema_;
  out->rows = count;
  PodVector<uint32_t> zeros(budget_);
  MILLRACE_TRY(zeros.resize_fill(static_cast<size_t>(count), 0));
  SerialWorkers serial;
  for (size_t i = 0; i < readers_.size(); i++) {
    if (readers_[i]) {
      auto rows = readers_[i]->read(first, count);
      MILLRACE_TRY(rows);
      out->columns.push_back(std::move(rows.value()->columns[0]));
      continue;
    }
    const Results& results = window_.results_[i];
    auto repeated = take_rows({{&results.total->columns[results.total_column], zeros.data(), false}}, zeros.size(),
                              serial, budget_);
    MILLRACE_TRY(repeated);
    out->columns.push_back(std::move(repeated.value()[0]));
  }
  return out;
}

}  // namespace millrace::exec
