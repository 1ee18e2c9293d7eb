// Columns in memory that JavaScript lends: see frame_write.cc.
#pragma once
#include "column/column.h"

namespace millrace::node {

// What frameWrite() needs for the frame.
size_t written_bytes(const Frame& frame);

}  // namespace millrace::node
