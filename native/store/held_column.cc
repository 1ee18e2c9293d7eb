#include "base/cold.h"

#include "store/held_column.h"

namespace millrace::store {

HeldColumn::HeldColumn(HeldColumn&& other) noexcept
    : budget_(other.budget_),
      check_(other.check_),
      kept_(std::exchange(other.kept_, nullptr)),
      part_(other.part_),
      values_(other.values_ == &other.own_ ? &own_ : other.values_),
      own_(std::move(other.own_)),
      bytes_read_(other.bytes_read_) {}

Result<const ColumnChunk*> HeldColumn::hold(const RowChunk& chunk, uint32_t column, Part part) {
  KeptValues* const kept = chunk.kept.empty() ? nullptr : chunk.kept[column].get();
  if (!kept) return &chunk.columns[column];
  if (kept == kept_ && part_ <= part) return values_;
  release();
  kept->mark_read();
  values_ = kept->pin();
  if (!values_) {
    auto pinned = kept->read_back(part, budget_, check_, own_);
    MILLRACE_TRY(pinned);
    bytes_read_ += kept->memory_bytes();
    values_ = pinned.value() ? kept->pin() : &own_;
    if (pinned.value()) kept->unpin();
  }
  kept_ = kept;
  part_ = values_ == &own_ ? part : Part::All;
  return values_;
}

void HeldColumn::release() {
  if (!kept_) return;
  if (values_ == &own_) {
    own_ = {};
  } else {
    kept_->unpin();
  }
  kept_ = nullptr;
}

std::vector<HeldColumn> held_columns(Workers& workers, MemoryBudget* budget) {
  std::vector<HeldColumn> out;
  for (uint32_t slot = 0; slot < workers.slots(); slot++)
    out.emplace_back(budget, [&workers] { return workers.check(); });
  return out;
}

}  // namespace millrace::store
