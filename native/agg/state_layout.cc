#include "agg/state_layout.h"

#include <bit>

namespace millrace::agg {

namespace {

using Kind = StateLayout::Kind;

Kind kind_of(const AggregateSpec& spec) {
  switch (spec.function) {
    case Function::Size: return Kind::Rows;
    case Function::Count: return is_string(spec.argument) ? Kind::ValidCount : Kind::Moments;
    case Function::Sum:
    case Function::Mean: return Kind::Moments;
    case Function::Min:
    case Function::Max: return is_string(spec.argument) ? Kind::StringPick : Kind::Moments;
    case Function::Std:
    case Function::Var: return Kind::Variance;
    case Function::First:
    case Function::Last: return is_string(spec.argument) ? Kind::StringPick : Kind::FirstLast;
    case Function::NUnique: return Kind::Distinct;
    case Function::ApproxNUnique: return Kind::ApproximateDistinct;
    case Function::Median:
    case Function::Quantile: return Kind::Quantiles;
    case Function::Any:
    case Function::All: return Kind::AnyAll;
    case Function::Corr:
    case Function::Second: return Kind::Correlation;
  }
  return Kind::Rows;
}

// A pick keeps one value, and a correlation is of two columns, so each of these needs its own.
bool shares(Kind kind) { return kind != Kind::FirstLast && kind != Kind::StringPick && kind != Kind::Correlation; }

std::unique_ptr<StateFamily> make_family(Kind kind, const AggregationSpec& spec, const std::vector<size_t>& feeds) {
  const AggregateSpec& first = spec.aggregates[feeds.front()];
  std::vector<Function> functions;
  for (const size_t index : feeds) functions.push_back(spec.aggregates[index].function);
  switch (kind) {
    case Kind::Rows: return make_row_count();
    case Kind::ValidCount: return make_valid_count();
    case Kind::Moments: return make_moments(first, functions);
    case Kind::Variance: return make_variance();
    case Kind::FirstLast: return make_first_last(first);
    case Kind::StringPick: return make_string_pick(first);
    case Kind::AnyAll: return make_any_all();
    case Kind::Distinct: return make_distinct(first.argument, spec.hash_mask);
    case Kind::ApproximateDistinct: return make_approximate_distinct();
    case Kind::Quantiles: return make_quantiles();
    case Kind::Correlation: return make_correlation();
  }
  return nullptr;
}

// Rows of a power of two never straddle two cache lines; worth up to a third of padding.
size_t padded_stride(size_t bytes) {
  const size_t power = std::bit_ceil(bytes);
  return power <= 64 && (power - bytes) * 3 <= power ? power : bytes;
}

}  // namespace

Result<StateLayout> StateLayout::make(const AggregationSpec& spec) {
  StateLayout layout;
  std::vector<Kind> kinds;
  for (size_t i = 0; i < spec.aggregates.size(); i++) {
    const AggregateSpec& aggregate = spec.aggregates[i];
    const Result<Field> field = result_field(aggregate);
    if (!field.ok()) return field.status();
    const Kind kind = kind_of(aggregate);
    size_t at = 0;
    if (aggregate.function == Function::Second) at = kinds.size() - 1;  // with the Corr before it
    for (; aggregate.function != Function::Second && at < kinds.size(); at++) {
      const AggregateSpec& other = spec.aggregates[layout.members_[at].feeds.front()];
      const bool same_argument = aggregate.argument_id >= 0 && aggregate.argument_id == other.argument_id &&
                                 aggregate.argument == other.argument;
      if (kinds[at] == kind && shares(kind) && (same_argument || kind == Kind::Rows)) break;
    }
    if (at == kinds.size()) {
      kinds.push_back(kind);
      layout.members_.emplace_back();
    }
    layout.members_[at].feeds.push_back(i);
    layout.member_of_.push_back(at);
  }
  layout.count_rows(spec, kinds);
  for (size_t at = 0; at < kinds.size(); at++) {
    layout.members_[at].family = make_family(kinds[at], spec, layout.members_[at].feeds);
    layout.flat_ &= layout.members_[at].family->make_side(nullptr) == nullptr;
  }
  layout.place_members();
  layout.fuse_sums();
  return layout;
}

// Means of columns without nulls divide by the rows of their group, counted once for all of them.
void StateLayout::count_rows(const AggregationSpec& spec, std::vector<Kind>& kinds) {
  size_t at = 0;
  while (at < kinds.size() && kinds[at] != Kind::Rows) at++;
  for (size_t i = 0; i < spec.aggregates.size() && at == kinds.size(); i++) {
    const AggregateSpec& aggregate = spec.aggregates[i];
    if (aggregate.function != Function::Mean || !counts_by_rows(aggregate)) continue;
    kinds.push_back(Kind::Rows);
    members_.emplace_back();
    members_.back().feeds.push_back(i);
  }
  if (at < kinds.size()) row_counts_ = static_cast<int>(at);
}

void StateLayout::fuse_sums() {
  for (Member& member : members_) {
    member.fused = fused_.add(member.family->sum_kind(), member.offset, member.feeds.front());
  }
  for (Member& member : members_) member.fused &= fused_.pays();
}

void StateLayout::place_members() {
  size_t bytes = 0;
  for (Member& member : members_) {
    member.offset = bytes;
    bytes += member.family->state_bytes();
  }
  stride_ = padded_stride(bytes == 0 ? sizeof(uint64_t) : bytes);
  fresh_row_.assign(stride_ / sizeof(uint64_t), 0);
  for (const Member& member : members_) {
    member.family->init(reinterpret_cast<uint8_t*>(fresh_row_.data()) + member.offset);
  }
}

}  // namespace millrace::agg
