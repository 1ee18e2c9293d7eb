#include "agg/group_states.h"

#include <algorithm>
#include <cstring>

#include "agg/word_table.h"

namespace millrace::agg {

namespace {

// Rows updated together when the states outgrow the second-level cache: their states are fetched a block ahead.
constexpr uint32_t kUpdateBlock = 128;

Vector from_row(const Vector& vector, uint32_t begin) {
  Vector rest = vector;
  if (vector.data) rest.data = static_cast<const uint8_t*>(vector.data) + begin * type_width(vector.type);
  if (vector.codes) rest.codes = vector.codes + begin;
  if (vector.validity) rest.validity = vector.validity + begin / 64;
  return rest;
}

}  // namespace

GroupStates::GroupStates(const StateLayout& layout, MemoryBudget* budget) : rows_(budget) {
  for (const auto& member : layout.members()) sides_.push_back(member.family->make_side(budget));
}

Status GroupStates::grow(const StateLayout& layout, uint32_t slots) {
  if (slots <= slots_) return {};
  const size_t stride = layout.stride();
  MILLRACE_TRY(rows_.resize(slots * stride));
  // Doubling copies: a row at a time costs as much as a row of input does.
  const size_t begin = slots_ * stride;
  const size_t bytes = (slots - slots_) * stride;
  std::memcpy(rows_.data() + begin, layout.fresh_row(), stride);
  for (size_t done = stride; done < bytes;) {
    const size_t more = std::min(done, bytes - done);
    std::memcpy(rows_.data() + begin + done, rows_.data() + begin, more);
    done += more;
  }
  slots_ = slots;
  return {};
}

Status GroupStates::update(const StateLayout& layout, const uint32_t* slots, Runs runs, const Vector* arguments,
                           uint32_t rows) {
  const size_t stride = layout.stride();
  if (runs.count || slots_ * stride < kPrefetchBytes) return update_block(layout, slots, runs, arguments, 0, rows);
  for (uint32_t fetched = 0, begin = 0; begin < rows; begin += kUpdateBlock) {
    // Written out here: GCC takes a function that only prefetches for one without effect, and drops its calls.
    const uint32_t fetch_end = std::min(rows, begin + 2 * kUpdateBlock);
    for (; fetched < fetch_end; fetched++) prefetch(rows_.data() + slots[fetched] * stride);
    const uint32_t count = std::min(kUpdateBlock, rows - begin);
    MILLRACE_TRY(update_block(layout, slots + begin, runs, arguments, begin, count));
  }
  return {};
}

Status GroupStates::update_block(const StateLayout& layout, const uint32_t* slots, Runs runs, const Vector* arguments,
                                 uint32_t begin, uint32_t rows) {
  const bool fused = layout.fused().pays() && !runs.count && layout.fused().takes(arguments);
  if (fused) layout.fused().update(rows_.data(), layout.stride(), slots, arguments, begin, rows);
  for (size_t i = 0; i < layout.members().size(); i++) {
    const StateLayout::Member& member = layout.members()[i];
    if (fused && member.fused) continue;
    const Vector argument = from_row(arguments[member.feeds.front()], begin);
    const Vector second = from_row(arguments[member.feeds.back()], begin);
    const UpdateBatch batch{states_at(member.offset), layout.stride(), slots, rows, runs, &argument, &second,
                            sides_[i].get()};
    MILLRACE_TRY(member.family->update(batch));
  }
  return {};
}

Status GroupStates::merge(const StateLayout& layout, GroupStates& from, const uint32_t* from_slots,
                          const uint32_t* into_slots, uint32_t count) {
  const bool fused = layout.fused().pays() && !from_slots && !into_slots;
  if (fused) layout.fused().merge(rows_.data(), from.rows_.data(), layout.stride(), count);
  for (size_t i = 0; i < layout.members().size(); i++) {
    const StateLayout::Member& member = layout.members()[i];
    if (fused && member.fused) continue;
    const MergeBatch batch{
        states_at(member.offset), from.states_at(member.offset), layout.stride(), from_slots, into_slots, count,
        sides_[i].get(),          from.sides_[i].get()};
    MILLRACE_TRY(member.family->merge(batch));
  }
  return {};
}

Result<Column> GroupStates::emit(const StateLayout& layout, size_t aggregate, const AggregateSpec& spec,
                                 const uint32_t* slots, int64_t rows, MemoryBudget* budget, Workers& workers) const {
  const StateLayout::Member& member = layout.member_of(aggregate);
  const EmitBatch batch{states_at(member.offset),
                        layout.stride(),
                        slots,
                        rows,
                        sides_[layout.side_of(aggregate)].get(),
                        budget,
                        &workers,
                        layout.row_counts() ? states_at(layout.row_counts()->offset) : nullptr};
  return member.family->emit(spec, batch);
}

}  // namespace millrace::agg
