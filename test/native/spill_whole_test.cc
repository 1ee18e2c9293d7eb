// What has no keys to part it by: windows over all rows, medians and distinct counts of all rows, by way of the disk.
#include <cmath>

#include "random_columns.h"
#include "run_query.h"

using namespace millrace;
using namespace millrace::testing;

namespace {

constexpr const char* kFunctions[] = {
    "rowNumber", "rank",     "shift", "fillForward", "fillBackward", "interpolate", "cumSum", "cumProd", "cumMin",
    "cumMax",    "cumCount", "size",  "count",       "sum",          "mean",        "min",    "max",     "std",
    "var",       "first",    "last",  "nUnique",     "median",       "quantile",    "any",    "all"};
constexpr const char* kRolled[] = {"count", "sum", "mean", "std", "min", "max", "median", "quantile"};
constexpr const char* kTotals[] = {"count", "size", "sum", "mean",   "min",      "max",
                                   "first", "last", "std", "median", "quantile", "nUnique"};

template <size_t kCount>
std::string one_of(Random& random, const char* const (&names)[kCount]) {
  return names[random() % kCount];
}

std::string number(uint64_t value) { return std::to_string(value); }

// Values, an order with ties and nulls, times with many ties, and texts that go along.
exec::QueryInputs random_rows(Random& random, size_t rows) {
  const TypeId types[] = {TypeId::Float64, TypeId::Int32, TypeId::Utf8, static_cast<TypeId>(random() % kTypeCount)};
  auto frame = std::make_shared<Frame>();
  frame->rows = static_cast<int64_t>(rows);
  const auto add = [&](const char* name, TypeId type, size_t distinct) {
    frame->schema.push_back({name, type, true});
    frame->columns.push_back(column_of(random_cells(random, type, rows, distinct)));
  };
  add("value", types[random() % 4], size_t{1} << (random() % 14));
  add("order", TypeId::Int32, 1 + rows / 3);
  TestColumn times{TypeId::Int64, {}};
  for (size_t i = 0; i < rows; i++) {
    times.cells.push_back(random() % 30 ? Cell{false, static_cast<int64_t>(random() % (rows + 1)), 0, ""} : Cell{});
  }
  frame->schema.push_back({"time", TypeId::Int64, true});
  frame->columns.push_back(column_of(times));
  add("text", TypeId::Utf8, rows + 1);
  exec::QueryInputs out;
  out.frames.push_back(frame);
  return out;
}

std::string random_rolling(Random& random, bool by_time) {
  const std::string least = ",\"minPeriods\":" + number(random() % 3) + "}";
  if (!by_time) {
    return "{\"rows\":" + number(1 + random() % (random() % 4 ? 20 : 3000)) +
           ",\"center\":" + (random() % 2 ? "true" : "false") + least;
  }
  constexpr const char* kClosed[] = {"left", "right", "both", "none"};
  return "{\"period\":\"" + number(1 + random() % (random() % 4 ? 20 : 5000)) + "\",\"closed\":\"" +
         one_of(random, kClosed) + "\"" + least;
}

struct RandomWindow {
  std::string plan;
  bool rounds = false;  // a spread of a rolling window depends in its last bits on where pieces begin
};

RandomWindow random_window(Random& random) {
  RandomWindow out;
  const uint64_t pick = random() % 4;
  const bool by_time = pick == 0;
  const std::string order = by_time     ? R"([{"column":"time"}])"
                            : pick == 1 ? R"([{"column":"order","descending":true},{"column":"text","nulls":"first"}])"
                            : pick == 2 ? R"([{"column":"order"}])"
                                        : "[]";
  std::string functions;
  for (uint64_t i = 0; i < 1 + random() % 3; i++) {
    const bool rolls = random() % 3 == 0;
    const std::string name = rolls ? one_of(random, kRolled) : one_of(random, kFunctions);
    out.rounds |= rolls && name == "std";
    constexpr const char* kMethods[] = {"average", "min", "max", "dense", "ordinal"};
    functions += std::string(i ? "," : "") + R"({"name":"f)" + number(i) + R"(","function":")" + name +
                 R"(","column":"value","quantile":0.3,"offset":)" +
                 std::to_string(static_cast<int64_t>(random() % 9) - 4) + R"(,"method":")" + one_of(random, kMethods) +
                 R"(","descending":)" + (random() % 2 ? "true" : "false") + R"(,"skipNulls":)" +
                 (random() % 2 ? "true" : "false") + (random() % 2 ? ",\"limit\":" + number(random() % 4) : "") +
                 (rolls ? ",\"rolling\":" + random_rolling(random, by_time) : "") + "}";
  }
  out.plan = R"({"op":"window","keys":[],"order":)" + order + R"(,"functions":[)" + functions + "]}";
  return out;
}

