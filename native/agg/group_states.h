// The states of many groups: of one strip, or of the whole query.
#pragma once
#include <memory>
#include <vector>

#include "agg/state_layout.h"

namespace millrace::agg {

class GroupStates {
 public:
  GroupStates() = default;
  GroupStates(const StateLayout& layout, MemoryBudget* budget);

  uint32_t slots() const { return slots_; }
  // Forgets the slots and keeps their memory. Precondition: the layout is flat.
  void clear() {
    rows_.clear();
    slots_ = 0;
  }
  // Precondition: the layout counts rows.
  int64_t rows_of(const StateLayout& layout, uint32_t slot) const {
    return *reinterpret_cast<const int64_t*>(rows_.data() + layout.row_counts()->offset + slot * layout.stride());
  }
  // Adds fresh slots up to `slots` in all.
  Status grow(const StateLayout& layout, uint32_t slots);
  // Precondition: every slot of `slots` exists. `arguments` by aggregate.
  Status update(const StateLayout& layout, const uint32_t* slots, Runs runs, const Vector* arguments, uint32_t rows);
  // Adds the `count` slots of `from` that from_slots lists (null: the first ones) to slots into_slots[from slot] here
  // (null: to the same).
  Status merge(const StateLayout& layout, GroupStates& from, const uint32_t* from_slots, const uint32_t* into_slots,
               uint32_t count);
  Result<Column> emit(const StateLayout& layout, size_t aggregate, const AggregateSpec& spec, const uint32_t* slots,
                      int64_t rows, MemoryBudget* budget, Workers& workers) const;

 private:
  // What lies at `offset` of slot 0; null where there is no slot.
  uint8_t* states_at(size_t offset) { return rows_.empty() ? nullptr : rows_.data() + offset; }
  const uint8_t* states_at(size_t offset) const { return rows_.empty() ? nullptr : rows_.data() + offset; }
  Status update_block(const StateLayout& layout, const uint32_t* slots, Runs runs, const Vector* arguments,
                      uint32_t begin, uint32_t rows);

  PodVector<uint8_t> rows_;
  uint32_t slots_ = 0;
  std::vector<std::unique_ptr<StateSide>> sides_;  // by layout member
};

}  // namespace millrace::agg
