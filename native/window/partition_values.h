// Functions that compute: partitions are read into memory that lies together, walked there, and the results scattered.
#pragma once
#include <algorithm>
#include <functional>

#include "column/visit_fixed.h"
#include "window/partitions.h"
#include "window/row_values.h"

namespace millrace::window {

// One partition, in order. `valid` is 1 or 0 for null; the value under a null is anything.
template <class In, class Out>
struct PartitionValues {
  const In* values;
  const uint8_t* valid;
  size_t count;
  Out* out;
  uint8_t* out_valid;  // all 1 when a function is called

  void set_null(size_t i) const {
    out[i] = Out{};
    out_valid[i] = 0;
  }
  void set_all(Out value) const {
    for (size_t i = 0; i < count; i++) out[i] = value;
  }
  void set_all_null() const {
    for (size_t i = 0; i < count; i++) set_null(i);
  }
};

// In place of values, for functions that only ask which rows have one.
struct NoValue {};

namespace detail {

template <class In>
void read_values(const Column& column, const uint32_t* order, size_t begin, size_t count, In* values) {
  if constexpr (!std::is_same_v<In, NoValue>) {
    visit_fixed(column.type, [&](auto tag) {
      const auto* from = column.values<decltype(tag)>();
      for (size_t i = 0; i < count; i++) values[i] = static_cast<In>(from[order ? order[begin + i] : begin + i]);
    });
  }
}

inline void read_validity(const Column* column, const uint32_t* order, size_t begin, size_t count, uint8_t* valid) {
  if (!column || column->null_count == 0) {
    std::fill_n(valid, count, uint8_t{1});
    return;
  }
  for (size_t i = 0; i < count; i++) {
    valid[i] = column->is_valid(order ? order[begin + i] : static_cast<int64_t>(begin + i));
  }
}

template <class In, class Out>
struct Scratch {
  explicit Scratch(MemoryBudget* budget) : values(budget), valid(budget), out(budget), out_valid(budget) {}
  Status resize(size_t value_count, size_t count, size_t out_count) {
    MILLRACE_TRY(values.resize(value_count));
    MILLRACE_TRY(valid.resize(count));
    MILLRACE_TRY(out.resize(out_count));
    return out_valid.resize(out_count);
  }
  PodVector<In> values;
  PodVector<uint8_t> valid;
  PodVector<Out> out;
  PodVector<uint8_t> out_valid;
};

template <class Out>
void scatter(const uint32_t* rows, size_t count, const Out* out, const uint8_t* out_valid, RowValues& result) {
  Out* const to = result.values<Out>();
  uint8_t* const valid = result.valid();
  for (size_t i = 0; i < count; i++) {
    to[rows[i]] = out[i];
    valid[rows[i]] = out_valid[i];
  }
}

}  // namespace detail

// Neighbouring partitions, in order, one after the other.
template <class In, class Out>
struct RunValues {
  size_t first_partition;
  size_t last_partition;  // behind them
  const In* values;
  const uint8_t* valid;
  Out* out;
  uint8_t* out_valid;
};

// compute_partitions() but for what is done with a run: one code for all functions from In to Out.
template <class In, class Out>
[[gnu::noinline]] Result<Column> compute_runs(const Column* argument, TypeId type, const Partitions& partitions,
                                              Workers& workers, MemoryBudget* budget,
                                              const std::function<Status(const RunValues<In, Out>&)>& each) {
  RowValues result(type, partitions.rows(), budget);
  MILLRACE_TRY(result.reserve());
  const uint32_t* const order = partitions.order();
  const std::vector<Partitions::Run> runs = partitions.runs();
  std::vector<detail::Scratch<In, Out>> scratches;
  for (uint32_t slot = 0; slot < workers.slots(); slot++) scratches.emplace_back(budget);
  MILLRACE_TRY(workers.run(runs.size(), [&](size_t task, uint32_t slot) -> Status {
    const size_t begin = partitions.start(runs[task].first);
    const size_t count = partitions.start(runs[task].last) - begin;
    auto& scratch = scratches[slot];
    const In* values = nullptr;
    // Rows at their own places need no copy, nor do their results.
    bool in_place = false;
    if constexpr (!std::is_same_v<In, NoValue>) {
      in_place = !order && visit_fixed(argument->type, [](auto tag) { return std::is_same_v<decltype(tag), In>; });
      if (in_place) values = argument->values<In>() + begin;
    }
    MILLRACE_TRY(scratch.resize(in_place ? 0 : count, count, order ? count : 0));
    if constexpr (!std::is_same_v<In, NoValue>) {
      if (!in_place) {
        detail::read_values(*argument, order, begin, count, scratch.values.data());
        values = scratch.values.data();
      }
    }
    detail::read_validity(argument, order, begin, count, scratch.valid.data());
    Out* const out = order ? scratch.out.data() : result.values<Out>() + begin;
    uint8_t* const out_valid = order ? scratch.out_valid.data() : result.valid() + begin;
    std::fill_n(out_valid, count, uint8_t{1});
    MILLRACE_TRY(each({runs[task].first, runs[task].last, values, scratch.valid.data(), out, out_valid}));
    if (order) detail::scatter(order + begin, count, out, out_valid, result);
    return {};
  }));
  return result.finish(workers);
}

// Calls each(PartitionValues<In, Out>) -> Status for every partition; numbers widen to In. `argument` may be null for
// NoValue, which takes columns of any type.
template <class In, class Out, class Each>
Result<Column> compute_partitions(const Column* argument, TypeId type, const Partitions& partitions, Workers& workers,
                                  MemoryBudget* budget, Each each) {
  return compute_runs<In, Out>(argument, type, partitions, workers, budget, [&](const RunValues<In, Out>& run) {
    const size_t begin = partitions.start(run.first_partition);
    for (size_t p = run.first_partition; p < run.last_partition; p++) {
      const size_t at = partitions.start(p) - begin;
      MILLRACE_TRY(each(PartitionValues<In, Out>{run.values ? run.values + at : nullptr, run.valid + at,
                                                 partitions.start(p + 1) - partitions.start(p), run.out + at,
                                                 run.out_valid + at}));
    }
    return Status();
  });
}

}  // namespace millrace::window
