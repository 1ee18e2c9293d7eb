// median and quantile, exact: every value is collected with its slot. A merge only renames the slots; the values are
// brought together by group at the end, and a selection finds the two neighbours of the wanted rank, both on all
// threads. The order of a group's values is that of the input either way, so that equal zeros of both signs repeat too.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "agg/result_column.h"
#include "agg/select_rank.h"
#include "agg/state_family.h"
#include "agg/valid_rows.h"
#include "column/visit_fixed.h"

namespace millrace::agg {

namespace {

// So many groups are selected in one task: enough to be worth handing out.
constexpr size_t kGroupsPerTask = 64;
// The places of values, 8 bytes each, stay this much fewer than the values; else fewer stretches are scattered.
constexpr size_t kValuesPerPlace = 8;

// Collected in blocks, so that no value moves when there are more; whole huge pages each, less the buffers' padding.
constexpr size_t kBlockValues = (size_t{4} << 20) / sizeof(double) - 16;
constexpr size_t kFirstValues = 1024;

struct Block {
  PodVector<uint32_t> slots;
  PodVector<double> values;

  Status reserve(size_t count) {
    MILLRACE_TRY(slots.reserve(count));
    return values.reserve(count);
  }
};

struct CountState {
  int64_t count;
  void merge(const CountState& other) { count += other.count; }
};

struct CollectedSide final : StateSide {
  explicit CollectedSide(MemoryBudget* memory_budget) : budget(memory_budget) {}

  MemoryBudget* budget;
  std::vector<Block> blocks;  // in the order of the input

  // In the last block.
  Status make_room(size_t values) {
    if (blocks.empty() || blocks.back().slots.size() + values > kBlockValues) {
      const bool first = blocks.empty();
      Block block{PodVector<uint32_t>(budget), PodVector<double>(budget)};
      MILLRACE_TRY(block.reserve(first ? std::max(values, kFirstValues) : kBlockValues));
      blocks.push_back(std::move(block));
    }
    Block& block = blocks.back();
    const size_t wanted = block.slots.size() + values;
    if (wanted <= block.values.capacity()) return {};
    return block.reserve(wanted > kBlockValues / 8 ? kBlockValues : 2 * wanted);
  }
};

bool any_nan(const double* values, size_t count) {
  bool found = false;
  for (size_t i = 0; i < count; i++) found |= values[i] != values[i];
  return found;
}

// Linear interpolation between the neighbours of rank (count - 1) * quantile. NaN if any value is.
double quantile_of(double* values, double* scratch, size_t count, double quantile) {
  if (any_nan(values, count)) return std::numeric_limits<double>::quiet_NaN();
  const double rank = static_cast<double>(count - 1) * quantile;
  const auto below = static_cast<size_t>(rank);
  const RankPair found = select_rank(values, scratch, count, below);
  const double part = rank - static_cast<double>(below);
  // Equal neighbours, two infinities among them, leave nothing to interpolate.
  if (part == 0 || found.value == found.next) return found.value;
  return found.value * (1 - part) + found.next * part;
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
    MILLRACE_TRY(side.make_room(batch.rows));
    Block* const block = &side.blocks.back();
    visit_fixed(batch.argument->type, [&](auto tag) {
      const auto* values = batch.argument->as<decltype(tag)>();
      for_each_valid(batch.argument->validity, batch.rows, [&](uint32_t row) {
        block->slots.push_unchecked(batch.slots[row]);
        block->values.push_unchecked(static_cast<double>(values[row]));
        batch.state<CountState>(batch.slots[row]).count++;
      });
    });
    return {};
  }

