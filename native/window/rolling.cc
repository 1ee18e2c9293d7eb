#include "window/compute.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "agg/wide_sum.h"
#include "column/visit_fixed.h"
#include "window/partition_values.h"
#include "window/quantile.h"
#include "window/rolling_frames.h"
#include "window/sorted_window.h"
#include "window/two_stacks.h"

namespace millrace::window {

namespace {

// A task is a piece of one partition: the places whose results it makes, and those that it reads.
struct Piece {
  size_t partition;
  size_t begin;
  size_t end;
};

constexpr size_t kPieceRows = size_t{1} << 16;

struct CountState {
  int64_t count = 0;
  template <class T>
  void add(T) {
    count++;
  }
  void merge(const CountState& after) { count += after.count; }
};

struct FloatSumState {
  int64_t count = 0;
  double sum = 0;
  void add(double value) {
    count++;
    sum += value;
  }
  void merge(const FloatSumState& after) {
    count += after.count;
    sum += after.sum;
  }
};

struct IntegerSumState {
  int64_t count = 0;
  agg::WideSum sum{0, 0};
  template <class T>
  void add(T value) {
    count++;
    sum.add(value);
  }
  void merge(const IntegerSumState& after) {
    count += after.count;
    sum.add(after.sum);
  }
};

// Welford's update and Chan's formula, as in the group-by.
struct SpreadState {
  int64_t count = 0;
  double mean = 0;
  double squares = 0;
  void add(double value) {
    count++;
    const double delta = value - mean;
    mean += delta / static_cast<double>(count);
    squares += delta * (value - mean);
  }
  void merge(const SpreadState& after) {
    if (after.count == 0) return;
    if (count == 0) {
      *this = after;
      return;
    }
    const auto mine = static_cast<double>(count), theirs = static_cast<double>(after.count);
    const double delta = after.mean - mean;
    mean += delta * (theirs / (mine + theirs));
    squares += after.squares + delta * delta * (mine * theirs / (mine + theirs));
    count += after.count;
  }
};

// NaN gives way to every number, as in min and max of a group.
template <class T, bool kLargest>
struct ExtremeState {
  int64_t count = 0;
  T best{};
  void add(T value) { take(value, 1); }
  void merge(const ExtremeState& after) {
    if (after.count > 0) take(after.best, after.count);
  }

 private:
  void take(T value, int64_t more) {
    if (count == 0 || best != best || (kLargest ? value > best : value < best)) best = value;
    count += more;
  }
};

// What a function gets of a piece: values that lie together, and windows over them, one for each result.
template <class Value, class Out>
struct PieceValues {
  const Value* values;
  const uint8_t* valid;
  size_t count;           // values
  const uint32_t* begin;  // by result
  const uint32_t* end;
  size_t results;
  int64_t min_periods;
  Out* out;
  uint8_t* out_valid;
  MemoryBudget* budget;

