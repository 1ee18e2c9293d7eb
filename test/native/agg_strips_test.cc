// Strips: who reads which, in what order, and which of them count must not show
// in a result.
#include "agg_table.h"
#include "check.h"

namespace millrace::agg::testing {

namespace {

Query strip_query(Order order) {
  Query query;
  query.spec.keys = {{"key", TypeId::Utf8, true}};
  query.spec.order = order;
  query.keys = {{TypeId::Utf8, {}}};
  const std::pair<const char*, Function> functions[] = {
      {"sum", Function::Sum}, {"first", Function::First}, {"last", Function::Last}, {"median", Function::Median}};
  for (const auto& [name, function] : functions) {
    AggregateSpec spec;
    spec.name = name;
    spec.function = function;
    spec.argument = TypeId::Float64;
    query.spec.aggregates.push_back(spec);
    query.arguments.push_back({TypeId::Float64, {}});
  }
  return query;
}

void add_row(Query& query, const char* key, double value) {
  query.keys[0].cells.push_back(cell(key));
  for (TestColumn& argument : query.arguments) argument.cells.push_back(cell(value));
  query.rows++;
}

std::string text_of(const Result<Frame>& frame) {
  if (!frame.ok()) return code_name(frame.status().code());
  std::string text;
  for (int64_t row = 0; row < frame.value().rows; row++) {
    for (const Column& column : frame.value().columns) text += show(column, row) + " ";
    text += "; ";
  }
  return text;
}

std::unique_ptr<GlobalAggregation> make(const Query& query, MemoryBudget* budget = nullptr) {
  auto global = GlobalAggregation::make(query.spec, budget);
  CHECK(global.ok());
  return global.take();
}

std::unique_ptr<StripState> take(GlobalAggregation& global, LocalAggregation& local) {
  auto strip = local.take_strip();
  CHECK(strip.ok());
  CHECK(global.register_strip(*strip.value()).ok());
  return strip.take();
}

}  // namespace

TEST("a group that only discarded strips have seen is not in the result") {
  Query query = strip_query(Order::Key);
  add_row(query, "wrong", 1);
  add_row(query, "a", 2);
  add_row(query, "b", 3);
  for (const bool taken : {false, true}) {
    const auto global = make(query);
    const auto local = global->make_local();
    CHECK(consume(*local, query, 0, 2).ok());
    if (taken) {
      take(*global, *local).reset();
    } else {
      local->discard_strip();
    }
    CHECK(consume(*local, query, 1, 3).ok());
    CHECK(global->merge(take(*global, *local)).ok());
    CHECK_EQ(global->group_count(), 2);
    CHECK_EQ(text_of(finish(*global)), "a 2 2 2 2 ; b 3 3 3 3 ; ");
  }
}

TEST(
    "first, last and the order of appearance follow the strips, not the "
    "threads that read them") {
  Query query = strip_query(Order::First);
  for (const char* key : {"z", "a", "a", "m", "z", "b", "m", "a"}) add_row(query, key, static_cast<double>(query.rows));
  const std::string want = "z 4 0 4 2 ; a 10 1 7 2 ; m 9 3 6 4.5 ; b 5 5 5 5 ; ";
  CHECK_EQ(text_of(run(query)), want);
  for (int reader = 0; reader < 16; reader++) {
    const auto global = make(query);
    const std::unique_ptr<LocalAggregation> locals[] = {global->make_local(), global->make_local()};
    std::unique_ptr<StripState> strips[4];
    // Strips of two rows, read last to first by either local.
    for (size_t strip = 4; strip-- > 0;) {
      LocalAggregation& local = *locals[reader >> strip & 1];
      CHECK(consume(local, query, strip * 2, strip * 2 + 2).ok());
      strips[strip] = take(*global, local);
    }
    for (auto& strip : strips) CHECK(global->merge(std::move(strip)).ok());
    CHECK_EQ(text_of(finish(*global)), want);
  }
}

TEST("float sums repeat bit for bit whichever thread reads a strip") {
  Query query = strip_query(Order::Key);
  for (int i = 0; i < 30000; i++) add_row(query, i % 3 ? "x" : "y", 1.0 / (i + 1));
  std::string want;
  for (const size_t threads : {1, 2, 3}) {
    const auto global = make(query);
    std::vector<std::unique_ptr<LocalAggregation>> locals;
    for (size_t i = 0; i < threads; i++) locals.push_back(global->make_local());
    for (size_t strip = 0; strip < 10; strip++) {
      LocalAggregation& local = *locals[strip % threads];
      CHECK(consume(local, query, strip * 3000, strip * 3000 + 3000).ok());
      CHECK(global->merge(take(*global, local)).ok());
    }
    const std::string got = text_of(finish(*global));
    if (want.empty()) want = got;
    CHECK_EQ(got, want);
  }
}

TEST(
    "strips with few rows over a table of many groups cost and count only "
    "what they touch") {
  Query query = strip_query(Order::Key);
  std::vector<std::string> names;
  for (int i = 0; i < 20000; i++) names.push_back("group " + std::to_string(100000 + i));
  for (const std::string& name : names) add_row(query, name.c_str(), 1);
  for (int i = 0; i < 50; i++) add_row(query, names[static_cast<size_t>(i) * 37].c_str(), 2);
  const auto global = make(query);
  const auto local = global->make_local();
  CHECK(consume(*local, query, 0, 20000).ok());
  local->discard_strip();
  for (size_t strip = 0; strip < 5; strip++) {
    CHECK(consume(*local, query, 20000 + strip * 10, 20010 + strip * 10).ok());
    CHECK(global->merge(take(*global, *local)).ok());
  }
  CHECK_EQ(global->group_count(), 50);
  const auto frame = finish(*global);
  CHECK(frame.ok());
  for (int64_t row = 0; row < 50; row++) {
    CHECK_EQ(show(frame.value().columns[0], row), names[static_cast<size_t>(row) * 37]);
    CHECK_EQ(show(frame.value().columns[1], row), "2");
  }
}

TEST("a strip without rows changes nothing") {
  Query query = strip_query(Order::Key);
  add_row(query, "a", 2);
  const auto global = make(query);
  const auto local = global->make_local();
  CHECK(global->merge(take(*global, *local)).ok());
  CHECK(consume(*local, query, 0, 1).ok());
  CHECK(global->merge(take(*global, *local)).ok());
  CHECK(global->merge(take(*global, *local)).ok());
  CHECK_EQ(text_of(finish(*global)), "a 2 2 2 2 ; ");
}

TEST("an overflow in a strip that does not count is no error") {
  Query query;
  AggregateSpec spec;
  spec.name = "sum";
  spec.function = Function::Sum;
  spec.argument = TypeId::Int64;
  query.spec.keys = {{"key", TypeId::Int64, true}};
  query.spec.aggregates = {spec};
  query.keys = {{TypeId::Int64, {cell(1), cell(1), cell(2)}}};
  query.arguments = {{TypeId::Int64, {cell(INT64_MAX), cell(INT64_MAX), cell(7)}}};
  query.rows = 3;
  const auto global = make(query);
  const auto local = global->make_local();
  CHECK(consume(*local, query, 0, 2).ok());
  take(*global, *local).reset();
  CHECK(consume(*local, query, 2, 3).ok());
  CHECK(global->merge(take(*global, *local)).ok());
  CHECK_EQ(text_of(finish(*global)), "2 7 ; ");
}

}  // namespace millrace::agg::testing
