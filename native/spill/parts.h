// A table that was cut into parts, as a list of chunks each: in memory while there is room, else in a file.
#pragma once
#include "column/gather.h"
#include "spill/partitioner.h"
#include "spill/spill_file.h"
#include "store/column_chunk.h"

namespace millrace::spill {

// Some rows of one part. Columns are encoded as in a persisted table, without dictionaries. On disk a chunk is one
// stretch of bytes that says itself what is in it: there are very many, and what is known of each lies in memory.
struct PartChunk {
  int64_t rows = 0;
  int64_t offset = -1;  // in the file; -1: in memory alone
  int64_t bytes = 0;
  uint64_t checksum = 0;
  int64_t number_base = 0;                                   // on disk: what numbers of rows are above what is written
  std::unique_ptr<std::vector<store::ColumnChunk>> columns;  // in memory, or loaded
};

struct Part {
  std::vector<PartChunk> chunks;
  int64_t rows = 0;
  int64_t bytes = 0;           // about what the rows take in memory as they are
  std::vector<uint8_t> nulls;  // by column: whether there are any
  bool single_key = false;
};

struct Parts {
  Schema schema;
  std::vector<Part> parts;
  std::shared_ptr<SpillFile> file;        // null while nothing was written
  std::shared_ptr<const Partitioner> by;  // null where they are not to be parted as others are
  int64_t rows = 0;
};

// How much a query with little memory may hold, and what it does when that is too little.
struct SpillPolicy {
  SpillSpace* space;
  MemoryBudget* budget;
  int64_t resident_bytes;  // chunks stay in memory while the query uses less than this
  int64_t buffer_bytes;    // of rows that a thread gathers before it makes chunks of them
  int64_t part_bytes;      // what a part should have at most
  int64_t thread_bytes;    // what a thread should use at most
};
// `always`: nothing stays in memory that can be written.
SpillPolicy make_policy(SpillSpace& space, MemoryBudget& budget, uint32_t threads, bool always);
// How many parts a table of so many bytes should have.
size_t parts_for(const SpillPolicy& policy, int64_t bytes);

// Puts rows into parts. One a thread; the file is shared, made when it is first needed.
class SharedFile {
 public:
  // `file`: one that was made before; null: none.
  explicit SharedFile(SpillSpace& space, std::shared_ptr<SpillFile> file = nullptr)
      : space_(space), file_(std::move(file)) {}
  // Thread-safe.
  Result<std::shared_ptr<SpillFile>> get();
  std::shared_ptr<SpillFile> made() const { return std::atomic_load(&file_); }
  // Leaves none.
  std::shared_ptr<SpillFile> take() { return std::atomic_exchange(&file_, {}); }

 private:
  SpillSpace& space_;
  std::shared_ptr<SpillFile> file_;
};

class PartWriter {
 public:
  PartWriter(const Schema& schema, size_t parts, SharedFile& file, const SpillPolicy& policy);

  // Row i goes to part_of_row[i]; null: all to the first part. Rows of parts from `wanted_parts` on are left out.
  Status append(const Vector* columns, const uint16_t* part_of_row, uint32_t rows, size_t wanted_parts = kMostParts);
  // The rows so far, as chunks by part.
  Result<std::vector<Part>> take();
  void clear();
  // Of the rows since the last take(), as Part::bytes.
  int64_t bytes() const { return bytes_; }

 private:
  struct Open {
    std::vector<ColumnBuilder> columns;
    int64_t rows = 0;
    int64_t bytes = 0;
  };
  Status append_selected(Open& open, const Vector* columns, const uint32_t* selection, uint32_t count);
  Status end_chunk(size_t part);
  Status end_all();
  Status write(PartChunk& chunk);

  const Schema& schema_;
  SharedFile& file_;
  const SpillPolicy policy_;
  std::vector<Open> open_;
  std::vector<Part> done_;
  std::vector<GatheredColumn> gathered_;
  Buffer staging_;
  int64_t open_bytes_ = 0;
  int64_t bytes_ = 0;
  std::vector<uint32_t> selections_;  // by part, one behind the other
};

// Adds to the numbers of rows, which are the last column.
void raise_numbers(PartChunk& chunk, int64_t by);

// Brings the columns into memory. ERR_IO, also when the bytes are not those that were written.
Status load(PartChunk& chunk, const Parts& parts, MemoryBudget* budget);
// Forgets them, where they are in the file too.
void unload(PartChunk& chunk);

}  // namespace millrace::spill
