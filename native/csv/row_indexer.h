// Cuts a window of CSV bytes into batches of rows whose fields are addressed by the structural index.
//
// A regular batch (every row has the expected number of fields, no blank or comment line) is the index itself, a field
// end every `columns` entries, checked by one pass over the row ends. Anything else is walked row by row into a second
// array that holds the rows that count, with their begins.
#pragma once
#include "base/memory.h"
#include "csv/convert.h"
#include "csv/structural_index.h"

namespace millrace::csv {

enum class OnError : uint8_t { Error, Null, Skip };

struct RowIndexerOptions {
  Dialect dialect;
  uint32_t columns = 0;
  OnError on_error = OnError::Error;
  uint32_t batch_rows = kVectorRows;
  size_t max_field_bytes = size_t{64} << 20;
  size_t max_columns = 100000;
  bool texts = false;  // some column is read as text: RowBatch::ascii is wanted
};

struct RowBatch {
  const uint32_t* ends = nullptr;  // the entry of column 0 in row 0; see FieldSource
  uint32_t stride = 0;
  uint32_t rows = 0;
  bool quoted = false;
  bool ascii = false;  // see FieldSource
};

struct RowCounts {
  int64_t rows = 0;      // delivered
  int64_t skipped = 0;   // ragged rows dropped by OnError::Skip
  int64_t repaired = 0;  // ragged rows padded with nulls or cut by OnError::Null
};

class RowIndexer {
 public:
  RowIndexer(const RowIndexerOptions& options, MemoryBudget* budget);

  // A new window: `window` holds bytes up to `end`, of which [begin, end) are to be read and `begin` begins a row. The
  // window must have kBufferPadding writable bytes behind `end`; short rows are repaired behind them, so it may grow.
  // Rows that begin at or behind `limit` are left alone. `final`: no byte follows `end` in the file.
  void start(Buffer* window, size_t begin, size_t end, size_t limit, bool final);
  // The next rows, up to batch_rows of them; 0 rows when the window has no complete row left. Errors carry the position
  // within the window in facts.offset. Batches stay valid until the next call.
  Status next(RowBatch& batch);
  // Where the first row that was not delivered begins.
  size_t consumed() const { return consumed_; }
  // Whether the strip's limit was reached: the row at consumed() begins at or behind it.
  bool at_limit() const { return consumed_ >= limit_; }
  const RowCounts& counts() const { return counts_; }
  void reset_counts() { counts_ = {}; }
  const char* data() const { return reinterpret_cast<const char*>(window_->data()); }

 private:
  Status index_more();
  Status finish_last_row();
  bool is_regular(uint32_t rows);
  bool row_ends_in_place(size_t from_row, size_t to_row);
  size_t last_row_end() const;
  Status deliver_regular(uint32_t rows, RowBatch& batch);
  Status walk(RowBatch& batch);
  Status walk_row(size_t first, size_t fields, uint32_t begin);
  Status append_padded_row(size_t first, size_t fields, uint32_t begin);
  Status check_unfinished_row();
  Status check_field_lengths(const uint32_t* ends, size_t count) const;
  Status field_too_large(size_t begin) const;
  Status ragged(uint32_t begin, size_t fields) const;
  bool is_row_end(uint32_t position) const;
  uint32_t row_begin() const { return positions_[head_] + 1; }

  const RowIndexerOptions options_;
  StructuralIndex index_;
  Buffer* window_ = nullptr;
  size_t at_ = 0;  // indexed up to here
  size_t end_ = 0;
  size_t limit_ = 0;
  size_t consumed_ = 0;
  size_t repaired_end_ = 0;  // behind the window: rows repaired so far
  bool final_ = false;
  bool quotes_absent_ = false;
  bool ascii_ = false;
  bool exhausted_ = false;
  double row_bytes_ = 64;          // running estimate, sizes the next stretch to index
  PodVector<uint32_t> positions_;  // [head_]: begin of the first undelivered row - 1; then its field ends
  size_t head_ = 0;
  size_t count_ = 0;          // entries in use
  size_t newlines_ = 0;       // complete rows among the entries behind head_
  size_t verified_ = 0;       // of these, rows known to be regular
  uint32_t longest_row_ = 0;  // bytes, among the verified rows
  PodVector<uint32_t> walked_;
  RowCounts counts_;
};

}  // namespace millrace::csv
