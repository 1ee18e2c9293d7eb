// The part of a query that reads CSV.
#include "base/cold.h"

#include <algorithm>

#include "exec/query.h"

namespace millrace::exec {

namespace {

// The physical line that holds the byte: 1 + line feeds before it.
int64_t line_of(ByteSource& source, int64_t offset) {
  std::vector<uint8_t> buffer(1 << 20);
  int64_t lines = 1;
  for (int64_t at = 0; at < offset;) {
    const auto bytes = static_cast<size_t>(std::min<int64_t>(offset - at, static_cast<int64_t>(buffer.size())));
    if (!source.read_at(at, buffer.data(), bytes).ok()) return -1;
    lines +=
        static_cast<int64_t>(simd::kernels().count_byte(reinterpret_cast<const char*>(buffer.data()), bytes, '\n'));
    at += static_cast<int64_t>(bytes);
  }
  return lines;
}

}  // namespace

Status Query::begin_csv(const Segment& segment) {
  csv_ = segment.source->csv.get();
  Schema projected;
  for (const uint32_t column : csv_->project) projected.push_back(csv_->columns[column]);
  auto stage = bind_stage(segment.steps, std::move(projected), true, plan_->options, state_);
  MILLRACE_TRY(stage);
  stage_ = stage.take();
  stage_->spills = spills_;
  auto input = CsvInput::open(*csv_, csv_bytes(*csv_), plan_->options.chunk_bytes, stage_->aggregates);
  MILLRACE_TRY(input);
  csv_input_ = input.take();
  MILLRACE_TRY(redirect_rows(segment, [this] { return csv_input_->total_bytes(); }));
  MILLRACE_TRY(make_csv_scan());
  auto small_strips = settle_sink();
  MILLRACE_TRY(small_strips);
  if (!small_strips.value()) return {};
  input = CsvInput::open(*csv_, csv_bytes(*csv_), plan_->options.chunk_bytes, false);
  MILLRACE_TRY(input);
  csv_input_ = input.take();
  return make_csv_scan();
}

Status Query::make_csv_scan() {
  const CsvSourceSpec& spec = *csv_;
  csv_plan_ = {};
  for (const uint32_t column : spec.project) {
    csv_plan_.columns.push_back(spec.columns[column]);
    csv_plan_.inferred.push_back(spec.inferred[column]);
  }
  csv_plan_.null_tokens = spec.null_values;
  csv_plan_.on_error = spec.on_error;
  csv_plan_.dialect = spec.dialect;
  csv_plan_.filter = stage_->scan_filter.get();
  if (csv_plan_.filter) csv_plan_.filter_columns = csv_plan_.filter->input_columns();
  for (const uint32_t column : stage_->needed) {
    const bool filtered = std::binary_search(csv_plan_.filter_columns.begin(), csv_plan_.filter_columns.end(), column);
    (filtered ? csv_plan_.kept_columns : csv_plan_.late_columns).push_back(column);
  }
  if (!csv_input_->sequential()) {
    scan_ = make_file_scan(csv_plan_, spec, *csv_input_, plan_->options, state_);
    return {};
  }
  auto scan = make_pipe_scan(csv_plan_, spec, *csv_input_, plan_->options, state_);
  MILLRACE_TRY(scan);
  scan_ = scan.take();
  return {};
}

std::pair<const uint8_t*, int64_t> Query::csv_bytes(const CsvSourceSpec& spec) const {
  if (!spec.files.empty()) return {nullptr, 0};
  const auto& bytes = inputs_.bytes[static_cast<size_t>(spec.bytes_handle)];
  return {bytes->data(), static_cast<int64_t>(bytes->size())};
}

// Errors know the byte; people want the file and the line.
void Query::locate(Status& status) const {
  if (status.ok() || !csv_input_ || status.facts().offset < 0) return;
  ErrorFacts& facts = status.mutable_facts();
  const auto& files = csv_->files;
  const auto at = std::find(files.begin(), files.end(), facts.file);
  if (facts.line < 0 && !csv_input_->sequential()) {
    auto source = csv_input_->open_source(at == files.end() ? 0 : static_cast<uint32_t>(at - files.begin()));
    if (source.ok()) facts.line = line_of(*source.value(), facts.offset);
  }
  if (facts.line >= 0) status.set_message(facts.file + ":" + std::to_string(facts.line) + ": " + status.message());
}

// An error knows the row of what its pipeline reads: people can look it up where that is a frame of theirs.
void Query::name_row(Status& status) const {
  if (status.ok() || status.facts().row < 0) return;
  int64_t& row = status.mutable_facts().row;
  const OpSpec* source = at_ < segments_.size() ? segments_[at_].source : nullptr;
  if (source && source->kind == OpSpec::Kind::Memory && source->rows_known) {
    status.set_message("row " + std::to_string(row) + " of the frame in memory: " + status.message());
  } else {
    row = -1;
  }
}

}  // namespace millrace::exec
