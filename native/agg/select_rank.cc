#include "agg/select_rank.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace millrace::agg {

namespace {

// Sorting them costs less than another pass.
constexpr size_t kFew = 24;

double median_of(double a, double b, double c) { return std::max(std::min(a, b), std::min(std::max(a, b), c)); }

double median_at(const double* values, size_t a, size_t step) {
  return median_of(values[a], values[a + step], values[a + 2 * step]);
}

// One of the values, near the middle as far as nine of them tell.
double pivot_of(const double* values, size_t count) {
  const size_t step = count / 9;
  return median_of(median_at(values, 0, step), median_at(values, 3 * step, step), median_at(values, 6 * step, step));
}

// Those that `is_low` to the front of `out` and the others behind them, backwards. How many are low.
template <class IsLow>
size_t part(const double* values, size_t count, double* out, const IsLow& is_low) {
  size_t low = 0;
  for (size_t i = 0; i < count; i++) {
    const double value = values[i];
    const size_t high = count - 1 - (i - low);
    out[low] = value;
    out[high] = value;
    low += is_low(value) ? 1 : 0;
  }
  return low;
}

RankPair sorted_rank(double* values, size_t count, size_t rank, double above) {
  std::sort(values, values + count);
  return {values[rank], rank + 1 < count ? values[rank + 1] : above};
}

}  // namespace

RankPair select_rank(double* values, double* scratch, size_t count, size_t rank) {
  double above = std::numeric_limits<double>::infinity();  // the least of those that were put aside as greater
  bool any_above = false;
  // Halving takes log2 passes; where the pivots are bad for twice as long, sorting what is left bounds the time.
  for (int passes = 2 * std::bit_width(count); count > kFew && passes > 0; passes--) {
    const double pivot = pivot_of(values, count);
    const size_t less = part(values, count, scratch, [pivot](double value) { return value < pivot; });
    std::swap(values, scratch);
    if (rank < less) {
      above = pivot;
      any_above = true;
      count = less;
      continue;
    }
    if (less > 0) {
      values += less;
      scratch += less;
      count -= less;
      rank -= less;
      continue;
    }
    // The pivot is the least one: its equals go, or are the answer.
    const size_t equal = part(values, count, scratch, [pivot](double value) { return value == pivot; });
    std::swap(values, scratch);
    if (rank < equal) {
      if (rank + 1 < equal) return {pivot, pivot};
      if (equal < count) above = *std::min_element(values + equal, values + count);
      return {pivot, equal < count || any_above ? above : pivot};
    }
    values += equal;
    scratch += equal;
    count -= equal;
    rank -= equal;
  }
  const RankPair found = sorted_rank(values, count, rank, above);
  return rank + 1 < count || any_above ? found : RankPair{found.value, found.value};
}

}  // namespace millrace::agg
