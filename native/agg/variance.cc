// std and var: Welford's update by row, Chan's formula between strips. Both keep the squared distances from the mean,
// so values that are large beside their spread lose no digits.
#include <cmath>

#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"
#include "column/visit_fixed.h"

namespace millrace::agg {

namespace {

struct VarianceState {
  int64_t count;
  double mean;
  double squares;  // sum of (value - mean)^2

  void add(double value) {
    count++;
    const double delta = value - mean;
    mean += delta / static_cast<double>(count);
    squares += delta * (value - mean);
  }
  void merge(const VarianceState& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const double mine = static_cast<double>(count);
    const double theirs = static_cast<double>(other.count);
    const double delta = other.mean - mean;
    mean += delta * (theirs / (mine + theirs));
    squares += other.squares + delta * delta * (mine * theirs / (mine + theirs));
    count += other.count;
  }
};

class VarianceFamily final : public StateFamily {
 public:
  size_t state_bytes() const override { return sizeof(VarianceState); }
  void init(uint8_t* state) const override { *reinterpret_cast<VarianceState*>(state) = {0, 0, 0}; }

  Status update(const UpdateBatch& batch) const override {
    visit_fixed(batch.argument->type, [&](auto tag) {
      const auto* values = batch.argument->as<decltype(tag)>();
      for_each_valid(batch.argument->validity, batch.rows, [&](uint32_t row) {
        batch.state<VarianceState>(batch.slots[row]).add(static_cast<double>(values[row]));
      });
    });
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    batch.merge_states<VarianceState>();
    return {};
  }

  Result<Column> emit(const AggregateSpec& spec, const EmitBatch& batch) const override {
    ResultColumn<double> out(TypeId::Float64, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    for (int64_t i = 0; i < batch.rows; i++) {
      const auto& state = batch.state<VarianceState>(i);
      if (state.count <= spec.ddof) {
        out.set_null(i);
        continue;
      }
      const double variance = state.squares / static_cast<double>(state.count - spec.ddof);
      out.set(i, spec.function == Function::Std ? std::sqrt(variance) : variance);
    }
    return out.finish();
  }
};

}  // namespace

std::unique_ptr<StateFamily> make_variance() { return std::make_unique<VarianceFamily>(); }

}  // namespace millrace::agg
