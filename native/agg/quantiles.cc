// median and quantile, exact: every value is collected with its slot. A merge only renames the slots; the values are
// brought together by group at the end, and a selection finds the two neighbours of the wanted rank, both on all
// threads. The order of a group's values is that of the input either way, so that equal zeros of both signs repeat too.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "agg/result_column.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"
#include "column/visit_fixed.h"

namespace millrace::agg {

namespace {

// So many groups are selected in one task: enough to be worth handing out.
constexpr size_t kGroupsPerTask = 64;
// The chunks' places, 8 bytes each, stay this much fewer than the values; else the scatter is not parted.
constexpr size_t kValuesPerPlace = 8;

struct Chunk {
  PodVector<uint32_t> slots;
  PodVector<double> values;
};

struct CountState {
  int64_t count;
  void merge(const CountState& other) { count += other.count; }
};

struct CollectedSide final : StateSide {
  explicit CollectedSide(MemoryBudget* memory_budget) : budget(memory_budget) {}

  MemoryBudget* budget;
  std::vector<Chunk> chunks;  // one in a strip
};

// Linear interpolation between the neighbours of rank (count - 1) * quantile. NaN if any value is.
double quantile_of(double* values, int64_t count, double quantile) {
  for (int64_t i = 0; i < count; i++) {
    if (values[i] != values[i]) return std::numeric_limits<double>::quiet_NaN();
  }
  const double rank = static_cast<double>(count - 1) * quantile;
  const auto below = static_cast<int64_t>(rank);
  std::nth_element(values, values + below, values + count);
  const double low = values[below];
  const double part = rank - static_cast<double>(below);
  if (part == 0) return low;
  const double high = *std::min_element(values + below + 1, values + count);
  // Equal neighbours, two infinities among them, leave nothing to interpolate.
  return low == high ? low : low * (1 - part) + high * part;
}

class QuantileFamily final : public StateFamily {
 public:
  size_t state_bytes() const override { return sizeof(CountState); }
  void init(uint8_t* state) const override { *reinterpret_cast<CountState*>(state) = {0}; }
  std::unique_ptr<StateSide> make_side(MemoryBudget* budget) const override {
    return std::make_unique<CollectedSide>(budget);
  }

  Status update(const UpdateBatch& batch) const override {
    auto& side = static_cast<CollectedSide&>(*batch.side);
    if (side.chunks.empty()) {
      side.chunks.push_back({PodVector<uint32_t>(side.budget), PodVector<double>(side.budget)});
    }
    Chunk& chunk = side.chunks.back();
    MILLRACE_TRY(chunk.slots.reserve_more(batch.rows));
    MILLRACE_TRY(chunk.values.reserve_more(batch.rows));
    visit_fixed(batch.argument->type, [&](auto tag) {
      const auto* values = batch.argument->as<decltype(tag)>();
      for_each_valid(batch.argument->validity, batch.rows, [&](uint32_t row) {
        chunk.slots.push_unchecked(batch.slots[row]);
        chunk.values.push_unchecked(static_cast<double>(values[row]));
        batch.state<CountState>(batch.slots[row]).count++;
      });
    });
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    auto& into = static_cast<CollectedSide&>(*batch.into_side);
    auto& from = static_cast<CollectedSide&>(*batch.from_side);
    for (Chunk& chunk : from.chunks) {
      for (uint32_t& slot : chunk.slots) slot = batch.into_slot(slot);
      into.chunks.push_back(std::move(chunk));
    }
    batch.merge_states<CountState>();
    return {};
  }

  Result<Column> emit(const AggregateSpec& spec, const EmitBatch& batch) const override {
    PodVector<double> values(batch.budget);
    PodVector<int64_t> ends(batch.budget);
    MILLRACE_TRY(gather(batch, values, ends));
    ResultColumn<double> out(TypeId::Float64, batch.rows, batch.budget);
    MILLRACE_TRY(out.reserve());
    const double quantile = spec.function == Function::Median ? 0.5 : spec.quantile;
    const auto rows = static_cast<size_t>(batch.rows);
    MILLRACE_TRY(batch.workers->run(pieces_of(rows, kGroupsPerTask), [&](size_t task, uint32_t) -> Status {
      MILLRACE_TRY(batch.workers->check());
      const auto end = static_cast<int64_t>(std::min(rows, (task + 1) * kGroupsPerTask));
      for (auto i = static_cast<int64_t>(task * kGroupsPerTask); i < end; i++) {
        const int64_t count = batch.state<CountState>(i).count;
        if (count) out.set(i, quantile_of(values.data() + (ends[batch.slots[i]] - count), count, quantile));
      }
      return {};
    }));
    // Groups share words of validity, so the tasks leave it alone.
    for (int64_t i = 0; i < batch.rows; i++) {
      if (batch.state<CountState>(i).count == 0) out.set_null(i);
    }
    return out.finish();
  }

 private:
  static Status gather(const EmitBatch& batch, PodVector<double>& values, PodVector<int64_t>& ends);
};

// Counting sort: the values of a slot end up together, before ends[slot], those of earlier chunks first. Each chunk
// knows where its values of each slot go, so the chunks are scattered side by side.
Status QuantileFamily::gather(const EmitBatch& batch, PodVector<double>& values, PodVector<int64_t>& ends) {
  const auto& side = static_cast<const CollectedSide&>(*batch.side);
  uint32_t slots = 0;
  for (int64_t i = 0; i < batch.rows; i++) slots = std::max(slots, batch.slots[i] + 1);
  MILLRACE_TRY(ends.resize_fill(slots, 0));
  int64_t total = 0;
  for (int64_t i = 0; i < batch.rows; i++) {
    ends[batch.slots[i]] = total;
    total += batch.state<CountState>(i).count;
  }
  MILLRACE_TRY(values.resize(static_cast<size_t>(total)));
  const auto scatter = [&](const Chunk& chunk, int64_t* places) {
    for (size_t i = 0; i < chunk.slots.size(); i++) {
      values[static_cast<size_t>(places[chunk.slots[i]]++)] = chunk.values[i];
    }
  };
  const size_t chunks = side.chunks.size();
  const auto most_places = static_cast<size_t>(total) / kValuesPerPlace;
  if (batch.workers->slots() == 1 || chunks < 2 || slots > most_places / chunks) {
    for (const Chunk& chunk : side.chunks) scatter(chunk, ends.data());
    return {};
  }
  PodVector<int64_t> places(batch.budget);
  MILLRACE_TRY(places.resize_fill(chunks * slots, 0));
  MILLRACE_TRY(batch.workers->run(chunks, [&](size_t c, uint32_t) -> Status {
    int64_t* counts = places.data() + c * slots;
    for (const uint32_t slot : side.chunks[c].slots) counts[slot]++;
    return {};
  }));
  for (size_t c = 0; c < chunks; c++) {
    int64_t* counts = places.data() + c * slots;
    for (uint32_t slot = 0; slot < slots; slot++) ends[slot] += std::exchange(counts[slot], ends[slot]);
  }
  return batch.workers->run(chunks, [&](size_t c, uint32_t) -> Status {
    scatter(side.chunks[c], places.data() + c * slots);
    return {};
  });
}

}  // namespace

std::unique_ptr<StateFamily> make_quantiles() { return std::make_unique<QuantileFamily>(); }

}  // namespace millrace::agg