  void set(size_t i, bool valid_result, Out value) const {
    out[i] = valid_result ? value : Out{};
    out_valid[i] = valid_result;
  }
};

// Small partitions are pieces of their own; large ones are cut. A cut piece starts from an empty window, so its float
// sums may differ in the last bits from an uncut one's; the cuts follow from the data alone.
std::vector<Piece> pieces_of_partitions(const Partitions& partitions) {
  std::vector<Piece> out;
  for (size_t p = 0; p < partitions.count(); p++) {
    const size_t count = partitions.start(p + 1) - partitions.start(p);
    for (size_t begin = 0; begin < count; begin += kPieceRows) {
      out.push_back({p, begin, std::min(count, begin + kPieceRows)});
    }
  }
  return out;
}

template <class Value, class Out>
struct PieceScratch {
  explicit PieceScratch(MemoryBudget* budget)
      : frames{PodVector<uint32_t>(budget), PodVector<uint32_t>(budget)},
        values(budget),
        valid(budget),
        out(budget),
        out_valid(budget) {}
  Frames frames;
  PodVector<Value> values;
  PodVector<uint8_t> valid;
  PodVector<Out> out;
  PodVector<uint8_t> out_valid;
};

// The times of all places, where windows go by time.
Status read_times(const Call& call, PodVector<int64_t>& times) {
  const Partitions& partitions = call.partitions;
  if (call.function.rolling->period == 0) return {};
  const Column& column = *call.order_by[0].column;
  MILLRACE_TRY(times.resize(partitions.rows()));
  const size_t tasks = pieces_of(partitions.rows(), kPieceRows);
  return call.workers.run(tasks, [&](size_t task, uint32_t) -> Status {
    const size_t begin = task * kPieceRows;
    const size_t count = std::min(kPieceRows, partitions.rows() - begin);
    detail::read_values(column, partitions.order(), begin, count, times.data() + begin);
    return {};
  });
}

Timeline timeline_of(const Call& call, const PodVector<int64_t>& times, size_t partition) {
  const size_t start = call.partitions.start(partition);
  const size_t count = call.partitions.start(partition + 1) - start;
  if (call.function.rolling->period == 0) return {count, nullptr, count};
  // Rows without a time are the last ones.
  const Column& column = *call.order_by[0].column;
  const uint32_t* const order = call.partitions.order();
  size_t timed = count;
  if (column.null_count > 0) {
    const uint32_t* const first = order + start;
    timed = static_cast<size_t>(
        std::partition_point(first, first + count, [&](uint32_t row) { return column.is_valid(row); }) - first);
  }
  return {count, times.data() + start, timed};
}

// Calls each(PieceValues<Value, Out>) -> Status for every piece. Numbers widen to Value, and results narrow to `type`.
template <class Value, class Out>
[[gnu::noinline]] Result<Column> each_piece(const Call& call, TypeId type,
                                            const std::function<Status(const PieceValues<Value, Out>&)>& each) {
  const Partitions& partitions = call.partitions;
  const uint32_t* const order = partitions.order();
  RowValues result(type, partitions.rows(), call.budget);
  MILLRACE_TRY(result.reserve());
  PodVector<int64_t> times(call.budget);
  MILLRACE_TRY(read_times(call, times));
  const std::vector<Piece> pieces = pieces_of_partitions(partitions);
  std::vector<PieceScratch<Value, Out>> scratches;
  for (uint32_t slot = 0; slot < call.workers.slots(); slot++) scratches.emplace_back(call.budget);
  MILLRACE_TRY(call.workers.run(pieces.size(), [&](size_t task, uint32_t slot) -> Status {
    const Piece& piece = pieces[task];
    auto& scratch = scratches[slot];
    const size_t results = piece.end - piece.begin;
    const Timeline timeline = timeline_of(call, times, piece.partition);
    MILLRACE_TRY(find_frames(*call.function.rolling, timeline, piece.begin, piece.end, scratch.frames));
    const uint32_t low = scratch.frames.begin[0];
    const size_t count = scratch.frames.end[results - 1] - low;
    for (size_t i = 0; i < results; i++) {
      scratch.frames.begin[i] -= low;
      scratch.frames.end[i] -= low;
    }
    MILLRACE_TRY(scratch.values.resize(count));
    MILLRACE_TRY(scratch.valid.resize(count));
    MILLRACE_TRY(scratch.out.resize(results));
    MILLRACE_TRY(scratch.out_valid.resize(results));
    const size_t start = partitions.start(piece.partition);
    detail::read_values(*call.argument, order, start + low, count, scratch.values.data());
    detail::read_validity(call.argument, order, start + low, count, scratch.valid.data());
    MILLRACE_TRY(each(PieceValues<Value, Out>{
        scratch.values.data(), scratch.valid.data(), count, scratch.frames.begin.data(), scratch.frames.end.data(),
        results, call.function.rolling->min_periods, scratch.out.data(), scratch.out_valid.data(), call.budget}));
    visit_fixed(type, [&](auto tag) {
      auto* const out = result.values<decltype(tag)>();
      for (size_t i = 0; i < results; i++) {
        const size_t row = order ? order[start + piece.begin + i] : start + piece.begin + i;
        out[row] = static_cast<decltype(tag)>(scratch.out[i]);
        result.valid()[row] = scratch.out_valid[i];
      }
    });
    return {};
  }));
  return result.finish(call.workers);
}

// emit(state, Out&) -> whether there is a result; asked only where there are enough values.
template <class State, class Value, class Out, class Emit>
Result<Column> by_state(const Call& call, TypeId type, Emit emit) {
  return each_piece<Value, Out>(call, type, [&](const PieceValues<Value, Out>& piece) -> Status {
    TwoStacks<State, Value> stacks(piece.values, piece.valid, piece.budget);
    for (size_t i = 0; i < piece.results; i++) {
      auto state = stacks.window(piece.begin[i], piece.end[i]);
      MILLRACE_TRY(state);
      Out value{};
      const bool known = state.value().count >= piece.min_periods && emit(state.value(), value);
      piece.set(i, known, value);
    }
    return {};
  });
}

Result<Column> counts(const Call& call) {
  return by_state<CountState, NoValue, int64_t>(call, TypeId::Int64, [](const CountState& state, int64_t& out) {
    out = state.count;
    return true;
  });
}

template <class T>
Result<Column> integer_sums(const Call& call, TypeId type) {
  return each_piece<T, T>(call, type, [type](const PieceValues<T, T>& piece) -> Status {
    TwoStacks<IntegerSumState, T> stacks(piece.values, piece.valid, piece.budget);
    for (size_t i = 0; i < piece.results; i++) {
      auto state = stacks.window(piece.begin[i], piece.end[i]);
      MILLRACE_TRY(state);
      const agg::WideSum& sum = state.value().sum;
      if (!(std::is_signed_v<T> ? sum.fits_int64() : sum.fits_uint64())) {
        ErrorFacts facts;
        facts.hint = "cast the column to float64 first";
        return Status(Code::Overflow, std::string("a rolling sum does not fit ") + type_name(type), std::move(facts));
      }
      piece.set(i, state.value().count >= piece.min_periods, static_cast<T>(sum.low));
    }
    return {};
  });
}

Result<Column> float_sums(const Call& call) {
  return by_state<FloatSumState, double, double>(call, TypeId::Float64, [](const FloatSumState& state, double& out) {
    out = state.sum;
    return true;
  });
}

template <class State, class Value>
Result<Column> means(const Call& call) {
  return by_state<State, Value, double>(call, TypeId::Float64, [](const State& state, double& out) {
    double sum;
    if constexpr (std::is_same_v<State, FloatSumState>) {
      sum = state.sum;
    } else {
      sum = state.sum.as_double();
    }
    out = sum / static_cast<double>(state.count);
    return state.count > 0;
  });
}

Result<Column> spreads(const Call& call) {
  const int64_t ddof = call.function.parameters.ddof;
  const bool root = call.function.function == Function::Std;
  return by_state<SpreadState, double, double>(call, TypeId::Float64, [=](const SpreadState& state, double& out) {
    if (state.count <= ddof) return false;
    const double variance = state.squares / static_cast<double>(state.count - ddof);
    out = root ? std::sqrt(variance) : variance;
    return true;
  });
}

template <class T, bool kLargest>
Result<Column> extremes(const Call& call) {
  using State = ExtremeState<T, kLargest>;
  return by_state<State, T, T>(call, call.argument->type, [](const State& state, T& out) {
    out = state.best;
    return state.count > 0;
  });
}

template <class T>
Result<Column> extremes_of(const Call& call) {
  return call.function.function == Function::Max ? extremes<T, true>(call) : extremes<T, false>(call);
}

// NaNs are counted apart: with one in the window there is no order to speak of, and the result is NaN.
template <class Window>
Status quantiles_of_piece(const PieceValues<double, double>& piece, double share, size_t widest) {
  Window window(piece.budget);
  MILLRACE_TRY(window.prepare(piece.values, piece.valid, piece.count, widest));
  size_t begin = 0, end = 0, size = 0, nans = 0;
  const auto is_nan = [&](size_t i) { return piece.values[i] != piece.values[i]; };
  for (size_t i = 0; i < piece.results; i++) {
    // What leaves goes first, so that there is room for what comes. Rows that no window held are passed over.
    for (; begin < std::min<size_t>(piece.begin[i], end); begin++) {
      if (!piece.valid[begin]) continue;
      is_nan(begin) ? void(nans--) : window.remove(piece.values[begin]);
      size--;
    }
    end = std::max<size_t>(end, begin = piece.begin[i]);
    for (; end < piece.end[i]; end++) {
      if (!piece.valid[end]) continue;
      is_nan(end) ? void(nans++) : window.add(piece.values[end]);
      size++;
    }
    double value = std::numeric_limits<double>::quiet_NaN();
    if (nans == 0 && size > 0) {
      const double rank = static_cast<double>(size - 1) * share;
      const auto below = static_cast<size_t>(rank);
      const double part = rank - static_cast<double>(below);
      value = part == 0 ? window.at(below) : between(window.at(below), window.at(below + 1), part);
    }
    piece.set(i, size > 0 && static_cast<int64_t>(size) >= piece.min_periods, value);
  }
  return {};
}

Result<Column> quantiles(const Call& call) {
  // Up to here moving memory costs less than the tree's cache misses.
  constexpr size_t kSortedMost = 512;
  const double share = call.function.function == Function::Median ? 0.5 : call.function.parameters.quantile;
  return each_piece<double, double>(call, TypeId::Float64, [share](const PieceValues<double, double>& piece) -> Status {
    size_t widest = 0;
    for (size_t i = 0; i < piece.results; i++) {
      widest = std::max<size_t>(widest, piece.end[i] - piece.begin[i]);
    }
    return widest <= kSortedMost ? quantiles_of_piece<SortedWindow>(piece, share, widest)
                                 : quantiles_of_piece<RankedWindow>(piece, share, widest);
  });
}

Status check_type(const Call& call) {
  const Function function = call.function.function;
  const TypeId type = call.argument->type;
  if (function == Function::Count) return {};
  const bool extreme = function == Function::Min || function == Function::Max;
  if (extreme ? !is_string(type) : is_numeric(type) || type == TypeId::Bool) return {};
  return Status(Code::Type, std::string("a rolling window cannot take ") + type_name(type));
}

// Windows by time need whole numbers in ascending order, nulls last.
Status check_times(const Call& call) {
  if (call.function.rolling->period == 0) return {};
  const bool one = call.order_by.size() == 1 && !call.order_by[0].descending && !call.order_by[0].nulls_first;
  const TypeId type = one ? call.order_by[0].column->type : TypeId::Utf8;
  if (!is_string(type) && !is_float(type)) return {};
  return Status(Code::Type, "a rolling window by time is ordered by one ascending column of times");
}

}  // namespace

Result<Column> compute_rolling(const Call& call) {
  MILLRACE_TRY(check_times(call));
  MILLRACE_TRY(check_type(call));
  const TypeId type = call.argument->type;
  const bool is_unsigned = type == TypeId::UInt64;
  switch (call.function.function) {
    case Function::Count: return counts(call);
    case Function::Sum:
      if (is_float(type)) return float_sums(call);
      return is_unsigned ? integer_sums<uint64_t>(call, TypeId::UInt64) : integer_sums<int64_t>(call, TypeId::Int64);
    case Function::Mean:
      if (is_float(type)) return means<FloatSumState, double>(call);
      return is_unsigned ? means<IntegerSumState, uint64_t>(call) : means<IntegerSumState, int64_t>(call);
    case Function::Std:
    case Function::Var: return spreads(call);
    case Function::Min:
    case Function::Max:
      if (is_float(type)) return extremes_of<double>(call);
      return is_unsigned ? extremes_of<uint64_t>(call) : extremes_of<int64_t>(call);
    case Function::Median:
    case Function::Quantile: return quantiles(call);
    default: return Status(Code::Type, "this function does not take a rolling window");
  }
}

}  // namespace millrace::window
