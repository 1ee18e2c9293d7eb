#include "base/cold.h"

#include "exec/scan/csv_input.h"

#include <algorithm>

namespace millrace::exec {

namespace {

// A strip is at least this many reads long, and for aggregation at most this share of what is left of its file.
constexpr int64_t kChunksInStrip = 16;
constexpr int64_t kShareOfRest = 8;
constexpr size_t kFirstHeadBytes = 64 << 10;

std::string list_names(const std::vector<std::string>& names) {
  std::string out;
  for (size_t i = 0; i < names.size() && i < 20; i++) out += (i ? ", " : "") + names[i];
  return names.size() > 20 ? out + ", ..." : out;
}

Status empty_file(const std::string& name) {
  ErrorFacts facts;
  facts.file = name;
  facts.hint = "a CSV file needs at least a header or a row";
  return Status(Code::FileEmpty, name + " is empty", std::move(facts));
}

}  // namespace

const std::string CsvInput::kInMemory = "(bytes in memory)";

Result<std::unique_ptr<CsvInput>> CsvInput::open(const CsvSourceSpec& spec, std::pair<const uint8_t*, int64_t> bytes,
                                                 size_t chunk_bytes, bool large) {
  auto input = std::unique_ptr<CsvInput>(new CsvInput(spec));
  input->bytes_ = bytes;
  const auto chunk = static_cast<int64_t>(chunk_bytes);
  if (spec.files.empty()) {
    if (bytes.second == 0) return empty_file(kInMemory);
    input->plan_strips(0, bytes.second, chunk, large);
  }
  for (uint32_t file = 0; file < spec.files.size(); file++) {
    auto stamp = stat_file(spec.files[file]);
    MILLRACE_TRY(stamp);
    if (!stamp.value().regular) {
      if (spec.files.size() > 1) {
        ErrorFacts facts;
        facts.file = spec.files[file];
        facts.hint = "read it alone";
        return Status(Code::InvalidArgument, "a pipe or device cannot be one of several inputs", std::move(facts));
      }
      input->sequential_ = true;
      return input;
    }
    if (stamp.value().size == 0) return empty_file(spec.files[file]);
    input->stamps_.push_back(stamp.value());
    input->plan_strips(file, stamp.value().size, chunk, large);
  }
  auto source = input->open_source(0);
  MILLRACE_TRY(source);
  auto head = input->read_preamble_of(*source.value(), 0);
  MILLRACE_TRY(head);
  input->first_header_ = std::move(head.value().header);
  return input;
}

void CsvInput::plan_strips(uint32_t file, int64_t size, int64_t chunk_bytes, bool large) {
  const int64_t smallest = chunk_bytes * kChunksInStrip;
  for (int64_t begin = 0; begin < size;) {
    const int64_t share = large ? (size - begin) / kShareOfRest : 0;
    int64_t length = std::max(smallest, share / chunk_bytes * chunk_bytes);
    if (size - begin - length < smallest / 2) length = size - begin;
    strips_.push_back({file, begin, std::min(size, begin + length)});
    begin += length;
  }
  total_bytes_ += size;
}

Result<std::unique_ptr<ByteSource>> CsvInput::open_source(uint32_t file) const {
  if (spec_.files.empty()) return open_bytes(bytes_.first, bytes_.second);
  return open_file(spec_.files[file], stamps_[file]);
}

Result<csv::Preamble> CsvInput::read_preamble_of(ByteSource& source, uint32_t file) const {
  Buffer window;
  const auto size = static_cast<size_t>(source.size());
  for (size_t want = kFirstHeadBytes;; want *= 4) {
    const size_t have = std::min(want, size);
    MILLRACE_TRY(window.resize(have));
    MILLRACE_TRY(source.read_at(0, window.data(), have));
    window.data()[have] = 0;
    auto head = csv::read_preamble(reinterpret_cast<const char*>(window.data()), have, have == size, spec_.dialect);
    if (!head.ok() && head.status().facts().file.empty()) {
      Status status = head.take_status();
      status.mutable_facts().file = name(file);
      return status;
    }
    if (head.value().complete || have == size) return head;
    if (have > spec_.max_field_bytes) {
      ErrorFacts facts;
      facts.file = name(file);
      facts.hint = "check `quote`, `delimiter` and `skipRows`";
      return Status(Code::CsvFieldTooLarge, "no header line ends within maxFieldBytes", std::move(facts));
    }
  }
}

Result<int64_t> CsvInput::read_head(ByteSource& source, uint32_t file, std::vector<uint32_t>& position_of) const {
  auto head = read_preamble_of(source, file);
  MILLRACE_TRY(head);
  MILLRACE_TRY(match_header(head.value().header, file, position_of));
  return static_cast<int64_t>(head.value().rows_begin);
}

Status CsvInput::match_header(const std::vector<std::string>& header, uint32_t file,
                              std::vector<uint32_t>& position_of) const {
  const size_t columns = spec_.columns.size();
  position_of.resize(columns);
  for (uint32_t c = 0; c < columns; c++) position_of[c] = c;
  if (!spec_.dialect.header || header == first_header_ || first_header_.empty()) return {};
  ErrorFacts facts;
  facts.file = name(file);
  facts.hint = "read files of one shape together, or give the files the same header";
  if (header.size() != first_header_.size()) {
    return Status(Code::SchemaMismatch,
                  name(file) + " has the columns [" + list_names(header) + "], " + name(0) + " has [" +
                      list_names(first_header_) + "]",
                  std::move(facts));
  }
  for (uint32_t c = 0; c < columns; c++) {
    const auto at = std::find(header.begin(), header.end(), first_header_[c]);
    if (at == header.end()) {
      facts.column = first_header_[c];
      return Status(Code::SchemaMismatch,
                    name(file) + " has no column \"" + first_header_[c] + "\", which " + name(0) +
                        " has; its columns are [" + list_names(header) + "]",
                    std::move(facts));
    }
    position_of[c] = static_cast<uint32_t>(at - header.begin());
  }
  return {};
}

}  // namespace millrace::exec
