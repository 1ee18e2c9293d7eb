// Binding, scheduling and the evaluator's memory.
#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

constexpr int kDeep = 100'000;

Table three_rows() {
  Table table;
  table.add<int64_t>("x", TypeId::Int64, {1, 2, std::nullopt});
  return table;
}

struct Run {
  Status status;
  int64_t peak_bytes = 0;
  std::string first;
};

Run run_counted(const Table& table, const Json& nodes) {
  Run out;
  const uint32_t output = static_cast<uint32_t>(nodes.size()) - 1;
  auto program = Program::bind(nodes, {&output, 1}, table.schema());
  if (!program.ok()) return {program.take_status(), 0, ""};
  MemoryBudget budget;
  Evaluator evaluator(*program.value(), &budget);
  Vector vector;
  out.status = evaluator.evaluate(table.batch(), {&vector, 1});
  out.peak_bytes = budget.peak_bytes();
  if (out.status.ok()) out.first = format_value(program.value()->outputs()[0].type, vector.data);
  return out;
}

TEST("a chain of 100,000 operations takes two registers") {
  const Table table = three_rows();
  std::string nodes = "[['col','x'],['lit','int64','1']";
  for (int i = 0; i < kDeep; i++) nodes += ",['add'," + std::to_string(i == 0 ? 0 : i + 1) + ",1]";
  const Run run = run_counted(table, nodes_of(nodes + "]"));
  CHECK(run.status.ok());
  CHECK_EQ(run.first, "100001");
  CHECK(run.peak_bytes < 3 * (kVectorRows * 8 + 512));
}

TEST("a chain nested to the right, listed leaves first, is reordered to take few registers") {
  const Table table = three_rows();
  std::string nodes = "[['col','x']";
  for (int i = 1; i <= kDeep; i++) nodes += ",['neg',0]";
  int previous = kDeep;
  int next = kDeep + 1;
  for (int i = kDeep - 1; i >= 1; i--) {
    nodes += ",['add'," + std::to_string(i) + "," + std::to_string(previous) + "]";
    previous = next++;
  }
  const Run run = run_counted(table, nodes_of(nodes + "]"));
  CHECK(run.status.ok());
  CHECK_EQ(run.first, "-100000");
  CHECK(run.peak_bytes < 4 * (kVectorRows * 8 + 512));
}

TEST("100,000 different literals cost no registers") {
  const Table table = three_rows();
  std::string nodes = "[['col','x']";
  int previous = 0;
  for (int i = 0; i < kDeep / 2; i++) {
    nodes += ",['lit','int64','" + std::to_string(i) + "'],['eq',0," +
             std::to_string(nodes.empty() ? 0 : 1 + 3 * i - (i > 0)) + "]";
    if (i > 0) nodes += ",['or'," + std::to_string(previous) + "," + std::to_string(3 * i + 1) + "]";
    previous = i == 0 ? 2 : 3 * i + 2;
  }
  const Run run = run_counted(table, nodes_of(nodes + "]"));
  CHECK_EQ(run.status.message(), "");
  CHECK_EQ(run.first, "true");
  CHECK(run.peak_bytes < 4 * (kVectorRows + 512));
}

TEST("a balanced tree whose leaves are shared gives the right sum") {
  Table table;
  table.add<int64_t>("x", TypeId::Int64, {3});
  std::string nodes = "[['col','x'],['neg',0],['neg',1]";
  int begin = 0, end = 3, next = 3;
  // Level by level: each node adds two of the level below, which are used again by its neighbour.
  int64_t values[64] = {3, -3, 3};
  for (int level = 0; level < 12 && end - begin > 1; level++) {
    const int first = next;
    for (int i = begin; i + 1 < end; i++) {
      nodes += ",['add'," + std::to_string(i) + "," + std::to_string(i + 1) + "],['sub'," + std::to_string(i + 1) +
               "," + std::to_string(i) + "]";
      values[next] = values[i] + values[i + 1];
      values[next + 1] = values[i + 1] - values[i];
      next += 2;
      if (next > 60) break;
    }
    begin = first;
    end = next;
    if (next > 60) break;
  }
  const Json json = nodes_of(nodes + "]");
  for (uint32_t i = 3; i < json.size(); i++) {
    auto program = Program::bind(json, {&i, 1}, table.schema());
    CHECK(program.ok());
    Evaluator evaluator(*program.value(), nullptr);
    Vector vector;
    CHECK(evaluator.evaluate(table.batch(), {&vector, 1}).ok());
    CHECK_EQ(vector.as<int64_t>()[0], values[i]);
  }
}

