// Pipes and devices: one thread at a time reads on and cuts off whole rows, which it then converts like any other
// while the next thread reads.
#include "base/cold.h"

#include <algorithm>
#include <map>

#include "csv/split.h"
#include "exec/scan/scan.h"

namespace millrace::exec {

namespace {

constexpr size_t kLead = 64;
constexpr int kPollMs = 20;

struct Parked {
  std::mutex mutex;
  std::map<std::string, ParkedPipe> pipes;
};

Parked& parked() {
  static Parked* all = new Parked();
  return *all;
}

class LocalPipeScan final : public LocalScan {
 public:
  LocalPipeScan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input, const Options& options,
                QueryState& query)
      : scanner_(plan, spec, input, query, options.chunk_bytes, options.vector_rows) {
    std::vector<uint32_t> identity(spec.columns.size());
    for (uint32_t c = 0; c < identity.size(); c++) identity[c] = c;
    scanner_.set_positions(identity);
  }

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    StripOutcome out =
        scanner_.scan_window(task.window.get(), task.window_begin, task.window_end, task.window_offset, consume);
    if (!out.status.ok() && out.status.facts().offset >= 0) {
      const auto before = static_cast<size_t>(out.status.facts().offset - task.window_offset);
      const char* bytes = reinterpret_cast<const char*>(task.window->data()) + task.window_begin;
      out.status.mutable_facts().line =
          task.window_line + static_cast<int64_t>(simd::kernels().count_byte(bytes, before, '\n'));
    }
    return out;
  }

 private:
  CsvScanner scanner_;
};

class PipeScan final : public Scan {
 public:
  PipeScan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input, const Options& options,
           QueryState& query, ParkedPipe pipe)
      : plan_(plan), spec_(spec), input_(input), options_(options), query_(query), pipe_(std::move(pipe)) {
    carry_.assign(pipe_.head.begin(), pipe_.head.end());
  }

  int64_t strip_count() const override { return count_.load(); }

  Result<bool> next(StripTask& task) override {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    auto window = std::make_shared<Buffer>(&query_.budget);
    MILLRACE_TRY(window->resize(kLead + carry_.size() + kBufferPadding));
    std::memcpy(window->data() + kLead, carry_.data(), carry_.size());
    size_t end = kLead + carry_.size();
    size_t step = std::max<size_t>(options_.chunk_bytes, 1);
    size_t cut = kLead;
    while (cut == kLead && !ended_) {
      MILLRACE_TRY(fill(*window, end, end + step));
      auto whole = whole_rows(*window, end);
      MILLRACE_TRY(whole);
      cut = whole.value();
      if (cut == kLead && end - kLead > std::max<size_t>(spec_.max_field_bytes, 1 << 20) * 2) {
        cut = end;  // the row indexer says what is wrong with it
        ended_ = true;
      }
      step *= 2;
    }
    carry_.assign(window->data() + cut, window->data() + end);
    task.index = next_index_++;
    task.window = std::move(window);
    task.window_begin = task.index == 0 ? kLead + head_bytes_ : kLead;
    task.window_end = std::max(cut, task.window_begin);
    task.window_offset = offset_ + static_cast<int64_t>(task.window_begin - kLead);
    const char* bytes = reinterpret_cast<const char*>(task.window->data());
    line_ += static_cast<int64_t>(simd::kernels().count_byte(bytes + kLead, task.window_begin - kLead, '\n'));
    task.window_line = line_;
    line_ += static_cast<int64_t>(
        simd::kernels().count_byte(bytes + task.window_begin, task.window_end - task.window_begin, '\n'));
    offset_ += static_cast<int64_t>(cut - kLead);
    if (ended_) count_.store(next_index_);
    return true;
  }

  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalPipeScan>(plan_, spec_, input_, options_, query_);
  }

 private:
  // Reads until `until` bytes stand in the window, or the end.
  Status fill(Buffer& window, size_t& end, size_t until) {
    MILLRACE_TRY(window.resize(until + kBufferPadding));
    while (end < until) {
      if (query_.is_aborted()) return aborted_error();
      auto got = pipe_.reader->read(window.data() + end, until - end, kPollMs);
      MILLRACE_TRY(got);
      if (got.value() == 0) {
        ended_ = true;
        break;
      }
      if (got.value() < 0) continue;
      end += static_cast<size_t>(got.value());
      query_.progress.bytes_done.fetch_add(got.value(), std::memory_order_relaxed);
    }
    window.data()[end] = 0;
    return {};
  }

  // The end of the last whole row in the window; everything at the end of the input.
  Result<size_t> whole_rows(Buffer& window, size_t end) {
    const char* bytes = reinterpret_cast<const char*>(window.data());
    size_t begin = kLead;
    if (next_index_ == 0) {
      auto head = csv::read_preamble(bytes + kLead, end - kLead, ended_, spec_.dialect);
      MILLRACE_TRY(head);
      if (!head.value().complete && !ended_) return kLead;
      head_bytes_ = head.value().rows_begin;
      begin += head_bytes_;
    }
    if (ended_) return end;
    csv::StructuralIndex index(spec_.dialect);
    index.start_row();
    MILLRACE_TRY(positions_.resize(end - begin + 64));
    const simd::IndexProgress done = index.index(bytes, begin, end, false, false, positions_.data());
    const bool any = spec_.dialect.newline == csv::Dialect::Newline::Any;
    for (size_t i = done.positions; i > 0; i--) {
      const char byte = bytes[positions_[i - 1]];
      if (byte == '\n' || (any && byte == '\r')) return size_t{positions_[i - 1]} + 1;
    }
    return kLead;
  }

  const CsvScanPlan& plan_;
  const CsvSourceSpec& spec_;
  const CsvInput& input_;
  const Options& options_;
  QueryState& query_;
  std::mutex mutex_;
  ParkedPipe pipe_;
  std::vector<uint8_t> carry_;
  PodVector<uint32_t> positions_;
  bool ended_ = false;
  int64_t next_index_ = 0;
  size_t head_bytes_ = 0;
  int64_t offset_ = 0;
  int64_t line_ = 1;
  std::atomic<int64_t> count_{-1};
};

}  // namespace

Result<std::unique_ptr<Scan>> make_pipe_scan(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input,
                                             const Options& options, QueryState& query) {
  auto pipe = claim_pipe(spec.files[0]);
  MILLRACE_TRY(pipe);
  return std::unique_ptr<Scan>(std::make_unique<PipeScan>(plan, spec, input, options, query, pipe.take()));
}

void park_pipe(const std::string& path, ParkedPipe pipe) {
  const std::lock_guard lock(parked().mutex);
  parked().pipes[path] = std::move(pipe);
}

Result<ParkedPipe> claim_pipe(const std::string& path) {
  const std::lock_guard lock(parked().mutex);
  const auto at = parked().pipes.find(path);
  if (at == parked().pipes.end()) {
    ErrorFacts facts;
    facts.file = path;
    facts.hint = "a pipe or device can be read once: call readCsv again for another run, or keep the result";
    return Status(Code::SourceConsumed, path + " was already read", std::move(facts));
  }
  ParkedPipe out = std::move(at->second);
  parked().pipes.erase(at);
  return out;
}

}  // namespace millrace::exec
