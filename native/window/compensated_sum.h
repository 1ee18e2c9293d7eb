// Neumaier's sum: what each addition rounds away is kept apart and added at the end, so that the error is about two
// roundings of the result plus n * eps^2 times the sum of the absolute values, however many terms there are.
#pragma once
#include <cmath>

namespace millrace::window {

class CompensatedSum {
 public:
  void add(double value) {
    const double sum = sum_ + value;
    rest_ += std::abs(sum_) >= std::abs(value) ? (sum_ - sum) + value : (value - sum) + sum_;
    sum_ = sum;
  }
  // Once a term or the sum is infinite or NaN, the rest is NaN and means nothing.
  double value() const { return std::isfinite(sum_) ? sum_ + rest_ : sum_; }

 private:
  double sum_ = 0;
  double rest_ = 0;
};

}  // namespace millrace::window
