#include "exec/scan/csv_scanner.h"

#include <algorithm>

#include "csv/split.h"

namespace millrace::exec {

namespace {

// Bytes before the window's first byte, so that kernels may look back and the index has room for its sentinel.
constexpr size_t kLead = 64;
// How far past the end of a strip is read at first, to complete its last row.
constexpr int64_t kTailBytes = 4096;
constexpr int64_t kGuessBytes[] = {16 << 10, 1 << 20};

csv::RowIndexerOptions indexer_options(const CsvScanPlan& plan, const CsvSourceSpec& spec, uint32_t vector_rows) {
  csv::RowIndexerOptions out;
  out.dialect = spec.dialect;
  out.columns = static_cast<uint32_t>(spec.columns.size());
  out.on_error = spec.on_error;
  out.batch_rows = vector_rows;
  out.max_field_bytes = spec.max_field_bytes;
  out.max_columns = spec.max_columns;
  out.texts =
      std::any_of(plan.columns.begin(), plan.columns.end(), [](const Field& field) { return is_string(field.type); });
  return out;
}

}  // namespace

Status aborted_error() { return Status(Code::Aborted, "the query was aborted"); }

CsvScanner::CsvScanner(const CsvScanPlan& plan, const CsvSourceSpec& spec, const CsvInput& input, QueryState& query,
                       size_t chunk_bytes, uint32_t vector_rows)
    : spec_(spec),
      input_(input),
      query_(query),
      chunk_bytes_(chunk_bytes),
      indexer_(indexer_options(plan, spec, vector_rows), &query.budget),
      reader_(plan, &query.budget),
      window_(&query.budget) {
  batch_.columns.resize(plan.columns.size());
}

StripOutcome CsvScanner::scan(const CsvStrip& strip, int64_t known_start, const BatchConsumer& consume) {
  StripOutcome out;
  out.status = scan_strip(strip, known_start, consume, out);
  collect_counts(out);
  if (!out.status.ok() && out.status.facts().file.empty()) {
    out.status.mutable_facts().file = input_.name(strip.file);
  }
  return out;
}

Status CsvScanner::scan_strip(const CsvStrip& strip, int64_t known_start, const BatchConsumer& consume,
                              StripOutcome& out) {
  if (query_.is_aborted()) return aborted_error();
  MILLRACE_TRY(open(strip));
  out.starts_file = strip.begin == 0;
  out.start = known_start;
  if (known_start < 0) {
    auto start = find_start(strip);
    MILLRACE_TRY(start);
    out.start = start.value();
  }
  if (out.start < 0) return {};
  out.end = out.start;
  if (out.start < strip.end) MILLRACE_TRY(read_rows(strip, consume, out));
  return source_->verify_unchanged();
}

Status CsvScanner::open(const CsvStrip& strip) {
  if (open_file_ == strip.file) return {};
  open_file_ = -1;
  auto source = input_.open_source(strip.file);
  MILLRACE_TRY(source);
  source_ = source.take();
  std::vector<uint32_t> position_of;
  auto head = input_.read_head(*source_, strip.file, position_of);
  MILLRACE_TRY(head);
  set_positions(position_of);
  head_bytes_ = head.value();
  open_file_ = strip.file;
  return {};
}

void CsvScanner::set_positions(const std::vector<uint32_t>& position_of) {
  position_of_.clear();
  for (const uint32_t column : spec_.project) position_of_.push_back(position_of[column]);
}

// -1 when the bytes around the strip's begin do not tell.
Result<int64_t> CsvScanner::find_start(const CsvStrip& strip) {
  if (strip.begin <= head_bytes_) return head_bytes_;
  const int64_t from = strip.begin - 1;
  for (const int64_t wanted : kGuessBytes) {
    const int64_t bytes = std::min(wanted, source_->size() - from);
    const auto size = static_cast<size_t>(bytes);
    MILLRACE_TRY(window_.reserve(size + kBufferPadding));
    MILLRACE_TRY(source_->read_at(from, window_.data(), size));
    window_.data()[size] = 0;
    const auto start =
        csv::guess_row_start(reinterpret_cast<const char*>(window_.data()), size, from + bytes == source_->size(),
                             spec_.dialect, static_cast<uint32_t>(spec_.columns.size()));
    if (start) return from + static_cast<int64_t>(*start);
    if (bytes < wanted) break;
  }
  return int64_t{-1};
}

Status CsvScanner::read_rows(const CsvStrip& strip, const BatchConsumer& consume, StripOutcome& out) {
  int64_t offset = out.start;  // of the window's first byte
  size_t have = 0;             // bytes in the window
  size_t growth = 1;
  bool finished = false;
  while (!finished) {
    const int64_t at = offset + static_cast<int64_t>(have);
    const int64_t target = std::max(strip.end + kTailBytes, at + kTailBytes * static_cast<int64_t>(growth));
    const int64_t step = static_cast<int64_t>(chunk_bytes_ * growth);
    const int64_t to = std::min({at + step, target, source_->size()});
    const auto fresh = static_cast<size_t>(to - at);
    MILLRACE_TRY(window_.resize(kLead + have + fresh + kBufferPadding));
    MILLRACE_TRY(source_->read_at(at, window_.data() + kLead + have, fresh));
    have += fresh;
    query_.progress.bytes_done.fetch_add(static_cast<int64_t>(fresh), std::memory_order_relaxed);
    out.stats.bytes_read += static_cast<int64_t>(fresh);
    const bool final = to == source_->size();
    const size_t limit = kLead + static_cast<size_t>(strip.end - offset);
    indexer_.start(&window_, kLead, kLead + have, limit, final);
    const Status status = consume_window(consume, out, finished);
    if (!status.ok()) {
      Status placed = status;
      if (placed.facts().offset >= 0) placed.mutable_facts().offset += offset - static_cast<int64_t>(kLead);
      return placed;
    }
    const size_t used = indexer_.consumed() - kLead;
    out.end = offset + static_cast<int64_t>(used);
    if (indexer_.at_limit() || final) break;
    growth = used ? 1 : growth * 2;
    have -= used;
    std::memmove(window_.data() + kLead, window_.data() + kLead + used, have);
    offset += static_cast<int64_t>(used);
  }
  return {};
}

Status CsvScanner::consume_window(const BatchConsumer& consume, StripOutcome& out, bool& finished) {
  while (true) {
    if (query_.is_aborted()) return aborted_error();
    csv::RowBatch rows;
    MILLRACE_TRY(indexer_.next(rows));
    if (rows.rows == 0) return {};
    query_.progress.rows_done.fetch_add(rows.rows, std::memory_order_relaxed);
    const Status read =
        reader_.read(rows, indexer_.data(), position_of_, static_cast<uint32_t>(spec_.columns.size()), batch_);
    if (!read.ok()) {
      out.widen_column = reader_.widen_column();
      return read;
    }
    bool more = indexer_.counts().rows < row_limit_;
    if (batch_.rows > 0) {
      auto wanted = consume(batch_);
      if (!wanted.ok()) return reader_.at_its_place(wanted.take_status());
      more &= wanted.value();
    }
    if (!more) {
      finished = true;
      return {};
    }
  }
}

StripOutcome CsvScanner::scan_window(Buffer* window, size_t begin, size_t end, int64_t offset,
                                     const BatchConsumer& consume) {
  StripOutcome out;
  out.starts_file = true;
  bool finished = false;
  indexer_.start(window, begin, end, SIZE_MAX, true);
  out.status = consume_window(consume, out, finished);
  if (!out.status.ok() && out.status.facts().offset >= 0) {
    out.status.mutable_facts().offset += offset - static_cast<int64_t>(begin);
  }
  if (!out.status.ok()) out.status.mutable_facts().file = input_.name(0);
  collect_counts(out);
  return out;
}

void CsvScanner::collect_counts(StripOutcome& out) {
  out.stats.rows_scanned = indexer_.counts().rows;
  out.stats.rows_skipped = indexer_.counts().skipped + reader_.rows_skipped();
  out.stats.rows_repaired = indexer_.counts().repaired;
  out.stats.cells_nulled = reader_.cells_nulled();
  indexer_.reset_counts();
  reader_.reset_counts();
}

}  // namespace millrace::exec
