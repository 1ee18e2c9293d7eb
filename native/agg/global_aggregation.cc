#include "agg/global_aggregation.h"

#include <algorithm>
#include <utility>

#include "agg/column_vectors.h"
#include "sort/argsort.h"

namespace millrace::agg {

GlobalGroups::GlobalGroups(AggregationSpec spec, StateLayout layout, MemoryBudget* budget)
    : spec_(std::move(spec)),
      layout_(std::move(layout)),
      budget_(budget),
      keys_(spec_.keys, {budget, spec_.hash_mask}, spec_.domain),
      states_(layout_, budget),
      touched_(budget),
      groups_(budget) {}

std::unique_ptr<LocalAggregation> GlobalGroups::make_local() {
  const auto id = static_cast<uint32_t>(global_group_.size());
  global_group_.emplace_back(budget_);
  return std::make_unique<LocalGroups>(id, spec_, layout_, budget_, spares_);
}

std::unique_ptr<LocalGroups> GlobalGroups::make_only_local(int64_t expected_groups) {
  return std::make_unique<LocalGroups>(0, spec_, layout_, budget_, spares_, expected_groups);
}

// Its groups are the query's, and have rows all of them.
Result<Frame> GlobalGroups::finish_with(std::unique_ptr<LocalGroups> local, Workers& workers) {
  local->release(keys_, states_);
  MILLRACE_TRY(groups_.resize(states_.slots()));
  for (uint32_t group = 0; group < groups_.size(); group++) groups_[group] = group;
  return finish(workers);
}

Status GlobalGroups::register_strip(StripState& state) {
  auto& strip = static_cast<Strip&>(state);
  if (spec_.keys.empty() || keys_.domain()) return {};
  PodVector<uint32_t>& map = global_group_[strip.local_id];
  const size_t known = map.size();
  MILLRACE_TRY(map.resize(known + strip.new_groups));
  const size_t most_rows = std::min<size_t>(strip.new_groups, kVectorRows);
  std::vector<StringRef> strings(strip.new_keys.size() * most_rows);
  std::vector<Vector> vectors(strip.new_keys.size());
  for (int64_t begin = 0; begin < strip.new_groups; begin += kVectorRows) {
    const uint32_t rows = rows_from(begin, strip.new_groups);
    for (size_t k = 0; k < vectors.size(); k++) {
      vectors[k] = vector_of(strip.new_keys[k], begin, rows, strings.data() + k * most_rows);
    }
    MILLRACE_TRY(keys_.encode(vectors.data(), rows, map.data() + known + begin));
  }
  strip.new_keys.clear();
  return {};
}

Status GlobalGroups::merge(std::unique_ptr<StripState> state) {
  auto& strip = static_cast<Strip&>(*state);
  if (strip.whole_domain) return merge_domain(strip);
  PodVector<uint32_t> translated(budget_);
  MILLRACE_TRY(translate_groups(strip, translated));
  const uint32_t* into_slots = translated.data();
  if (strip.slots_are_groups && !spec_.keys.empty()) {
    into_slots = keys_.domain() ? nullptr : global_group_[strip.local_id].data();
  }

  const uint32_t* touched = strip.all_touched || !strip.slots_are_groups ? nullptr : strip.touched.data();
  const auto count = touched ? static_cast<uint32_t>(strip.touched.size()) : strip.states.slots();
  MILLRACE_TRY(touched_.resize_fill(keys_.size(), 0));
  const bool adopt = can_adopt(strip, into_slots, count);
  const bool all_known = groups_.size() == touched_.size();
  if (!all_known) MILLRACE_TRY(groups_.reserve_more(count));
  for (uint32_t i = 0; !all_known && i < count; i++) {
    const uint32_t slot = touched ? touched[i] : i;
    const uint32_t group = into_slots ? into_slots[slot] : slot;
    if (!std::exchange(touched_[group], uint8_t{1})) groups_.push_unchecked(group);
  }
  if (adopt) {
    states_ = std::move(strip.states);
    return {};
  }
  MILLRACE_TRY(states_.grow(layout_, keys_.size()));
  return states_.merge(layout_, strip.states, touched, into_slots, count);
}

// All places, whether they have rows or not: that costs less than to tell.
Status GlobalGroups::merge_domain(Strip& strip) {
  whole_domain_ = true;
  if (strip.states.slots() == 0) return {};
  if (!layout_.row_counts()) {
    MILLRACE_TRY(touched_.resize_fill(keys_.size(), 0));
    for (size_t place = 0; place < touched_.size(); place++) touched_[place] |= strip.has_rows[place];
  }
  if (states_.slots() == 0) {
    states_ = std::move(strip.states);
    return {};
  }
  MILLRACE_TRY(states_.merge(layout_, strip.states, nullptr, nullptr, strip.states.slots()));
  strip.states.clear();
  spares_.give(std::move(strip.states));
  return {};
}

// The groups of a whole domain.
Status GlobalGroups::list_places() {
  MILLRACE_TRY(touched_.resize_fill(keys_.size(), 0));
  MILLRACE_TRY(groups_.reserve(keys_.size()));
  groups_.clear();
  for (uint32_t place = 0; place < states_.slots(); place++) {
    if (layout_.row_counts()) touched_[place] = states_.rows_of(layout_, place) > 0;
    if (touched_[place]) groups_.push_unchecked(place);
  }
  return {};
}

// By slot of a strip whose slots go by appearance, or of a strip without keys: the global group.
Status GlobalGroups::translate_groups(const Strip& strip, PodVector<uint32_t>& into_slots) const {
  if (spec_.keys.empty()) return into_slots.push(0);
  if (strip.slots_are_groups) return {};
  if (keys_.domain()) return into_slots.append(strip.groups.data(), strip.groups.size());
  const PodVector<uint32_t>& map = global_group_[strip.local_id];
  MILLRACE_TRY(into_slots.reserve(strip.groups.size()));
  for (const uint32_t group : strip.groups) into_slots.push_unchecked(map[group]);
  return {};
}

// The first strip's states become the query's as they are, when its slots are already the global groups.
bool GlobalGroups::can_adopt(const Strip& strip, const uint32_t* into_slots, uint32_t count) const {
  if (states_.slots() != 0) return false;
  if (!into_slots) return strip.states.slots() == keys_.size();
  if (strip.states.slots() != count) return false;
  for (uint32_t i = 0; i < count; i++) {
    if (into_slots[i] != i) return false;
  }
  return true;
}

Result<Frame> GlobalGroups::finish(Workers& workers) {
  global_group_.clear();
  if (whole_domain_) MILLRACE_TRY(list_places());
  if (spec_.keys.empty() && groups_.empty()) MILLRACE_TRY(groups_.push(0));
  MILLRACE_TRY(states_.grow(layout_, keys_.size()));
  auto keys = ordered_keys();
  if (!keys.ok()) return keys.take_status();
  Frame frame;
  frame.rows = group_count();
  frame.schema = spec_.keys;
  frame.columns = keys.take();
  for (size_t i = 0; i < spec_.aggregates.size(); i++) {
    const AggregateSpec& aggregate = spec_.aggregates[i];
    if (aggregate.function == Function::Second) continue;
    auto column = states_.emit(layout_, i, aggregate, groups_.data(), frame.rows, budget_, workers);
    if (!column.ok()) return column.take_status();
    frame.columns.push_back(column.take());
    frame.schema.push_back(result_field(aggregate).take());
  }
  return frame;
}

// Brings groups_ into the order of the result and returns its key columns.
Result<std::vector<Column>> GlobalGroups::ordered_keys() {
  if (spec_.order == Order::Key && !spec_.keys.empty() && groups_.size() > 1) {
    MILLRACE_TRY(keys_.domain() ? walk_domain() : sort_groups());
  }
  return keys_.gather(groups_.data(), group_count(), budget_);
}

// Keys of a domain have their order before any row is seen.
Status GlobalGroups::walk_domain() {
  auto places = keys_.domain()->ordered(budget_);
  MILLRACE_TRY(places);
  groups_.clear();
  for (const uint32_t place : places.value()) {
    if (touched_[place]) groups_.push_unchecked(place);
  }
  return {};
}

Status GlobalGroups::sort_groups() {
  auto unordered = keys_.gather(groups_.data(), group_count(), budget_);
  if (!unordered.ok()) return unordered.take_status();
  std::vector<const Column*> columns;
  for (const Column& column : unordered.value()) columns.push_back(&column);
  PodVector<int64_t> order(budget_);
  MILLRACE_TRY(sort::argsort(columns, group_count(), order));
  PodVector<uint32_t> sorted(budget_);
  MILLRACE_TRY(sorted.reserve(order.size()));
  for (const int64_t row : order) sorted.push_unchecked(groups_[static_cast<size_t>(row)]);
  std::swap(groups_, sorted);
  return {};
}

}  // namespace millrace::agg
