#include "agg/local_aggregation.h"

#include <algorithm>
#include <utility>

namespace millrace::agg {

namespace {

// Clearing the states of so few groups is never worth avoiding.
constexpr int64_t kFewGroups = 4096;
// Runs of fewer rows than this on average gain nothing over row by row.
constexpr uint32_t kRowsPerRun = 16;
constexpr uint32_t kVectorsWithoutLook = 7;

}  // namespace

LocalGroups::LocalGroups(uint32_t id, const AggregationSpec& spec, const StateLayout& layout, MemoryBudget* budget,
                         SpareStates& spares, int64_t expected_groups)
    : id_(id),
      spec_(spec),
      layout_(layout),
      budget_(budget),
      spares_(spares),
      keys_(spec.keys, {budget, spec.hash_mask, expected_groups}, spec.domain),
      selection_(spec.keys.size() + spec.aggregates.size(), budget),
      touched_(budget),
      slot_of_group_(budget),
      group_of_slot_(budget) {}

Status LocalGroups::consume(const Vector* keys, const Vector* arguments, uint32_t rows) {
  if (rows == 0) return {};
  if (!strip_open_) begin_strip();
  if (spec_.drop_nulls && !selection_.select(keys, spec_.keys.size(), rows)) return consume_selected(keys, arguments);
  return update(keys, arguments, rows);
}

Status LocalGroups::consume_selected(const Vector* keys, const Vector* arguments) {
  if (selection_.rows() == 0) return {};
  std::vector<Vector> kept;
  MILLRACE_TRY(selection_.gather(keys, spec_.keys.size(), 0, kept));
  MILLRACE_TRY(selection_.gather(arguments, spec_.aggregates.size(), spec_.keys.size(), kept));
  return update(kept.data(), kept.data() + spec_.keys.size(), selection_.rows());
}

Status LocalGroups::update(const Vector* keys, const Vector* arguments, uint32_t rows) {
  uint32_t slots[kVectorRows];
  MILLRACE_TRY(keys_.encode(keys, rows, slots));
  if (slots_are_groups_) {
    MILLRACE_TRY(states_.grow(layout_, keys_.size()));
    if (!all_touched_) MILLRACE_TRY(touch(slots, rows));
  } else {
    MILLRACE_TRY(to_slots(slots, rows));
    MILLRACE_TRY(states_.grow(layout_, static_cast<uint32_t>(group_of_slot_.size())));
  }
  strip_rows_ += rows;
  return states_.update(layout_, slots, find_runs(slots, rows), arguments, rows);
}

void LocalGroups::begin_strip() {
  strip_open_ = true;
  strip_rows_ = 0;
  std::unique_ptr<GroupStates> spare = keys_.domain() ? spares_.take() : nullptr;
  states_ = spare ? std::move(*spare) : GroupStates(layout_, budget_);
  const int64_t groups = spec_.keys.empty() ? 0 : keys_.size();
  // In an empty table the groups come by appearance anyway, and all of them are touched.
  all_touched_ = groups == 0;
  const bool few = keys_.domain() || groups <= std::max(kFewGroups, last_strip_rows_ / 4);
  slots_are_groups_ = all_touched_ || (few && spec_.order != Order::First);
  rows_until_count_ = 0;
  vectors_without_look_ = 0;
}

// Once all groups are known to be touched there is nothing to do until there are more; they are counted now and then.
Status LocalGroups::touch(const uint32_t* groups, uint32_t rows) {
  if (layout_.row_counts()) return {};  // which tell it at the end
  MILLRACE_TRY(touched_.resize_fill(keys_.size(), 0));
  if (touched_groups_ == touched_.size()) return {};
  uint8_t* touched = touched_.data();
  for (uint32_t i = 0; i < rows; i++) touched[groups[i]] = 1;
  rows_until_count_ -= rows;
  if (rows_until_count_ > 0) return {};
  touched_groups_ = static_cast<size_t>(std::count(touched_.begin(), touched_.end(), uint8_t{1}));
  rows_until_count_ = static_cast<int64_t>(touched_.size()) * 4;
  return {};
}

// Groups to slots, in place.
Status LocalGroups::to_slots(uint32_t* groups, uint32_t rows) {
  MILLRACE_TRY(slot_of_group_.resize_fill(keys_.size(), kNoId));
  MILLRACE_TRY(group_of_slot_.reserve_more(rows));
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t& slot = slot_of_group_[groups[i]];
    if (slot == kNoId) {
      slot = static_cast<uint32_t>(group_of_slot_.size());
      group_of_slot_.push_unchecked(groups[i]);
    }
    groups[i] = slot;
  }
  return {};
}

