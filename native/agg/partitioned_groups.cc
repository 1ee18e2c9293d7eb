#include "agg/partitioned_groups.h"

#include <algorithm>

#include "agg/key_hash.h"
#include "sort/argsort.h"

namespace millrace::agg {

namespace {

// A part of so many groups keeps its tables, some 64 bytes a group, within half of a second-level cache.
constexpr int64_t kGroupsInPart = 8192;
constexpr unsigned kFewestBits = 4;
// More parts than rows of a vector make runs too short to copy well.
constexpr unsigned kMostBits = 9;
// Rows wait until there are this many bytes of them, so that a part's table is fetched for many rows at once.
constexpr int64_t kWaitingBytes = int64_t{256} << 20;

unsigned bits_for(int64_t groups) {
  unsigned bits = kFewestBits;
  while (bits < kMostBits && groups >> bits > kGroupsInPart) bits++;
  return bits;
}

}  // namespace

// Gathers a strip's rows as they come, and orders them when it ends.
class LocalPartition final : public LocalAggregation {
 public:
  LocalPartition(size_t keys, bool keep_rows, const std::vector<int>& argument_column,
                 const std::vector<TypeId>& column_types, unsigned bits, uint64_t hash_mask, MemoryBudget* budget)
      : keys_(keys),
        keep_rows_(keep_rows),
        argument_column_(argument_column),
        column_types_(column_types),
        bits_(bits),
        hash_mask_(hash_mask),
        budget_(budget),
        part_of_row_(budget) {
    discard_strip();
  }

  Status consume(const Vector* keys, const Vector* arguments, uint32_t rows) override {
    uint64_t hashes[kVectorRows];
    hash_rows(keys, keys_, rows, seed_, hashes);
    MILLRACE_TRY(part_of_row_.reserve_more(rows));
    for (uint32_t i = 0; i < rows; i++) {
      part_of_row_.push_unchecked(static_cast<uint16_t>((hashes[i] & hash_mask_) >> (64 - bits_)));
    }
    for (size_t k = 0; k < keys_; k++) MILLRACE_TRY(builders_[k].append(keys[k], rows));
    size_t next = keys_;
    for (size_t i = 0; i < argument_column_.size(); i++) {
      if (argument_column_[i] != static_cast<int>(next)) continue;  // none, or one that is there already
      MILLRACE_TRY(builders_[next++].append(arguments[i], rows));
    }
    return {};
  }

  Result<std::unique_ptr<StripState>> take_strip() override {
    auto strip = std::make_unique<PartedRows>();
    strip->row_count = static_cast<int64_t>(part_of_row_.size());
    PodVector<int64_t> order(budget_);
    MILLRACE_TRY(order_rows(*strip, order));
    for (ColumnBuilder& builder : builders_) {
      auto column = builder.finish();
      MILLRACE_TRY(column);
      auto ordered = millrace::take(column.value(), order.data(), strip->row_count, budget_);
      MILLRACE_TRY(ordered);
      strip->columns.push_back(ordered.take());
      const Column& kept = strip->columns.back();
      strip->bytes += static_cast<int64_t>(kept.data.capacity() + kept.offsets.capacity() + kept.validity.capacity());
    }
    discard_strip();
    return std::unique_ptr<StripState>(std::move(strip));
  }

  void discard_strip() override {
    part_of_row_.clear();
    builders_.clear();
    for (const TypeId type : column_types_) builders_.emplace_back(type, budget_);
  }

 private:
  // A counting sort: rows of a part stay in order.
  Status order_rows(PartedRows& strip, PodVector<int64_t>& order) {
    const size_t parts = size_t{1} << bits_;
    strip.starts = PodVector<uint32_t>(budget_);
    MILLRACE_TRY(strip.starts.resize_fill(parts + 1, 0));
    for (const uint16_t part : part_of_row_) strip.starts[part + size_t{1}]++;
    for (size_t part = 0; part < parts; part++) strip.starts[part + 1] += strip.starts[part];
    std::vector<uint32_t> next(strip.starts.begin(), strip.starts.end());
    MILLRACE_TRY(order.resize(part_of_row_.size()));
    for (size_t row = 0; row < part_of_row_.size(); row++) order[next[part_of_row_[row]]++] = static_cast<int64_t>(row);
    if (!keep_rows_) return {};
    strip.rows = PodVector<uint32_t>(budget_);
    MILLRACE_TRY(strip.rows.reserve(order.size()));
    for (const int64_t row : order) strip.rows.push_unchecked(static_cast<uint32_t>(row));
    return {};
  }

