// Window functions: the same bits on every number of threads, what a loop over each partition gives for those whose
// loops are short, and refused memory. test/frame/windows.test.ts and rolling.test.ts compare all of them with plain
// JavaScript.
#include "window/compute.h"

#include <algorithm>
#include <map>
#include <optional>

#include "check.h"
#include "exec/threads/pool_workers.h"
#include "random_columns.h"
#include "run_query.h"

using namespace millrace;

namespace {

using testing::Random;
using window::Function;

struct Input {
  std::vector<Column> keys;
  std::vector<Column> order;
  Column values;
  size_t rows;

  std::vector<const Column*> key_columns() const {
    std::vector<const Column*> out;
    for (const Column& key : keys) out.push_back(&key);
    return out;
  }
  std::vector<sort::SortKey> order_by() const {
    std::vector<sort::SortKey> out;
    for (const Column& column : order) out.push_back({&column});
    return out;
  }
};

Input random_input(Random& random, TypeId type, size_t rows, size_t distinct) {
  Input out;
  out.rows = rows;
  const auto column = [&](TypeId of) { return testing::column_of(testing::random_cells(random, of, rows, distinct)); };
  for (uint64_t keys = random() % 3; keys > 0; keys--)
    out.keys.push_back(column(static_cast<TypeId>(random() % kTypeCount)));
  if (random() % 2) out.order.push_back(column(TypeId::Int32));
  out.values = column(type);
  return out;
}

Result<Column> run(const Input& input, const window::WindowFunction& function, uint32_t threads,
                   exec::QueryState& query) {
  exec::PoolWorkers workers(query, threads);
  const auto keys = input.key_columns();
  const auto order = input.order_by();
  auto partitions = window::Partitions::make(keys, order, input.rows, workers, &query.budget);
  MILLRACE_TRY(partitions);
  return window::compute({function, &input.values, partitions.value(), keys, order, workers, &query.budget});
}

bool same(const Column& a, const Column& b) {
  if (a.type != b.type || a.rows != b.rows || a.null_count != b.null_count) return false;
  for (int64_t row = 0; row < a.rows; row++) {
    if (a.is_valid(row) != b.is_valid(row) || (a.is_valid(row) && !testing::same_value(a, row, b, row))) return false;
  }
  return true;
}

constexpr Function kRolled[] = {Function::Count, Function::Sum, Function::Mean,   Function::Std,
                                Function::Min,   Function::Max, Function::Median, Function::Quantile};

constexpr int kFunctions = static_cast<int>(Function::All) + 1;

// Every function in turn, in every second round a rolling one.
window::WindowFunction random_function(Random& random, int round) {
  window::WindowFunction out;
  if (round % 2) {
    out.function = static_cast<Function>(round / 2 % kFunctions);
    out.parameters.offset = static_cast<int64_t>(random() % 9) - 4;
    out.parameters.limit = static_cast<int64_t>(random() % 4);
    out.parameters.method = static_cast<window::RankMethod>(random() % 5);
  } else {
    out.function = kRolled[static_cast<size_t>(round / 2) % std::size(kRolled)];
    out.rolling = window::Rolling{};
    out.rolling->min_periods = static_cast<int64_t>(random() % 3);
    out.rolling->rows = 1 + static_cast<int64_t>(random() % (random() % 4 ? 20 : 3000));
    out.rolling->center = random() % 2;
  }
  out.parameters.quantile = 0.3;
  return out;
}

}  // namespace

TEST("every window function gives the same bits on every number of threads, or the same error") {
  Random random(81);
  int computed = 0;
  const int rounds = check::rounds(300, 2 * kFunctions);
  for (int round = 0; round < rounds; round++) {
    const window::WindowFunction function = random_function(random, round);
    const TypeId types[] = {TypeId::Float64, TypeId::Int32, static_cast<TypeId>(random() % kTypeCount)};
    const size_t sizes[] = {0, 1, 100, 1000, 40000};
    const size_t rows = round % 25 == 0 ? 150000 : sizes[random() % std::size(sizes)];
    const Input input = random_input(random, types[random() % 3], rows, size_t{1} << (random() % 14));
    std::optional<Result<Column>> first;
    for (const uint32_t threads : {1u, 2u, 3u, 8u}) {
      exec::QueryState query(INT64_MAX);
      auto column = run(input, function, threads, query);
      if (column.ok()) column.value().rebind(nullptr);
      CHECK_EQ(query.budget.used_bytes(), 0);
      if (!first) {
        first.emplace(std::move(column));
        computed += first->ok();
        continue;
      }
      CHECK_EQ(column.ok(), first->ok());
      if (column.ok() && first->ok()) CHECK(same(column.value(), first->value()));
      if (!column.ok() && !first->ok()) CHECK_EQ(column.status().code(), first->status().code());
    }
  }
  CHECK(computed > rounds / 2);
}

