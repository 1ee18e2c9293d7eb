#include <algorithm>

#include "exec/scan/scan.h"

namespace millrace::exec {

namespace {

class LocalMemoryScan final : public LocalScan {
 public:
  LocalMemoryScan(const FrameView& frame, const std::vector<int64_t>& starts, const std::vector<uint32_t>& columns,
                  uint32_t vector_rows, QueryState& query)
      : frame_(frame),
        starts_(starts),
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
    const int64_t begin = starts_[static_cast<size_t>(task.index)];
    const int64_t rows = std::min(starts_[static_cast<size_t>(task.index) + 1] - begin, task.row_limit);
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
      if (!more.ok()) return in_batch_at(first, more.take_status());
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
  const std::vector<int64_t>& starts_;
  const std::vector<uint32_t>& columns_;
  const uint32_t vector_rows_;
  QueryState& query_;
  std::vector<std::vector<StringRef>> strings_;
  std::vector<std::vector<uint64_t>> validity_;
  Batch batch_;
};

class MemoryScan final : public NumberedScan {
 public:
  MemoryScan(FrameView frame, RowRange range, bool large_strips, std::vector<uint32_t> columns, const Options& options,
             QueryState& query)
      : frame_(std::move(frame)),
        starts_(strip_starts(range, large_strips)),
        columns_(std::move(columns)),
        options_(options),
        query_(query) {}

  int64_t strip_count() const override { return static_cast<int64_t>(starts_.size()) - 1; }
  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalMemoryScan>(frame_, starts_, columns_, options_.vector_rows, query_);
  }

 private:
  const FrameView frame_;
  const std::vector<int64_t> starts_;  // of the strips, and the end
  const std::vector<uint32_t> columns_;
  const Options& options_;
  QueryState& query_;
};

}  // namespace

std::vector<int64_t> strip_starts(RowRange range, bool large) {
  std::vector<int64_t> starts;
  for (int64_t at = range.begin; at < range.end; at += strip_rows(range.end - at, large)) starts.push_back(at);
  starts.push_back(range.end);
  return starts;
}

int64_t strip_rows(int64_t left, bool large) {
  constexpr int64_t kLeastRows = 131072;
  constexpr int64_t kMostRows = int64_t{1} << 24;
  const int64_t share = left / 8 / kVectorRows * kVectorRows;
  return std::min(left, large ? std::clamp(share, kLeastRows, kMostRows) : kLeastRows);
}

std::unique_ptr<Scan> make_memory_scan(FrameView frame, RowRange range, bool large_strips,
                                       std::vector<uint32_t> columns, const Options& options, QueryState& query) {
  return std::make_unique<MemoryScan>(std::move(frame), range, large_strips, std::move(columns), options, query);
}

}  // namespace millrace::exec
