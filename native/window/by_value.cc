// Functions that need the values of each partition in order: they bring the rows together once more, by key and value.
#include "window/compute.h"
#include "window/row_values.h"

namespace millrace::window {

namespace {

// Partitions ordered by value, nulls last; `changes` marks the places where a new value begins.
struct ValueOrder {
  Partitions partitions;
  PodVector<uint8_t> changes;
};

Result<ValueOrder> order_by_value(const Call& call) {
  const auto& parameters = call.function.parameters;
  std::vector<sort::SortKey> by{{call.argument, parameters.descending}};
  // Equal values are numbered in the order of the window.
  by.insert(by.end(), call.order_by.begin(), call.order_by.end());
  auto partitions = Partitions::make(call.keys, by, call.partitions.rows(), call.workers, call.budget);
  MILLRACE_TRY(partitions);
  ValueOrder out{partitions.take(), PodVector<uint8_t>(call.budget)};
  const size_t rows = out.partitions.rows();
  MILLRACE_TRY(out.changes.resize_fill(rows, 0));
  const std::vector<Partitions::Run> runs = out.partitions.runs();
  MILLRACE_TRY(call.workers.run(runs.size(), [&](size_t task, uint32_t) -> Status {
    const size_t begin = out.partitions.start(runs[task].first), end = out.partitions.start(runs[task].last);
    if (begin + 1 < end) {
      mark_changes(*call.argument, out.partitions.order(), begin + 1, end, out.changes.data());
    }
    return {};
  }));
  return out;
}

class Ranking {
 public:
  Ranking(const Call& call, const ValueOrder& order, RowValues& result)
      : call_(call), order_(order), method_(call.function.parameters.method), result_(result) {}

  void partition(size_t begin, size_t end) {
    size_t valid_end = begin;
    while (valid_end < end && call_.argument->is_valid(row(valid_end))) valid_end++;
    int64_t distinct = 0;
    for (size_t first = begin; first < valid_end; distinct++) {
      size_t last = first + 1;
      while (last < valid_end && !order_.changes[last]) last++;
      ties(begin, first, last, distinct);
      first = last;
    }
    if (call_.function.function == Function::NUnique) {
      for (size_t place = begin; place < end; place++) set(place, distinct);
      return;
    }
    for (size_t place = valid_end; place < end; place++) {
      set(place, 0);
      result_.valid()[row(place)] = 0;
    }
  }

 private:
  size_t row(size_t place) const { return order_.partitions.order()[place]; }
  void set(size_t place, int64_t value) {
    result_.values<int64_t>()[row(place)] = value;
    result_.valid()[row(place)] = 1;
  }

  // The places [first, last) hold equal values.
  void ties(size_t begin, size_t first, size_t last, int64_t distinct) {
    const auto least = static_cast<int64_t>(first - begin) + 1;
    const auto most = static_cast<int64_t>(last - begin);
    for (size_t place = first; place < last; place++) {
      switch (method_) {
        case RankMethod::Average:
          set(place, 0);
          result_.values<double>()[row(place)] = static_cast<double>(least + most) / 2;
          break;
        case RankMethod::Min: set(place, least); break;
        case RankMethod::Max: set(place, most); break;
        case RankMethod::Dense: set(place, distinct + 1); break;
        case RankMethod::Ordinal: set(place, static_cast<int64_t>(place - begin) + 1); break;
      }
    }
  }

  const Call& call_;
  const ValueOrder& order_;
  const RankMethod method_;
  RowValues& result_;
};

}  // namespace

Result<Column> compute_by_value(const Call& call) {
  auto order = order_by_value(call);
  MILLRACE_TRY(order);
  const Partitions& partitions = order.value().partitions;
  auto type = result_type(call.function, call.argument->type);
  MILLRACE_TRY(type);
  RowValues result(type.value(), partitions.rows(), call.budget);
  MILLRACE_TRY(result.reserve());
  const std::vector<Partitions::Run> runs = partitions.runs();
  MILLRACE_TRY(call.workers.run(runs.size(), [&](size_t task, uint32_t) -> Status {
    Ranking ranking(call, order.value(), result);
    for (size_t p = runs[task].first; p < runs[task].last; p++) {
      ranking.partition(partitions.start(p), partitions.start(p + 1));
    }
    return {};
  }));
  return result.finish(call.workers);
}

}  // namespace millrace::window
