// What every part of a running query shares.
#pragma once
#include <atomic>

#include "base/memory.h"

namespace millrace::exec {

struct QueryProgress {
  std::atomic<int64_t> bytes_done{0};
  std::atomic<int64_t> bytes_total{0};
  std::atomic<int64_t> rows_done{0};
  std::atomic<int64_t> tasks_done{0};
  std::atomic<int64_t> tasks_total{0};
};

// Totals of a finished query.
struct QueryStats {
  int64_t rows_scanned = 0;
  int64_t bytes_read = 0;
  int64_t rows_skipped = 0;
  int64_t rows_repaired = 0;
  int64_t cells_nulled = 0;
  int64_t strips = 0;
  int64_t strips_redone = 0;
  int64_t spilled_bytes = 0;  // on disk at once, at most

  void add(const QueryStats& other) {
    rows_scanned += other.rows_scanned;
    bytes_read += other.bytes_read;
    rows_skipped += other.rows_skipped;
    rows_repaired += other.rows_repaired;
    cells_nulled += other.cells_nulled;
    strips += other.strips;
    strips_redone += other.strips_redone;
    spilled_bytes += other.spilled_bytes;
  }
};

struct QueryState {
  explicit QueryState(int64_t memory_limit_bytes) : budget(memory_limit_bytes) {}
  MemoryBudget budget;
  std::atomic<bool> aborted{false};
  QueryProgress progress;
  int64_t id = 0;

  bool is_aborted() const { return aborted.load(std::memory_order_relaxed); }
};

Status aborted_error();

}  // namespace millrace::exec
