// sum, mean, count, min and max of numbers; min and max of everything else of fixed width. One state holds what the
// aggregates of one argument need together, so that min + mean + max touch one cache line a row. All types widen to
// int64, uint64 or double first, which keeps the kernels to three.
#include <algorithm>
#include <limits>
#include <string>
#include <type_traits>

#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"
#include "agg/wide_sum.h"
#include "column/visit_fixed.h"

namespace millrace::agg {

namespace {

// kSmallSum: in 64 bits, where no sum can leave them.
enum Part : int { kSum = 1, kCount = 2, kExtremes = 4, kSmallSum = 8 };

struct DoubleSum {
  double value;
  void add(double more) { value += more; }
  void add(const DoubleSum& other) { value += other.value; }
  double as_double() const { return value; }
};

struct SmallSum {
  int64_t low;
  void add(int64_t value) { low += value; }
  void add(const SmallSum& other) { low += other.low; }
  double as_double() const { return static_cast<double>(low); }
  bool fits_int64() const { return true; }
};

struct NoSum {};
struct CountPart {
  int64_t count = 0;
};
struct NoCount {};

// min > max while no number has been seen: NaN compares false with both and so leaves them as they are.
template <class T>
struct ExtremesPart {
  static constexpr T kHighest =
      std::is_same_v<T, double> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  static constexpr T kLowest =
      std::is_same_v<T, double> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::min();
  T min = kHighest;
  T max = kLowest;
  void add(T value) {
    const T low = min;  // read once: so GCC picks minsd and maxsd over compares and moves
    const T high = max;
    min = value < low ? value : low;
    max = value > high ? value : high;
  }
};
struct NoExtremes {};

template <class T, bool kSmall>
struct SumPart {
  std::conditional_t<std::is_same_v<T, double>, DoubleSum, std::conditional_t<kSmall, SmallSum, WideSum>> sum{};
};

template <class T, int kParts>
struct MomentState : std::conditional_t<(kParts & kSum) != 0, SumPart<T, (kParts & kSmallSum) != 0>, NoSum>,
                     std::conditional_t<(kParts & kCount) != 0, CountPart, NoCount>,
                     std::conditional_t<(kParts & kExtremes) != 0, ExtremesPart<T>, NoExtremes> {
  void add(T value) {
    if constexpr (kParts & kSum) this->sum.add(value);
    if constexpr (kParts & kCount) this->count++;
    if constexpr (kParts & kExtremes) ExtremesPart<T>::add(value);
  }
  void merge(const MomentState& other) {
    if constexpr (kParts & kSum) this->sum.add(other.sum);
    if constexpr (kParts & kCount) this->count += other.count;
    if constexpr (kParts & kExtremes) {
      this->min = other.min < this->min ? other.min : this->min;
      this->max = other.max > this->max ? other.max : this->max;
    }
  }
  // `count` values at once. Float sums run in four lanes, so the result depends on where the run begins.
  void add_run(const T* values, uint32_t count) {
    constexpr uint32_t kLanes = 4;
    MomentState lanes[kLanes];
    uint32_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (uint32_t lane = 0; lane < kLanes; lane++) lanes[lane].add(values[i + lane]);
    }
    for (; i < count; i++) lanes[i % kLanes].add(values[i]);
    lanes[0].merge(lanes[1]);
    lanes[2].merge(lanes[3]);
    lanes[0].merge(lanes[2]);
    merge(lanes[0]);
  }
};

template <class T>
const T* widen(const Vector& argument, uint32_t rows, T* scratch) {
  return visit_fixed(argument.type, [&](auto tag) -> const T* {
    using From = decltype(tag);
    const From* values = argument.as<From>();
    if constexpr (std::is_same_v<From, T>) {
      return values;
    } else {
      for (uint32_t i = 0; i < rows; i++) scratch[i] = static_cast<T>(values[i]);
      return scratch;
    }
  });
}

[[gnu::cold]] Status sum_overflow(const AggregateSpec& spec, TypeId type) {
  ErrorFacts facts;
  facts.column = spec.name;
  facts.hint = "cast the column to float64 before the sum, or ask for the mean";
  return Status(Code::Overflow, "the sum '" + spec.name + "' does not fit " + type_name(type), std::move(facts));
}

// Where the least and the greatest value stand in a state, and the count, if it has one.
struct ExtremesPlace {
  bool min;
  ptrdiff_t extremes;
  ptrdiff_t count = -1;
};

// Without counts all rows have a value; and without a count of rows a group has some, or is not asked for.
bool has_values(const ExtremesPlace& place, const uint8_t* state, const EmitBatch& batch, int64_t row) {
  if (place.count >= 0) return *reinterpret_cast<const int64_t*>(state + place.count) > 0;
  return !batch.row_counts || batch.rows_of(row) > 0;
}

// Null without values; NaN when all values were NaN. The same code for states of all kinds.
template <class T, class Out>
Result<Column> emit_extremes_as(TypeId type, const ExtremesPlace& place, const EmitBatch& batch) {
  ResultColumn<Out> out(type, batch.rows, batch.budget);
  MILLRACE_TRY(out.reserve());
  for (int64_t i = 0; i < batch.rows; i++) {
    const uint8_t* state = &batch.state<uint8_t>(i);
    const auto& extremes = *reinterpret_cast<const ExtremesPart<T>*>(state + place.extremes);
    if (extremes.min <= extremes.max) {
      // Adding 0 makes -0 into 0: which of the two came first must not show.
      out.set(i, static_cast<Out>((place.min ? extremes.min : extremes.max) + T{0}));
    } else if (std::is_same_v<T, double> && has_values(place, state, batch, i)) {
      out.set(i, std::numeric_limits<Out>::quiet_NaN());
    } else {
      out.set_null(i);
    }
  }
  return out.finish();
}

template <class T>
Result<Column> emit_extremes(TypeId type, const ExtremesPlace& place, const EmitBatch& batch) {
  if constexpr (std::is_same_v<T, uint64_t>) {
    return emit_extremes_as<T, uint64_t>(type, place, batch);
  } else if constexpr (std::is_same_v<T, double>) {
    return type == TypeId::Float32 ? emit_extremes_as<T, float>(type, place, batch)
                                   : emit_extremes_as<T, double>(type, place, batch);
  } else {
    return visit_fixed(type, [&](auto tag) -> Result<Column> {
      using Out = decltype(tag);
      if constexpr (std::is_floating_point_v<Out> || std::is_same_v<Out, uint64_t>) {
        return Status(Code::Internal, "integers were kept of another type");
      } else {
        return emit_extremes_as<T, Out>(type, place, batch);
      }
    });
  }
}

template <class T, int kParts>
class MomentFamily final : public StateFamily {
 public:
  using State = MomentState<T, kParts>;