// Of the table with itself.
std::string random_asof(Random& random) {
  constexpr const char* kDirections[] = {"backward", "forward", "nearest"};
  const char* const keys[] = {R"("time")", R"("order","time")", R"("value","time")", R"("text","order")"};
  const std::string key = keys[random() % 4];
  const std::string tolerance = random() % 2 ? ",\"tolerance\":" + number(random() % 50) : "";
  return R"({"op":"join","inputs":[0,1],"how":"asof","leftKeys":[)" + key + R"(],"rightKeys":[)" + key +
         R"(],"direction":")" + one_of(random, kDirections) + R"(","allowExact":)" + (random() % 2 ? "true" : "false") +
         tolerance +
         R"(,"columns":[{"name":"time","side":"left","column":"time"},{"name":"l","side":"left","column":"text"},)"
         R"({"name":"t","side":"right","column":"time"},{"name":"r","side":"right","column":"text"}]})";
}

exec::QueryResult run(const std::string& ops, const std::string& options, const exec::QueryInputs& inputs) {
  return run_query(R"({"version":2,"steps":[{"op":"memory","handle":0},)" + ops + R"(],"options":{)" + options + "}}",
                   inputs);
}

bool alike(const Column& a, const Column& b, int64_t row, bool rounds) {
  if (a.is_valid(row) != b.is_valid(row)) return false;
  if (!a.is_valid(row)) return true;
  if (!is_float(a.type)) return same_value(a, row, b, row);
  return visit_fixed(a.type, [&](auto tag) {
    const auto x = static_cast<double>(a.values<decltype(tag)>()[row]);
    const auto y = static_cast<double>(b.values<decltype(tag)>()[row]);
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
    return x == y || (rounds && std::abs(x - y) <= 1e-6 * std::max(std::abs(x), 1.0));
  });
}

bool alike(const Frame& a, const Frame& b, bool rounds) {
  if (a.rows != b.rows || a.columns.size() != b.columns.size()) return false;
  for (size_t c = 0; c < a.columns.size(); c++) {
    if (a.schema[c].name != b.schema[c].name || a.schema[c].type != b.schema[c].type) return false;
    for (int64_t row = 0; row < a.rows; row++) {
      if (alike(a.columns[c], b.columns[c], row, rounds)) continue;
      std::printf("column %s, row %lld\n", a.schema[c].name.c_str(), static_cast<long long>(row));
      return false;
    }
  }
  return true;
}

std::string random_options(Random& random, int threads, size_t rows) {
  const int64_t limit = int64_t{1} << (21 + random() % 3 + (rows > 1000 ? 2 : 0));
  return "\"spill\":\"always\",\"threads\":" + std::to_string(threads) +
         ",\"vectorRows\":" + number(1 + random() % 2048) + ",\"memoryLimit\":" + std::to_string(limit * threads);
}

// How many gave rows, not an error.
int check_alike(Random& random, const std::string& ops, const exec::QueryInputs& inputs, bool rounds) {
  const auto rows = static_cast<size_t>(inputs.frames[0]->rows);
  const auto expected = run(ops, "\"threads\":2,\"spill\":\"never\"", inputs);
  for (const int threads : {1, 2, 3, 8}) {
    const std::string options = random_options(random, threads, rows);
    const auto spilled = run(ops, options, inputs);
    // Where several functions fail, any of their errors will do.
    const bool same = spilled.status.ok() == expected.status.ok() && spilled.status.code() != Code::MemoryLimit &&
                      (!expected.status.ok() || alike(*spilled.frame, *expected.frame, rounds));
    if (!same) {
      std::printf("differs: %s\n  %s, %zu rows of %s: %s\n", ops.c_str(), options.c_str(), rows,
                  type_name(inputs.frames[0]->schema[0].type), spilled.status.message().c_str());
      CHECK(false);
    }
    if (rows > 0 && expected.status.ok()) CHECK(spilled.stats.spilled_bytes > 0);
  }
  return expected.status.ok();
}

}  // namespace

