// Aggregates of whole partitions, given to each of their rows. The same results as those of a group-by, up to the last
// bits of float sums: here each partition is summed from its first row to its last.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "agg/wide_sum.h"
#include "window/compute.h"
#include "window/float_total.h"
#include "window/partition_values.h"
#include "window/quantile.h"

namespace millrace::window {

namespace {

template <class In, class Out, class Each>
Result<Column> by_partition(const Call& call, TypeId type, Each each) {
  return compute_partitions<In, Out>(call.argument, type, call.partitions, call.workers, call.budget, each);
}

Result<Column> sizes(const Call& call) {
  return compute_partitions<NoValue, int64_t>(nullptr, TypeId::Int64, call.partitions, call.workers, call.budget,
                                              [](const PartitionValues<NoValue, int64_t>& in) -> Status {
                                                in.set_all(static_cast<int64_t>(in.count));
                                                return {};
                                              });
}

Result<Column> counts(const Call& call) {
  return by_partition<NoValue, int64_t>(call, TypeId::Int64, [](const PartitionValues<NoValue, int64_t>& in) -> Status {
    int64_t count = 0;
    for (size_t i = 0; i < in.count; i++) count += in.valid[i];
    in.set_all(count);
    return {};
  });
}

template <class T>
agg::WideSum integer_sum(const PartitionValues<T, T>& in) {
  agg::WideSum sum{0, 0};
  for (size_t i = 0; i < in.count; i++) {
    if (in.valid[i]) sum.add(in.values[i]);
  }
  return sum;
}

template <class T>
Result<Column> integer_sums(const Call& call, TypeId type) {
  return by_partition<T, T>(call, type, [type](const PartitionValues<T, T>& in) -> Status {
    const agg::WideSum sum = integer_sum(in);
    if (std::is_signed_v<T> ? sum.fits_int64() : sum.fits_uint64()) {
      in.set_all(static_cast<T>(sum.low));
      return {};
    }
    ErrorFacts facts;
    facts.hint = "cast the column to float64 first";
    return Status(Code::Overflow, std::string("the sum of a partition does not fit ") + type_name(type),
                  std::move(facts));
  });
}

FloatTotal float_total(const PartitionValues<double, double>& in) {
  FloatTotal out;
  for (size_t i = 0; i < in.count; i++) {
    if (in.valid[i]) out.add(in.values[i]);
  }
  return out;
}

void set_all(const PartitionValues<double, double>& in, std::optional<double> value) {
  value ? in.set_all(*value) : in.set_all_null();
}

Result<Column> float_sums(const Call& call) {
  return by_partition<double, double>(call, TypeId::Float64, [](const PartitionValues<double, double>& in) -> Status {
    in.set_all(float_total(in).sum());
    return {};
  });
}

Result<Column> float_means(const Call& call) {
  return by_partition<double, double>(call, TypeId::Float64, [](const PartitionValues<double, double>& in) -> Status {
    set_all(in, float_total(in).mean());
    return {};
  });
}

// From the exact sum: integers past 2^53 are rounded once.
template <class T>
Result<Column> integer_means(const Call& call) {
  return by_partition<T, double>(call, TypeId::Float64, [](const PartitionValues<T, double>& in) -> Status {
    agg::WideSum sum{0, 0};
    int64_t count = 0;
    for (size_t i = 0; i < in.count; i++) {
      if (!in.valid[i]) continue;
      sum.add(in.values[i]);
      count++;
    }
    if (count == 0) {
      in.set_all_null();
    } else {
      in.set_all(sum.as_double() / static_cast<double>(count));
    }
    return {};
  });
}

Result<Column> spreads(const Call& call) {
  const WindowFunction& function = call.function;
  return by_partition<double, double>(call, TypeId::Float64,
                                      [&function](const PartitionValues<double, double>& in) -> Status {
                                        FloatTotal total = float_total(in);
                                        total.begin_squares();
                                        for (size_t i = 0; i < in.count; i++) {
                                          if (in.valid[i]) total.add_square(in.values[i]);
                                        }
                                        set_all(in, total.spread(function.function, function.parameters.ddof));
                                        return {};
                                      });
}

Result<Column> quantiles(const Call& call) {
  const double share = call.function.function == Function::Median ? 0.5 : call.function.parameters.quantile;
  return by_partition<double, double>(call, TypeId::Float64,
                                      [&call, share](const PartitionValues<double, double>& in) -> Status {
                                        PodVector<double> values(call.budget);
                                        MILLRACE_TRY(values.reserve(in.count));
                                        for (size_t i = 0; i < in.count; i++) {
                                          if (in.valid[i]) values.push_unchecked(in.values[i]);
                                        }
                                        if (values.empty()) {
                                          in.set_all_null();
                                        } else {
                                          in.set_all(quantile_of(values.data(), values.size(), share));
                                        }
                                        return {};
                                      });
}

Result<Column> any_or_all(const Call& call) {
  const bool any = call.function.function == Function::Any;
  return by_partition<uint8_t, uint8_t>(call, TypeId::Bool,
                                        [any](const PartitionValues<uint8_t, uint8_t>& in) -> Status {
                                          bool found = false;
                                          for (size_t i = 0; i < in.count; i++) {
                                            found |= in.valid[i] && (in.values[i] != 0) == any;
                                          }
                                          in.set_all(found == any);
                                          return {};
                                        });
}

}  // namespace

Result<Column> compute_aggregate(const Call& call) {
  const TypeId argument = call.argument ? call.argument->type : TypeId::Int64;
  switch (call.function.function) {
    case Function::Size: return sizes(call);
    case Function::Count: return counts(call);
    case Function::Sum:
      if (is_float(argument)) return float_sums(call);
      if (argument == TypeId::UInt64) return integer_sums<uint64_t>(call, TypeId::UInt64);
      return integer_sums<int64_t>(call, TypeId::Int64);
    case Function::Mean:
      if (is_float(argument)) return float_means(call);
      return argument == TypeId::UInt64 ? integer_means<uint64_t>(call) : integer_means<int64_t>(call);
    case Function::Std:
    case Function::Var: return spreads(call);
    case Function::Median:
    case Function::Quantile: return quantiles(call);
    case Function::Any:
    case Function::All: return any_or_all(call);
    default: return Status(Code::Internal, "this window function is no aggregate");
  }
}

}  // namespace millrace::window