TEST("several outputs, repeated ones, plain columns and literals come out side by side") {
  Table table;
  table.add<int64_t>("x", TypeId::Int64, {1, 2, std::nullopt})
      .add("s", {"a", "b", "c"})
      .add<int64_t>("unused", TypeId::Int64, {0, 0, 0});
  const Json nodes = nodes_of(
      "[['col','s'],['col','x'],['lit','utf8','lit'],['add',1,1],['lit','float64',null],['cast',1,'timestamp[ms]'],['"
      "cast',0,'dict']]");
  const std::vector<uint32_t> outputs = {0, 3, 2, 3, 4, 1, 5, 6};
  auto program = Program::bind(nodes, outputs, table.schema());
  CHECK(program.ok());
  CHECK(program.value()->input_columns() == (std::vector<uint32_t>{0, 1}));
  const std::vector<int> passthrough = {1, -1, -1, -1, -1, 0, -1, -1};
  for (size_t i = 0; i < outputs.size(); i++) CHECK_EQ(program.value()->passthrough(i), passthrough[i]);
  Evaluator evaluator(*program.value(), nullptr);
  for (int batch = 0; batch < 2; batch++) {
    std::vector<Vector> out(outputs.size());
    CHECK(evaluator.evaluate(table.batch(), out).ok());
    CHECK_EQ(std::string(out[0].as<StringRef>()[2].view()), "c");
    CHECK_EQ(out[1].as<int64_t>()[1], 4);
    CHECK(!out[1].is_valid(2));
    CHECK_EQ(std::string(out[2].as<StringRef>()[kVectorRows - 1].view()), "lit");
    CHECK(out[3].data == out[1].data);
    CHECK(!out[4].is_valid(0));
    CHECK(out[4].type == TypeId::Float64);
    CHECK(out[6].type == TypeId::TimestampMs);
    CHECK(out[7].type == TypeId::Dict);
  }
}

TEST("what no output needs is neither computed nor read") {
  Table table;
  table.add<int64_t>("x", TypeId::Int64, {INT64_MAX}).add<int64_t>("y", TypeId::Int64, {7});
  const Json nodes = nodes_of("[['col','x'],['add',0,0],['col','y'],['neg',2]]");
  const uint32_t output = 3;
  auto program = Program::bind(nodes, {&output, 1}, table.schema());
  CHECK(program.value()->input_columns() == std::vector<uint32_t>{1});
  Evaluator evaluator(*program.value(), nullptr);
  Batch batch = table.batch();
  batch.columns[0].data = nullptr;
  Vector vector;
  CHECK(evaluator.evaluate(batch, {&vector, 1}).ok());
  CHECK_EQ(vector.as<int64_t>()[0], -7);
}

TEST("literals of every type read their JSON forms") {
  Table table;
  table.add<int64_t>("x", TypeId::Int64, {1});
  const auto literal = [&](const std::string& type, const std::string& value) {
    return show(table, "[['lit','" + type + "'," + value + "]]");
  };
  CHECK_EQ(literal("bool", "true"), "bool [true]");
  CHECK_EQ(literal("int8", "-128"), "int8 [-128]");
  CHECK_EQ(literal("uint32", "4294967295"), "uint32 [4294967295]");
  CHECK_EQ(literal("int64", "'-9223372036854775808'"), "int64 [-9223372036854775808]");
  CHECK_EQ(literal("uint64", "'18446744073709551615'"), "uint64 [18446744073709551615]");
  CHECK_EQ(literal("float32", "0.1"), "float32 [0.1]");
  CHECK_EQ(literal("float64", "'-Infinity'"), "float64 [-Infinity]");
  CHECK_EQ(literal("utf8", "'\xC3\xA9'"), "utf8 ['\xC3\xA9']");
  CHECK_EQ(literal("date", "-1"), "date [1969-12-31]");
  CHECK_EQ(literal("timestamp[ns]", "'1'"), "timestamp[ns] [1970-01-01T00:00:00.000000001Z]");
  for (const auto& [type, value] : {std::pair{"int8", "128"},
                                    {"int8", "1.5"},
                                    {"int64", "'x'"},
                                    {"uint64", "'-1'"},
                                    {"bool", "1"},
                                    {"float64", "'nan'"},
                                    {"utf8", "1"},
                                    {"date", "'2020-01-01'"},
                                    {"nonsense", "1"}}) {
    CHECK_EQ(literal(type, value).substr(0, 8), "ERR_PLAN");
  }
}