  explicit MomentFamily(TypeId argument) : argument_(argument) {}
  size_t state_bytes() const override { return sizeof(State); }
  void init(uint8_t* state) const override { *reinterpret_cast<State*>(state) = State{}; }

  SumKind sum_kind() const override {
    if (kParts != (kSum | kSmallSum)) return SumKind::None;
    return std::is_same_v<T, double> ? SumKind::Double : SumKind::Int64;
  }

  Status update(const UpdateBatch& batch) const override {
    T scratch[kVectorRows];
    const T* values = widen<T>(*batch.argument, batch.rows, scratch);
    const uint64_t* validity = batch.argument->validity;
    if (validity) {
      for_each_valid(validity, batch.rows,
                     [&](uint32_t row) { batch.state<State>(batch.slots[row]).add(values[row]); });
    } else if (batch.runs.count) {
      update_runs(batch, values);
    } else {
      update_rows(batch, values);
    }
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    batch.merge_states<State>();
    return {};
  }

  Result<Column> emit(const AggregateSpec& spec, const EmitBatch& batch) const override {
    switch (spec.function) {
      case Function::Sum: return emit_sum(spec, batch);
      case Function::Mean: return emit_mean(batch);
      case Function::Count: return emit_count(batch);
      default: return emit_extreme(spec, batch);
    }
  }

 private:
  static void update_rows(const UpdateBatch& batch, const T* values) {
    uint8_t* states = batch.states;
    const size_t stride = batch.stride;
    const uint32_t* slots = batch.slots;
    for (uint32_t row = 0; row < batch.rows; row++) {
      reinterpret_cast<State*>(states + slots[row] * stride)->add(values[row]);
    }
  }

  static void update_runs(const UpdateBatch& batch, const T* values) {
    for (uint32_t run = 0; run < batch.runs.count; run++) {
      const uint32_t begin = batch.runs.starts[run];
      batch.state<State>(batch.slots[begin]).add_run(values + begin, batch.runs.starts[run + 1] - begin);
    }
  }

  Result<Column> emit_sum(const AggregateSpec& spec, const EmitBatch& batch) const {
    if constexpr (!(kParts & kSum)) {
      return Status(Code::Internal, "no sum was kept");
    } else if constexpr (std::is_same_v<T, double>) {
      ResultColumn<double> out(TypeId::Float64, batch.rows, batch.budget);
      MILLRACE_TRY(out.reserve());
      for (int64_t i = 0; i < batch.rows; i++) out.set(i, batch.state<State>(i).sum.value);
      return out.finish();
    } else {
      const TypeId type = std::is_same_v<T, uint64_t> ? TypeId::UInt64 : TypeId::Int64;
      ResultColumn<T> out(type, batch.rows, batch.budget);
      MILLRACE_TRY(out.reserve());
      for (int64_t i = 0; i < batch.rows; i++) {
        const auto& sum = batch.state<State>(i).sum;
        if constexpr (std::is_same_v<T, uint64_t>) {
          if (!sum.fits_uint64()) return sum_overflow(spec, type);
        } else {
          if (!sum.fits_int64()) return sum_overflow(spec, type);
        }
        out.set(i, static_cast<T>(sum.low));
      }
      return out.finish();
    }
  }

