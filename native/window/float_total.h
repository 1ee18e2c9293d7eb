// The sum and the spread of all numbers of a partition, from its first row to its last: once for the sum, and once
// more, where a spread is wanted, for the squares of what lies between each of them and the mean.
#pragma once
#include <cmath>
#include <optional>

#include "window/compensated_sum.h"
#include "window/window.h"

namespace millrace::window {

class FloatTotal {
 public:
  void add(double value) {
    sum_.add(value);
    count_++;
  }
  // Behind all calls of add().
  void begin_squares() { mean_ = sum_.value() / static_cast<double>(count_); }
  void add_square(double value) { squares_ += (value - mean_) * (value - mean_); }

  double sum() const { return sum_.value(); }
  // Of nothing there is none.
  std::optional<double> mean() const {
    if (count_ == 0) return std::nullopt;
    return sum_.value() / static_cast<double>(count_);
  }
  std::optional<double> spread(Function function, int64_t ddof) const {
    if (count_ <= ddof) return std::nullopt;
    const double variance = squares_ / static_cast<double>(count_ - ddof);
    return function == Function::Std ? std::sqrt(variance) : variance;
  }

 private:
  CompensatedSum sum_;
  int64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

}  // namespace millrace::window