TEST("malformed nodes are plan errors, never crashes") {
  const Table table = three_rows();
  for (const char* nodes : {"[]",
                            "[[]]",
                            "[['col']]",
                            "[['col',1]]",
                            "[['nonsense',0]]",
                            "[['add',0,1]]",
                            "[['col','x'],['add',0]]",
                            "[['col','x'],['add',0,1]]",
                            "[['col','x'],['add',0,-1]]",
                            "[['col','x'],['add',0,0.5]]",
                            "[['col','x'],['add',0,'x']]",
                            "[['col','x'],['neg',0,0]]",
                            "[['lit']]",
                            "[['lit','int64']]",
                            "[['col','x'],['cast',0]]",
                            "[['col','x'],['cast',0,'int7']]",
                            "[['col','x'],['round',0]]",
                            "[['col','x'],['round',0,0.5]]",
                            "[['col','x'],['isIn',0,1]]",
                            "[['col','x'],['isIn',0,['y']]]",
                            "[['lit','utf8','x'],['slice',0,0,-3]]",
                            "[['lit','utf8','x'],['slice',0,'a',1]]",
                            "[['lit','utf8','x'],['contains',0,1]]",
                            "[['lit','bool',true],['when',0,0]]",
                            "[['lit','bool',true],['when',0]]",
                            "[['lit','date',1],['truncate',0,'eon']]",
                            "[['lit','date',1],['epoch',0,'eon']]",
                            "[['coalesce']]",
                            "[7]",
                            "{}",
                            "['lit']"}) {
    CHECK_EQ(show(table, nodes).substr(0, 8), "ERR_PLAN");
  }
}

TEST("an unknown column is named with the columns there are") {
  const Table table = three_rows();
  const Answer answer(table, "[['col','y']]");
  CHECK_EQ(answer.show(), "ERR_COLUMN_NOT_FOUND there is no column 'y'");
  CHECK_EQ(answer.status().facts().column, "y");
  CHECK_EQ(answer.status().facts().hint, "the columns are x");
}

TEST("too little memory is an error at the first batch, and at strings that outgrow it") {
  Table table;
  table.add("s", {std::string(5000, 'x'), "y"});
  const Json nodes = nodes_of("[['col','s'],['concat',0,0,0,0],['concat',1,1,1,1]]");
  const uint32_t output = 2;
  auto program = Program::bind(nodes, {&output, 1}, table.schema());
  for (const int64_t limit : {100, 80'000, 110'000}) {
    MemoryBudget budget(limit);
    {
      Evaluator evaluator(*program.value(), &budget);
      Vector vector;
      const Status status = evaluator.evaluate(table.batch(), {&vector, 1});
      CHECK_EQ(status.code(), Code::MemoryLimit);
    }
    CHECK_EQ(budget.used_bytes(), 0);
  }
}

TEST("results of literals alone are computed once, and their errors come with the first row that needs them") {
  const Table table = three_rows();
  CHECK_EQ(show(table,
                "[['lit','int64','2'],['lit','float64',0.5],['pow',0,1],['lit','utf8','a'],['cast',2,'utf8'],['concat',"
                "3,4],['toUpper',5]]"),
           "utf8 ['A1.4142135623730951', 'A1.4142135623730951', 'A1.4142135623730951']");
  CHECK_EQ(show(table, "[['lit','int64','9223372036854775807'],['add',0,0]]").substr(0, 12), "ERR_OVERFLOW");
  CHECK_EQ(show(table, "[['lit','utf8','x'],['cast',0,'int8'],['col','x'],['neg',2]]"), "int64 [-1, -2, null]");
  Table empty;
  empty.add<int64_t>("x", TypeId::Int64, {});
  CHECK_EQ(show(empty, "[['lit','utf8','x'],['cast',0,'int8'],['neg',1]]"), "int64 []");
  CHECK_EQ(show(table, "[['lit','int64','1'],['lit','int64','0'],['mod',0,1]]"), "int64 [null, null, null]");
}

TEST("nullability follows the operands") {
  Table table;
  table.add<int64_t>("x", TypeId::Int64, {1, std::nullopt}).add<int64_t>("y", TypeId::Int64, {1, 2});
  const auto nullable = [&](const char* nodes) { return Answer(table, nodes).nullable(); };
  CHECK(nullable("[['col','x'],['neg',0]]"));
  CHECK(!nullable("[['col','y'],['neg',0]]"));
  CHECK(nullable("[['col','y'],['mod',0,0]]"));
  CHECK(!nullable("[['col','x'],['col','y'],['coalesce',0,1]]"));
  CHECK(nullable("[['col','x'],['col','y'],['add',0,1]]"));
  CHECK(!nullable("[['col','x'],['isNull',0],['col','y'],['when',1,2,2]]"));
  CHECK(nullable("[['col','y'],['lit','bool',false],['isNull',0],['lit','null'],['when',2,3,0]]"));
}

}  // namespace
}  // namespace millrace::expr::test
