// The ways into a stage, as strips: CSV files (or bytes), a CSV pipe, a frame in memory, one over
// memory of others, one that comes in chunks, and one that was persisted.
#pragma once
#include <mutex>

#include "column/frame_view.h"
#include "exec/scan/borrowed_frame.h"
#include "exec/scan/chunk_filter.h"
#include "exec/scan/csv_scanner.h"
#include "exec/scan/feed.h"
#include "exec/sink/key_threshold.h"
#include "store/stored_frame.h"

namespace millrace::exec {

// One strip to be read. Which members count depends on the scan that made it.
struct StripTask {
  int64_t index = 0;
  int64_t known_start = -1;        // files: set when the strip must be read again from here
  int64_t row_limit = INT64_MAX;   // files, frames: about so many rows are enough
  std::shared_ptr<Buffer> window;  // pipes: whole rows
  size_t window_begin = 0;
  size_t window_end = 0;
  int64_t window_offset = 0;  // of window_begin in the stream
  int64_t window_line = 1;
  std::shared_ptr<const BorrowedFrame> chunk;  // feeds
};

// An error for a row of a batch that begins at row `first` of what is scanned.
inline Status in_batch_at(int64_t first, Status status) {
  if (status.facts().row >= 0) status.mutable_facts().row += first;
  return status;
}

class LocalScan {
 public:
  virtual ~LocalScan() = default;
  virtual StripOutcome scan(const StripTask& task, const BatchConsumer& consume) = 0;
};

class Scan {
 public:
  virtual ~Scan() = default;
  // How many strips there are; -1 while that is unknown.
  virtual int64_t strip_count() const = 0;
  // The next strip, or false when there is none. May block in a read; `task.index` is set by the scan, in input order.
  virtual Result<bool> next(StripTask& task) = 0;
  virtual std::unique_ptr<LocalScan> make_local() = 0;
  // The strip is merged: nobody asks for it again.
  virtual void forget(int64_t) {}
  // Whether nobody can say yet what the next strip is: who runs the scan is told when that changes. Thread-safe.
  virtual bool waits() const { return false; }
  // Where the strip begins in the sense of StripOutcome: for the check of strips against each other. Empty ranges and
  // certain starts need none.
  virtual const CsvStrip* range(int64_t) const { return nullptr; }
};

// Strips that are there from the start, handed out one after another.
class NumberedScan : public Scan {
 public:
  Result<bool> next(StripTask& task) final {
    task.index = next_.fetch_add(1);
    return task.index < strip_count();
  }

 private:
  std::atomic<int64_t> next_{0};
};

// `strips` must fit `input`, which with `plan` and `spec` must outlive the scan.
std::unique_ptr<Scan> make_file_scan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input,
                                     const Options& options, QueryState& query);
Result<std::unique_ptr<Scan>> make_pipe_scan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input,
                                             const Options& options, QueryState& query);
struct RowRange {
  int64_t begin = 0;
  int64_t end = 0;
};
// How many rows a strip in memory takes at least, of `left`. Strips whose states are to be merged (`large`) are an
// eighth of what is left, but for the last ones: a merge costs by strip and group, with many groups more than the rows
// do. Others are small, so that little waits for the strips before it.
int64_t strip_rows(int64_t left, bool large);
// Where the strips of the rows begin, and the end of the last one.
std::vector<int64_t> strip_starts(RowRange range, bool large);

std::unique_ptr<Scan> make_memory_scan(FrameView frame, RowRange range, bool large_strips,
                                       std::vector<uint32_t> columns, const Options& options, QueryState& query);

std::unique_ptr<Scan> make_borrowed_scan(std::shared_ptr<const BorrowedFrame> frame, RowRange range, bool large_strips,
                                         std::vector<uint32_t> columns, const Options& options, QueryState& query);

// A strip for each chunk, as they come.
std::unique_ptr<Scan> make_feed_scan(std::shared_ptr<Feed> feed, std::vector<uint32_t> columns, const Options& options,
                                     QueryState& query);

// Without the chunks that `filter` rules out, and the vectors that `threshold` does, if there is one. Of those
// `columns` that are `by_code` too, rows with a code have no string.
std::unique_ptr<Scan> make_stored_scan(std::shared_ptr<const store::StoredFrame> frame, RowRange range,
                                       const ChunkFilter& filter, std::shared_ptr<const KeyThreshold> threshold,
                                       bool large_strips, std::vector<uint32_t> columns,
                                       const std::vector<uint32_t>& by_code, const Options& options, QueryState& query);

// A pipe can be read once: what the sniffer read of it waits here for the query.
struct ParkedPipe {
  std::unique_ptr<SequentialReader> reader;
  std::vector<uint8_t> head;
};
void park_pipe(const std::string& path, ParkedPipe pipe);
// ERR_SOURCE_CONSUMED when nothing is parked under the path.
Result<ParkedPipe> claim_pipe(const std::string& path);

}  // namespace millrace::exec
