// Functions that walk a partition once, from its first row to its last.
#include "window/compute.h"
#include "window/partition_values.h"
#include "window/running.h"

namespace millrace::window {

namespace {

template <class State>
Result<Column> running(const Call& call, TypeId type) {
  using T = decltype(State().value());
  return compute_partitions<T, T>(call.argument, type, call.partitions, call.workers, call.budget,
                                  [type](const PartitionValues<T, T>& in) -> Status {
                                    State state;
                                    for (size_t i = 0; i < in.count; i++) {
                                      if (in.valid[i] && !state.add(in.values[i]))
                                        return cumulative_overflow(State::kWhat, type);
                                      in.out[i] = state.value();
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
  return visit_running(function == Function::CumSum, call.argument->type,
                       [&](auto state, TypeId type) { return running<decltype(state)>(call, type); });
}

}  // namespace millrace::window
