// One thread's group table and the states of its current strip.
//
// The table lives on from strip to strip, so a strip's slots can be laid out in two ways. Slots are groups: no step
// between, but every strip pays for every group that the table has ever seen. Slots by appearance: one more load a row,
// but a strip costs only what it touches. The first suits a strip with many rows a group, the second the rest.
#pragma once
#include "agg/group_keys.h"
#include "agg/row_selection.h"
#include "agg/spare_states.h"
#include "agg/strip.h"

namespace millrace::agg {

class LocalGroups final : public LocalAggregation {
 public:
  // `spec`, `layout` and `spares` outlive this.
  LocalGroups(uint32_t id, const AggregationSpec& spec, const StateLayout& layout, MemoryBudget* budget,
              SpareStates& spares, int64_t expected_groups = 0);

  Status consume(const Vector* keys, const Vector* arguments, uint32_t rows) override;
  Result<std::unique_ptr<StripState>> take_strip() override;
  void discard_strip() override;
  // What a table has that was empty before its only strip: slots are groups, and all are touched.
  void release(GroupKeys& keys, GroupStates& states);

 private:
  void begin_strip();
  Status consume_selected(const Vector* keys, const Vector* arguments);
  Status update(const Vector* keys, const Vector* arguments, uint32_t rows);
  Status to_slots(uint32_t* groups, uint32_t rows);
  Status touch(const uint32_t* groups, uint32_t rows);
  Runs find_runs(const uint32_t* slots, uint32_t rows);
  Status export_new_keys(Strip& strip);
  Status export_touched(Strip& strip);
  void end_strip();

  const uint32_t id_;
  const AggregationSpec& spec_;
  const StateLayout& layout_;
  MemoryBudget* const budget_;
  SpareStates& spares_;
  GroupKeys keys_;
  uint32_t exported_groups_ = 0;
  RowSelection selection_;

  // The current strip.
  bool strip_open_ = false;
  GroupStates states_;
  bool slots_are_groups_ = true;
  bool all_touched_ = true;
  PodVector<uint8_t> touched_;  // by group, when slots are groups but not all touched
  size_t touched_groups_ = 0;   // when they were counted last
  int64_t rows_until_count_ = 0;
  PodVector<uint32_t> slot_of_group_;  // when slots go by appearance; kNoId outside the strip
  PodVector<uint32_t> group_of_slot_;
  int64_t strip_rows_ = 0;
  int64_t last_strip_rows_ = 0;
  uint32_t vectors_without_look_ = 0;
  uint32_t run_starts_[kVectorRows + 1];
};

}  // namespace millrace::agg
