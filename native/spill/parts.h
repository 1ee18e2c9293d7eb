// A table that was cut into parts, as a list of chunks each: in memory while there is room, else in a file.
#pragma once
#include "column/gather.h"
#include "spill/partitioner.h"
#include "spill/spill_file.h"
#include "store/column_chunk.h"

namespace millrace::spill {

// Some rows of one part. Columns are encoded as in a persisted table.
struct PartChunk {
  // Of one column's buffers in the file, end to end.
  struct Extent {
    int64_t offset = -1;  // -1: in memory
    size_t data = 0;
    size_t offsets = 0;
    size_t validity = 0;
    uint64_t checksum = 0;
  };
  int64_t rows = 0;
  std::vector<store::ColumnChunk> columns;
  std::vector<Extent> extents;  // by column
};

struct Part {
  std::vector<PartChunk> chunks;
  int64_t rows = 0;
  int64_t bytes = 0;  // about what the rows take in memory as they are
  bool single_key = false;
};

struct Parts {
  Schema schema;
  std::vector<Part> parts;
  std::shared_ptr<SpillFile> file;  // null while nothing was written
  int64_t rows = 0;
};

// How much a query with little memory may hold, and what it does when that is too little.
struct SpillPolicy {
  SpillSpace* space;
  MemoryBudget* budget;
  int64_t resident_bytes;  // chunks stay in memory while the query uses less than this
  int64_t buffer_bytes;    // of rows that a thread gathers before it makes chunks of them
  int64_t part_bytes;      // what a part should have at most
};
// `always`: nothing stays in memory that can be written.
SpillPolicy make_policy(SpillSpace& space, MemoryBudget& budget, uint32_t threads, bool always);
// How many parts a table of so many bytes should have.
size_t parts_for(const SpillPolicy& policy, int64_t bytes);

// Puts rows into parts. One a thread; the file is shared, made when it is first needed.
class SharedFile {
 public:
  explicit SharedFile(SpillSpace& space) : space_(space) {}
  // Thread-safe.
  Result<std::shared_ptr<SpillFile>> get();
  std::shared_ptr<SpillFile> made() const { return std::atomic_load(&file_); }

 private:
  SpillSpace& space_;
  std::shared_ptr<SpillFile> file_;
};

class PartWriter {
 public:
  PartWriter(const Schema& schema, size_t parts, SharedFile& file, const SpillPolicy& policy);

  // Row i goes to part_of_row[i]; null: all to the first part.
  Status append(const Vector* columns, const uint16_t* part_of_row, uint32_t rows);
  // The rows so far, as chunks by part.
  Result<std::vector<Part>> take();
  void clear();

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
  std::vector<uint32_t> selections_;  // by part, one behind the other
};

// Brings the buffers of `columns` (null: all) into memory. ERR_IO, also when the bytes are not those that were written.
Status load(PartChunk& chunk, const Parts& parts, const std::vector<uint32_t>* columns, MemoryBudget* budget);
// Forgets the buffers that are in the file too.
void unload(PartChunk& chunk);

}  // namespace millrace::spill