TEST("running and rolling sums of integers are those of a loop, across the pieces of a large partition") {
  Random random(82);
  const size_t rows = 200000;
  Input input{{}, {}, testing::column_of(testing::random_cells(random, TypeId::Int8, rows, 200)), rows};
  for (const int64_t width : {1, 7, 100000}) {
    window::WindowFunction function{Function::Sum, {}, window::Rolling{}};
    function.rolling->rows = width;
    function.rolling->min_periods = 0;
    exec::QueryState query(INT64_MAX);
    auto sums = run(input, function, 3, query);
    CHECK(sums.ok());
    if (!sums.ok()) continue;
    const auto value = [&](int64_t row) -> int64_t {
      return input.values.is_valid(row) ? input.values.values<int8_t>()[row] : 0;
    };
    int64_t sum = 0, wrong = 0;
    for (int64_t row = 0; row < static_cast<int64_t>(rows); row++) {
      sum += value(row) - (row >= width ? value(row - width) : 0);
      wrong += sums.value().values<int64_t>()[row] != sum;
    }
    CHECK_EQ(wrong, 0);
  }
}

TEST("a window whose allocations fail says so and frees everything") {
  Random random(83);
  int failures = 0;
  for (const Function name : {Function::Rank, Function::Shift, Function::CumSum, Function::Median, Function::Max}) {
    for (const bool rolling : {false, true}) {
      if (rolling && name != Function::Median && name != Function::Max) continue;
      window::WindowFunction function;
      function.function = name;
      if (rolling) function.rolling = window::Rolling{900, 0, window::Closed::Right, false, 1};
      const Input input = random_input(random, TypeId::Float64, 3000, 2);
      for (int64_t at = 0; at < 300; at++) {
        exec::QueryState query(INT64_MAX);
        inject_allocation_failure(at, false);
        auto column = run(input, function, 1, query);
        inject_allocation_failure(-1, false);
        if (column.ok()) break;
        failures++;
        CHECK_EQ(std::string(code_name(column.status().code())), std::string("ERR_MEMORY_LIMIT"));
        CHECK_EQ(query.budget.used_bytes(), 0);
      }
    }
  }
  CHECK(failures > 50);
}

TEST("window steps that make no sense are errors, not crashes") {
  const std::string csv = R"({"op":"csv","bytes":0,"dialect":{"delimiter":","},"columns":[{"name":"a","type":"int64"},)"
                          R"({"name":"s","type":"utf8"}],"project":[0,1],"nullValues":[""]},)";
  const std::pair<const char*, const char*> cases[] = {
      {R"({"op":"window","keys":["q"],"order":[],"functions":[{"name":"x","function":"rowNumber"}]})",
       "ERR_COLUMN_NOT_FOUND"},
      {R"({"op":"window","keys":[],"order":[],"functions":[]})", "ERR_PLAN"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"x","function":"sum"}]})", "ERR_PLAN"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"x","function":"nope","column":"a"}]})", "ERR_PLAN"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"x","function":"sum","column":"s"}]})", "ERR_TYPE"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"a","function":"rowNumber"}]})",
       "ERR_DUPLICATE_COLUMN"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"x","function":"sum","column":"a","rolling":{}}]})",
       "ERR_PLAN"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"x","function":"sum","column":"a",)"
       R"("rolling":{"period":"3"}}]})",
       "ERR_PLAN"},
      {R"({"op":"window","keys":[],"order":[{"column":"s"}],"functions":[{"name":"x","function":"sum","column":"a",)"
       R"("rolling":{"period":"3"}}]})",
       "ERR_TYPE"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"x","function":"max","column":"s",)"
       R"("rolling":{"rows":3}}]})",
       "ERR_TYPE"},
      {R"({"op":"window","keys":[],"order":[],"functions":[{"name":"x","function":"rank","column":"a",)"
       R"("rolling":{"rows":3}}]})",
       "ERR_TYPE"}};
  for (const auto& [step, code] : cases) {
    const auto result = run_query(R"({"version":2,"steps":[)" + csv + step + "]}", inputs_of("a,s\n1,x\n2,y\n"));
    CHECK_EQ(std::string(code_name(result.status.code())), std::string(code));
  }
}
