// The bytes of a CSV source as strips: ranges of files that threads read independently. A strip holds the rows that
// begin in it; where its first row begins is guessed and later verified against the end of the strip before.
#pragma once
#include "csv/split.h"
#include "exec/plan/plan.h"
#include "exec/scan/byte_source.h"

namespace millrace::exec {

struct CsvStrip {
  uint32_t file = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

// Opened once a run and read-only from then on, so threads share it without locks.
class CsvInput {
 public:
  // `bytes` is the memory of spec.bytes_handle, empty for files. Strips are `large` for aggregation (a shrinking
  // series, so that threads finish together, yet few enough that merging them is cheap) and even otherwise. Either way
  // they depend on the data and on chunk_bytes alone.
  static Result<std::unique_ptr<CsvInput>> open(const CsvSourceSpec& spec, std::pair<const uint8_t*, int64_t> bytes,
                                                size_t chunk_bytes, bool large);

  const std::vector<CsvStrip>& strips() const { return strips_; }
  int64_t total_bytes() const { return total_bytes_; }
  const std::string& name(uint32_t file) const { return spec_.files.empty() ? kInMemory : spec_.files[file]; }
  Result<std::unique_ptr<ByteSource>> open_source(uint32_t file) const;
  // Reads the lines before the first row of the file. `position_of[c]` becomes the field that holds column c. Files may
  // order their columns differently; ERR_SCHEMA_MISMATCH when their names differ.
  Result<int64_t> read_head(ByteSource& source, uint32_t file, std::vector<uint32_t>& position_of) const;
  // Whether the input is a pipe or device, read in order by one thread at a time.
  bool sequential() const { return sequential_; }

 private:
  explicit CsvInput(const CsvSourceSpec& spec) : spec_(spec) {}
  void plan_strips(uint32_t file, int64_t size, int64_t chunk_bytes, bool large);
  Result<csv::Preamble> read_preamble_of(ByteSource& source, uint32_t file) const;
  Status match_header(const std::vector<std::string>& header, uint32_t file, std::vector<uint32_t>& position_of) const;

  static const std::string kInMemory;
  const CsvSourceSpec& spec_;
  std::vector<FileStamp> stamps_;
  std::pair<const uint8_t*, int64_t> bytes_{nullptr, 0};
  std::vector<CsvStrip> strips_;
  std::vector<std::string> first_header_;
  int64_t total_bytes_ = 0;
  bool sequential_ = false;
};

}  // namespace millrace::exec
