// Parallel sorts, top-k and gathers against stable comparison sorts of plain values.
#include "sort/order_rows.h"

#include <algorithm>
#include <random>

#include "agg_table.h"
#include "check.h"
#include "column/concat_columns.h"
#include "column/take_rows.h"
#include "exec/threads/pool_workers.h"
#include "random_columns.h"

using namespace millrace;

namespace {

using agg::testing::TestColumn;
using testing::Random;

struct Key {
  TestColumn cells;
  bool descending;
  bool nulls_first;
};

std::vector<uint32_t> naive_order(const std::vector<Key>& keys, size_t rows) {
  std::vector<uint32_t> order(rows);
  for (size_t i = 0; i < rows; i++) order[i] = static_cast<uint32_t>(i);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    for (const Key& key : keys) {
      const auto& left = key.cells.cells[a];
      const auto& right = key.cells.cells[b];
      if (left.null != right.null) return left.null == key.nulls_first;
      const int compared = agg::testing::naive_compare(key.cells.type, left, right);
      if (compared) return key.descending ? compared > 0 : compared < 0;
    }
    return false;
  });
  return order;
}

std::vector<sort::SortKey> keys_of(const std::vector<Key>& keys, const std::vector<Column>& columns) {
  std::vector<sort::SortKey> out;
  for (size_t i = 0; i < keys.size(); i++) out.push_back({&columns[i], keys[i].descending, keys[i].nulls_first});
  return out;
}

}  // namespace

TEST("rows of any keys, directions and null places are ordered as a stable comparison sort orders them") {
  Random random(51);
  for (int round = 0; round < check::rounds(60, 12); round++) {
    const size_t rows = round % 3 == 0 ? 20000 + random() % 30000 : random() % 700;
    std::vector<Key> keys;
    std::vector<Column> columns;
    for (uint64_t left = 1 + random() % 3; left > 0; left--) {
      const auto type = static_cast<TypeId>(random() % kTypeCount);
      keys.push_back(
          {testing::random_cells(random, type, rows, 1 + random() % 2000), random() % 2 == 0, random() % 2 == 0});
      columns.push_back(testing::column_of(keys.back().cells));
    }
    const auto expected = naive_order(keys, rows);
    const auto sort_keys = keys_of(keys, columns);
    for (const uint32_t threads : {1u, 2u, 3u, 8u}) {
      exec::QueryState query(INT64_MAX);
      exec::PoolWorkers workers(query, threads);
      PodVector<uint32_t> order(&query.budget);
      CHECK(sort::order_rows(sort_keys, rows, workers, order).ok());
      CHECK(std::equal(order.begin(), order.end(), expected.begin(), expected.end()));
      for (const size_t most : {size_t{0}, size_t{1}, size_t{10}, rows / 5, rows}) {
        PodVector<uint32_t> top(&query.budget);
        CHECK(sort::top_rows(sort_keys, rows, most, workers, top).ok());
        CHECK_EQ(top.size(), std::min(most, rows));
        CHECK(std::equal(top.begin(), top.end(), expected.begin()));
      }
    }
  }
}

TEST("rows that are in order already, in reverse, or all equal are no trouble") {
  for (const int shape : {0, 1, 2, 3}) {
    const size_t rows = 100000;
    TestColumn cells{TypeId::Int64, {}};
    for (size_t i = 0; i < rows; i++) {
      const auto n = static_cast<int64_t>(i);
      cells.cells.push_back({false, shape == 0 ? n : shape == 1 ? -n : shape == 2 ? 7 : n % 3, 0, ""});
    }
    const std::vector<Key> keys = {{cells, false, false}};
    std::vector<Column> columns;
    columns.push_back(testing::column_of(cells));
    exec::QueryState query(INT64_MAX);
    exec::PoolWorkers workers(query, 3);
    PodVector<uint32_t> order(&query.budget);
    CHECK(sort::order_rows(keys_of(keys, columns), rows, workers, order).ok());
    const auto expected = naive_order(keys, rows);
    CHECK(std::equal(order.begin(), order.end(), expected.begin(), expected.end()));
  }
}

