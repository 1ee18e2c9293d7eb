// Functions that walk a partition once, from its first row to its last.
#include <limits>
#include <string>

#include "window/compensated_sum.h"
#include "window/compute.h"
#include "window/partition_values.h"

namespace millrace::window {

namespace {

Status overflow(const char* what, TypeId type) {
  ErrorFacts facts;
  facts.hint = "cast the column to float64 first";
  return Status(Code::Overflow, std::string("a cumulative ") + what + " does not fit " + type_name(type),
                std::move(facts));
}

// Every partial sum must fit: each of them is a result.
template <class T>
Result<Column> cum_sum(const Call& call, TypeId type) {
  return compute_partitions<T, T>(call.argument, type, call.partitions, call.workers, call.budget,
                                  [type](const PartitionValues<T, T>& in) -> Status {
                                    T sum{};
                                    for (size_t i = 0; i < in.count; i++) {
                                      if (in.valid[i] && __builtin_add_overflow(sum, in.values[i], &sum))
                                        return overflow("sum", type);
                                      in.out[i] = sum;
                                      in.out_valid[i] = in.valid[i];
                                    }
                                    return {};
                                  });
}

Result<Column> cum_sum_of_floats(const Call& call) {
  return compute_partitions<double, double>(call.argument, TypeId::Float64, call.partitions, call.workers, call.budget,
                                            [](const PartitionValues<double, double>& in) -> Status {
                                              CompensatedSum sum;
                                              for (size_t i = 0; i < in.count; i++) {
                                                if (in.valid[i]) sum.add(in.values[i]);
                                                in.out[i] = sum.value();
                                                in.out_valid[i] = in.valid[i];
                                              }
                                              return {};
                                            });
}

template <class T>
Result<Column> cum_prod(const Call& call, TypeId type) {
  return compute_partitions<T, T>(call.argument, type, call.partitions, call.workers, call.budget,
                                  [type](const PartitionValues<T, T>& in) -> Status {
                                    T product{1};
                                    for (size_t i = 0; i < in.count; i++) {
                                      if (in.valid[i]) {
                                        if constexpr (std::is_floating_point_v<T>) {
                                          product *= in.values[i];
                                        } else if (__builtin_mul_overflow(product, in.values[i], &product)) {
                                          return overflow("product", type);
                                        }
                                      }
                                      in.out[i] = product;
                                      in.out_valid[i] = in.valid[i];
                                    }
                                    return {};
                                  });
}

Result<Column> row_number(const Call& call) {
  return compute_partitions<NoValue, int64_t>(nullptr, TypeId::Int64, call.partitions, call.workers, call.budget,
                                              [](const PartitionValues<NoValue, int64_t>& in) -> Status {
                                                for (size_t i = 0; i < in.count; i++)
                                                  in.out[i] = static_cast<int64_t>(i) + 1;
                                                return {};
                                              });
}

Result<Column> cum_count(const Call& call) {
  return compute_partitions<NoValue, int64_t>(call.argument, TypeId::Int64, call.partitions, call.workers, call.budget,
                                              [](const PartitionValues<NoValue, int64_t>& in) -> Status {
                                                int64_t count = 0;
                                                for (size_t i = 0; i < in.count; i++) in.out[i] = count += in.valid[i];
                                                return {};
                                              });
}

// The straight line between the values around a gap; nulls before the first and behind the last value stay.
Result<Column> interpolate(const Call& call) {
  return compute_partitions<double, double>(
      call.argument, TypeId::Float64, call.partitions, call.workers, call.budget,
      [](const PartitionValues<double, double>& in) -> Status {
        size_t last = in.count;  // the value before the gap; none yet
        for (size_t i = 0; i < in.count; i++) {
          if (!in.valid[i]) {
            in.set_null(i);
            continue;
          }
          in.out[i] = in.values[i];
          for (size_t gap = last + 1; last < i && gap < i; gap++) {
            const double share = static_cast<double>(gap - last) / static_cast<double>(i - last);
            in.out[gap] = in.values[last] + (in.values[i] - in.values[last]) * share;
            in.out_valid[gap] = 1;
          }
          last = i;
        }
        return {};
      });
}

}  // namespace

Result<Column> compute_cumulative(const Call& call) {
  const Function function = call.function.function;
  if (function == Function::RowNumber) return row_number(call);
  if (function == Function::CumCount) return cum_count(call);
  if (function == Function::Interpolate) return interpolate(call);
  const TypeId argument = call.argument->type;
  const bool sum = function == Function::CumSum;
  if (is_float(argument)) return sum ? cum_sum_of_floats(call) : cum_prod<double>(call, TypeId::Float64);
  if (argument == TypeId::UInt64) {
    return sum ? cum_sum<uint64_t>(call, TypeId::UInt64) : cum_prod<uint64_t>(call, TypeId::UInt64);
  }
  return sum ? cum_sum<int64_t>(call, TypeId::Int64) : cum_prod<int64_t>(call, TypeId::Int64);
}

}  // namespace millrace::window