TEST("windows over all rows give on disk what they give in memory, or the same error") {
  Random random(83);
  int given = 0;
  const int rounds = check::rounds(120, 40);
  for (int round = 0; round < rounds; round++) {
    const size_t sizes[] = {0, 1, 100, 3000, 20000};
    const exec::QueryInputs inputs = random_rows(random, sizes[random() % 5]);
    const RandomWindow window = random_window(random);
    given += check_alike(random, window.plan, inputs, window.rounds);
  }
  CHECK(given > rounds / 3);
}

TEST("medians, quantiles and distinct counts of all rows are the same by way of the disk") {
  Random random(84);
  int given = 0;
  const int rounds = check::rounds(80, 20);
  for (int round = 0; round < rounds; round++) {
    const size_t sizes[] = {0, 1, 100, 3000, 20000};
    const exec::QueryInputs inputs = random_rows(random, sizes[random() % 5]);
    std::string aggregates = R"({"name":"n","function":"nUnique","out":1})";
    for (uint64_t i = 0; i < 1 + random() % 4; i++) {
      aggregates += R"(,{"name":"a)" + number(i) + R"(","function":")" + one_of(random, kTotals) + R"(","out":)" +
                    number(random() % 3) + ",\"quantile\":0." + number(random() % 10) + "}";
    }
    given += check_alike(random,
                         R"({"op":"aggregate","nodes":[["col","value"],["col","text"],["col","time"]],"keys":[],)"
                         R"("aggregates":[)" +
                             aggregates + R"(],"order":"none"})",
                         inputs, true);
  }
  CHECK(given > rounds / 3);
}

TEST("asof joins are the same by way of the disk, for all directions, distances and keys") {
  Random random(86);
  for (int round = 0; round < check::rounds(60, 20); round++) {
    const size_t sizes[] = {0, 1, 100, 3000, 20000};
    exec::QueryInputs inputs = random_rows(random, sizes[random() % 5]);
    inputs.frames.push_back(random_rows(random, sizes[random() % 5]).frames[0]);
    // The keys of both sides are of one type.
    for (const size_t side : {0, 1}) {
      auto frame = std::make_shared<Frame>();
      frame->rows = inputs.frames[side]->rows;
      frame->schema = inputs.frames[side]->schema;
      frame->schema[0].type = TypeId::Utf8;
      const auto rows = static_cast<size_t>(frame->rows);
      frame->columns.push_back(column_of(random_cells(random, TypeId::Utf8, rows, 1 + random() % 4)));
      for (size_t c = 1; c < 4; c++) {
        auto copy = ColumnBuilder(frame->schema[c].type, nullptr);
        CHECK(copy.append_range(inputs.frames[side]->columns[c], 0, frame->rows).ok());
        auto column = copy.finish();
        frame->columns.push_back(column.take());
      }
      inputs.frames[side] = frame;
    }
    check_alike(random, R"({"op":"memory","handle":1,"inputs":[]},)" + random_asof(random), inputs, false);
  }
}

