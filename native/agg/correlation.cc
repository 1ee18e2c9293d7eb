// Pearson's correlation of two columns: Welford's update for pairs, Chan's formula between strips. Deviations are from
// the means so far, so values that are large beside their spread lose no digits.
#include <algorithm>
#include <cmath>

#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"
#include "column/visit_fixed.h"

namespace millrace::agg {

namespace {

struct CorrelationState {
  int64_t count;
  double mean_x;
  double mean_y;
  double squares_x;  // sum of (x - mean)^2
  double squares_y;
  double products;  // sum of (x - mean)(y - mean)

  void add(double x, double y) {
    count++;
    const auto n = static_cast<double>(count);
    const double before_x = x - mean_x;
    const double before_y = y - mean_y;
    mean_x += before_x / n;
    mean_y += before_y / n;
    squares_x += before_x * (x - mean_x);
    squares_y += before_y * (y - mean_y);
    products += before_x * (y - mean_y);
  }
  void merge(const CorrelationState& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const auto mine = static_cast<double>(count), theirs = static_cast<double>(other.count);
    const double dx = other.mean_x - mean_x;
    const double dy = other.mean_y - mean_y;
    const double share = theirs / (mine + theirs);
    mean_x += dx * share;
    mean_y += dy * share;
    squares_x += other.squares_x + dx * dx * mine * share;
    squares_y += other.squares_y + dy * dy * mine * share;
    products += other.products + dx * dy * mine * share;
    count += other.count;
  }
};

void widen(const Vector& vector, uint32_t rows, double* out) {
  visit_fixed(vector.type, [&](auto tag) {
    const auto* values = vector.as<decltype(tag)>();
    for (uint32_t i = 0; i < rows; i++) out[i] = static_cast<double>(values[i]);
  });
}

// The root of the product: of two that are the same exactly that, so that a column's correlation with itself is 1. The
// product of the roots where it leaves the range of doubles.
double spread(double x, double y) {
  const double product = x * y;
  return std::isnormal(product) ? std::sqrt(product) : std::sqrt(x) * std::sqrt(y);
}

class CorrelationFamily final : public StateFamily {
 public:
  size_t state_bytes() const override { return sizeof(CorrelationState); }
  void init(uint8_t* state) const override { *reinterpret_cast<CorrelationState*>(state) = {}; }

  Status update(const UpdateBatch& batch) const override {
    double x[kVectorRows], y[kVectorRows];
    widen(*batch.argument, batch.rows, x);
    widen(*batch.second, batch.rows, y);
    for_each_valid(batch.argument->validity, batch.rows, [&](uint32_t row) {
      if (batch.second->is_valid(row)) batch.state<CorrelationState>(batch.slots[row]).add(x[row], y[row]);
    });
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    batch.merge_states<CorrelationState>();
    return {};
  }

  // Null for fewer than two pairs, NaN where one side does not vary.
  Result<Column> emit(const AggregateSpec&, const EmitBatch& batch) const override {
    ResultColumn<double> out(TypeId::Float64, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    for (int64_t i = 0; i < batch.rows; i++) {
      const auto& state = batch.state<CorrelationState>(i);
      if (state.count < 2) {
        out.set_null(i);
        continue;
      }
      const double value = state.products / spread(state.squares_x, state.squares_y);
      out.set(i, value != value ? value : std::clamp(value, -1.0, 1.0));
    }
    return out.finish();
  }
};

}  // namespace

std::unique_ptr<StateFamily> make_correlation() { return std::make_unique<CorrelationFamily>(); }

}  // namespace millrace::agg
