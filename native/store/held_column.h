// A column of one stored chunk after another, in memory while it is read.
#pragma once
#include "base/workers.h"
#include "store/stored_frame.h"

namespace millrace::store {

// One a thread and column.
class HeldColumn {
 public:
  using Part = KeptValues::Part;
  // Values that have to be read from a file are counted by `budget`.
  HeldColumn(MemoryBudget* budget, ReadCheck check) : budget_(budget), check_(std::move(check)) {}
  HeldColumn(HeldColumn&& other) noexcept;
  ~HeldColumn() { release(); }

  // Valid until the next call of any member. With Part::Validity, what read_chunk_validity() reads. ERR_IO,
  // ERR_MEMORY_LIMIT, and what the check gives.
  Result<const ColumnChunk*> hold(const RowChunk& chunk, uint32_t column, Part part = Part::All);
  void release();
  // From files, since the last call.
  int64_t take_bytes_read() { return std::exchange(bytes_read_, 0); }

 private:
  MemoryBudget* const budget_;
  const ReadCheck check_;
  KeptValues* kept_ = nullptr;  // that values_ are of
  Part part_ = Part::All;
  const ColumnChunk* values_ = nullptr;
  ColumnChunk own_;  // where values_ are if they are not pinned
  int64_t bytes_read_ = 0;
};

// One for each slot.
std::vector<HeldColumn> held_columns(Workers& workers, MemoryBudget* budget);

}  // namespace millrace::store
