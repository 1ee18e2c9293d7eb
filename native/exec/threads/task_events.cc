#include "exec/threads/task_events.h"

#include <chrono>
#include <mutex>

namespace millrace::exec {

namespace {

constexpr size_t kRingEvents = 8192;

struct Ring {
  std::mutex mutex;
  TaskEvent events[kRingEvents];
  size_t first = 0;
  size_t count = 0;
};

Ring& ring() {
  static Ring* all = new Ring();
  return *all;
}

}  // namespace

void record_task(const TaskEvent& event) {
  Ring& all = ring();
  const std::lock_guard lock(all.mutex);
  all.events[(all.first + all.count) % kRingEvents] = event;
  if (all.count < kRingEvents) {
    all.count++;
  } else {
    all.first = (all.first + 1) % kRingEvents;
  }
}

size_t drain_tasks(double* into, size_t capacity) {
  Ring& all = ring();
  const std::lock_guard lock(all.mutex);
  const size_t events = all.count < capacity / kTaskEventDoubles ? all.count : capacity / kTaskEventDoubles;
  for (size_t i = 0; i < events; i++) {
    const TaskEvent& event = all.events[(all.first + i) % kRingEvents];
    *into++ = static_cast<double>(event.kind);
    *into++ = static_cast<double>(event.query);
    *into++ = event.thread;
    *into++ = static_cast<double>(event.start_ns);
    *into++ = static_cast<double>(event.end_ns);
    *into++ = static_cast<double>(event.rows);
  }
  all.first = (all.first + events) % kRingEvents;
  all.count -= events;
  return events;
}

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace millrace::exec