  const size_t keys_;
  const bool keep_rows_;
  const std::vector<int>& argument_column_;
  const std::vector<TypeId>& column_types_;
  const unsigned bits_;
  const uint64_t hash_mask_;
  const HashSeed seed_ = hash_seed();
  MemoryBudget* const budget_;
  std::vector<ColumnBuilder> builders_;
  PodVector<uint16_t> part_of_row_;
};

Result<std::unique_ptr<GlobalAggregation>> PartitionedGroups::make(AggregationSpec spec, int64_t estimated_groups,
                                                                   MemoryBudget* budget) {
  std::unique_ptr<PartitionedGroups> out(new PartitionedGroups(std::move(spec), budget));
  out->estimated_groups_ = estimated_groups;
  MILLRACE_TRY(out->open_parts(bits_for(estimated_groups)));
  return std::unique_ptr<GlobalAggregation>(std::move(out));
}

PartitionedGroups::PartitionedGroups(AggregationSpec spec, MemoryBudget* budget)
    : spec_(std::move(spec)), part_spec_(spec_), budget_(budget) {
  for (const Field& key : spec_.keys) column_types_.push_back(key.type);
  for (size_t i = 0; i < spec_.aggregates.size(); i++) {
    const AggregateSpec& aggregate = spec_.aggregates[i];
    int column = aggregate.function == Function::Size ? -1 : static_cast<int>(column_types_.size());
    for (size_t before = 0; column >= 0 && aggregate.argument_id >= 0 && before < i; before++) {
      const bool same = spec_.aggregates[before].argument_id == aggregate.argument_id;
      if (same && argument_column_[before] >= 0) column = argument_column_[before];
    }
    if (column == static_cast<int>(column_types_.size())) column_types_.push_back(aggregate.argument);
    argument_column_.push_back(column);
  }
  part_spec_.order = Order::None;
  if (spec_.order != Order::First) return;
  AggregateSpec first_row;
  first_row.function = Function::Min;
  first_row.argument = TypeId::Int64;
  part_spec_.aggregates.push_back(first_row);
}

Status PartitionedGroups::open_parts(unsigned bits) {
  bits_ = bits;
  for (size_t i = 0; i < size_t{1} << bits; i++) {
    auto layout = StateLayout::make(part_spec_);
    MILLRACE_TRY(layout);
    Part part;
    part.groups = std::make_unique<GlobalGroups>(part_spec_, layout.take(), budget_);
    parts_.push_back(std::move(part));
  }
  return {};
}

std::unique_ptr<LocalAggregation> PartitionedGroups::make_local() {
  return std::make_unique<LocalPartition>(spec_.keys.size(), spec_.order == Order::First, argument_column_,
                                          column_types_, bits_, spec_.hash_mask, budget_);
}

Status PartitionedGroups::merge(std::unique_ptr<StripState> state) {
  std::unique_ptr<PartedRows> strip(static_cast<PartedRows*>(state.release()));
  strip->first_row = rows_;
  rows_ += strip->row_count;
  waiting_bytes_ += strip->bytes;
  if (strip->row_count) waiting_.push_back(std::move(strip));
  return {};
}

// A query that has little memory must not spend it on rows that wait.
bool PartitionedGroups::wants_drain() const {
  return waiting_bytes_ > kWaitingBytes || (budget_ && waiting_bytes_ > budget_->limit_bytes() / 4);
}

Status PartitionedGroups::drain(Workers& workers) {
  MILLRACE_TRY(workers.run(parts_.size(), [&](size_t part, uint32_t) { return consume_waiting(part); }));
  waiting_.clear();
  waiting_bytes_ = 0;
  return {};
}

Status PartitionedGroups::consume_waiting(size_t part) {
  if (!parts_[part].local) {
    int64_t rows = 0;
    for (const auto& strip : waiting_) rows += strip->starts[part + 1] - strip->starts[part];
    const int64_t most_groups = estimated_groups_ / static_cast<int64_t>(parts_.size()) * 2;
    parts_[part].local = parts_[part].groups->make_only_local(std::min(rows, most_groups));
  }
  for (const auto& strip : waiting_) MILLRACE_TRY(consume(part, *strip));
  return {};
}

Status PartitionedGroups::consume(size_t part, const PartedRows& strip) const {
  const size_t columns = column_types_.size();
  std::vector<StringRef> strings(columns * kVectorRows);
  std::vector<uint64_t> validity(columns * kValidityWords);
  std::vector<Vector> vectors(columns);
  std::vector<Vector> arguments(part_spec_.aggregates.size());
  int64_t rows_in_input[kVectorRows];
  for (int64_t first = strip.starts[part], end = strip.starts[part + 1]; first < end; first += kVectorRows) {
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, end - first));
    for (size_t c = 0; c < columns; c++) {
      vectors[c] = view_of(strip.columns[c], first, rows, strings.data() + c * kVectorRows,
                           validity.data() + c * kValidityWords);
    }
    for (size_t i = 0; i < argument_column_.size(); i++) {
      if (argument_column_[i] >= 0) arguments[i] = vectors[static_cast<size_t>(argument_column_[i])];
    }
    if (spec_.order == Order::First) {
      for (uint32_t i = 0; i < rows; i++) {
        rows_in_input[i] = strip.first_row + strip.rows[static_cast<size_t>(first) + i];
      }
      arguments.back() = {TypeId::Int64, rows_in_input, nullptr};
    }
    MILLRACE_TRY(parts_[part].local->consume(vectors.data(), arguments.data(), rows));
  }
  return {};
}

