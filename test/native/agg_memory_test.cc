// Refused memory: every allocation in turn fails the query with
// ERR_MEMORY_LIMIT and nothing else.
#include <random>

#include "agg_table.h"
#include "check.h"

namespace millrace::agg::testing {

namespace {

// Enough rows and keys for every table to grow, migrate and spill over into
// arenas.
Query wide_query() {
  Query query;
  const TypeId keys[] = {TypeId::Utf8, TypeId::Int64, TypeId::Float64};
  for (const TypeId type : keys) {
    query.spec.keys.push_back({"key", type, true});
    query.keys.push_back({type, {}});
  }
  const std::pair<Function, TypeId> functions[] = {
      {Function::Mean, TypeId::Float64},  {Function::Sum, TypeId::Int64}, {Function::NUnique, TypeId::Utf8},
      {Function::Median, TypeId::Int32},  {Function::Max, TypeId::Utf8},  {Function::Last, TypeId::Utf8},
      {Function::First, TypeId::Float32}, {Function::Var, TypeId::UInt8}, {Function::Any, TypeId::Bool}};
  for (const auto& [function, type] : functions) {
    AggregateSpec spec;
    spec.name = "out";
    spec.function = function;
    spec.argument = type;
    query.spec.aggregates.push_back(spec);
    query.arguments.push_back({type, {}});
  }
  query.rows = 1500;
  std::mt19937_64 random(5);
  const auto fill = [&](TestColumn& column) {
    for (size_t row = 0; row < query.rows; row++) {
      const auto pick = static_cast<int64_t>(random() % 37);
      Cell value{random() % 20 == 0, pick * (random() % 2 ? 1 : 3000017), static_cast<double>(pick), ""};
      if (column.type != TypeId::Int64 && column.type != TypeId::Int32) value.number &= 1;
      value.text = std::string(static_cast<size_t>(pick), 'x') + std::to_string(pick);
      column.cells.push_back(value);
    }
  };
  for (TestColumn& key : query.keys) fill(key);
  for (TestColumn& argument : query.arguments) fill(argument);
  return query;
}

// Two locals, three strips and a discarded one before them.
Result<Frame> run_strips(const Query& query, MemoryBudget* budget) {
  auto made = GlobalAggregation::make(query.spec, budget);
  if (!made.ok()) return made.take_status();
  GlobalAggregation& global = *made.value();
  const std::unique_ptr<LocalAggregation> locals[] = {global.make_local(), global.make_local()};
  MILLRACE_TRY(consume(*locals[1], query, 0, 300));
  locals[1]->discard_strip();
  std::vector<std::unique_ptr<StripState>> strips;
  for (size_t strip = 0; strip < 3; strip++) {
    LocalAggregation& local = *locals[strip % 2];
    MILLRACE_TRY(consume(local, query, strip * 500, strip * 500 + 500));
    auto taken = local.take_strip();
    if (!taken.ok()) return taken.take_status();
    MILLRACE_TRY(global.register_strip(*taken.value()));
    strips.push_back(taken.take());
  }
  for (auto& strip : strips) MILLRACE_TRY(global.merge(std::move(strip)));
  return finish(global);
}

std::string text_of(const Frame& frame) {
  std::string text;
  for (int64_t row = 0; row < frame.rows; row++) {
    for (const Column& column : frame.columns) text += show(column, row) + " ";
  }
  return text;
}

}  // namespace

TEST(
    "any single refused allocation fails the group-by cleanly, and the next "
    "query is right") {
  const Query query = wide_query();
  MemoryBudget plenty;
  std::string want;
  {
    const auto frame = run_strips(query, &plenty);
    CHECK(frame.ok());
    want = text_of(frame.value());
  }
  CHECK_EQ(plenty.used_bytes(), 0);
  int failed = 0;
  // Some tables are done without where memory is refused: there is nothing more to refuse after many that succeed.
  for (int countdown = 0, passed = 0; passed < 25; countdown++) {
    MemoryBudget budget;
    {
      inject_allocation_failure(countdown, false);
      const auto frame = run_strips(query, &budget);
      inject_allocation_failure(-1, false);
      const bool ok = frame.ok();
      passed = ok ? passed + 1 : 0;
      failed += !ok;
      if (ok) {
        CHECK_EQ(text_of(frame.value()), want);
      } else {
        CHECK_EQ(frame.status().code(), Code::MemoryLimit);
      }
    }
    CHECK_EQ(budget.used_bytes(), 0);
  }
  CHECK(failed > 100);
}

TEST("a memory limit is kept at every size") {
  const Query query = wide_query();
  bool ok = false;
  int refused = 0;
  for (int64_t limit = 1000; !ok; limit += limit / 5) {
    MemoryBudget budget(limit);
    {
      const auto frame = run_strips(query, &budget);
      ok = frame.ok();
      refused += !ok;
      if (!ok) CHECK_EQ(frame.status().code(), Code::MemoryLimit);
    }
    CHECK(budget.peak_bytes() <= limit);
    CHECK_EQ(budget.used_bytes(), 0);
  }
  CHECK(refused > 10);
}

TEST(
    "a local whose batch was refused memory can discard the strip and start "
    "over") {
  const Query query = wide_query();
  std::string want;
  {
    const auto frame = run(query);
    CHECK(frame.ok());
    want = text_of(frame.value());
  }
  for (int countdown = 0; countdown < 200; countdown += 7) {
    auto global = GlobalAggregation::make(query.spec, nullptr);
    CHECK(global.ok());
    const auto local = global.value()->make_local();
    inject_allocation_failure(countdown, false);
    const Status refused = consume(*local, query, 0, query.rows);
    inject_allocation_failure(-1, false);
    if (refused.ok()) break;
    local->discard_strip();
    CHECK(consume(*local, query, 0, query.rows).ok());
    auto strip = local->take_strip();
    CHECK(strip.ok());
    CHECK(global.value()->register_strip(*strip.value()).ok());
    CHECK(global.value()->merge(strip.take()).ok());
    const auto frame = finish(*global.value());
    CHECK(frame.ok());
    CHECK_EQ(text_of(frame.value()), want);
  }
}

}  // namespace millrace::agg::testing
