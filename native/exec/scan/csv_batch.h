// Rows of text -> a batch of typed columns: the filter's columns first, then, for the surviving rows only, the rest.
#pragma once
#include <vector>

#include "column/gather.h"
#include "csv/convert.h"
#include "csv/row_indexer.h"
#include "expr/program.h"

namespace millrace::exec {

// What a scan reads; shared by all threads. Columns are numbered by their place in CsvSourceSpec::project.
struct CsvScanPlan {
  Schema columns;
  std::vector<bool> inferred;
  std::vector<uint32_t> filter_columns;  // read by `filter`
  std::vector<uint32_t> late_columns;    // needed behind the filter, not by it
  std::vector<uint32_t> kept_columns;    // needed by the filter and behind it
  const expr::Program* filter = nullptr;
  std::vector<std::string> null_tokens;
  csv::OnError on_error = csv::OnError::Error;
  csv::Dialect dialect;
};

class CsvBatchReader {
 public:
  CsvBatchReader(const CsvScanPlan& plan, MemoryBudget* budget);

  // `position_of[c]`: which of the `fields` of a row holds column c. Fills out.columns of the needed columns and
  // out.rows; valid until the next call. On a bad cell, or a row that the filter fails for, facts.offset is
  // its position in the window.
  Status read(const csv::RowBatch& rows, const char* window, const std::vector<uint32_t>& position_of, uint32_t fields,
              Batch& out);

  // An error for a row of the last batch, which becomes its position in the window.
  Status at_its_place(Status status) const { return placed(std::move(status), delivered_); }
  // The column whose inferred int64 met a decimal, when read() failed for that; else -1.
  int widen_column() const { return widen_column_; }
  int64_t rows_skipped() const { return rows_skipped_; }
  int64_t cells_nulled() const { return cells_nulled_; }
  void reset_counts() { rows_skipped_ = cells_nulled_ = 0; }

 private:
  enum class Outcome : uint8_t { Done, Retry };
  Result<Outcome> attempt(Batch& out);
  Result<Outcome> convert(uint32_t column, const uint32_t* selection, uint32_t count, Batch& out);
  Result<Outcome> refuse(uint32_t column, const csv::FieldSource& source, const csv::ConvertFailure& failure);
  Status null_error(uint32_t column, const csv::FieldSource& source, uint32_t row) const;
  csv::FieldSource source_of(uint32_t column) const;
  void drop_row(uint32_t row);
  // `selection`: which row of the indexed ones each row of the error's batch is.
  Status placed(Status status, const uint32_t* selection) const;

  const CsvScanPlan& plan_;
  std::vector<csv::ConvertedColumn> converted_;  // by column
  std::vector<GatheredColumn> gathered_;         // by column
  std::unique_ptr<expr::Evaluator> evaluator_;
  Batch filter_batch_;
  csv::RowBatch rows_;
  const char* window_ = nullptr;
  const std::vector<uint32_t>* position_of_ = nullptr;
  uint32_t fields_ = 0;
  bool dropped_ = false;                 // OnError::Skip: selected_ holds the rows that are left
  const uint32_t* delivered_ = nullptr;  // the rows of the last batch, where not all are in it
  uint32_t selected_count_ = 0;
  uint32_t selected_[kVectorRows];
  uint32_t survivors_[kVectorRows];
  int widen_column_ = -1;
  int64_t rows_skipped_ = 0;
  int64_t cells_nulled_ = 0;
  int64_t nulled_by_attempt_ = 0;
};

}  // namespace millrace::exec
