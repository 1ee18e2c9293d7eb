#include "exec/disk/rolling_pieces.h"

#include <algorithm>

#include "column/visit_fixed.h"
#include "exec/disk/one_thread.h"
#include "window/compute.h"

namespace millrace::exec {

namespace {

int64_t time_of(const Column& times, int64_t row) {
  return visit_fixed(times.type, [&](auto tag) { return static_cast<int64_t>(times.values<decltype(tag)>()[row]); });
}

}  // namespace

RollingPieces::RollingPieces(const window::WindowFunction& function, TypeId argument, std::optional<TypeId> time,
                             const QueryState& query, MemoryBudget* budget, Write write)
    : function_(function),
      by_time_(time.has_value()),
      query_(query),
      budget_(budget),
      write_(std::move(write)),
      argument_(argument, budget),
      times_(time.value_or(TypeId::Int64), budget) {}

// What windows reach back to is read again with each piece: pieces are never less than that.
Status RollingPieces::consume(const Column& argument, const Column* time) {
  constexpr int64_t kFewRows = 32768;
  MILLRACE_TRY(argument_.append_range(argument, 0, argument.rows));
  if (by_time_) MILLRACE_TRY(times_.append_range(*time, 0, time->rows));
  return argument_.rows() - written_ < std::max(kFewRows, written_) ? Status() : compute(false);
}

int64_t RollingPieces::end_of_ready(const Column& times, int64_t rows) const {
  if (!by_time_) {
    const int64_t behind = function_.rolling->center ? (function_.rolling->rows - 1) / 2 : 0;
    return std::max(written_, rows - behind);
  }
  // Rows of the last time may come yet; rows without one come behind all that have one.
  int64_t end = rows;
  if (rows == 0 || !times.is_valid(rows - 1)) return rows;
  while (end > 0 && time_of(times, end - 1) == time_of(times, rows - 1)) end--;
  return std::max(written_, end);
}

int64_t RollingPieces::reached(const Column& times, int64_t end) const {
  if (!by_time_) return std::max<int64_t>(0, end - std::min(end, function_.rolling->rows));
  if (end == 0 || !times.is_valid(end - 1)) return end;
  int64_t start;
  if (__builtin_sub_overflow(time_of(times, end - 1), function_.rolling->period, &start)) start = INT64_MIN;
  int64_t from = end;
  while (from > 0 && time_of(times, from - 1) >= start) from--;
  return from;
}

Status RollingPieces::compute(bool last) {
  auto argument = argument_.finish();
  MILLRACE_TRY(argument);
  auto times = times_.finish();
  MILLRACE_TRY(times);
  const Column& values = argument.value();
  const int64_t end = last ? values.rows : end_of_ready(times.value(), values.rows);
  if (end > written_) {
    OneThread thread(query_);
    std::vector<sort::SortKey> order_by;
    if (by_time_) order_by.push_back({&times.value()});
    const std::vector<const Column*> keys;
    auto partitions = window::Partitions::make(keys, order_by, static_cast<size_t>(values.rows), thread, budget_);
    MILLRACE_TRY(partitions);
    auto results = window::compute({function_, &values, partitions.value(), keys, order_by, thread, budget_});
    MILLRACE_TRY(results);
    MILLRACE_TRY(write_(results.value(), written_, end - written_));
  }
  const int64_t from = last ? end : reached(times.value(), end);
  argument_ = ColumnBuilder(values.type, budget_);
  MILLRACE_TRY(argument_.append_range(values, from, values.rows - from));
  times_ = ColumnBuilder(times.value().type, budget_);
  if (by_time_) MILLRACE_TRY(times_.append_range(times.value(), from, values.rows - from));
  written_ = end - from;
  return {};
}

}  // namespace millrace::exec