  Status merge(const MergeBatch& batch) const override {
    auto& into = static_cast<CollectedSide&>(*batch.into_side);
    auto& from = static_cast<CollectedSide&>(*batch.from_side);
    for (Block& block : from.blocks) {
      for (uint32_t& slot : block.slots) slot = batch.into_slot(slot);
      into.blocks.push_back(std::move(block));
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
    std::vector<PodVector<double>> scratch;  // by worker, for the largest group that it met
    for (size_t slot = 0; slot < batch.workers->slots(); slot++) scratch.emplace_back(batch.budget);
    MILLRACE_TRY(batch.workers->run(pieces_of(rows, kGroupsPerTask), [&](size_t task, uint32_t worker) -> Status {
      MILLRACE_TRY(batch.workers->check());
      const auto end = static_cast<int64_t>(std::min(rows, (task + 1) * kGroupsPerTask));
      for (auto i = static_cast<int64_t>(task * kGroupsPerTask); i < end; i++) {
        const auto count = static_cast<size_t>(batch.state<CountState>(i).count);
        if (count == 0) continue;
        MILLRACE_TRY(scratch[worker].resize(count));
        double* of_group = values.data() + (static_cast<size_t>(ends[batch.slots[i]]) - count);
        out.set(i, quantile_of(of_group, scratch[worker].data(), count, quantile));
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

// Counting sort: the values of a slot end up together, before ends[slot], those of earlier blocks first. Blocks are
// dealt out in stretches; each knows where its values of each slot go, so they are scattered side by side.
Status QuantileFamily::gather(const EmitBatch& batch, PodVector<double>& values, PodVector<int64_t>& ends) {
  const std::vector<Block>& blocks = static_cast<const CollectedSide&>(*batch.side).blocks;
  uint32_t slots = 0;
  for (int64_t i = 0; i < batch.rows; i++) slots = std::max(slots, batch.slots[i] + 1);
  MILLRACE_TRY(ends.resize_fill(slots, 0));
  int64_t total = 0;
  for (int64_t i = 0; i < batch.rows; i++) {
    ends[batch.slots[i]] = total;
    total += batch.state<CountState>(i).count;
  }
  MILLRACE_TRY(values.resize(static_cast<size_t>(total)));
  const size_t most_places = static_cast<size_t>(total) / kValuesPerPlace;
  const size_t workers = batch.workers->slots();
  const size_t stretches = std::min({blocks.size(), workers > 1 ? 2 * workers : 1, most_places / std::max(slots, 1u)});
  const auto for_each_block = [&](size_t stretch, auto&& visit) {
    const size_t end = (stretch + 1) * blocks.size() / std::max<size_t>(stretches, 1);
    for (size_t b = stretch * blocks.size() / std::max<size_t>(stretches, 1); b < end; b++) visit(blocks[b]);
  };
  const auto scatter = [&](size_t stretch, int64_t* places) {
    for_each_block(stretch, [&](const Block& block) {
      for (size_t i = 0; i < block.slots.size(); i++) {
        values[static_cast<size_t>(places[block.slots[i]]++)] = block.values[i];
      }
    });
  };
  if (stretches < 2) {
    scatter(0, ends.data());
    return {};
  }
  PodVector<int64_t> places(batch.budget);
  MILLRACE_TRY(places.resize_fill(stretches * slots, 0));
  MILLRACE_TRY(batch.workers->run(stretches, [&](size_t stretch, uint32_t) -> Status {
    int64_t* counts = places.data() + stretch * slots;
    for_each_block(stretch, [counts](const Block& block) {
      for (const uint32_t slot : block.slots) counts[slot]++;
    });
    return {};
  }));
  for (size_t stretch = 0; stretch < stretches; stretch++) {
    int64_t* counts = places.data() + stretch * slots;
    for (uint32_t slot = 0; slot < slots; slot++) ends[slot] += std::exchange(counts[slot], ends[slot]);
  }
  return batch.workers->run(stretches, [&](size_t stretch, uint32_t) -> Status {
    scatter(stretch, places.data() + stretch * slots);
    return {};
  });
}

}  // namespace

std::unique_ptr<StateFamily> make_quantiles() { return std::make_unique<QuantileFamily>(); }

}  // namespace millrace::agg
