#include "base/cold.h"

#include "exec/disk/asof_borders.h"

#include "column/gather.h"
#include "exec/disk/parted_operator.h"

namespace millrace::exec {

namespace {

// The best row of a range so far, in a piece of the table.
class Best {
 public:
  explicit Best(bool last) : last_(last) {}

  void clear() { any_ = false; }
  bool any() const { return any_; }
  // Of a batch: whether one of its rows is better, and which.
  bool find(const sort::RowKeys& keys, uint32_t rows, uint32_t& best) {
    bool found = false;
    for (uint32_t i = 0; i < rows; i++) {
      if (any_ && (last_ ? keys.key(i) < key_ : keys.key(i) >= key_)) continue;
      any_ = found = true;
      key_ = keys.key(i);
      best = i;
    }
    return found;
  }

 private:
  const bool last_;
  bool any_ = false;
  std::string key_;
};

// A row of every range that has one.
class BorderRows {
 public:
  BorderRows(const Schema& schema, bool last, MemoryBudget* budget) : schema_(schema), best_(last), budget_(budget) {
    for (const Field& field : schema) rows_.emplace_back(field.type, budget);
    begin_range();
  }

  void begin_range() {
    best_.clear();
    row_.clear();
  }
  Status add(const sort::RowKeys& keys, const Batch& batch) {
    uint32_t at = 0;
    if (!best_.find(keys, batch.rows, at)) return {};
    row_.clear();
    const std::vector<uint32_t> selection{at};
    for (size_t c = 0; c < schema_.size(); c++) {
      GatheredColumn gathered(budget_);
      auto value = gathered.gather(batch.columns[c], selection.data(), 1);
      MILLRACE_TRY(value);
      row_.emplace_back(schema_[c].type, budget_);
      MILLRACE_TRY(row_.back().append(value.value(), 1));
    }
    return {};
  }
  // Whether the range has rows.
  Result<bool> end_range() {
    if (!best_.any()) return false;
    for (size_t c = 0; c < rows_.size(); c++) {
      auto column = row_[c].finish();
      MILLRACE_TRY(column);
      MILLRACE_TRY(rows_[c].append_range(column.value(), 0, 1));
    }
    begin_range();
    return true;
  }
  Result<std::shared_ptr<const Frame>> finish(int64_t rows) {
    auto out = std::make_shared<Frame>();
    out->schema = schema_;
    out->rows = rows;
    for (ColumnBuilder& builder : rows_) {
      auto column = builder.finish();
      MILLRACE_TRY(column);
      out->columns.push_back(column.take());
    }
    return std::shared_ptr<const Frame>(std::move(out));
  }

 private:
  const Schema& schema_;
  Best best_;
  MemoryBudget* const budget_;
  std::vector<ColumnBuilder> row_;   // of the range in progress
  std::vector<ColumnBuilder> rows_;  // of those before
};

}  // namespace

Result<RangeEnds> find_range_ends(spill::Parts& table, const std::vector<uint32_t>& keys,
                                  const std::vector<sort::KeyOrder>& orders, const SpillContext& context) {
  RangeEnds out;
  BorderRows first(table.schema, false, context.policy.budget);
  BorderRows last(table.schema, true, context.policy.budget);
  sort::RowKeys bytes(orders, SIZE_MAX);
  PartReader reader(table, nullptr, context.policy.budget);
  int64_t ranges = 0;
  for (spill::Part& part : table.parts) {
    for (spill::PartChunk& chunk : part.chunks) {
      if (context.query.is_aborted()) return aborted_error();
      auto read = reader.read(chunk, kVectorRows, [&](const Batch& batch) -> Result<bool> {
        std::vector<Vector> vectors;
        for (const uint32_t key : keys) vectors.push_back(batch.columns[key]);
        bytes.encode(vectors.data(), batch.rows);
        MILLRACE_TRY(first.add(bytes, batch));
        MILLRACE_TRY(last.add(bytes, batch));
        return true;
      });
      MILLRACE_TRY(read);
    }
    auto any = first.end_range();
    MILLRACE_TRY(any);
    MILLRACE_TRY(last.end_range());
    out.at.push_back(any.value() ? ranges++ : -1);
  }
  auto firsts = first.finish(ranges);
  MILLRACE_TRY(firsts);
  auto lasts = last.finish(ranges);
  MILLRACE_TRY(lasts);
  out.first = firsts.take();
  out.last = lasts.take();
  return out;
}

std::vector<RangeSurroundings> surroundings_of(const RangeEnds& ends, const RangeSurroundings& outer) {
  std::vector<RangeSurroundings> out(ends.at.size());
  BorderRow before = outer.before;
  for (size_t i = 0; i < out.size(); i++) {
    out[i].before = before;
    if (ends.at[i] < 0) continue;
    out[i].first = {ends.first, ends.at[i]};
    out[i].last = before = {ends.last, ends.at[i]};
  }
  BorderRow behind = outer.behind;
  for (size_t i = out.size(); i > 0; i--) {
    out[i - 1].behind = behind;
    if (ends.at[i - 1] >= 0) behind = out[i - 1].first;
  }
  return out;
}

}  // namespace millrace::exec
