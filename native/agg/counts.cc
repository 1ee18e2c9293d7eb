// size and count: rows, and rows whose argument is not null.
#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"

namespace millrace::agg {

namespace {

struct CountState {
  int64_t rows;
  void merge(const CountState& other) { rows += other.rows; }
};

template <bool kOnlyValid>
class CountFamily final : public StateFamily {
 public:
  size_t state_bytes() const override { return sizeof(CountState); }
  void init(uint8_t* state) const override { *reinterpret_cast<CountState*>(state) = {0}; }

  SumKind sum_kind() const override { return kOnlyValid ? SumKind::None : SumKind::Rows; }

  Status update(const UpdateBatch& batch) const override {
    const uint64_t* validity = kOnlyValid ? batch.argument->validity : nullptr;
    if (!validity && batch.runs.count) {
      for (uint32_t run = 0; run < batch.runs.count; run++) {
        const uint32_t begin = batch.runs.starts[run];
        batch.state<CountState>(batch.slots[begin]).rows += batch.runs.starts[run + 1] - begin;
      }
      return {};
    }
    for_each_valid(validity, batch.rows, [&](uint32_t row) { batch.state<CountState>(batch.slots[row]).rows++; });
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    batch.merge_states<CountState>();
    return {};
  }

  Result<Column> emit(const AggregateSpec&, const EmitBatch& batch) const override {
    ResultColumn<int64_t> out(TypeId::Int64, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    for (int64_t i = 0; i < batch.rows; i++) out.set(i, batch.state<CountState>(i).rows);
    return out.finish();
  }
};

}  // namespace

std::unique_ptr<StateFamily> make_row_count() { return std::make_unique<CountFamily<false>>(); }
std::unique_ptr<StateFamily> make_valid_count() { return std::make_unique<CountFamily<true>>(); }

}  // namespace millrace::agg
