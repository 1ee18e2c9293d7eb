// What runs along a column from its first row to its last: the states of cumulative functions.
#pragma once
#include <string>
#include <type_traits>

#include "base/status.h"
#include "column/dtype.h"
#include "window/compensated_sum.h"

namespace millrace::window {

[[gnu::cold]] inline Status cumulative_overflow(const char* what, TypeId type) {
  ErrorFacts facts;
  facts.hint = "cast the column to float64 first";
  return Status(Code::Overflow, std::string("a cumulative ") + what + " does not fit " + type_name(type),
                std::move(facts));
}

// add() is false where the result does not fit. Every partial sum must: each of them is a result.
template <class T>
class RunningSum {
 public:
  static constexpr const char* kWhat = "sum";
  [[nodiscard]] bool add(T more) { return !__builtin_add_overflow(sum_, more, &sum_); }
  T value() const { return sum_; }

 private:
  T sum_{};
};

template <>
class RunningSum<double> {
 public:
  static constexpr const char* kWhat = "sum";
  [[nodiscard]] bool add(double more) {
    sum_.add(more);
    return true;
  }
  double value() const { return sum_.value(); }

 private:
  CompensatedSum sum_;
};

template <class T>
class RunningProduct {
 public:
  static constexpr const char* kWhat = "product";
  [[nodiscard]] bool add(T more) {
    if constexpr (std::is_floating_point_v<T>) {
      product_ *= more;
      return true;
    } else {
      return !__builtin_mul_overflow(product_, more, &product_);
    }
  }
  T value() const { return product_; }

 private:
  T product_{1};
};

// Calls visit(State{}, TypeId) with the state of a cumulative sum or product of a column, and the type of its results.
template <class Visit>
decltype(auto) visit_running(bool sum, TypeId argument, Visit&& visit) {
  if (is_float(argument)) {
    return sum ? visit(RunningSum<double>(), TypeId::Float64) : visit(RunningProduct<double>(), TypeId::Float64);
  }
  if (argument == TypeId::UInt64) {
    return sum ? visit(RunningSum<uint64_t>(), TypeId::UInt64) : visit(RunningProduct<uint64_t>(), TypeId::UInt64);
  }
  return sum ? visit(RunningSum<int64_t>(), TypeId::Int64) : visit(RunningProduct<int64_t>(), TypeId::Int64);
}

}  // namespace millrace::window
