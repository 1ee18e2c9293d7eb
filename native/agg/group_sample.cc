#include "agg/group_sample.h"

#include <cmath>

namespace millrace::agg {

Status GroupSample::add(const Vector* keys, uint32_t rows) {
  uint32_t groups[kVectorRows];
  MILLRACE_TRY(keys_.encode(keys, rows, groups));
  rows_ += rows;
  return {};
}

int64_t GroupSample::estimated_groups() const {
  const auto seen = static_cast<double>(rows_ ? keys_.size() : 0);
  const auto sampled = static_cast<double>(rows_);
  if (seen >= 0.999 * sampled) return rows_ ? INT64_MAX : 0;
  // G groups show G * (1 - e^(-n/G)) of themselves in n rows, which grows with G.
  double low = seen;
  double high = sampled * 1000;
  for (int step = 0; step < 60; step++) {
    const double groups = (low + high) / 2;
    (groups * -std::expm1(-sampled / groups) < seen ? low : high) = groups;
  }
  return static_cast<int64_t>(high);
}

}  // namespace millrace::agg
