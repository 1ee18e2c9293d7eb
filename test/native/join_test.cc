// Joins against nested loops over plain cells, for every number of threads and with all hashes colliding.
#include "join/join_rows.h"

#include <algorithm>
#include <random>

#include "agg_table.h"
#include "check.h"
#include "exec/threads/pool_workers.h"
#include "random_columns.h"

using namespace millrace;

namespace {

using agg::testing::TestColumn;
using testing::Random;

struct Pair {
  uint32_t left;
  uint32_t right;
  bool operator==(const Pair&) const = default;
};

struct Sides {
  std::vector<TestColumn> left;
  std::vector<TestColumn> right;
  size_t left_rows;
  size_t right_rows;
};

bool equal_keys(const Sides& sides, size_t l, size_t r, bool nulls_equal) {
  for (size_t k = 0; k < sides.left.size(); k++) {
    const auto& a = sides.left[k].cells[l];
    const auto& b = sides.right[k].cells[r];
    if (a.null || b.null) {
      if (!nulls_equal || a.null != b.null) return false;
    } else if (agg::testing::naive_compare(sides.left[k].type, a, b) != 0) {
      return false;
    }
  }
  return true;
}

std::vector<Pair> naive_join(const Sides& sides, const join::JoinSpec& spec) {
  using join::Kind;
  std::vector<Pair> out;
  std::vector<bool> used(sides.right_rows);
  for (uint32_t l = 0; l < sides.left_rows; l++) {
    bool found = false;
    for (uint32_t r = 0; r < sides.right_rows; r++) {
      if (!equal_keys(sides, l, r, spec.nulls_equal)) continue;
      if (spec.kind != Kind::Semi && spec.kind != Kind::Anti) out.push_back({l, r});
      found = used[r] = true;
    }
    if (spec.kind == Kind::Semi ? found : spec.kind == Kind::Anti && !found) out.push_back({l, 0});
    if (!found && (spec.kind == Kind::Left || spec.kind == Kind::Outer)) out.push_back({l, kNoRow});
  }
  for (uint32_t r = 0; spec.kind == Kind::Outer && r < sides.right_rows; r++) {
    if (!used[r]) out.push_back({kNoRow, r});
  }
  return out;
}

std::vector<Pair> pairs_of(const join::JoinedRows& rows) {
  const size_t count = rows.right.empty() ? rows.left.size() : rows.right.size();
  std::vector<Pair> out;
  for (size_t i = 0; i < count; i++) {
    out.push_back(
        {rows.all_left_once ? static_cast<uint32_t>(i) : rows.left[i], rows.right.empty() ? 0 : rows.right[i]});
  }
  return out;
}

std::vector<Column> columns_of(const std::vector<TestColumn>& from) {
  std::vector<Column> out;
  for (const TestColumn& column : from) out.push_back(testing::column_of(column));
  return out;
}

std::vector<join::KeyPair> pairs_of(const std::vector<Column>& left, const std::vector<Column>& right) {
  std::vector<join::KeyPair> out;
  for (size_t i = 0; i < left.size(); i++) out.push_back({&left[i], &right[i]});
  return out;
}

Sides random_sides(Random& random) {
  Sides sides{{}, {}, random() % 400, random() % 400};
  for (uint64_t left = 1 + random() % 3; left > 0; left--) {
    const auto type = static_cast<TypeId>(random() % kTypeCount);
    const size_t distinct = size_t{1} << (random() % 9);
    sides.left.push_back(testing::random_cells(random, type, sides.left_rows, distinct));
    sides.right.push_back(testing::random_cells(random, type, sides.right_rows, distinct));
  }
  return sides;
}

}  // namespace

TEST("joins of random keys of every type give the pairs of nested loops, in their order") {
  using join::Kind;
  Random random(61);
  for (int round = 0; round < check::rounds(120, 30); round++) {
    const Sides sides = random_sides(random);
    const auto left = columns_of(sides.left);
    const auto right = columns_of(sides.right);
    join::JoinSpec spec;
    spec.nulls_equal = random() % 2 == 0;
    for (const Kind kind : {Kind::Inner, Kind::Left, Kind::Outer, Kind::Semi, Kind::Anti}) {
      spec.kind = kind;
      const auto expected = naive_join(sides, spec);
      for (const uint32_t threads : {1u, 2u, 3u, 8u}) {
        for (const uint64_t mask : {~uint64_t{0}, uint64_t{0}}) {
          spec.hash_mask = mask;
          exec::QueryState query(INT64_MAX);
          exec::PoolWorkers workers(query, threads);
          {
            auto rows =
                join::join_rows(pairs_of(left, right), sides.left_rows, sides.right_rows, spec, workers, &query.budget);
            CHECK(rows.ok());
            if (rows.ok()) CHECK(pairs_of(rows.value()) == expected);
          }
          CHECK_EQ(query.budget.used_bytes(), 0);
        }
      }
    }
  }
}

