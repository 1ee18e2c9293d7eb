// Plans for tables that do not fit the memory limit.
//
// The rows that an operator needs whole are put into parts first (spill/parts.h), such that it can work on each part
// alone: those of a join, of windows and of groups by a hash of their keys, those of a sort (and of groups in the order
// of their keys) by ranges of them. Then each part is read and runs through the operator that also does whole tables.
// What comes of ranges, one after another, is the result, or begins with it where only its first rows are wanted. What
// comes of hashed parts has the numbers of the rows that it was made of, and parts by ranges of these bring it into
// order.
#pragma once
#include "exec/segment.h"
#include "spill/partitioner.h"

namespace millrace::exec {

// As cut_into_segments(), with parts wherever an operator allows it.
std::vector<Segment> cut_for_spilling(const Plan& plan);
// Whether a plan has such an operator.
bool can_spill(const Plan& plan);
// Whether an operator needs all rows of a pipe: nobody can start over with those. Looks at the file system.
bool reads_pipe_whole(const Plan& plan);
// Whether its rows come in the same order with and without.
bool keeps_order(const Plan& plan);

// How many numbers of rows the result of an operator over parts has as its last columns, to be ordered by them.
size_t numbers_of(const OpSpec& op);

// How the rows that a segment makes are parted.
struct PartSpec {
  enum class How : uint8_t { One, Hash, Range } how = How::One;
  std::vector<uint32_t> keys;          // columns
  std::vector<sort::KeyOrder> orders;  // Range
  // With the number of each row in the input as a last column.
  bool numbered = false;
  int64_t first_rows = INT64_MAX;  // Range: rows behind so many are wanted by nobody
};

// `schema` is of the rows; of the keys and arguments where they are an aggregate's. ERR_COLUMN_NOT_FOUND.
Result<PartSpec> part_spec(const Segment& segment, const Schema& schema);

}  // namespace millrace::exec
