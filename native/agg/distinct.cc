// nUnique, exact: the set of (slot, value) pairs, values as the dense ids of an encoder of their own. A strip brings
// its own encoder, so that a discarded strip leaves nothing behind; a merge encodes each of its values once.
#include <algorithm>

#include "agg/key_encoder.h"
#include "agg/result_column.h"
#include "agg/state_family.h"

namespace millrace::agg {

namespace {

struct DistinctState {
  int64_t count;
};

struct DistinctSide final : StateSide {
  DistinctSide(TypeId type, const KeyOptions& options)
      : values(KeyEncoder::make(type, options)), found(options.budget, options.hash_mask), pairs(options.budget) {}

  // Adds pairs that may be known; calls on_new(slot) for those that are not. Precondition: count <= kLookupBlock.
  template <class F>
  Status add(const uint64_t* candidates, uint32_t count, F&& on_new) {
    uint32_t ids[kLookupBlock];
    if (!found.lookup(candidates, count, ids)) return {};
    MILLRACE_TRY(pairs.reserve_more(count));
    for (uint32_t i = 0; i < count; i++) {
      if (ids[i] != kNoId || found.find(candidates[i]) != kNoId) continue;
      MILLRACE_TRY(found.insert(candidates[i], 0));
      pairs.push_unchecked(candidates[i]);
      on_new(static_cast<uint32_t>(candidates[i] >> 32));
    }
    return {};
  }

  std::unique_ptr<KeyEncoder> values;
  WordTable found;
  PodVector<uint64_t> pairs;  // slot in the high half, value id in the low half
};

class DistinctFamily final : public StateFamily {
 public:
  DistinctFamily(TypeId type, uint64_t hash_mask) : type_(type), hash_mask_(hash_mask) {}

  size_t state_bytes() const override { return sizeof(DistinctState); }
  void init(uint8_t* state) const override { *reinterpret_cast<DistinctState*>(state) = {0}; }
  std::unique_ptr<StateSide> make_side(MemoryBudget* budget) const override {
    return std::make_unique<DistinctSide>(type_, KeyOptions{budget, hash_mask_});
  }

  Status update(const UpdateBatch& batch) const override {
    auto& side = static_cast<DistinctSide&>(*batch.side);
    uint32_t ids[kVectorRows];
    MILLRACE_TRY(side.values->encode(*batch.argument, batch.rows, ids));
    const auto count_new = [&](uint32_t slot) { batch.state<DistinctState>(slot).count++; };
    uint64_t candidates[kLookupBlock];
    uint32_t count = 0;
    for (uint32_t row = 0; row < batch.rows; row++) {
      if (!batch.argument->is_valid(row)) continue;
      candidates[count++] = uint64_t{batch.slots[row]} << 32 | ids[row];
      if (count < kLookupBlock) continue;
      MILLRACE_TRY(side.add(candidates, count, count_new));
      count = 0;
    }
    return side.add(candidates, count, count_new);
  }

  Status merge(const MergeBatch& batch) const override {
    auto& into = static_cast<DistinctSide&>(*batch.into_side);
    auto& from = static_cast<DistinctSide&>(*batch.from_side);
    PodVector<uint32_t> value_ids(from.pairs.budget());
    MILLRACE_TRY(translate(*from.values, *into.values, value_ids));
    const auto count_new = [&](uint32_t slot) {
      reinterpret_cast<DistinctState*>(batch.into + slot * batch.stride)->count++;
    };
    uint64_t candidates[kLookupBlock];
    for (size_t begin = 0; begin < from.pairs.size(); begin += kLookupBlock) {
      const auto count = static_cast<uint32_t>(std::min<size_t>(kLookupBlock, from.pairs.size() - begin));
      for (uint32_t i = 0; i < count; i++) {
        const uint64_t pair = from.pairs[begin + i];
        candidates[i] =
            uint64_t{batch.into_slot(static_cast<uint32_t>(pair >> 32))} << 32 | value_ids[static_cast<uint32_t>(pair)];
      }
      MILLRACE_TRY(into.add(candidates, count, count_new));
    }
    return {};
  }

  Result<Column> emit(const AggregateSpec&, const EmitBatch& batch) const override {
    ResultColumn<int64_t> out(TypeId::Int64, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    for (int64_t i = 0; i < batch.rows; i++) out.set(i, batch.state<DistinctState>(i).count);
    return out.finish();
  }

 private:
  static Status translate(const KeyEncoder& from, KeyEncoder& into, PodVector<uint32_t>& ids);

  const TypeId type_;
  const uint64_t hash_mask_;
};

// ids[i] = the id in `into` of value i of `from`.
Status DistinctFamily::translate(const KeyEncoder& from, KeyEncoder& into, PodVector<uint32_t>& ids) {
  MILLRACE_TRY(ids.resize(from.size()));
  for (uint32_t i = 0; i < from.size(); i++) ids[i] = i;
  Result<Column> values = from.gather(ids.data(), from.size(), ids.budget());
  if (!values.ok()) return values.take_status();
  return into.encode_column(values.value(), ids.data());
}

}  // namespace

std::unique_ptr<StateFamily> make_distinct(TypeId argument, uint64_t hash_mask) {
  return std::make_unique<DistinctFamily>(argument, hash_mask);
}

}  // namespace millrace::agg
