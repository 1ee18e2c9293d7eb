// The groups of a whole query: the keys of all locals, and the merged states of the strips that count.
#pragma once
#include "agg/group_keys.h"
#include "agg/local_aggregation.h"
#include "agg/strip.h"

namespace millrace::agg {

class GlobalGroups final : public GlobalAggregation {
 public:
  GlobalGroups(AggregationSpec spec, StateLayout layout, MemoryBudget* budget);

  std::unique_ptr<LocalAggregation> make_local() override;
  Status register_strip(StripState& strip) override;
  Status merge(std::unique_ptr<StripState> strip) override;
  Result<Frame> finish(Workers& workers) override;
  // For one thread that sees all rows, of about so many groups: instead of make_local(), and of all else behind it.
  std::unique_ptr<LocalGroups> make_only_local(int64_t expected_groups);
  Result<Frame> finish_with(std::unique_ptr<LocalGroups> local, Workers& workers);
  int64_t group_count() const override { return static_cast<int64_t>(groups_.size()); }

 private:
  Status translate_groups(const Strip& strip, PodVector<uint32_t>& into_slots) const;
  bool can_adopt(const Strip& strip, const uint32_t* into_slots, uint32_t count) const;
  Status merge_domain(Strip& strip);
  Status list_places();
  Result<std::vector<Column>> ordered_keys();
  Status walk_domain();
  Status sort_groups();

  const AggregationSpec spec_;
  const StateLayout layout_;
  MemoryBudget* const budget_;
  SpareStates spares_;
  GroupKeys keys_;
  GroupStates states_;                             // a slot is a group
  bool whole_domain_ = false;                      // some strip had states of all places: they tell which are groups
  std::vector<PodVector<uint32_t>> global_group_;  // by local, by local group
  // Discarded strips leave keys behind: only groups that a merged strip touched are groups of the result.
  PodVector<uint8_t> touched_;
  PodVector<uint32_t> groups_;  // touched ones, by first merge
};

}  // namespace millrace::agg
