// Which places are in the window of each place.
#pragma once
#include "base/memory.h"
#include "window/window.h"

namespace millrace::window {

// By place: the window is [begin, end). Both only grow from place to place.
struct Frames {
  PodVector<uint32_t> begin;
  PodVector<uint32_t> end;
};

// A partition as a rolling window sees it.
struct Timeline {
  size_t count;          // places
  const int64_t* times;  // null: windows go by rows; else ascending over the first `timed` places
  size_t timed;          // the others have no time, and empty windows
};

// The windows of the places [first, last) of a partition; out.begin[0] is that of `first`.
Status find_frames(const Rolling& rolling, const Timeline& timeline, size_t first, size_t last, Frames& out);

}  // namespace millrace::window