Status PartitionedGroups::finish_part(Part& part) {
  SerialWorkers serial;
  auto frame = part.groups->finish_with(std::move(part.local), serial);
  MILLRACE_TRY(frame);
  part.result = frame.take();
  part.groups.reset();
  return {};
}

Result<Frame> PartitionedGroups::finish(Workers& workers) {
  // A part's table is finished while it is in the caches, and its memory is there for the next one.
  MILLRACE_TRY(workers.run(parts_.size(), [&](size_t part, uint32_t) -> Status {
    MILLRACE_TRY(consume_waiting(part));
    return finish_part(parts_[part]);
  }));
  waiting_.clear();
  Frame out;
  MILLRACE_TRY(join(workers, out));
  groups_ = out.rows;
  MILLRACE_TRY(order(workers, out));
  return out;
}

// The parts' results end to end, column by column.
Status PartitionedGroups::join(Workers& workers, Frame& out) {
  out.schema = parts_[0].result.schema;
  for (const Part& part : parts_) out.rows += part.result.rows;
  out.columns.resize(out.schema.size());
  MILLRACE_TRY(workers.run(out.columns.size(), [&](size_t c, uint32_t) -> Status {
    ColumnBuilder builder(out.schema[c].type, budget_);
    MILLRACE_TRY(builder.reserve(out.rows));
    for (Part& part : parts_) {
      MILLRACE_TRY(builder.append_range(part.result.columns[c], 0, part.result.rows));
      part.result.columns[c] = Column();
    }
    auto column = builder.finish();
    MILLRACE_TRY(column);
    out.columns[c] = column.take();
    return {};
  }));
  for (size_t c = 0; c < out.schema.size(); c++) {
    // A part without rows knows no nulls.
    for (const Part& part : parts_) out.schema[c].nullable |= part.result.schema[c].nullable;
  }
  parts_.clear();
  return {};
}

Status PartitionedGroups::order(Workers& workers, Frame& frame) const {
  if (spec_.order == Order::None) return {};
  std::vector<const Column*> by;
  for (size_t k = 0; k < spec_.keys.size(); k++) by.push_back(&frame.columns[k]);
  if (spec_.order == Order::First) by = {&frame.columns.back()};
  PodVector<int64_t> sorted(budget_);
  MILLRACE_TRY(sort::argsort(by, frame.rows, sorted));
  if (spec_.order == Order::First) {
    frame.columns.pop_back();
    frame.schema.pop_back();
  }
  return workers.run(frame.columns.size(), [&](size_t c, uint32_t) -> Status {
    auto column = take(frame.columns[c], sorted.data(), frame.rows, budget_);
    MILLRACE_TRY(column);
    frame.columns[c] = column.take();
    return {};
  });
}

}  // namespace millrace::agg
