// first and last of fixed-width values, by row order: the strips are merged in that order too. Values are copied and
// never looked at, so types of one width share their code.
#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"

namespace millrace::agg {

namespace {

enum class Seen : uint64_t { Nothing, Null, Value };

template <class T>
struct PickState {
  Seen seen;
  T value;
};

template <class T, bool kFirst>
class FirstLastFamily final : public StateFamily {
 public:
  using State = PickState<T>;

  FirstLastFamily(TypeId type, bool skip_nulls) : type_(type), skip_nulls_(skip_nulls) {}
  size_t state_bytes() const override { return sizeof(State); }
  void init(uint8_t* state) const override { *reinterpret_cast<State*>(state) = {Seen::Nothing, T{}}; }

  Status update(const UpdateBatch& batch) const override {
    const T* values = batch.argument->as<T>();
    if (skip_nulls_ || !batch.argument->validity) {
      for_each_valid(batch.argument->validity, batch.rows, [&](uint32_t row) {
        take(batch.state<State>(batch.slots[row]), {Seen::Value, values[row]});
      });
      return {};
    }
    for (uint32_t row = 0; row < batch.rows; row++) {
      const Seen seen = batch.argument->is_valid(row) ? Seen::Value : Seen::Null;
      take(batch.state<State>(batch.slots[row]), {seen, values[row]});
    }
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    return batch.for_each_slot([&](uint32_t into, uint32_t from) {
      const auto& later = *reinterpret_cast<const State*>(batch.from + from * batch.stride);
      if (later.seen != Seen::Nothing) take(*reinterpret_cast<State*>(batch.into + into * batch.stride), later);
      return Status();
    });
  }

  Result<Column> emit(const AggregateSpec&, const EmitBatch& batch) const override {
    ResultColumn<T> out(type_, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    for (int64_t i = 0; i < batch.rows; i++) {
      const auto& state = batch.state<State>(i);
      if (state.seen == Seen::Value) {
        out.set(i, state.value);
      } else {
        out.set_null(i);
      }
    }
    return out.finish();
  }

 private:
  static void take(State& state, const State& later) {
    if (!kFirst || state.seen == Seen::Nothing) state = later;
  }

  const TypeId type_;
  const bool skip_nulls_;
};

}  // namespace

std::unique_ptr<StateFamily> make_first_last(const AggregateSpec& spec) {
  const auto make = [&](auto bits) -> std::unique_ptr<StateFamily> {
    using Bits = decltype(bits);
    if (spec.function == Function::First) {
      return std::make_unique<FirstLastFamily<Bits, true>>(spec.argument, spec.skip_nulls);
    }
    return std::make_unique<FirstLastFamily<Bits, false>>(spec.argument, spec.skip_nulls);
  };
  switch (type_width(spec.argument)) {
    case 1: return make(uint8_t{});
    case 2: return make(uint16_t{});
    case 4: return make(uint32_t{});
    default: return make(uint64_t{});
  }
}

}  // namespace millrace::agg