TEST("large joins on dense, sparse and text keys find the right partners") {
  Random random(62);
  const size_t rows = 150000;
  for (const int shape : {0, 1, 2, 3}) {
    Sides sides{{{shape == 2 ? TypeId::Utf8 : TypeId::Int64, {}}},
                {{shape == 2 ? TypeId::Utf8 : TypeId::Int64, {}}},
                rows,
                rows};
    std::vector<int64_t> keys(rows);
    for (size_t i = 0; i < rows; i++)
      keys[i] = static_cast<int64_t>(shape == 3 ? i / 2 : i) * (shape == 1 ? 1000003 : 1);
    const auto cell = [&](int64_t key) {
      return agg::testing::Cell{false, key, 0, "a long shared prefix " + std::to_string(key)};
    };
    for (size_t i = 0; i < rows; i++) sides.left[0].cells.push_back(cell(keys[i]));
    std::shuffle(keys.begin(), keys.end(), random);
    for (size_t i = 0; i < rows; i++) sides.right[0].cells.push_back(cell(keys[i]));
    const auto left = columns_of(sides.left);
    const auto right = columns_of(sides.right);
    for (const uint32_t threads : {1u, 3u}) {
      exec::QueryState query(INT64_MAX);
      exec::PoolWorkers workers(query, threads);
      auto out = join::join_rows(pairs_of(left, right), rows, rows, {}, workers, &query.budget);
      CHECK(out.ok());
      const auto pairs = pairs_of(out.value());
      CHECK_EQ(pairs.size(), shape == 3 ? rows * 2 : rows);
      int64_t wrong = 0;
      for (size_t i = 0; i < pairs.size(); i++) {
        wrong += !equal_keys(sides, pairs[i].left, pairs[i].right, false);
        wrong += i > 0 && pairs[i].left < pairs[i - 1].left;
      }
      CHECK_EQ(wrong, 0);
    }
  }
}

TEST("a side whose keys must be unique and are not fails the join") {
  Random random(63);
  for (int round = 0; round < 40; round++) {
    const Sides sides = random_sides(random);
    const auto left = columns_of(sides.left);
    const auto right = columns_of(sides.right);
    const Sides twice{sides.left, sides.left, sides.left_rows, sides.left_rows};
    bool unique = true;
    for (const Pair& pair : naive_join(twice, {})) unique &= pair.left == pair.right;
    join::JoinSpec spec;
    spec.left_unique = true;
    exec::QueryState query(INT64_MAX);
    exec::PoolWorkers workers(query, 2);
    auto rows = join::join_rows(pairs_of(left, right), sides.left_rows, sides.right_rows, spec, workers, &query.budget);
    CHECK_EQ(rows.ok(), unique);
    if (!rows.ok()) CHECK_EQ(std::string(code_name(rows.status().code())), std::string("ERR_JOIN_CARDINALITY"));
  }
}

TEST("a join whose allocations fail says so and frees everything") {
  Random random(64);
  const Sides sides = random_sides(random);
  const auto left = columns_of(sides.left);
  const auto right = columns_of(sides.right);
  int failures = 0;
  for (int64_t at = 0; at < 200; at++) {
    exec::QueryState query(INT64_MAX);
    exec::PoolWorkers workers(query, 1);
    inject_allocation_failure(at, false);
    auto rows = join::join_rows(pairs_of(left, right), sides.left_rows, sides.right_rows, {}, workers, &query.budget);
    inject_allocation_failure(-1, false);
    if (rows.ok()) break;
    failures++;
    CHECK_EQ(std::string(code_name(rows.status().code())), std::string("ERR_MEMORY_LIMIT"));
    CHECK_EQ(query.budget.used_bytes(), 0);
  }
  CHECK(failures > 3);
}
