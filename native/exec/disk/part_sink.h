// Rows into parts, in memory while there is room and on disk from then on.
#pragma once
#include "exec/disk/spill_plan.h"
#include "exec/sink/sink.h"
#include "spill/parts.h"

namespace millrace::exec {

struct PartSinkSpec {
  PartSpec parting;
  Schema schema;                           // of what is kept
  const expr::Program* program = nullptr;  // computes that from a batch (the keys and arguments of an aggregate)
  std::unique_ptr<spill::Partitioner> by;  // null: ranges, found with a sample
  size_t parts = 1;                        // as many ranges as possible
  bool appends = false;                    // to what is there, a table in one part, instead of emptying it
  int64_t most_bytes = INT64_MAX;          // of all rows as they are; ERR_MEMORY_LIMIT beyond
  spill::SpillPolicy policy;
};

// Fills `into`, which is emptied first, unless the rows go behind those that it has. Numbers of rows are its last
// column.
std::unique_ptr<Sink> make_part_sink(PartSinkSpec spec, std::shared_ptr<spill::Parts> into);

// Ranges of about equally many numbers below `rows`, as a first key of `keys`.
std::unique_ptr<spill::Partitioner> make_number_ranges(size_t keys, int64_t rows, size_t parts);

}  // namespace millrace::exec
