// Reads one strip: bytes -> rows -> batches, pushed on as they come. One per thread.
#pragma once
#include <functional>

#include "exec/query_state.h"
#include "exec/scan/csv_batch.h"
#include "exec/scan/csv_input.h"

namespace millrace::exec {

// Returns false to stop the strip early (enough rows).
using BatchConsumer = std::function<Result<bool>(const Batch&)>;

struct StripOutcome {
  Status status;
  int64_t start = -1;        // file offset at which the first row of the strip was taken to begin; -1: not found
  int64_t end = -1;          // file offset of the first row behind the strip
  bool starts_file = false;  // the start is certain
  int widen_column = -1;     // see CsvBatchReader
  QueryStats stats;
};

class CsvScanner {
 public:
  CsvScanner(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input, QueryState& query,
             size_t chunk_bytes, uint32_t vector_rows);

  // `known_start`: where the strip's first row begins, or -1 to guess.
  StripOutcome scan(const CsvStrip& strip, int64_t known_start, const BatchConsumer& consume);
  // Bytes that were read elsewhere and hold whole rows: window->data()[begin, end) with padding behind.
  StripOutcome scan_window(Buffer* window, size_t begin, size_t end, int64_t offset, const BatchConsumer& consume);
  // Later scans stop behind about so many rows.
  void set_row_limit(int64_t rows) { row_limit_ = rows; }
  // Which field of a row holds which column of the file.
  void set_positions(const std::vector<uint32_t>& position_of);

 private:
  Status scan_strip(const CsvStrip& strip, int64_t known_start, const BatchConsumer& consume, StripOutcome& out);
  Status open(const CsvStrip& strip);
  Result<int64_t> find_start(const CsvStrip& strip);
  Status read_rows(const CsvStrip& strip, const BatchConsumer& consume, StripOutcome& out);
  // Consumes the rows of the window; `finished` when a consumer has enough.
  Status consume_window(const BatchConsumer& consume, StripOutcome& out, bool& finished);
  void collect_counts(StripOutcome& out);

  const CsvSourceSpec& spec_;
  const CsvInput& input_;
  QueryState& query_;
  const size_t chunk_bytes_;
  csv::RowIndexer indexer_;
  CsvBatchReader reader_;
  Buffer window_;
  std::unique_ptr<ByteSource> source_;
  int64_t open_file_ = -1;
  int64_t head_bytes_ = 0;
  int64_t row_limit_ = INT64_MAX;
  std::vector<uint32_t> position_of_;  // by projected column
  Batch batch_;
};

}  // namespace millrace::exec