TEST("an asof join of one time goes to disk, as one of one key does") {
  Random random(87);
  for (const size_t distinct : {1, 2}) {
    exec::QueryInputs inputs;
    for (const size_t rows : {30000, 40000}) {
      auto frame = std::make_shared<Frame>();
      frame->rows = static_cast<int64_t>(rows);
      TestColumn times{TypeId::Int64, {}};
      for (size_t i = 0; i < rows; i++)
        times.cells.push_back({false, static_cast<int64_t>(random() % distinct), 0, ""});
      frame->schema = {{"time", TypeId::Int64, true}, {"text", TypeId::Utf8, true}};
      frame->columns.push_back(column_of(times));
      frame->columns.push_back(column_of(random_cells(random, TypeId::Utf8, rows, rows)));
      inputs.frames.push_back(frame);
    }
    for (const char* direction : {"backward", "forward"}) {
      check_alike(random,
                  std::string(R"({"op":"memory","handle":1,"inputs":[]},{"op":"join","inputs":[0,1],"how":"asof",)"
                              R"("leftKeys":["time"],"rightKeys":["time"],"allowExact":true,"direction":")") +
                      direction +
                      R"(","columns":[{"name":"time","side":"left","column":"time"},)"
                      R"({"name":"r","side":"right","column":"text"}]})",
                  inputs, false);
    }
  }
}

TEST("a cross join of more rows than memory holds passes them on in pieces") {
  Random random(88);
  const std::string cross =
      R"({"op":"memory","handle":1,"inputs":[]},{"op":"join","inputs":[0,1],"how":"cross","leftKeys":[],"rightKeys":[],)"
      R"("columns":[{"name":"l","side":"left","column":"text"},{"name":"order","side":"left","column":"order"},)"
      R"({"name":"r","side":"right","column":"text"},{"name":"time","side":"right","column":"time"}]})";
  for (const auto& [left, right] :
       {std::pair<size_t, size_t>{0, 5}, {5, 0}, {1, 9000}, {9000, 1}, {70, 80}, {3, 4000}}) {
    exec::QueryInputs inputs = random_rows(random, left);
    inputs.frames.push_back(random_rows(random, right).frames[0]);
    check_alike(random, cross, inputs, false);
  }
  exec::QueryInputs inputs = random_rows(random, 1000);
  inputs.frames.push_back(random_rows(random, 3000).frames[0]);
  const std::string counted =
      cross + R"(,{"op":"aggregate","nodes":[["col","l"],["col","r"],["col","time"]],"keys":[],"aggregates":[)"
              R"({"name":"n","function":"size"},{"name":"first","function":"first","out":0},)"
              R"({"name":"last","function":"last","out":1},{"name":"sum","function":"sum","out":2}],"order":"none"})";
  const auto expected = run(counted, "\"threads\":2", inputs);
  const auto spilled = run(counted, "\"threads\":2,\"memoryLimit\":5000000", inputs);
  CHECK_EQ(spilled.status.message(), std::string());
  if (spilled.status.ok()) CHECK(alike(*spilled.frame, *expected.frame, false));
  CHECK(spilled.peak_bytes <= 5000000);
}

TEST("joins of one key with very many rows, and of very many nulls, are cut on both sides") {
  Random random(89);
  const auto table = [&](size_t rows, uint64_t one_in) {
    auto frame = std::make_shared<Frame>();
    frame->rows = static_cast<int64_t>(rows);
    TestColumn keys{TypeId::Int64, {}};
    for (size_t i = 0; i < rows; i++) {
      const uint64_t pick = random() % one_in;
      keys.cells.push_back(pick < 2 ? Cell{false, static_cast<int64_t>(pick), 0, ""} : Cell{});
    }
    frame->schema = {{"key", TypeId::Int64, true}, {"text", TypeId::Utf8, true}};
    frame->columns.push_back(column_of(keys));
    frame->columns.push_back(column_of(random_cells(random, TypeId::Utf8, rows, rows)));
    return frame;
  };
  // Sparse: two of the six kinds for each pair of sizes, others each.
  int at = 0;
  const size_t small = 100 / static_cast<size_t>(check::stride(5));
  for (const auto& [left, right] : {std::pair<size_t, size_t>{20000, 15000}, {30000, small}, {small, 30000}}) {
    at++;
    exec::QueryInputs inputs;
    inputs.frames.push_back(table(left, left == 20000 ? 6 : 2));
    inputs.frames.push_back(table(right, right == 15000 ? 500 : 2));
    for (const char* how : {"inner", "left", "right", "outer", "semi", "anti"}) {
      if (at++ % check::stride(3) != 0) continue;
      const bool existence = how == std::string("semi") || how == std::string("anti");
      const std::string other = existence ? "l" : "r";
      const std::string plan =
          std::string(R"({"op":"memory","handle":1,"inputs":[]},{"op":"join","inputs":[0,1],"how":")") + how +
          R"(","leftKeys":["key"],"rightKeys":["key"],"columns":[{"name":"l","side":"left","column":"text"})" +
          (existence ? "" : R"(,{"name":"r","side":"right","column":"text"})") +
          R"(]},{"op":"aggregate","nodes":[["col","l"],["col",")" + other +
          R"("]],"keys":[],"aggregates":[{"name":"n","function":"size"},{"name":"ls","function":"count","out":0},)"
          R"({"name":"rs","function":"count","out":1},{"name":"first","function":"first","out":0},)"
          R"({"name":"last","function":"last","out":1},{"name":"max","function":"max","out":1}],"order":"none"})";
      const auto expected = run(plan, "\"threads\":2", inputs);
      const auto spilled = run(plan, "\"threads\":2,\"spill\":\"always\",\"memoryLimit\":2000000", inputs);
      CHECK_EQ(spilled.status.message(), std::string());
      if (spilled.status.ok()) CHECK(alike(*spilled.frame, *expected.frame, false));
      CHECK(spilled.peak_bytes <= 2000000);
    }
  }
}

