// The state of aggregates over one argument. A family is immutable and shared by all threads; the states lie outside,
// in GroupStates: a fixed-size piece in the row of each slot, and what does not fit there (strings, collected values)
// in a StateSide. A slot is the place of a group in one GroupStates.
#pragma once
#include <memory>
#include <vector>

#include "agg/aggregation.h"

namespace millrace::agg {

// Unbounded state of one family in one GroupStates. Owns its memory.
struct StateSide {
  virtual ~StateSide() = default;
};

// Maximal stretches of rows with one slot: runs[0] = 0, runs[count] = rows. count 0: too many to be worth it.
struct Runs {
  const uint32_t* starts = nullptr;
  uint32_t count = 0;
};

struct UpdateBatch {
  uint8_t* states;        // this family's piece in slot 0
  size_t stride;          // bytes from one slot to the next
  const uint32_t* slots;  // by row
  uint32_t rows;          // <= kVectorRows
  Runs runs;
  const Vector* argument;
  const Vector* second;  // Corr: the other argument
  StateSide* side;

  template <class State>
  State& state(uint32_t slot) const {
    return *reinterpret_cast<State*>(states + slot * stride);
  }
};

struct MergeBatch {
  uint8_t* into;  // this family's pieces in slot 0 on both sides
  const uint8_t* from;
  size_t stride;
  const uint32_t* from_slots;  // the slots that have rows, or null for [0, count)
  const uint32_t* into_slots;  // by from slot, or null where they are the same
  uint32_t count;
  StateSide* into_side;
  StateSide* from_side;  // may be robbed

  uint32_t into_slot(uint32_t slot) const { return into_slots ? into_slots[slot] : slot; }
  // Calls f(into slot, from slot) for every slot that has rows.
  template <class F>
  Status for_each_slot(F&& f) const {
    for (uint32_t i = 0; i < count; i++) {
      const uint32_t slot = from_slots ? from_slots[i] : i;
      MILLRACE_TRY(f(into_slot(slot), slot));
    }
    return {};
  }
  template <class State>
  void merge_states() const {
    const size_t step = stride;
    for (uint32_t i = 0; !from_slots && !into_slots && i < count; i++) {
      reinterpret_cast<State*>(into + i * step)->merge(*reinterpret_cast<const State*>(from + i * step));
    }
    for (uint32_t i = 0; (from_slots || into_slots) && i < count; i++) {
      const uint32_t slot = from_slots ? from_slots[i] : i;
      reinterpret_cast<State*>(into + into_slot(slot) * step)
          ->merge(*reinterpret_cast<const State*>(from + slot * step));
    }
  }
};

struct EmitBatch {
  const uint8_t* states;
  size_t stride;
  const uint32_t* slots;  // by output row
  int64_t rows;
  StateSide* side;
  MemoryBudget* budget;
  Workers* workers;
  const uint8_t* row_counts;  // in slot 0; null where the layout counts no rows

  template <class State>
  const State& state(int64_t row) const {
    return *reinterpret_cast<const State*>(states + slots[row] * stride);
  }
  int64_t rows_of(int64_t row) const { return *reinterpret_cast<const int64_t*>(row_counts + slots[row] * stride); }
};

// What updates a state that is nothing but a sum of eight bytes.
enum class SumKind : uint8_t { None, Rows, Int64, Double };

class StateFamily {
 public:
  virtual ~StateFamily() = default;
  // Bytes of the piece in a row, a multiple of 8, and its contents for a group without rows.
  virtual size_t state_bytes() const = 0;
  virtual void init(uint8_t* state) const = 0;
  // Null when the piece in the row is all there is.
  virtual std::unique_ptr<StateSide> make_side(MemoryBudget*) const { return nullptr; }
  virtual Status update(const UpdateBatch& batch) const = 0;
  // Not None: the piece is one number, to which update() adds 1 or the argument's value.
  virtual SumKind sum_kind() const { return SumKind::None; }
  virtual Status merge(const MergeBatch& batch) const = 0;
  virtual Result<Column> emit(const AggregateSpec& spec, const EmitBatch& batch) const = 0;
};

// One a folder file; see state_layout.cc for the choice.
std::unique_ptr<StateFamily> make_row_count();
std::unique_ptr<StateFamily> make_valid_count();
// `functions`: those of Sum, Mean, Count, Min, Max that share the argument of `first`.
std::unique_ptr<StateFamily> make_moments(const AggregateSpec& first, const std::vector<Function>& functions);
// Whether the moments of such an argument do without a count of their own, since all rows of a group count.
bool counts_by_rows(const AggregateSpec& spec);
std::unique_ptr<StateFamily> make_variance();
std::unique_ptr<StateFamily> make_first_last(const AggregateSpec& spec);
std::unique_ptr<StateFamily> make_string_pick(const AggregateSpec& spec);
std::unique_ptr<StateFamily> make_any_all();
std::unique_ptr<StateFamily> make_distinct(TypeId argument, uint64_t hash_mask);
std::unique_ptr<StateFamily> make_approximate_distinct();
std::unique_ptr<StateFamily> make_quantiles();
std::unique_ptr<StateFamily> make_correlation();

}  // namespace millrace::agg
