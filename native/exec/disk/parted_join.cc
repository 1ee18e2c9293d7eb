// Joins of parts: what is more than memory holds comes out in pieces.
#include "base/cold.h"

#include <algorithm>

#include "exec/disk/one_thread.h"
#include "exec/disk/parted_operator.h"
#include "sort/sort_key.h"

namespace millrace::exec {

namespace {

using How = JoinOpSpec::How;
using Kind = OpSpec::Kind;

Result<FrameView> copy_rows(const FrameView& from, int64_t first, int64_t count, MemoryBudget* budget) {
  auto out = std::make_shared<Frame>();
  out->schema = from.schema;
  out->rows = count;
  for (const Column* column : from.columns) {
    ColumnBuilder builder(column->type, budget);
    MILLRACE_TRY(builder.append_range(*column, first, count));
    auto copy = builder.finish();
    MILLRACE_TRY(copy);
    out->columns.push_back(copy.take());
  }
  return FrameView::of(std::move(out));
}

int64_t blocks_of(int64_t rows, int64_t of) { return rows / of + (rows % of != 0 ? 1 : 0); }

int64_t row_bytes(const spill::Parts& table) {
  int64_t bytes = 0;
  for (const spill::Part& part : table.parts) bytes += part.bytes;
  return bytes / std::max<int64_t>(table.rows, 1) + 8;
}

}  // namespace

Status PartedOperator::prepare_join() {
  if (op_.join->how == How::Asof) {
    auto ends = find_range_ends(*inputs_[1], specs_[1].keys, specs_[1].orders, {policy_, options_, query_});
    MILLRACE_TRY(ends);
    beside_ = surroundings_of(ends.value(), {});
  }
  if (op_.join->how != How::Cross) return {};
  constexpr int64_t kMostBlockRows = 65536;
  constexpr int64_t kMostPieces = int64_t{1} << 20;
  const int64_t left = inputs_[0]->rows;
  const int64_t right = inputs_[1]->rows;
  const int64_t width = row_bytes(*inputs_[0]) + row_bytes(*inputs_[1]);
  const int64_t rows = std::clamp<int64_t>(policy_.part_bytes / width, 1, kMostBlockRows);
  Cross out;
  out.right_rows = std::clamp<int64_t>(right, 1, rows);
  out.left_rows = std::max<int64_t>(1, rows / out.right_rows);
  out.blocks_across = blocks_of(right, out.right_rows);
  if (__builtin_mul_overflow(blocks_of(left, out.left_rows), out.blocks_across, &out.blocks)) {
    return sort::check_rows(INT64_MAX, "a cross join");
  }
  out.blocks_in_piece = std::max<int64_t>(1, blocks_of(out.blocks, kMostPieces));
  out.pieces = static_cast<size_t>(blocks_of(out.blocks, out.blocks_in_piece));
  if (__builtin_mul_overflow(left, right, &out.bytes) || __builtin_mul_overflow(out.bytes, width, &out.bytes)) {
    out.bytes = INT64_MAX;
  }
  cross_ = out;
  return {};
}

// Some left rows with all right ones, or one with some of them. Others read the same rows.
Result<bool> PartedOperator::run_cross(size_t piece, const Consumer& consume) {
  RowTableReader left(*inputs_[0], policy_.budget);
  RowTableReader right(*inputs_[1], policy_.budget);
  const int64_t first = static_cast<int64_t>(piece) * cross_->blocks_in_piece;
  for (int64_t block = first; block < std::min(cross_->blocks, first + cross_->blocks_in_piece); block++) {
    if (query_.is_aborted()) return aborted_error();
    const int64_t left_row = block / cross_->blocks_across * cross_->left_rows;
    const int64_t right_row = block % cross_->blocks_across * cross_->right_rows;
    auto left_rows = left.read(left_row, std::min(cross_->left_rows, inputs_[0]->rows - left_row));
    MILLRACE_TRY(left_rows);
    auto right_rows = right.read(right_row, std::min(cross_->right_rows, inputs_[1]->rows - right_row));
    MILLRACE_TRY(right_rows);
    auto rows = operate({FrameView::of(left_rows.take()), FrameView::of(right_rows.take())}, policy_.budget);
    MILLRACE_TRY(rows);
    auto more = consume(rows.value());
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

// Where all rows of a range have one key, the first and the last of the right side are all that can be partners.
Result<bool> PartedOperator::run_asof(const Sides& sides, const Consumer& consume) {
  spill::Part& left = sides.tables[0]->parts[sides.part];
  spill::Part& right = sides.tables[1]->parts[sides.part];
  if (left.rows == 0) return true;
  if (sides.bytes() > 2 * policy_.part_bytes && !left.single_key && sides.level < kMostSplits) {
    return run_split(sides, consume);
  }
  std::vector<FrameView> partners;
  const auto add = [&](const BorderRow& row) -> Status {
    if (!row.frame) return {};
    auto copy = copy_rows(FrameView::of(row.frame), row.row, 1, policy_.budget);
    MILLRACE_TRY(copy);
    partners.push_back(copy.take());
    return {};
  };
  MILLRACE_TRY(add(sides.beside.before));
  if (left.single_key && sides.beside.first.frame) {
    MILLRACE_TRY(add(sides.beside.first));
    MILLRACE_TRY(add(sides.beside.last));
  } else {
    auto frame = PartReader(*sides.tables[1], nullptr, policy_.budget).materialize(sides.part, 0, right.chunks.size());
    MILLRACE_TRY(frame);
    partners.push_back(FrameView::of(frame.take()));
  }
  MILLRACE_TRY(add(sides.beside.behind));
  OneThread thread(query_);
  OperatorContext context{thread, policy_.budget, options_};
  auto candidates = concat_frames(partners, context);
  MILLRACE_TRY(candidates);
  partners.clear();
  const size_t step = left.single_key ? 1 : std::max<size_t>(left.chunks.size(), 1);
  for (size_t chunk = 0; chunk < left.chunks.size(); chunk += step) {
    auto frame = PartReader(*sides.tables[0], nullptr, policy_.budget).materialize(sides.part, chunk, step);
    MILLRACE_TRY(frame);
    auto rows = operate({FrameView::of(frame.take()), candidates.value()}, policy_.budget);
    MILLRACE_TRY(rows);
    auto more = consume(rows.value());
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

// Keys of many rows on both sides give more rows than memory holds. Then half of the side whose order counts goes
// first, where each of its rows can be looked at alone.
Result<bool> PartedOperator::join(const OpSpec& op, const std::vector<FrameView>& inputs, const Consumer& consume) {
  const JoinOpSpec& spec = *op.join;
  const bool checks = spec.left_unique || spec.right_unique;
  const int64_t count = inputs[spec.how == How::Right ? 1 : 0].rows;
  const bool pieces = !checks && (spec.how == How::Outer || count > 1);
  {
    // An attempt must not take what the other threads need.
    MemoryBudget share(pieces ? policy_.thread_bytes / 2 : INT64_MAX, policy_.budget);
    OneThread thread(query_);
    OperatorContext context{thread, &share, options_};
    auto rows = join_frames(op, inputs[0], inputs[1], context);
    if (rows.ok()) return consume(rows.value());
    if (rows.status().code() != Code::MemoryLimit || !pieces) return rows.take_status();
  }
  if (spec.how != How::Outer) return join_in_halves(op, inputs, consume);
  const auto load = [&](size_t side, size_t) -> Result<FrameView> { return inputs[side]; };
  return join_blocks({load, {1, 1}}, consume);
}

Result<bool> PartedOperator::join_in_halves(const OpSpec& op, const std::vector<FrameView>& inputs,
                                            const Consumer& consume) {
  const size_t side = op.join->how == How::Right ? 1 : 0;
  const int64_t count = inputs[side].rows;
  for (const auto& [first, last] : {std::pair{int64_t{0}, count / 2}, std::pair{count / 2, count}}) {
    std::vector<FrameView> half = inputs;
    auto cut = copy_rows(inputs[side], first, last - first, policy_.budget);
    MILLRACE_TRY(cut);
    half[side] = cut.take();
    auto more = join(op, half, consume);
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

// Each block of one side with each of the other. Rows that are kept without a partner are what no block of the other
// side has one for; the numbers of rows bring all of it into order at the end.
Result<bool> PartedOperator::join_blocks(const JoinBlocks& blocks, const Consumer& consume) {
  const How how = op_.join->how;
  const bool existence = how == How::Semi || how == How::Anti;
  const OpSpec inner = joined_as(How::Inner);
  for (size_t l = 0; l < blocks.counts[0]; l++) {
    auto left = blocks.load(0, l);
    MILLRACE_TRY(left);
    FrameView alone = left.value();
    const bool lonely = has_no_keys(left.value(), false);
    for (size_t r = 0; r < blocks.counts[1] && !lonely; r++) {
      if (query_.is_aborted()) return aborted_error();
      auto right = blocks.load(1, r);
      MILLRACE_TRY(right);
      Result<bool> more = true;
      if (!existence) more = join(inner, {left.value(), right.value()}, consume);
      if (how == How::Semi) more = join(numbered_join_, {alone, right.value()}, consume);
      MILLRACE_TRY(more);
      if (!more.value()) return false;
      if (how != How::Inner && how != How::Right) MILLRACE_TRY(keep_alone(alone, right.value(), false));
    }
    if (how == How::Inner || how == How::Right || how == How::Semi) continue;
    auto more = pass_alone({alone, FrameView()}, consume);
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  for (size_t r = 0; r < blocks.counts[1] && (how == How::Right || how == How::Outer); r++) {
    auto right = blocks.load(1, r);
    MILLRACE_TRY(right);
    FrameView alone = right.take();
    const bool lonely = has_no_keys(alone, true);
    for (size_t l = 0; l < blocks.counts[0] && !lonely; l++) {
      if (query_.is_aborted()) return aborted_error();
      auto left = blocks.load(0, l);
      MILLRACE_TRY(left);
      MILLRACE_TRY(keep_alone(alone, left.value(), true));
    }
    auto more = pass_alone({FrameView(), alone}, consume);
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

// Whether a key of the rows is null in all of them, so that none joins anything.
bool PartedOperator::has_no_keys(const FrameView& rows, bool right) const {
  if (op_.join->nulls_equal) return false;
  const std::vector<uint32_t>& keys = specs_[right ? 1 : 0].keys;
  return std::any_of(keys.begin(), keys.end(),
                     [&](uint32_t key) { return rows.columns[key]->null_count == rows.rows; });
}

OpSpec PartedOperator::joined_as(JoinOpSpec::How how) const {
  OpSpec out;
  out.kind = Kind::Join;
  out.join = std::make_unique<JoinOpSpec>(*numbered_join_.join);
  out.join->how = how;
  return out;
}

// Leaves those rows that have no partner among `others`. `right`: they are of the right side.
Status PartedOperator::keep_alone(FrameView& rows, const FrameView& others, bool right) {
  OpSpec anti = joined_as(How::Anti);
  if (right) std::swap(anti.join->left_keys, anti.join->right_keys);
  anti.join->outputs.clear();
  for (const Field& field : rows.schema) anti.join->outputs.push_back({field.name, false, field.name});
  OneThread thread(query_);
  OperatorContext context{thread, policy_.budget, options_};
  auto kept = join_frames(anti, rows, others, context);
  MILLRACE_TRY(kept);
  rows = kept.take();
  return {};
}

// Rows of one side, joined with none of the other, whose view has no columns.
Result<bool> PartedOperator::pass_alone(std::vector<FrameView> sides, const Consumer& consume) {
  for (size_t side = 0; side < 2; side++) {
    if (!sides[side].columns.empty()) continue;
    auto none = empty_view(inputs_[side]->schema);
    MILLRACE_TRY(none);
    sides[side] = none.take();
  }
  auto rows = operate(sides, policy_.budget);
  MILLRACE_TRY(rows);
  return consume(rows.value());
}

// Of a part that cannot be split: one key has too many rows for memory, on either side or both.
Result<bool> PartedOperator::join_large_part(const Sides& sides, const Consumer& consume) {
  std::vector<std::pair<size_t, size_t>> ranges[2];  // of chunks
  for (size_t side = 0; side < 2; side++) {
    const spill::Part& part = sides.tables[side]->parts[sides.part];
    const int64_t wanted = std::max<int64_t>(policy_.part_bytes, 1);
    const auto cuts = static_cast<size_t>(part.bytes / wanted) + 1;
    const size_t step = (part.chunks.size() + cuts - 1) / cuts;
    for (size_t first = 0; first < part.chunks.size(); first += step) {
      ranges[side].push_back({first, std::min(step, part.chunks.size() - first)});
    }
    // Rows without partners are to meet a side without rows.
    if (ranges[side].empty()) ranges[side].push_back({0, 0});
  }
  const auto load = [&](size_t side, size_t block) -> Result<FrameView> {
    const auto [first, count] = ranges[side][block];
    auto frame = PartReader(*sides.tables[side], nullptr, policy_.budget).materialize(sides.part, first, count);
    MILLRACE_TRY(frame);
    return FrameView::of(frame.take());
  };
  return join_blocks({load, {ranges[0].size(), ranges[1].size()}}, consume);
}

}  // namespace millrace::exec
