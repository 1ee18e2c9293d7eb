#include "column/frame_view.h"

#include <algorithm>

namespace millrace {

namespace {

Status copy_buffer(const Buffer& from, Buffer& to) {
  if (!from.data()) return {};
  MILLRACE_TRY(to.reserve(from.size()));
  MILLRACE_TRY(to.resize(from.size()));
  std::memcpy(to.data(), from.data(), from.size());
  return {};
}

Status copy_column(const Column& from, Column& to, MemoryBudget* budget) {
  to.type = from.type;
  to.rows = from.rows;
  to.null_count = from.null_count;
  to.data = Buffer(budget);
  to.offsets = Buffer(budget);
  to.validity = Buffer(budget);
  MILLRACE_TRY(copy_buffer(from.data, to.data));
  MILLRACE_TRY(copy_buffer(from.offsets, to.offsets));
  return from.null_count > 0 ? copy_buffer(from.validity, to.validity) : Status();
}

// The column itself, when its frame is held by `view` alone.
Column* movable(const FrameView& view, const Column* column) {
  for (const auto& owner : view.owners) {
    const Column* first = owner->columns.data();
    if (std::less<>{}(column, first) || !std::less<>{}(column, first + owner->columns.size())) continue;
    if (owner.use_count() > 1) return nullptr;
    return &std::const_pointer_cast<Frame>(owner)->columns[static_cast<size_t>(column - first)];
  }
  return nullptr;
}

}  // namespace

Result<std::shared_ptr<Frame>> own_columns(FrameView view, Workers& workers, MemoryBudget* budget) {
  auto out = std::make_shared<Frame>();
  out->schema = view.schema;
  out->rows = view.rows;
  out->columns.resize(view.columns.size());
  // A frame may be in the list twice; it counts once.
  std::sort(view.owners.begin(), view.owners.end());
  view.owners.erase(std::unique(view.owners.begin(), view.owners.end()), view.owners.end());
  // Copies first: a column that is wanted twice must still be there.
  std::vector<Column*> moved(view.columns.size(), nullptr);
  std::vector<size_t> copied;
  for (size_t c = 0; c < view.columns.size(); c++) {
    const auto at = view.columns.begin() + static_cast<std::ptrdiff_t>(c);
    const bool last_use = std::find(at + 1, view.columns.end(), *at) == view.columns.end();
    if (last_use) moved[c] = movable(view, *at);
    if (!moved[c]) copied.push_back(c);
  }
  if (!copied.empty()) {
    MILLRACE_TRY(workers.run(copied.size(), [&](size_t i, uint32_t) -> Status {
      return copy_column(*view.columns[copied[i]], out->columns[copied[i]], budget);
    }));
  }
  for (size_t c = 0; c < view.columns.size(); c++) {
    if (moved[c]) out->columns[c] = std::move(*moved[c]);
  }
  return out;
}

}  // namespace millrace
