#include "exec/disk/parted_operator.h"

namespace millrace::exec {

PartReader::PartReader(spill::Parts& table, const std::vector<uint32_t>* columns, MemoryBudget* budget)
    : table_(table), columns_(columns), budget_(budget), scratch_(table.schema.size()) {
  batch_.columns.resize(table.schema.size());
}

// Whatever comes of it, the chunk is as before: its columns are counted by this reader's budget.
Result<bool> PartReader::read(spill::PartChunk& chunk, uint32_t vector_rows, const Consumer& consume) {
  MILLRACE_TRY(spill::load(chunk, table_, budget_));
  auto more = read_loaded(chunk, vector_rows, consume);
  spill::unload(chunk);
  return more;
}

Result<bool> PartReader::read_loaded(const spill::PartChunk& chunk, uint32_t vector_rows, const Consumer& consume) {
  const size_t count = columns_ ? columns_->size() : table_.schema.size();
  for (int64_t first = 0; first < chunk.rows; first += vector_rows) {
    batch_.rows = static_cast<uint32_t>(std::min<int64_t>(vector_rows, chunk.rows - first));
    for (size_t i = 0; i < count; i++) {
      const size_t c = columns_ ? (*columns_)[i] : i;
      if (!scratch_[c]) scratch_[c] = std::make_unique<store::Scratch>();
      batch_.columns[c] =
          store::read_chunk((*chunk.columns)[c], table_.schema[c].type, nullptr, first, batch_.rows, *scratch_[c]);
    }
    auto more = consume(batch_);
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

Result<std::shared_ptr<Frame>> PartReader::materialize(size_t part, size_t first, size_t count) {
  std::vector<ColumnBuilder> builders;
  for (const Field& field : table_.schema) builders.emplace_back(field.type, budget_);
  auto out = std::make_shared<Frame>();
  out->schema = table_.schema;
  for (size_t i = first; i < first + count; i++) out->rows += table_.parts[part].chunks[i].rows;
  for (ColumnBuilder& builder : builders) MILLRACE_TRY(builder.reserve(out->rows));
  for (size_t i = first; i < first + count; i++) {
    spill::PartChunk& chunk = table_.parts[part].chunks[i];
    auto read = this->read(chunk, kVectorRows, [&](const Batch& batch) -> Result<bool> {
      for (size_t c = 0; c < builders.size(); c++) MILLRACE_TRY(builders[c].append(batch.columns[c], batch.rows));
      return true;
    });
    MILLRACE_TRY(read);
  }
  for (ColumnBuilder& builder : builders) {
    auto column = builder.finish();
    MILLRACE_TRY(column);
    out->columns.push_back(column.take());
  }
  return out;
}

}  // namespace millrace::exec
