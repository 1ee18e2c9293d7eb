// min, max, first and last of strings: each picks one string a group. The picked bytes are copied, since a string of
// the input lives no longer than its batch; a group's copy is overwritten in place as long as the next pick fits.
#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "agg/state_family.h"

namespace millrace::agg {

namespace {

enum class Seen : uint64_t { Nothing, Null, Value };

struct PickState {
  char* data;
  uint64_t size;
  uint64_t capacity;
  Seen seen;
  std::string_view view() const { return {data, size}; }
};

struct PickSide final : StateSide {
  explicit PickSide(MemoryBudget* memory_budget) : budget(memory_budget), arena(memory_budget) {}

  Status store(PickState& state, const char* data, uint64_t size) {
    if (size > state.capacity) {
      const uint64_t capacity = size <= 16 ? 16 : std::bit_ceil(size);
      char* copy = arena.allocate(capacity);
      if (!copy) return memory_limit_error(budget, capacity);
      state.data = copy;
      state.capacity = capacity;
    }
    if (size) std::memcpy(state.data, data, size);
    state.size = size;
    state.seen = Seen::Value;
    return {};
  }

  MemoryBudget* budget;
  Arena arena;
};

class StringPickFamily final : public StateFamily {
 public:
  explicit StringPickFamily(const AggregateSpec& spec)
      : function_(spec.function),
        type_(spec.argument),
        skip_nulls_(spec.skip_nulls || spec.function == Function::Min || spec.function == Function::Max) {}

  size_t state_bytes() const override { return sizeof(PickState); }
  void init(uint8_t* state) const override { *reinterpret_cast<PickState*>(state) = {nullptr, 0, 0, Seen::Nothing}; }
  std::unique_ptr<StateSide> make_side(MemoryBudget* budget) const override {
    return std::make_unique<PickSide>(budget);
  }

  Status update(const UpdateBatch& batch) const override {
    auto& side = static_cast<PickSide&>(*batch.side);
    const auto* strings = batch.argument->as<StringRef>();
    for (uint32_t row = 0; row < batch.rows; row++) {
      PickState& state = batch.state<PickState>(batch.slots[row]);
      if (!batch.argument->is_valid(row)) {
        if (!skip_nulls_) pick_null(state);
      } else if (picks(state, strings[row].view())) {
        MILLRACE_TRY(side.store(state, strings[row].data, strings[row].size));
      }
    }
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    auto& side = static_cast<PickSide&>(*batch.into_side);
    return batch.for_each_slot([&](uint32_t into_slot, uint32_t from_slot) -> Status {
      auto& into = *reinterpret_cast<PickState*>(batch.into + into_slot * batch.stride);
      const auto& from = *reinterpret_cast<const PickState*>(batch.from + from_slot * batch.stride);
      if (from.seen == Seen::Null) pick_null(into);
      if (from.seen == Seen::Value && picks(into, from.view())) return side.store(into, from.data, from.size);
      return {};
    });
  }

  Result<Column> emit(const AggregateSpec&, const EmitBatch& batch) const override {
    static constexpr char kNothing[kStringPadding] = {};
    ColumnBuilder builder(type_, batch.budget);
    StringRef strings[kVectorRows];
    uint64_t validity[kValidityWords];
    for (int64_t begin = 0; begin < batch.rows; begin += kVectorRows) {
      const auto rows = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, batch.rows - begin));
      std::memset(validity, 0, sizeof(validity));
      for (uint32_t i = 0; i < rows; i++) {
        const auto& state = batch.state<PickState>(begin + i);
        const bool valid = state.seen == Seen::Value;
        strings[i] = valid && state.size ? StringRef{state.data, state.size} : StringRef{kNothing, 0};
        validity[i / 64] |= uint64_t{valid} << (i % 64);
      }
      MILLRACE_TRY(builder.append(Vector{type_, strings, validity, nullptr, nullptr}, rows));
    }
    return builder.finish();
  }

 private:
  bool picks(const PickState& state, std::string_view next) const {
    if (state.seen == Seen::Nothing || function_ == Function::Last) return true;
    if (function_ == Function::First) return false;
    return function_ == Function::Min ? next < state.view() : next > state.view();
  }
  void pick_null(PickState& state) const {
    if (state.seen == Seen::Nothing || function_ == Function::Last) state.seen = Seen::Null;
  }

  const Function function_;
  const TypeId type_;
  const bool skip_nulls_;
};

}  // namespace

std::unique_ptr<StateFamily> make_string_pick(const AggregateSpec& spec) {
  return std::make_unique<StringPickFamily>(spec);
}

}  // namespace millrace::agg
