// What the workers did, for a dashboard: a bounded ring that keeps the newest events.
#pragma once
#include <cstddef>
#include <cstdint>

namespace millrace::exec {

struct TaskEvent {
  enum class Kind : uint8_t { Strip = 0, Query = 1 };
  Kind kind;
  int64_t query;
  uint32_t thread;   // worker slot of the query
  int64_t start_ns;  // monotonic clock
  int64_t end_ns;
  int64_t rows;
};
inline constexpr size_t kTaskEventDoubles = 6;

void record_task(const TaskEvent& event);
// Moves the oldest events, as kTaskEventDoubles numbers each, into `into`; returns how many events.
size_t drain_tasks(double* into, size_t capacity);
int64_t now_ns();

}  // namespace millrace::exec
