#include "base/cold.h"

#include "exec/disk/row_table.h"

#include <algorithm>

#include "exec/disk/parted_operator.h"

namespace millrace::exec {

Status RowTableWriter::append(const Vector* columns, uint32_t rows) {
  rows_ += rows;
  return writer_.append(columns, nullptr, rows);
}

Status RowTableWriter::append(const std::vector<const Column*>& columns, int64_t first, int64_t count) {
  strings_.resize(columns.size() * kVectorRows);
  std::vector<uint64_t> validity(columns.size() * kValidityWords);
  std::vector<Vector> vectors(columns.size());
  for (const int64_t end = first + count; first < end; first += kVectorRows) {
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, end - first));
    for (size_t c = 0; c < columns.size(); c++) {
      vectors[c] =
          view_of(*columns[c], first, rows, strings_.data() + c * kVectorRows, validity.data() + c * kValidityWords);
    }
    MILLRACE_TRY(append(vectors.data(), rows));
  }
  return {};
}

Result<std::shared_ptr<spill::Parts>> RowTableWriter::finish() {
  auto out = std::make_shared<spill::Parts>();
  out->schema = schema_;
  auto parts = writer_.take();
  MILLRACE_TRY(parts);
  out->parts = parts.take();
  out->file = file_.made();
  out->rows = rows_;
  return out;
}

RowTableReader::RowTableReader(const spill::Parts& table, MemoryBudget* budget) : table_(table), budget_(budget) {
  int64_t rows = 0;
  for (const spill::PartChunk& chunk : table.parts[0].chunks) {
    starts_.push_back(rows);
    rows += chunk.rows;
  }
  for (size_t c = 0; c < table.schema.size(); c++) scratch_.push_back(std::make_unique<store::Scratch>());
}

// Others may read the same chunk: what is loaded is loaded into a copy.
Result<const std::vector<store::ColumnChunk>*> RowTableReader::columns_of(size_t chunk) {
  const spill::PartChunk& from = table_.parts[0].chunks[chunk];
  if (from.offset < 0) return from.columns.get();
  if (loaded_at_ != chunk) {
    loaded_at_ = SIZE_MAX;
    loaded_ = {from.rows, from.offset, from.bytes, from.checksum, from.number_base, nullptr};
    MILLRACE_TRY(spill::load(loaded_, table_, budget_));
    loaded_at_ = chunk;
  }
  return loaded_.columns.get();
}

Result<std::shared_ptr<Frame>> RowTableReader::read(int64_t first, int64_t count) {
  std::vector<ColumnBuilder> builders;
  for (const Field& field : table_.schema) builders.emplace_back(field.type, budget_);
  auto out = std::make_shared<Frame>();
  out->schema = table_.schema;
  out->rows = count;
  while (count > 0) {
    const auto at = static_cast<size_t>(std::upper_bound(starts_.begin(), starts_.end(), first) - starts_.begin()) - 1;
    auto columns = columns_of(at);
    MILLRACE_TRY(columns);
    const int64_t inside = first - starts_[at];
    const auto rows =
        static_cast<uint32_t>(std::min<int64_t>({kVectorRows, count, table_.parts[0].chunks[at].rows - inside}));
    for (size_t c = 0; c < builders.size(); c++) {
      MILLRACE_TRY(builders[c].append(
          store::read_chunk((*columns.value())[c], table_.schema[c].type, nullptr, inside, rows, *scratch_[c]), rows));
    }
    first += rows;
    count -= rows;
  }
  for (ColumnBuilder& builder : builders) {
    auto column = builder.finish();
    MILLRACE_TRY(column);
    out->columns.push_back(column.take());
  }
  return out;
}

Status read_sorted(const std::shared_ptr<spill::Parts>& table, std::vector<SortKeySpec> keys, bool last,
                   const SpillContext& context, const std::function<Status(const FrameView&)>& consume) {
  OpSpec sort;
  sort.kind = OpSpec::Kind::Sort;
  sort.sort_keys = std::move(keys);
  for (const Field& field : table->schema) sort.names.push_back(field.name);
  Segment segment;
  segment.op = &sort;
  segment.parted = true;
  auto parted = PartedOperator::make(segment, {table}, context.policy, context.options, context.query);
  MILLRACE_TRY(parted);
  for (const PartedOperator::Piece& piece : parted.value()->pieces()) {
    auto read = parted.value()->run_piece(piece, [&](const FrameView& rows) -> Result<bool> {
      MILLRACE_TRY(consume(rows));
      return true;
    });
    MILLRACE_TRY(read);
    if (last) parted.value()->forget(piece);
  }
  return {};
}

}  // namespace millrace::exec
