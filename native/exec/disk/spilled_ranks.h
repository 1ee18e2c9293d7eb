// The rank of each value among all of a column that lies on disk.
#pragma once
#include "exec/disk/row_table.h"
#include "window/window.h"

namespace millrace::exec {

// Writes one rank for each row of `table`, which lies in one part, in the order of its rows; null for nulls.
Status spilled_ranks(spill::Parts& table, uint32_t column, const window::Parameters& parameters,
                     const SpillContext& context, RowTableWriter& to);

}  // namespace millrace::exec
