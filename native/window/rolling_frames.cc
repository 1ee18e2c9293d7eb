#include "window/rolling_frames.h"

#include <algorithm>

namespace millrace::window {

namespace {

// The window of `rows` rows that ends at the place, or lies around it: of an even number, more lie before than behind.
void frames_of_rows(const Rolling& rolling, size_t count, size_t first, size_t last, Frames& out) {
  const auto rows = static_cast<size_t>(std::min<int64_t>(rolling.rows, UINT32_MAX));
  const size_t behind = rolling.center ? (rows - 1) / 2 : 0;
  for (size_t i = first; i < last; i++) {
    const size_t end = i + behind + 1;
    out.begin[i - first] = static_cast<uint32_t>(end > rows ? end - rows : 0);
    out.end[i - first] = static_cast<uint32_t>(std::min(end, count));
  }
}

// time - period, as low as 64 bits go.
int64_t back(int64_t time, int64_t period) {
  int64_t out;
  return __builtin_sub_overflow(time, period, &out) ? INT64_MIN : out;
}

// Rows of the same time are all in a window or all out of it, wherever they stand.
void frames_of_time(const Rolling& rolling, const Timeline& timeline, size_t first, size_t last, Frames& out) {
  const bool with_start = rolling.closed == Closed::Left || rolling.closed == Closed::Both;
  const bool with_end = rolling.closed == Closed::Right || rolling.closed == Closed::Both;
  const int64_t* const times = timeline.times;
  const int64_t* const timed_end = times + timeline.timed;
  size_t begin = 0, end = 0;
  if (first < timeline.timed) {
    const int64_t start = back(times[first], rolling.period);
    begin = static_cast<size_t>(std::lower_bound(times, timed_end, start) - times);
    end = static_cast<size_t>(std::lower_bound(times, timed_end, times[first]) - times);
  } else {
    begin = end = timeline.timed;
  }
  for (size_t i = first; i < last; i++) {
    if (i < timeline.timed) {
      const int64_t start = back(times[i], rolling.period);
      while (begin < timeline.timed && (with_start ? times[begin] < start : times[begin] <= start)) begin++;
      while (end < timeline.timed && (with_end ? times[end] <= times[i] : times[end] < times[i])) end++;
    } else {
      begin = end = timeline.timed;
    }
    out.begin[i - first] = static_cast<uint32_t>(std::min(begin, end));
    out.end[i - first] = static_cast<uint32_t>(end);
  }
}

}  // namespace

Status find_frames(const Rolling& rolling, const Timeline& timeline, size_t first, size_t last, Frames& out) {
  MILLRACE_TRY(out.begin.resize(last - first));
  MILLRACE_TRY(out.end.resize(last - first));
  if (timeline.times) {
    frames_of_time(rolling, timeline, first, last, out);
  } else {
    frames_of_rows(rolling, timeline.count, first, last, out);
  }
  return {};
}

}  // namespace millrace::window
