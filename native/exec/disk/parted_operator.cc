#include "base/cold.h"

#include "exec/disk/parted_operator.h"

#include <algorithm>

#include "column/take_rows.h"
#include "exec/disk/one_thread.h"
#include "exec/disk/spilled_totals.h"
#include "exec/pipeline.h"
#include "sort/order_rows.h"

namespace millrace::exec {

namespace {

using Kind = OpSpec::Kind;

std::string name_beside(const std::vector<JoinOpSpec::Output>& outputs, const char* wanted) {
  std::string out = wanted;
  const auto taken = [&](const JoinOpSpec::Output& output) { return output.name == out; };
  while (std::any_of(outputs.begin(), outputs.end(), taken)) out += '\'';
  return out;
}

FrameView first_columns(FrameView view, size_t count) {
  view.schema.resize(count);
  view.columns.resize(count);
  return view;
}

}  // namespace

Result<FrameView> empty_view(const Schema& schema) {
  auto frame = std::make_shared<Frame>();
  frame->schema = schema;
  for (const Field& field : schema) {
    auto column = ColumnBuilder(field.type, nullptr).finish();
    MILLRACE_TRY(column);
    frame->columns.push_back(column.take());
  }
  return FrameView::of(std::move(frame));
}

Result<std::shared_ptr<PartedOperator>> PartedOperator::make(const Segment& segment, PartsInputs inputs,
                                                             const spill::SpillPolicy& policy, const Options& options,
                                                             QueryState& query) {
  std::shared_ptr<PartedOperator> out(new PartedOperator(segment, std::move(inputs), policy, options, query));
  MILLRACE_TRY(out->prepare());
  return out;
}

PartedOperator::PartedOperator(const Segment& segment, PartsInputs inputs, const spill::SpillPolicy& policy,
                               const Options& options, QueryState& query)
    : segment_(segment),
      op_(*segment.op),
      inputs_(std::move(inputs)),
      policy_(policy),
      options_(options),
      query_(query) {}

Status PartedOperator::prepare() {
  for (size_t i = 0; i < inputs_.size(); i++) {
    Segment side;
    side.keep = Segment::Keep::Parts;
    side.parts_for = &op_;
    side.second_side = i == 1;
    side.restores = segment_.restores;
    auto spec = part_spec(side, inputs_[i]->schema);
    MILLRACE_TRY(spec);
    specs_.push_back(spec.take());
  }
  if (op_.kind == Kind::Join && !segment_.restores) {
    numbered_join_.kind = Kind::Join;
    numbered_join_.join = std::make_unique<JoinOpSpec>(*op_.join);
    auto& outputs = numbered_join_.join->outputs;
    if (numbers_of(op_) > 0) {
      outputs.push_back({name_beside(outputs, "left row"), false, inputs_[0]->schema.back().name});
    }
    if (numbers_of(op_) == 2) {
      outputs.push_back({name_beside(outputs, "right row"), true, inputs_[1]->schema.back().name});
    }
  }
  auto schema = find_schema();
  MILLRACE_TRY(schema);
  schema_ = schema.take();
  if (op_.kind == Kind::Join && !segment_.restores) return prepare_join();
  if (op_.kind != Kind::Window || !op_.window->keys.empty() || segment_.restores) return {};
  auto whole = WholeWindow::make(op_, inputs_[0], {policy_, options_, query_});
  MILLRACE_TRY(whole);
  whole_ = whole.take();
  return {};
}

// What comes out of tables without rows.
Result<Schema> PartedOperator::find_schema() {
  if (op_.kind == Kind::Aggregate && !segment_.restores) {
    spill::Parts none;
    none.schema = inputs_[0]->schema;
    none.parts.resize(1);
    auto rows = aggregate({{&none}, 0, 0}, policy_.budget);
    MILLRACE_TRY(rows);
    return rows.value().schema;
  }
  std::vector<FrameView> inputs;
  for (const auto& input : inputs_) {
    auto view = empty_view(input->schema);
    MILLRACE_TRY(view);
    inputs.push_back(view.take());
  }
  auto rows = operate(inputs, policy_.budget);
  MILLRACE_TRY(rows);
  Schema out = rows.value().schema;
  using How = JoinOpSpec::How;
  const bool may_miss = op_.kind == Kind::Join &&
                        (op_.join->how == How::Left || op_.join->how == How::Right || op_.join->how == How::Outer);
  for (Field& field : out) field.nullable |= may_miss;
  return out;
}

int64_t PartedOperator::bytes() const {
  if (cross_) return cross_->bytes;
  int64_t out = 0;
  for (const auto& input : inputs_) {
    for (const spill::Part& part : input->parts) out += part.bytes;
  }
  return out;
}

int64_t PartedOperator::numbered_rows() const {
  const bool right = op_.kind == Kind::Join && op_.join->how == JoinOpSpec::How::Right;
  return inputs_[right ? 1 : 0]->rows;
}

int64_t PartedOperator::Sides::bytes() const {
  int64_t out = 0;
  // To order a row takes about as much, however narrow it is.
  constexpr int64_t kRowOverhead = 16;
  for (const spill::Parts* table : tables) out += table->parts[part].bytes + table->parts[part].rows * kRowOverhead;
  return out;
}

bool PartedOperator::in_order(const spill::Part& part) const {
  return part.single_key && (segment_.restores || op_.kind == Kind::Sort);
}

// Some chunks each, of a part whose rows are in order.
void PartedOperator::cut(const spill::Part& part, size_t at, std::vector<Piece>& out) const {
  // A window's rows are wider by its results.
  constexpr int64_t kResultBytes = 16;
  const int64_t added = whole_ ? part.rows * kResultBytes * static_cast<int64_t>(op_.window->columns.size()) : 0;
  const auto cuts = static_cast<size_t>((part.bytes + added) / std::max<int64_t>(policy_.part_bytes, 1)) + 1;
  const size_t chunks = part.chunks.size();
  const size_t step = (chunks + cuts - 1) / cuts;
  for (size_t first = 0; first < chunks; first += step) out.push_back({at, first, std::min(chunks, first + step)});
}

std::vector<PartedOperator::Piece> PartedOperator::pieces() const {
  std::vector<Piece> out;
  if (whole_) {
    cut(whole_->rows().parts[0], 0, out);
    return out;
  }
  if (cross_) {
    for (size_t i = 0; i < cross_->pieces; i++) out.push_back({i, 0, 0});
    return out;
  }
  const std::vector<spill::Part>& parts = inputs_[0]->parts;
  int64_t left = op_.kind == Kind::Sort ? op_.rows : INT64_MAX;
  for (size_t p = 0; p < parts.size() && left > 0; p++) {
    const int64_t wanted = left;
    if (left != INT64_MAX) left -= std::min(left, parts[p].rows);
    if (!in_order(parts[p]) || wanted < parts[p].rows) {
      out.push_back({p, 0, 0, wanted < parts[p].rows ? wanted : INT64_MAX});
      continue;
    }
    cut(parts[p], p, out);
  }
  return out;
}

Result<bool> PartedOperator::run_piece(const Piece& piece, const Consumer& consume) {
  if (piece.rows == INT64_MAX) return run_whole_piece(piece, consume);
  int64_t left = piece.rows;
  return run_whole_piece(piece, [&](FrameView rows) -> Result<bool> {
    rows.rows = std::min(rows.rows, left);
    left -= rows.rows;
    auto more = consume(rows);
    MILLRACE_TRY(more);
    return more.value() && left > 0;
  });
}

void PartedOperator::forget(const Piece& piece) {
  if (cross_) return;
  if (piece.end_chunk > 0) {
    spill::Part& part = (whole_ ? whole_->rows() : *inputs_[0]).parts[piece.part];
    for (size_t i = piece.first_chunk; i < piece.end_chunk; i++) part.chunks[i].columns.reset();
    return;
  }
  for (const auto& input : inputs_) std::vector<spill::PartChunk>().swap(input->parts[piece.part].chunks);
}

Result<bool> PartedOperator::run_whole_piece(const Piece& piece, const Consumer& consume) {
  if (whole_) return run_whole_window(piece, consume);
  if (cross_) return run_cross(piece.part, consume);
  if (piece.end_chunk > 0) return pass_on(*inputs_[0], piece, consume);
  Sides sides;
  for (const auto& input : inputs_) sides.tables.push_back(input.get());
  sides.part = piece.part;
  if (!beside_.empty()) sides.beside = beside_[piece.part];
  return run(sides, consume);
}

Result<bool> PartedOperator::run(const Sides& sides, const Consumer& consume) {
  const spill::Part& part = sides.tables[0]->parts[sides.part];
  if (op_.kind == Kind::Aggregate && op_.names.empty()) return run_totals(sides, consume);
  if (!beside_.empty()) return run_asof(sides, consume);
  if (in_order(part)) {
    return pass_on(*sides.tables[0], {sides.part, 0, part.chunks.size()}, consume);
  }
  if (sides.bytes() > 2 * policy_.part_bytes && !part.single_key && sides.level < kMostSplits) {
    return run_split(sides, consume);
  }
  if (op_.kind == Kind::Aggregate && !segment_.restores) return run_groups(sides, consume);
  const bool joins = op_.kind == Kind::Join && !segment_.restores;
  const bool counts_partners = joins && (op_.join->left_unique || op_.join->right_unique);
  if (joins && !counts_partners && sides.bytes() > 2 * policy_.part_bytes) return join_large_part(sides, consume);
  std::vector<FrameView> inputs;
  for (spill::Parts* table : sides.tables) {
    auto frame =
        PartReader(*table, nullptr, policy_.budget).materialize(sides.part, 0, table->parts[sides.part].chunks.size());
    MILLRACE_TRY(frame);
    inputs.push_back(FrameView::of(frame.take()));
  }
  if (joins) return join(numbered_join_, inputs, consume);
  auto rows = operate(inputs, policy_.budget);
  MILLRACE_TRY(rows);
  inputs.clear();
  return consume(rows.value());
}

// Groups may take much more than their rows, and nobody knows how many there are before they are made.
Result<bool> PartedOperator::run_groups(const Sides& sides, const Consumer& consume) {
  const bool splits = !sides.tables[0]->parts[sides.part].single_key && sides.level < kMostSplits;
  {
    MemoryBudget share(splits ? policy_.thread_bytes / 2 : INT64_MAX, policy_.budget);
    auto groups = aggregate(sides, &share);
    if (groups.ok()) return consume(groups.value());
    if (groups.status().code() != Code::MemoryLimit || !splits) return groups.take_status();
  }
  return run_split(sides, consume);
}

Result<FrameView> PartedOperator::operate(const std::vector<FrameView>& inputs, MemoryBudget* budget) {
  if (segment_.restores) return restore(inputs[0]);
  if (op_.kind == Kind::Window) return window(inputs[0]);
  OneThread thread(query_);
  OperatorContext context{thread, budget, options_};
  return op_.kind == Kind::Sort ? sort_frame(op_, inputs[0], context)
                                : join_frames(numbered_join_, inputs[0], inputs[1], context);
}

Result<FrameView> PartedOperator::restore(const FrameView& input) {
  OneThread thread(query_);
  std::vector<sort::SortKey> keys;
  for (const uint32_t key : specs_[0].keys) keys.push_back({input.columns[key]});
  PodVector<uint32_t> order(policy_.budget);
  MILLRACE_TRY(sort::order_rows(keys, static_cast<size_t>(input.rows), thread, order));
  FrameView wanted = first_columns(input, input.schema.size() - numbers_of(op_));
  std::vector<TakeColumn> columns;
  for (const Column* column : wanted.columns) columns.push_back({column, order.data(), false});
  auto taken = take_rows(columns, order.size(), thread, policy_.budget);
  MILLRACE_TRY(taken);
  auto out = std::make_shared<Frame>();
  out->schema = wanted.schema;
  out->rows = input.rows;
  out->columns = taken.take();
  return FrameView::of(std::move(out));
}

// The number stays out of the way of the functions' names.
Result<FrameView> PartedOperator::window(const FrameView& input) {
  OneThread thread(query_);
  OperatorContext context{thread, policy_.budget, options_};
  return window_frame(op_, input, context, numbers_of(op_));
}

Result<bool> PartedOperator::run_whole_window(const Piece& piece, const Consumer& consume) {
  spill::Parts& rows = whole_->rows();
  std::vector<spill::PartChunk>& chunks = rows.parts[0].chunks;
  int64_t first = 0;
  for (size_t i = 0; i < piece.first_chunk; i++) first += chunks[i].rows;
  PartReader reader(rows, nullptr, policy_.budget);
  WholeWindow::Reader results(*whole_, policy_.budget);
  for (size_t i = piece.first_chunk; i < piece.end_chunk; i++) {
    if (query_.is_aborted()) return aborted_error();
    auto frame = reader.materialize(0, i, 1);
    MILLRACE_TRY(frame);
    auto added = results.read(first, chunks[i].rows);
    MILLRACE_TRY(added);
    first += chunks[i].rows;
    FrameView out = FrameView::of(frame.take());
    add_columns(out, FrameView::of(added.take()), numbers_of(op_));
    auto more = consume(out);
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

// With the number of each group's first row, where they come in that order.
agg::AggregationSpec PartedOperator::aggregation(const Schema& schema, std::vector<int>& argument_column) const {
  agg::AggregationSpec spec = aggregation_spec(op_, schema, options_);
  argument_column = op_.argument_output;
  if (numbers_of(op_) == 0) return spec;
  agg::AggregateSpec first_row;
  first_row.name = schema.back().name;
  first_row.function = agg::Function::Min;
  first_row.argument = TypeId::Int64;
  spec.aggregates.push_back(std::move(first_row));
  argument_column.push_back(static_cast<int>(schema.size()) - 1);
  spec.order = agg::Order::None;
  return spec;
}

Result<FrameView> PartedOperator::aggregate(const Sides& sides, MemoryBudget* budget) {
  spill::Parts& table = *sides.tables[0];
  std::vector<int> argument_column;
  const agg::AggregationSpec spec = aggregation(table.schema, argument_column);
  auto frame = aggregate_part(table, sides.part, spec, argument_column, {policy_, options_, query_}, budget);
  MILLRACE_TRY(frame);
  return FrameView::of(std::make_shared<Frame>(frame.take()));
}

Result<bool> PartedOperator::run_totals(const Sides& sides, const Consumer& consume) {
  spill::Parts& table = *sides.tables[0];
  std::vector<int> argument_column;
  const agg::AggregationSpec spec = aggregation(table.schema, argument_column);
  auto row = spilled_totals(table, spec, argument_column, {policy_, options_, query_});
  MILLRACE_TRY(row);
  return consume(row.value());
}

// All rows have the same key: they are in order already.
Result<bool> PartedOperator::pass_on(spill::Parts& table, const Piece& piece, const Consumer& consume) {
  PartReader reader(table, nullptr, policy_.budget);
  for (size_t i = piece.first_chunk; i < piece.end_chunk; i++) {
    if (query_.is_aborted()) return aborted_error();
    auto frame = reader.materialize(piece.part, i, 1);
    MILLRACE_TRY(frame);
    auto view = picked(FrameView::of(frame.take()));
    MILLRACE_TRY(view);
    auto more = consume(view.value());
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

Result<FrameView> PartedOperator::picked(FrameView view) const {
  if (segment_.restores) return first_columns(view, view.schema.size() - numbers_of(op_));
  FrameView out{{}, view.rows, {}, view.owners};
  for (const std::string& name : op_.names) {
    auto at = column_position(view.schema, name);
    MILLRACE_TRY(at);
    out.schema.push_back(view.schema[at.value()]);
    out.columns.push_back(view.columns[at.value()]);
  }
  return out;
}

}  // namespace millrace::exec
