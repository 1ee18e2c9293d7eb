#include <atomic>

#include "exec/scan/scan.h"

namespace millrace::exec {

namespace {

class LocalFileScan final : public LocalScan {
 public:
  LocalFileScan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input, const Options& options,
                QueryState& query)
      : input_(input), scanner_(plan, spec, input, query, options.chunk_bytes, options.vector_rows) {}

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    scanner_.set_row_limit(task.row_limit);
    return scanner_.scan(input_.strips()[static_cast<size_t>(task.index)], task.known_start, consume);
  }

 private:
  const CsvInput& input_;
  CsvScanner scanner_;
};

class FileScan final : public Scan {
 public:
  FileScan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input, const Options& options,
           QueryState& query)
      : plan_(plan), spec_(spec), input_(input), options_(options), query_(query) {
    query.progress.bytes_total.store(input.total_bytes());
  }

  int64_t strip_count() const override { return static_cast<int64_t>(input_.strips().size()); }
  Result<bool> next(StripTask& task) override {
    task.index = next_.fetch_add(1);
    return task.index < strip_count();
  }
  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalFileScan>(plan_, spec_, input_, options_, query_);
  }
  const CsvStrip* range(int64_t index) const override { return &input_.strips()[static_cast<size_t>(index)]; }

 private:
  const CsvScanPlan& plan_;
  const CsvSourceSpec& spec_;
  const CsvInput& input_;
  const Options& options_;
  QueryState& query_;
  std::atomic<int64_t> next_{0};
};

}  // namespace

std::unique_ptr<Scan> make_file_scan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input,
                                     const Options& options, QueryState& query) {
  return std::make_unique<FileScan>(plan, spec, input, options, query);
}

}  // namespace millrace::exec
