// any and all of bools, nulls skipped.
#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"

namespace millrace::agg {

namespace {

struct SeenBools {
  uint64_t bits;  // bit 0: a false was seen, bit 1: a true
  void merge(const SeenBools& other) { bits |= other.bits; }
};

class AnyAllFamily final : public StateFamily {
 public:
  size_t state_bytes() const override { return sizeof(SeenBools); }
  void init(uint8_t* state) const override { *reinterpret_cast<SeenBools*>(state) = {0}; }

  Status update(const UpdateBatch& batch) const override {
    const auto* values = batch.argument->as<uint8_t>();
    for_each_valid(batch.argument->validity, batch.rows, [&](uint32_t row) {
      batch.state<SeenBools>(batch.slots[row]).bits |= uint64_t{1} << (values[row] & 1);
    });
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    batch.merge_states<SeenBools>();
    return {};
  }

  Result<Column> emit(const AggregateSpec& spec, const EmitBatch& batch) const override {
    ResultColumn<uint8_t> out(TypeId::Bool, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    for (int64_t i = 0; i < batch.rows; i++) {
      const uint64_t bits = batch.state<SeenBools>(i).bits;
      out.set(i, spec.function == Function::Any ? bits >> 1 & 1 : ~bits & 1);
    }
    return out.finish();
  }
};

}  // namespace

std::unique_ptr<StateFamily> make_any_all() { return std::make_unique<AnyAllFamily>(); }

}  // namespace millrace::agg
