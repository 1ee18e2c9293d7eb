// The values of one chunk of a column in a file, buffer by buffer, so that nothing is copied on the way.
#pragma once
#include "spill/spill_file.h"
#include "store/kept_values.h"

namespace millrace::spill {

// Where they are, and how to tell that they are what was written.
struct SpilledValues {
  struct Piece {
    int64_t offset = 0;
    size_t bytes = 0;
    uint64_t checksum = 0;
  };
  Piece data;
  Piece offsets;
  Piece validity;
};

// ERR_SPILL_LIMIT, ERR_IO.
Result<SpilledValues> write_values(SpillFile& file, const store::ColumnChunk& values);
// Into the buffers of a chunk that has none. ERR_IO, also when the bytes are not those that were written;
// ERR_MEMORY_LIMIT, and what `check` gives.
Status read_values(const SpillFile& file, const SpilledValues& from, store::KeptValues::Part part, MemoryBudget* budget,
                   const store::ReadCheck& check, store::ColumnChunk& into);

// What a reader of bytes says that are not those which were written.
Status damaged_file();

}  // namespace millrace::spill
