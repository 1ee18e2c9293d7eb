// Columns end to end, in parallel and into buffers of their final size.
#pragma once
#include "base/workers.h"
#include "column/column.h"

namespace millrace {

// Precondition: at least one piece, all of one type.
Result<Column> concat_columns(const std::vector<const Column*>& pieces, Workers& workers, MemoryBudget* budget);

}  // namespace millrace