// Where there are none, the next few vectors are taken at their word: a strip is mostly of one kind.
Runs LocalGroups::find_runs(const uint32_t* slots, uint32_t rows) {
  if (vectors_without_look_ > 0) {
    vectors_without_look_--;
    return {};
  }
  uint32_t changes = 0;
  for (uint32_t i = 1; i < rows; i++) changes += slots[i] != slots[i - 1];
  if (changes >= rows / kRowsPerRun) {
    vectors_without_look_ = kVectorsWithoutLook;
    return {};
  }
  uint32_t count = 0;
  run_starts_[count++] = 0;
  for (uint32_t i = 1; i < rows && count <= changes; i++) {
    if (slots[i] != slots[i - 1]) run_starts_[count++] = i;
  }
  run_starts_[count] = rows;
  return {run_starts_, count};
}

Result<std::unique_ptr<StripState>> LocalGroups::take_strip() {
  if (!strip_open_) begin_strip();
  auto strip = std::make_unique<Strip>();
  strip->local_id = id_;
  MILLRACE_TRY(export_new_keys(*strip));
  MILLRACE_TRY(export_touched(*strip));
  strip->states = std::move(states_);
  last_strip_rows_ = strip_rows_;
  exported_groups_ = keys_.size();
  end_strip();
  return std::unique_ptr<StripState>(std::move(strip));
}

Status LocalGroups::export_new_keys(Strip& strip) {
  if (spec_.keys.empty() || keys_.domain()) return {};
  const uint32_t groups_now = keys_.size();
  strip.new_groups = groups_now - exported_groups_;
  PodVector<uint32_t> groups(budget_);
  MILLRACE_TRY(groups.reserve(strip.new_groups));
  for (uint32_t group = exported_groups_; group < groups_now; group++) groups.push_unchecked(group);
  auto columns = keys_.gather(groups.data(), strip.new_groups, budget_);
  if (!columns.ok()) return columns.take_status();
  strip.new_keys = columns.take();
  return {};
}

Status LocalGroups::export_touched(Strip& strip) {
  strip.slots_are_groups = slots_are_groups_;
  strip.all_touched = all_touched_;
  strip.touched = PodVector<uint32_t>(budget_);
  strip.groups = PodVector<uint32_t>(budget_);
  if (!slots_are_groups_) return strip.groups.append(group_of_slot_.data(), group_of_slot_.size());
  if (all_touched_) return {};
  if (keys_.domain() && layout_.is_flat()) {
    strip.whole_domain = true;
    strip.has_rows = std::exchange(touched_, PodVector<uint8_t>(budget_));
    return {};
  }
  const auto groups = static_cast<uint32_t>(states_.slots());
  MILLRACE_TRY(strip.touched.reserve(groups));
  for (uint32_t group = 0; group < groups; group++) {
    const bool touched = layout_.row_counts() ? states_.rows_of(layout_, group) > 0 : touched_[group] != 0;
    if (touched) strip.touched.push_unchecked(group);
  }
  strip.all_touched = strip.touched.size() == groups;
  return {};
}

void LocalGroups::discard_strip() {
  states_ = GroupStates();
  end_strip();
}

void LocalGroups::release(GroupKeys& keys, GroupStates& states) {
  if (!strip_open_) begin_strip();
  keys = std::move(keys_);
  states = std::move(states_);
}

void LocalGroups::end_strip() {
  for (const uint32_t group : group_of_slot_) slot_of_group_[group] = kNoId;
  group_of_slot_.clear();
  touched_.clear();
  touched_groups_ = 0;
  strip_open_ = false;
}

}  // namespace millrace::agg
