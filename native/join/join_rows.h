// Which rows of two tables go together.
#pragma once
#include "column/take_rows.h"
#include "join/join_keys.h"

namespace millrace::join {

enum class Kind : uint8_t { Inner, Left, Outer, Semi, Anti };

struct JoinSpec {
  Kind kind = Kind::Inner;
  bool nulls_equal = false;
  // No row may have more than one partner on the other side. ERR_JOIN_CARDINALITY.
  bool left_unique = false;
  bool right_unique = false;
  uint64_t hash_mask = ~uint64_t{0};
};

// Row numbers for take_rows(); kNoRow where a row has no partner. Left rows keep their order, the partners of one
// theirs; the right rows of an outer join that have none come last.
struct JoinedRows {
  PodVector<uint32_t> left;
  PodVector<uint32_t> right;   // empty for Semi and Anti
  bool all_left_once = false;  // `left` is 0, 1, 2, ...
  bool left_may_miss = false;
  bool right_may_miss = false;
};

// Precondition: at least one pair; both sides have at most sort::kMostRows rows. In a pair `probe` is the left column.
Result<JoinedRows> join_rows(const std::vector<KeyPair>& pairs, size_t left_rows, size_t right_rows,
                             const JoinSpec& spec, Workers& workers, MemoryBudget* budget);

// Every row with every row, left rows in order.
Result<JoinedRows> cross_rows(size_t left_rows, size_t right_rows, Workers& workers, MemoryBudget* budget);

}  // namespace millrace::join