  Result<Column> emit_mean(const EmitBatch& batch) const {
    if constexpr (!(kParts & kSum)) {
      return Status(Code::Internal, "no mean was kept");
    } else {
      ResultColumn<double> out(TypeId::Float64, batch.rows, batch.budget);
      MILLRACE_TRY(out.reserve());
      for (int64_t i = 0; i < batch.rows; i++) {
        const State& state = batch.state<State>(i);
        const int64_t count = count_of(state, batch, i);
        if (count == 0) {
          out.set_null(i);
        } else {
          out.set(i, state.sum.as_double() / static_cast<double>(count));
        }
      }
      return out.finish();
    }
  }

  Result<Column> emit_count(const EmitBatch& batch) const {
    if constexpr (!(kParts & kCount)) {
      return Status(Code::Internal, "no count was kept");
    } else {
      ResultColumn<int64_t> out(TypeId::Int64, batch.rows, batch.budget);
      MILLRACE_TRY(out.reserve());
      for (int64_t i = 0; i < batch.rows; i++) out.set(i, batch.state<State>(i).count);
      return out.finish();
    }
  }

  Result<Column> emit_extreme(const AggregateSpec& spec, const EmitBatch& batch) const {
    if constexpr (!(kParts & kExtremes)) {
      return Status(Code::Internal, "no extremes were kept");
    } else {
      const State state{};
      const auto offset_of = [&state](const auto& part) {
        return reinterpret_cast<const uint8_t*>(&part) - reinterpret_cast<const uint8_t*>(&state);
      };
      ExtremesPlace place{spec.function == Function::Min, offset_of(static_cast<const ExtremesPart<T>&>(state))};
      if constexpr (kParts & kCount) place.count = offset_of(state.count);
      return emit_extremes<T>(argument_, place, batch);
    }
  }

  // Of the values. Without counts all rows have one; and without a count of rows a group has some, or is not asked for.
  static int64_t count_of([[maybe_unused]] const State& state, [[maybe_unused]] const EmitBatch& batch,
                          [[maybe_unused]] int64_t row) {
    if constexpr (kParts & kCount) {
      return state.count;
    } else {
      return batch.row_counts ? batch.rows_of(row) : 1;
    }
  }

  const TypeId argument_;
};

template <class T>
std::unique_ptr<StateFamily> make_of(TypeId argument, int parts) {
  switch (parts) {
    case kSum: return std::make_unique<MomentFamily<T, kSum>>(argument);
    case kCount: return make_valid_count();
    case kSum | kCount: return std::make_unique<MomentFamily<T, kSum | kCount>>(argument);
    case kExtremes | kCount: return std::make_unique<MomentFamily<T, kExtremes | kCount>>(argument);
    default: return std::make_unique<MomentFamily<T, kSum | kCount | kExtremes>>(argument);
  }
}

// Of arguments without nulls, and with sums that stay small.
template <class T>
std::unique_ptr<StateFamily> make_lean(TypeId argument, int parts) {
  switch (parts) {
    case kSum: return std::make_unique<MomentFamily<T, kSum | kSmallSum>>(argument);
    case kExtremes: return std::make_unique<MomentFamily<T, kExtremes>>(argument);
    default: return std::make_unique<MomentFamily<T, kSum | kExtremes | kSmallSum>>(argument);
  }
}

}  // namespace

bool counts_by_rows(const AggregateSpec& spec) {
  return spec.never_null && (is_float(spec.argument) || (spec.small_sums && spec.argument != TypeId::UInt64));
}

std::unique_ptr<StateFamily> make_moments(const AggregateSpec& first, const std::vector<Function>& functions) {
  const TypeId argument = first.argument;
  const bool lean = counts_by_rows(first);
  int parts = 0;
  for (const Function function : functions) {
    if (function == Function::Sum || function == Function::Mean) parts |= kSum;
    if (function == Function::Min || function == Function::Max) parts |= kExtremes;
    if (function != Function::Sum && !lean) parts |= kCount;
  }
  if (lean) return is_float(argument) ? make_lean<double>(argument, parts) : make_lean<int64_t>(argument, parts);
  if (is_float(argument)) return make_of<double>(argument, parts);
  if (argument == TypeId::UInt64) return make_of<uint64_t>(argument, parts);
  return make_of<int64_t>(argument, parts);
}

}  // namespace millrace::agg