TEST("a gather takes the rows of every type, and null where there is none") {
  Random random(52);
  for (int round = 0; round < 40; round++) {
    const auto type = static_cast<TypeId>(round % kTypeCount);
    const size_t rows = 1 + random() % 2000;
    TestColumn cells = testing::random_cells(random, type, rows, 300);
    // Without nulls and of one length, strings take a path of their own.
    if (is_string(type) && round >= kTypeCount) {
      const size_t length = random() % 40;
      for (auto& cell : cells.cells) cell = {false, 0, 0, std::string(length, static_cast<char>('a' + random() % 26))};
    }
    const Column column = testing::column_of(cells);
    const bool may_miss = random() % 2 == 0;
    std::vector<uint32_t> wanted(round % 5 == 0 ? 70000 + random() % 70000 : random() % 3000);
    for (uint32_t& row : wanted) {
      row = may_miss && random() % 9 == 0 ? kNoRow : static_cast<uint32_t>(random() % rows);
    }
    for (const uint32_t threads : {1u, 3u}) {
      exec::QueryState query(INT64_MAX);
      exec::PoolWorkers workers(query, threads);
      auto taken = take_rows({{&column, wanted.data(), may_miss}}, wanted.size(), workers, &query.budget);
      CHECK(taken.ok());
      const Column& out = taken.value()[0];
      CHECK_EQ(out.rows, static_cast<int64_t>(wanted.size()));
      int64_t nulls = 0;
      for (size_t i = 0; i < wanted.size(); i++) {
        const bool valid = wanted[i] != kNoRow && column.is_valid(wanted[i]);
        nulls += !valid;
        CHECK_EQ(out.is_valid(static_cast<int64_t>(i)), valid);
        if (valid) CHECK(testing::same_value(out, static_cast<int64_t>(i), column, wanted[i]));
      }
      CHECK_EQ(out.null_count, nulls);
    }
  }
}

TEST("columns end to end are the rows of each in turn, wherever their bitmaps meet") {
  Random random(54);
  for (int round = 0; round < 60; round++) {
    const auto type = static_cast<TypeId>(round % kTypeCount);
    std::vector<Column> pieces;
    std::vector<const Column*> pointers;
    for (uint64_t left = 1 + random() % 4; left > 0; left--) {
      const size_t rows = random() % 3 == 0 ? 64 * (random() % 4) : random() % 300;
      TestColumn cells = testing::random_cells(random, type, rows, 50);
      if (random() % 3 == 0) {
        for (auto& cell : cells.cells) cell.null = false;
      }
      pieces.push_back(testing::column_of(cells));
    }
    for (const Column& piece : pieces) pointers.push_back(&piece);
    exec::QueryState query(INT64_MAX);
    exec::PoolWorkers workers(query, 1 + static_cast<uint32_t>(random() % 3));
    auto out = concat_columns(pointers, workers, &query.budget);
    CHECK(out.ok());
    int64_t at = 0;
    int64_t nulls = 0;
    for (const Column& piece : pieces) {
      for (int64_t row = 0; row < piece.rows; row++, at++) {
        CHECK_EQ(out.value().is_valid(at), piece.is_valid(row));
        nulls += !piece.is_valid(row);
        if (piece.is_valid(row)) CHECK(testing::same_value(out.value(), at, piece, row));
      }
    }
    CHECK_EQ(out.value().rows, at);
    CHECK_EQ(out.value().null_count, nulls);
  }
}

TEST("a sort that is out of memory or aborted says so and frees everything") {
  Random random(53);
  const TestColumn cells = testing::random_cells(random, TypeId::Utf8, 50000, 40000);
  const Column column = testing::column_of(cells);
  for (const int64_t limit : {int64_t{0}, int64_t{1000}, int64_t{300000}, int64_t{900000}}) {
    exec::QueryState query(limit);
    exec::PoolWorkers workers(query, 2);
    {
      PodVector<uint32_t> order(&query.budget);
      const std::vector<sort::SortKey> keys = {{&column}};
      CHECK_EQ(std::string(code_name(sort::order_rows(keys, 50000, workers, order).code())),
               std::string("ERR_MEMORY_LIMIT"));
    }
    CHECK_EQ(query.budget.used_bytes(), 0);
  }
  exec::QueryState query(INT64_MAX);
  query.aborted.store(true);
  exec::PoolWorkers workers(query, 2);
  PodVector<uint32_t> order(&query.budget);
  const std::vector<sort::SortKey> keys = {{&column}};
  CHECK_EQ(std::string(code_name(sort::order_rows(keys, 50000, workers, order).code())), std::string("ERR_ABORTED"));
}
