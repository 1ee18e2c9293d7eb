// Functions whose results are values of their column: they give, for each row, the row that has its value.
#pragma once
#include "base/workers.h"
#include "window/partitions.h"
#include "window/window.h"

namespace millrace::window {

// Whether the function is one of these.
bool picks_rows(Function function);

// picked[row] = the row of `argument` whose value it gets, or kNoRow.
Status pick_rows(const WindowFunction& function, const Column& argument, const Partitions& partitions, Workers& workers,
                 PodVector<uint32_t>& picked);

}  // namespace millrace::window
