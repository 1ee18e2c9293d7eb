// The join to the nearest key: each left row with the last right row that is not after it (or the first that is not
// before it, or the nearer of the two), among those whose other keys are equal.
//
// Both sides are put in order by all keys, with the sort's own radix machinery, and then walked side by side; blocks of
// left rows find their place on the right by binary search, so the walk is parallel.
#pragma once
#include "join/join_rows.h"

namespace millrace::join {

struct AsofSpec {
  enum class Direction : uint8_t { Backward, Forward, Nearest } direction = Direction::Backward;
  bool allow_exact = true;
  double tolerance = -1;  // the largest distance, in units of the key; negative: any
};

// `equal` are keys that must be equal, `nearest` is the ordered one; a null in any of them matches nothing. Every left
// row comes out once.
Result<JoinedRows> asof_rows(const std::vector<KeyPair>& equal, const KeyPair& nearest, size_t left_rows,
                             size_t right_rows, const AsofSpec& spec, Workers& workers, MemoryBudget* budget);

}  // namespace millrace::join
