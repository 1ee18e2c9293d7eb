// Columns that belong to frames: a table without a copy.
#pragma once
#include "base/workers.h"
#include "column/column.h"

namespace millrace {

struct FrameView {
  Schema schema;
  int64_t rows = 0;
  std::vector<const Column*> columns;
  std::vector<std::shared_ptr<const Frame>> owners;  // keep the columns alive

  static FrameView of(std::shared_ptr<const Frame> frame) {
    FrameView out;
    out.schema = frame->schema;
    out.rows = frame->rows;
    for (const Column& column : frame->columns) out.columns.push_back(&column);
    out.owners.push_back(std::move(frame));
    return out;
  }
};

// The table as a frame of its own: columns of frames that nobody else holds are moved, others are copied.
Result<std::shared_ptr<Frame>> own_columns(FrameView view, Workers& workers, MemoryBudget* budget);

}  // namespace millrace
