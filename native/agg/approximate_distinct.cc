// approxNUnique: HyperLogLog. A group keeps the hashes of its first few hundred values, which counts them exactly, and
// then 4,096 registers: the error is 1.6 % in the standard deviation (1.04 / sqrt(4096)). The estimate is Ertl's
// (2017), which needs no table and has no bias at the ends of its range. Hashes have no random seed: a result repeats
// everywhere, and two states of disjoint rows merge into just that of all.
#include <algorithm>
#include <bit>
#include <cmath>

#include "agg/key_hash.h"
#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"

namespace millrace::agg {

namespace {

constexpr HashSeed kSeed = {0x243f6a8885a308d3, 0x9e3779b97f4a7c15};
constexpr unsigned kIndexBits = 12;
constexpr unsigned kRankBits = 32 - kIndexBits;
constexpr uint32_t kRegisters = 1 << kIndexBits;
constexpr uint32_t kMostHashes = 256;
constexpr uint32_t kFirstRoom = 4;

struct SketchState {
  uint32_t at;     // in the side: of the hashes, or of the registers
  uint16_t count;  // of hashes
  uint8_t room;    // for hashes, as a power of two; 0: none yet
  uint8_t dense;
};

struct SketchSide final : StateSide {
  explicit SketchSide(MemoryBudget* budget) : hashes(budget), registers(budget) {}
  PodVector<uint32_t> hashes;    // blocks of groups; a block that was outgrown is left behind
  PodVector<uint8_t> registers;  // kRegisters for each group that has them

  Status add(SketchState& state, uint32_t hash) {
    if (state.dense) {
      raise(state, hash);
      return {};
    }
    const uint32_t* known = hashes.data() + state.at;
    bool found = false;
    for (uint32_t i = 0; i < state.count; i++) found |= known[i] == hash;
    if (found) return {};
    if (state.count == kMostHashes) {
      MILLRACE_TRY(make_dense(state));
      raise(state, hash);
      return {};
    }
    if (state.room == 0 || state.count == 1u << state.room) MILLRACE_TRY(grow(state));
    hashes[state.at + state.count++] = hash;
    return {};
  }

  Status make_dense(SketchState& state) {
    const size_t at = registers.size();
    MILLRACE_TRY(registers.resize_fill(at + kRegisters, 0));
    const SketchState sparse = state;
    state = {static_cast<uint32_t>(at / kRegisters), 0, 0, 1};
    for (uint32_t i = 0; i < sparse.count; i++) raise(state, hashes[sparse.at + i]);
    return {};
  }

  void raise(const SketchState& state, uint32_t hash) {
    uint8_t& value = registers_of(state)[hash >> kRankBits];
    const uint32_t rest = hash << kIndexBits;
    const auto rank = static_cast<uint8_t>(rest ? std::countl_zero(rest) + 1 : kRankBits + 1);
    value = std::max(value, rank);
  }

  uint8_t* registers_of(const SketchState& state) { return registers.data() + size_t{state.at} * kRegisters; }

 private:
  Status grow(SketchState& state) {
    const uint8_t room = state.room ? static_cast<uint8_t>(state.room + 1) : std::countr_zero(kFirstRoom);
    const size_t at = hashes.size();
    MILLRACE_TRY(hashes.resize(at + (size_t{1} << room)));
    std::copy_n(hashes.data() + state.at, state.count, hashes.data() + at);
    state.at = static_cast<uint32_t>(at);
    state.room = room;
    return {};
  }
};

// Sums of Ertl's estimator for registers that are 0 and for those that are full.
double sigma(double x) {
  if (x == 1) return HUGE_VAL;
  double sum = x;
  for (double y = 1, before = -1; sum != before; y += y) {
    x *= x;
    before = sum;
    sum += x * y;
  }
  return sum;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double sum = 1 - x;
  for (double y = 1, before = -1; sum != before;) {
    x = std::sqrt(x);
    before = sum;
    y /= 2;
    sum -= (1 - x) * (1 - x) * y;
  }
  return sum / 3;
}

int64_t estimate(const uint8_t* registers) {
  double counts[kRankBits + 2] = {};
  for (uint32_t i = 0; i < kRegisters; i++) counts[registers[i]]++;
  double z = kRegisters * tau(1 - counts[kRankBits + 1] / kRegisters);
  for (unsigned k = kRankBits; k >= 1; k--) z = (z + counts[k]) / 2;
  z += kRegisters * sigma(counts[0] / kRegisters);
  const double hashes = static_cast<double>(kRegisters) * kRegisters / (2 * std::log(2.0)) / z;
  // Of so many values some share a hash.
  constexpr double kHashes = 4294967296.0;
  return std::llround(hashes < kHashes * 0.99 ? -kHashes * std::log1p(-hashes / kHashes) : hashes);
}

class ApproximateDistinctFamily final : public StateFamily {
 public:
  size_t state_bytes() const override { return sizeof(SketchState); }
  void init(uint8_t* state) const override { *reinterpret_cast<SketchState*>(state) = {}; }
  std::unique_ptr<StateSide> make_side(MemoryBudget* budget) const override {
    return std::make_unique<SketchSide>(budget);
  }

  Status update(const UpdateBatch& batch) const override {
    auto& side = static_cast<SketchSide&>(*batch.side);
    uint64_t hashes[kVectorRows];
    hash_rows(batch.argument, 1, batch.rows, kSeed, hashes);
    for (uint32_t row = 0; row < batch.rows; row++) {
      if (!batch.argument->is_valid(row)) continue;
      MILLRACE_TRY(side.add(batch.state<SketchState>(batch.slots[row]), folded(hashes[row])));
    }
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    auto& into = static_cast<SketchSide&>(*batch.into_side);
    auto& from = static_cast<SketchSide&>(*batch.from_side);
    return batch.for_each_slot([&](uint32_t into_slot, uint32_t from_slot) -> Status {
      auto& state = *reinterpret_cast<SketchState*>(batch.into + into_slot * batch.stride);
      const auto& other = *reinterpret_cast<const SketchState*>(batch.from + from_slot * batch.stride);
      if (!other.dense) {
        for (uint32_t i = 0; i < other.count; i++) MILLRACE_TRY(into.add(state, from.hashes[other.at + i]));
        return {};
      }
      if (!state.dense) MILLRACE_TRY(into.make_dense(state));
      uint8_t* to = into.registers_of(state);
      const uint8_t* values = from.registers_of(other);
      for (uint32_t i = 0; i < kRegisters; i++) to[i] = std::max(to[i], values[i]);
      return {};
    });
  }

  Result<Column> emit(const AggregateSpec&, const EmitBatch& batch) const override {
    auto& side = static_cast<SketchSide&>(*batch.side);
    ResultColumn<int64_t> out(TypeId::Int64, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    for (int64_t i = 0; i < batch.rows; i++) {
      const auto& state = batch.state<SketchState>(i);
      out.set(i, state.dense ? estimate(side.registers_of(state)) : int64_t{state.count});
    }
    return out.finish();
  }

 private:
  // The hash of a value is good in its high bits, as products are.
  static uint32_t folded(uint64_t hash) { return static_cast<uint32_t>(multiply_fold(hash, kSeed.second) >> 32); }
};

}  // namespace

std::unique_ptr<StateFamily> make_approximate_distinct() { return std::make_unique<ApproximateDistinctFamily>(); }

}  // namespace millrace::agg
