// Quantiles of values that lie together, by the rule of the group-by's.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace::window {

// Linear interpolation between the neighbours of rank (count - 1) * share. Equal neighbours, two infinities among them,
// leave nothing to interpolate.
inline double between(double low, double high, double part) {
  return part == 0 || low == high ? low : low * (1 - part) + high * part;
}

// NaN if any value is. Reorders the values. Precondition: count > 0.
inline double quantile_of(double* values, size_t count, double share) {
  if (std::any_of(values, values + count, [](double value) { return value != value; })) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double rank = static_cast<double>(count - 1) * share;
  const auto below = static_cast<size_t>(rank);
  std::nth_element(values, values + below, values + count);
  const double part = rank - static_cast<double>(below);
  if (part == 0) return values[below];
  return between(values[below], *std::min_element(values + below + 1, values + count), part);
}

}  // namespace millrace::window
