#include <algorithm>

#include "exec/scan.h"

namespace millrace::exec {

namespace {

constexpr int64_t kStripRows = 131072;

class LocalMemoryScan final : public LocalScan {
 public:
  LocalMemoryScan(const FrameView& frame, RowRange range, const std::vector<uint32_t>& columns, uint32_t vector_rows,
                  QueryState& query)
      : frame_(frame),
        range_(range),
        columns_(columns),
        vector_rows_(vector_rows),
        query_(query),
        strings_(frame.columns.size()),
        validity_(frame.columns.size()) {
    batch_.columns.resize(frame.columns.size());
  }

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    StripOutcome out;
    out.starts_file = true;
    const int64_t begin = range_.begin + task.index * kStripRows;
    const int64_t rows = std::min({kStripRows, range_.end - begin, task.row_limit});
    out.status = scan_rows(begin, begin + rows, consume, out);
    return out;
  }

 private:
  Status scan_rows(int64_t begin, int64_t end, const BatchConsumer& consume, StripOutcome& out) {
    for (int64_t first = begin; first < end; first += vector_rows_) {
      if (query_.is_aborted()) return aborted_error();
      const auto rows = static_cast<uint32_t>(std::min<int64_t>(vector_rows_, end - first));
      batch_.rows = rows;
      for (const uint32_t c : columns_) batch_.columns[c] = slice(c, first, rows);
      out.stats.rows_scanned += rows;
      query_.progress.rows_done.fetch_add(rows, std::memory_order_relaxed);
      auto more = consume(batch_);
      MILLRACE_TRY(more);
      if (!more.value()) break;
    }
    return {};
  }

  Vector slice(uint32_t c, int64_t first, uint32_t rows) {
    const Column& column = *frame_.columns[c];
    if (is_string(column.type) && strings_[c].empty()) strings_[c].resize(kVectorRows);
    validity_[c].resize(column.null_count ? kValidityWords : 0);
    return view_of(column, first, rows, strings_[c].data(), validity_[c].data());
  }

  const FrameView& frame_;
  const RowRange range_;
  const std::vector<uint32_t>& columns_;
  const uint32_t vector_rows_;
  QueryState& query_;
  std::vector<std::vector<StringRef>> strings_;
  std::vector<std::vector<uint64_t>> validity_;
  Batch batch_;
};

class MemoryScan final : public Scan {
 public:
  MemoryScan(FrameView frame, RowRange range, std::vector<uint32_t> columns, const Options& options, QueryState& query)
      : frame_(std::move(frame)), range_(range), columns_(std::move(columns)), options_(options), query_(query) {}

  int64_t strip_count() const override { return (range_.end - range_.begin + kStripRows - 1) / kStripRows; }
  Result<bool> next(StripTask& task) override {
    task.index = next_.fetch_add(1);
    return task.index < strip_count();
  }
  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalMemoryScan>(frame_, range_, columns_, options_.vector_rows, query_);
  }

 private:
  const FrameView frame_;
  const RowRange range_;
  const std::vector<uint32_t> columns_;
  const Options& options_;
  QueryState& query_;
  std::atomic<int64_t> next_{0};
};

}  // namespace

std::unique_ptr<Scan> make_memory_scan(FrameView frame, RowRange range, std::vector<uint32_t> columns,
                                       const Options& options, QueryState& query) {
  return std::make_unique<MemoryScan>(std::move(frame), range, std::move(columns), options, query);
}

}  // namespace millrace::exec
