// The value of a rank among unsorted ones, without a branch that depends on a value: std::nth_element mispredicts one
// comparison in two, which made it 6 times as slow for groups of a thousand random values.
#pragma once
#include <cstddef>

namespace millrace::agg {

struct RankPair {
  double value;  // of the rank
  double next;   // of the one after it, or the same when there is none
};

// Ranks count from 0 in ascending order; `rank` < `count`, no value is NaN, and `scratch` has room for `count`. Both
// arrays are overwritten. O(count) expected, O(count log count) at worst.
RankPair select_rank(double* values, double* scratch, size_t count, size_t rank);

}  // namespace millrace::agg