TEST("a concat goes to disk in the order of its inputs, whoever else reads them") {
  Random random(90);
  for (const size_t rows : {0, 500, 20000}) {
    exec::QueryInputs inputs = random_rows(random, rows);
    const std::string plans[] = {
        R"({"op":"concat","inputs":[0,0]})",
        R"({"op":"filter","input":0,"nodes":[["col","order"],["lit","int32",0],["gt",0,1]],"out":2},)"
        R"({"op":"concat","inputs":[1,0,1]},{"op":"sort","keys":[{"column":"text"}],"columns":["text","order"]})",
        R"({"op":"sort","input":0,"keys":[{"column":"time"}],"columns":["value","order","time","text"]},)"
        R"({"op":"filter","input":0,"nodes":[["col","order"],["lit","int32",0],["gt",0,1]],"out":2},)"
        R"({"op":"concat","inputs":[2,1]},{"op":"sample","rows":50,"seed":7})"};
    for (const std::string& plan : plans) check_alike(random, plan, inputs, false);
  }
  // A whole table of them is never in memory.
  const exec::QueryInputs inputs = random_rows(random, 60000);
  const auto counted = run(R"({"op":"sort","input":0,"keys":[{"column":"time"}],"columns":["time","text"]},)"
                           R"({"op":"concat","inputs":[1,1,1]},{"op":"aggregate","nodes":[["col","text"]],"keys":[],)"
                           R"("aggregates":[{"name":"n","function":"size"}],"order":"none"})",
                           "\"threads\":2,\"memoryLimit\":3000000", inputs);
  CHECK_EQ(counted.status.message(), std::string());
  if (counted.status.ok()) CHECK_EQ(text_of(*counted.frame), std::string("180000\n"));
}

TEST("a rolling window whose rows are more than memory holds is refused, whatever goes to disk") {
  Random random(85);
  const exec::QueryInputs inputs = random_rows(random, 200000);
  const auto rolled = [&](const std::string& rows) {
    return run(R"({"op":"window","keys":[],"order":[],"functions":[{"name":"f","function":"count","column":"text",)"
               R"("rolling":{"rows":)" +
                   rows +
                   R"(}}]},{"op":"aggregate","nodes":[["col","f"]],"keys":[],"aggregates":[{"name":"n",)"
                   R"("function":"max","out":0}],"order":"none"})",
               "\"threads\":2,\"spill\":\"always\",\"memoryLimit\":4000000", inputs);
  };
  const auto narrow = rolled("1000");
  CHECK_EQ(narrow.status.message(), std::string());
  CHECK(narrow.peak_bytes <= 4000000);
  const auto wide = rolled("190000");
  CHECK_EQ(std::string(code_name(wide.status.code())), std::string("ERR_MEMORY_LIMIT"));
  CHECK(wide.status.message().find("rolling") != std::string::npos);
}
