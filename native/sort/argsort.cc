#include "sort/argsort.h"

#include "sort/range_sorter.h"

namespace millrace::sort {

Status argsort(const std::vector<const Column*>& keys, int64_t rows, PodVector<int64_t>& order) {
  const auto count = static_cast<size_t>(rows);
  MILLRACE_TRY(order.resize(count));
  for (size_t i = 0; i < count; i++) order[i] = static_cast<int64_t>(i);
  if (keys.empty() || rows < 2) return {};
  std::vector<SortKey> ascending;
  for (const Column* key : keys) ascending.push_back({key});
  PodVector<Record> records(order.budget());
  PodVector<Record> scratch(order.budget());
  MILLRACE_TRY(records.resize(count));
  MILLRACE_TRY(scratch.resize(count));
  for (size_t i = 0; i < count; i++) records[i] = {0, static_cast<int64_t>(i)};
  MILLRACE_TRY(RangeSorter(ascending, order.budget()).sort(records.data(), scratch.data(), count, 0));
  for (size_t i = 0; i < count; i++) order[i] = records[i].row;
  return {};
}

}  // namespace millrace::sort
