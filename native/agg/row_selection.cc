#include "agg/row_selection.h"

#include <cstring>

#include "agg/valid_rows.h"

namespace millrace::agg {

RowSelection::RowSelection(size_t vectors, MemoryBudget* budget) {
  for (size_t i = 0; i < vectors; i++) columns_.emplace_back(budget);
}

bool RowSelection::select(const Vector* keys, size_t key_count, uint32_t rows) {
  uint64_t valid[kValidityWords];
  std::memset(valid, 0xff, sizeof(valid));
  const uint32_t words = (rows + 63) / 64;
  for (size_t k = 0; k < key_count; k++) {
    for (uint32_t word = 0; keys[k].validity && word < words; word++) valid[word] &= keys[k].validity[word];
  }
  count_ = 0;
  for_each_valid(valid, rows, [&](uint32_t row) { selected_[count_++] = row; });
  return count_ == rows;
}

Status RowSelection::gather(const Vector* vectors, size_t count, size_t first, std::vector<Vector>& out) {
  for (size_t i = 0; i < count; i++) {
    if (!vectors[i].data && !vectors[i].codes) {
      out.push_back(vectors[i]);
      continue;
    }
    auto gathered = columns_[first + i].gather(vectors[i], selected_, count_);
    if (!gathered.ok()) return gathered.take_status();
    out.push_back(gathered.value());
  }
  return {};
}

}  // namespace millrace::agg
