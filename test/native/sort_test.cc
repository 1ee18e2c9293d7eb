// argsort against a stable comparison sort of plain values.
#include <algorithm>
#include <random>

#include "agg_table.h"
#include "check.h"
#include "random_columns.h"
#include "sort/argsort.h"

namespace millrace::sort {

namespace {

using agg::testing::Cell;
using agg::testing::TestColumn;
using testing::column_of;
using testing::Random;
using testing::random_cell;

std::vector<int64_t> sorted_rows(const std::vector<TestColumn>& keys, size_t rows) {
  std::vector<Column> columns;
  for (const TestColumn& key : keys) columns.push_back(column_of(key));
  std::vector<const Column*> pointers;
  for (const Column& column : columns) pointers.push_back(&column);
  PodVector<int64_t> order;
  CHECK(argsort(pointers, static_cast<int64_t>(rows), order).ok());
  return {order.begin(), order.end()};
}

std::vector<int64_t> naive_rows(const std::vector<TestColumn>& keys, size_t rows) {
  std::vector<int64_t> order(rows);
  for (size_t i = 0; i < rows; i++) order[i] = static_cast<int64_t>(i);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    for (const TestColumn& key : keys) {
      const int compared =
          agg::testing::naive_compare(key.type, key.cells[static_cast<size_t>(a)], key.cells[static_cast<size_t>(b)]);
      if (compared) return compared < 0;
    }
    return false;
  });
  return order;
}

std::vector<Cell> texts(std::initializer_list<std::string> values) {
  std::vector<Cell> cells;
  for (const std::string& value : values) cells.push_back({false, 0, 0, value});
  return cells;
}

}  // namespace

TEST("random columns of every type sort as a stable comparison sort does") {
  for (uint64_t seed = 1; seed <= 400; seed++) {
    Random random(seed);
    const size_t sizes[] = {0, 1, 2, 23, 24, 25, 100, 255, 256, 257, 5000};
    const size_t rows = sizes[random() % 11];
    std::vector<TestColumn> keys(1 + random() % 3);
    for (TestColumn& key : keys) {
      key.type = static_cast<TypeId>(random() % kTypeCount);
      const size_t distinct = size_t{1} << (random() % 14);
      for (size_t row = 0; row < rows; row++) key.cells.push_back(random_cell(random, key.type, distinct));
    }
    if (sorted_rows(keys, rows) != naive_rows(keys, rows)) CHECK_EQ(seed, 0);
  }
}

TEST("strings sort by bytes, a prefix first, NUL bytes counting") {
  const TestColumn key{TypeId::Utf8, texts({"b", "a", "", std::string("a\0", 2), std::string("a\0\0", 3), "a\x01",
                                            "\xc3\xbc", "ab", "abcdefgh", std::string("abcdefgh\0", 9), "abcdefghi"})};
  const std::vector<int64_t> want = {2, 1, 3, 4, 5, 7, 8, 9, 10, 0, 6};
  CHECK_EQ(sorted_rows({key}, 11), want);
}

TEST("nulls come last in every key and keep their order") {
  const TestColumn first{TypeId::Int32, {Cell{}, agg::testing::cell(1), Cell{}, agg::testing::cell(0)}};
  const TestColumn second{TypeId::Utf8, texts({"b", "x", "a", "y"})};
  CHECK_EQ(sorted_rows({first}, 4), (std::vector<int64_t>{3, 1, 0, 2}));
  CHECK_EQ(sorted_rows({first, second}, 4), (std::vector<int64_t>{3, 1, 2, 0}));
}

TEST("without keys the order stays") { CHECK_EQ(sorted_rows({}, 3), (std::vector<int64_t>{0, 1, 2})); }

TEST("long strings that part only at their ends sort without a deep stack") {
  TestColumn key{TypeId::Utf8, {}};
  for (int i = 0; i < 40; i++) {
    std::string text(200000, 'x');
    text[static_cast<size_t>(i) * 5000] = i % 2 ? 'y' : 'w';
    key.cells.push_back({false, 0, 0, text});
    key.cells.push_back({false, 0, 0, text});
  }
  CHECK_EQ(sorted_rows({key}, 80), naive_rows({key}, 80));
}

TEST("a sort that is refused memory says so and leaks nothing") {
  TestColumn key{TypeId::Utf8, {}};
  for (int i = 0; i < 1000; i++) key.cells.push_back({false, 0, 0, "shared by all of them " + std::to_string(i % 77)});
  const TestColumn second{TypeId::Int64, std::vector<Cell>(1000, agg::testing::cell(1))};
  MemoryBudget budget;
  int failures = 0;
  for (int countdown = 0;; countdown++) {
    const Column columns[] = {column_of(key), column_of(second)};
    PodVector<int64_t> order(&budget);
    inject_allocation_failure(countdown, false);
    const Status status = argsort({&columns[0], &columns[1]}, 1000, order);
    inject_allocation_failure(-1, false);
    if (status.ok()) break;
    CHECK_EQ(status.code(), Code::MemoryLimit);
    failures++;
  }
  CHECK_EQ(budget.used_bytes(), 0);
  CHECK(failures >= 4);
}

}  // namespace millrace::sort
