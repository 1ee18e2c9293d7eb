// What each aggregate and each kind of key promises, by example.
#include "agg_table.h"

#include <limits>

#include "agg/hash.h"
#include "check.h"

namespace millrace::agg::testing {

namespace {

AggregateSpec spec_of(Function function, TypeId argument) {
  AggregateSpec spec;
  spec.name = "out";
  spec.function = function;
  spec.argument = argument;
  return spec;
}

// One aggregate over one column without keys.
Query whole(const AggregateSpec& spec, std::vector<Cell> cells) {
  Query query;
  query.rows = cells.size();
  query.spec.aggregates = {spec};
  query.arguments = {{spec.argument, std::move(cells)}};
  return query;
}

std::string answer(const Query& query) {
  const auto frame = run(query);
  return frame.ok() ? show(frame.value().columns.back(), 0) : code_name(frame.status().code());
}

std::string answer(Function function, TypeId argument, std::vector<Cell> cells) {
  return answer(whole(spec_of(function, argument), std::move(cells)));
}

// The keys of the groups in the result's order, joined; sizes behind them.
std::string groups(TypeId type, std::vector<Cell> cells, Order order = Order::Key, bool drop_nulls = false) {
  Query query;
  query.rows = cells.size();
  query.spec.keys = {{"key", type, true}};
  query.spec.aggregates = {spec_of(Function::Size, type)};
  query.spec.order = order;
  query.spec.drop_nulls = drop_nulls;
  query.keys = {{type, std::move(cells)}};
  query.arguments = {{type, {}}};
  const auto frame = run(query);
  if (!frame.ok()) return code_name(frame.status().code());
  std::string text;
  for (int64_t row = 0; row < frame.value().rows; row++) {
    text += show(frame.value().columns[0], row) + ":" + show(frame.value().columns[1], row) + " ";
  }
  return text;
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST("aggregates of nothing: counts and sums are 0, the rest is null") {
  const auto none = std::vector<Cell>{null_cell(), null_cell()};
  for (const auto& cells : {std::vector<Cell>{}, none}) {
    CHECK_EQ(answer(Function::Count, TypeId::Float64, cells), "0");
    CHECK_EQ(answer(Function::NUnique, TypeId::Utf8, cells), "0");
    CHECK_EQ(answer(Function::Sum, TypeId::Int64, cells), "0");
    CHECK_EQ(answer(Function::Sum, TypeId::Float64, cells), "0");
    CHECK_EQ(answer(Function::Any, TypeId::Bool, cells), "0");
    CHECK_EQ(answer(Function::All, TypeId::Bool, cells), "1");
    for (const Function function : {Function::Mean, Function::Std, Function::Var, Function::Median, Function::Quantile,
                                    Function::Min, Function::Max, Function::First, Function::Last}) {
      CHECK_EQ(answer(function, TypeId::Float64, cells), "null");
    }
    CHECK_EQ(answer(Function::Min, TypeId::Utf8, cells), "null");
    CHECK_EQ(answer(Function::Last, TypeId::Dict, cells), "null");
  }
  CHECK_EQ(answer(Function::Size, TypeId::Float64, none), "2");
}

TEST("a frame without rows has no groups, and one row without keys") {
  CHECK_EQ(groups(TypeId::Utf8, {}), "");
  const auto frame = run(whole(spec_of(Function::Size, TypeId::Bool), {}));
  CHECK(frame.ok());
  CHECK_EQ(frame.value().rows, 1);
}

TEST(
    "integer sums are exact inside and refused only when the result does not "
    "fit") {
  const int64_t most = INT64_MAX;
  CHECK_EQ(answer(Function::Sum, TypeId::Int64, {cell(most), cell(most), cell(-most), cell(5), cell(-most)}), "5");
  CHECK_EQ(answer(Function::Sum, TypeId::Int64, {cell(most), cell(int64_t{1})}), "ERR_OVERFLOW");
  CHECK_EQ(answer(Function::Sum, TypeId::Int64, {cell(INT64_MIN), cell(-1), cell(1)}), "-9223372036854775808");
  CHECK_EQ(answer(Function::Sum, TypeId::UInt64, {cell(most), cell(most), cell(1)}), "18446744073709551615");
  CHECK_EQ(answer(Function::Sum, TypeId::UInt64, {cell(int64_t{-1}), cell(1)}), "ERR_OVERFLOW");
  CHECK_EQ(answer(Function::Sum, TypeId::Bool, {cell(1), cell(0), null_cell(), cell(1)}), "2");
  CHECK_EQ(answer(Function::Sum, TypeId::UInt8, std::vector<Cell>(5000, cell(255))), "1275000");
  CHECK_EQ(answer(Function::Mean, TypeId::Int64, {cell(most), cell(most)}), show_real(static_cast<double>(most)));
  CHECK_EQ(answer(Function::Mean, TypeId::Int64, {cell(INT64_MIN), cell(most)}), "-0.5");
}

TEST("an overflow names the aggregate") {
  Query query = whole(spec_of(Function::Sum, TypeId::Int64), {cell(INT64_MAX), cell(INT64_MAX)});
  query.spec.aggregates[0].name = "total";
  const auto frame = run(query);
  CHECK(!frame.ok());
  CHECK_EQ(frame.status().facts().column, "total");
}

TEST("NaN spreads through sum and mean and is passed over by min and max") {
  const std::vector<Cell> some = {cell(2.0), cell(kNaN), cell(-1.5), null_cell()};
  for (const Function function : {Function::Sum, Function::Mean, Function::Std, Function::Var, Function::Median}) {
    CHECK_EQ(answer(function, TypeId::Float64, some), "nan");
  }
  CHECK_EQ(answer(Function::Min, TypeId::Float64, some), "-1.5");
  CHECK_EQ(answer(Function::Max, TypeId::Float64, some), "2");
  CHECK_EQ(answer(Function::Max, TypeId::Float64, {cell(kNaN), null_cell()}), "nan");
  CHECK_EQ(answer(Function::Min, TypeId::Float32, {cell(kNaN)}), "nan");
  CHECK_EQ(answer(Function::Min, TypeId::Float64, {cell(kInfinity), cell(kNaN)}), "inf");
  CHECK_EQ(answer(Function::Max, TypeId::Float64, {cell(-kInfinity)}), "-inf");
  CHECK_EQ(answer(Function::Max, TypeId::Float64, {cell(-0.0)}), "0");
}

TEST("min and max of integers, dates and bools reach the ends of their ranges") {
  CHECK_EQ(answer(Function::Min, TypeId::Int64, {cell(INT64_MIN), cell(0)}), "-9223372036854775808");
  CHECK_EQ(answer(Function::Max, TypeId::UInt64, {cell(1), cell(int64_t{-1})}), "18446744073709551615");
  CHECK_EQ(answer(Function::Min, TypeId::UInt64, {cell(int64_t{-1})}), "18446744073709551615");
  CHECK_EQ(answer(Function::Max, TypeId::Date, {cell(-3), cell(-7), null_cell()}), "-3");
  CHECK_EQ(answer(Function::Max, TypeId::Bool, {cell(0), cell(1)}), "1");
  CHECK_EQ(answer(Function::Min, TypeId::TimestampNs, {cell(5), cell(4)}), "4");
}

TEST(
    "min, max, first and last of strings compare bytes and keep their own "
    "copy") {
  const std::vector<Cell> cells = {cell("pear"), cell("a rather long piece of fruit, longer than a word"), null_cell(),
                                   cell("zürich"), cell("")};
  CHECK_EQ(answer(Function::Min, TypeId::Utf8, cells), "");
  CHECK_EQ(answer(Function::Max, TypeId::Utf8, cells), "zürich");
  CHECK_EQ(answer(Function::First, TypeId::Utf8, cells), "pear");
  CHECK_EQ(answer(Function::Last, TypeId::Utf8, cells), "");
}

TEST("first and last take nulls unless they skip them") {
  const std::vector<Cell> cells = {null_cell(), cell(1.5), cell(2.5), null_cell()};
  CHECK_EQ(answer(Function::First, TypeId::Float64, cells), "null");
  CHECK_EQ(answer(Function::Last, TypeId::Float64, cells), "null");
  AggregateSpec spec = spec_of(Function::First, TypeId::Float64);
  spec.skip_nulls = true;
  CHECK_EQ(answer(whole(spec, cells)), "1.5");
  spec.function = Function::Last;
  CHECK_EQ(answer(whole(spec, cells)), "2.5");
}

TEST("std and var divide by n - ddof and need more values than ddof") {
  const std::vector<Cell> cells = {cell(2), cell(4), cell(4), cell(4), cell(5), cell(5), cell(7), cell(9)};
  AggregateSpec spec = spec_of(Function::Std, TypeId::Int32);
  spec.ddof = 0;
  CHECK_EQ(answer(whole(spec, cells)), "2");
  spec.function = Function::Var;
  spec.ddof = 1;
  CHECK(close(answer(whole(spec, cells)), show_real(32.0 / 7)));
  CHECK_EQ(answer(whole(spec, {cell(3)})), "null");
  spec.ddof = 0;
  CHECK_EQ(answer(whole(spec, {cell(3)})), "0");
  // Large beside their spread: squares of sums would lose everything.
  CHECK(close(answer(Function::Var, TypeId::Float64, {cell(1e9 + 4), cell(1e9 + 7), cell(1e9 + 13), cell(1e9 + 16)}),
              "30"));
}

TEST("quantiles interpolate linearly") {
  const std::vector<Cell> cells = {cell(40), cell(10), cell(30), null_cell(), cell(20)};
  CHECK_EQ(answer(Function::Median, TypeId::Int16, cells), "25");
  AggregateSpec spec = spec_of(Function::Quantile, TypeId::Int16);
  const std::pair<double, const char*> wanted[] = {{0, "10"}, {1, "40"}, {0.25, "17.5"}, {0.5, "25"}};
  for (const auto& [quantile, text] : wanted) {
    spec.quantile = quantile;
    CHECK_EQ(answer(whole(spec, cells)), text);
  }
  CHECK_EQ(answer(Function::Median, TypeId::Float64, {cell(kInfinity), cell(kInfinity)}), "inf");
  spec.quantile = 1.5;
  CHECK_EQ(answer(whole(spec, cells)), "ERR_INVALID_ARGUMENT");
  spec.quantile = kNaN;
  CHECK_EQ(answer(whole(spec, cells)), "ERR_INVALID_ARGUMENT");
}

TEST("nUnique counts NaN once, and -0 with 0") {
  CHECK_EQ(answer(Function::NUnique, TypeId::Float64, {cell(0.0), cell(-0.0), cell(kNaN), cell(-kNaN), null_cell()}),
           "2");
}

TEST("approxNUnique is exact for few values, as nUnique is of NaN and -0") {
  const std::vector<Cell> few = {cell(0.0), cell(-0.0), cell(kNaN), cell(-kNaN), null_cell(), cell(1.5)};
  CHECK_EQ(answer(Function::ApproxNUnique, TypeId::Float64, few), "3");
  std::vector<Cell> texts(1, null_cell());
  for (int i = 0; i < 1000; i++) texts.push_back({false, 0, 0, "text " + std::to_string(i % 256)});
  CHECK_EQ(answer(Function::ApproxNUnique, TypeId::Utf8, texts), "256");
}

TEST("every function has the documented result type or refuses its argument") {
  const auto type = [](Function function, TypeId argument) -> std::string {
    const auto field = result_field(spec_of(function, argument));
    return field.ok() ? type_name(field.value().type) : code_name(field.status().code());
  };
  CHECK_EQ(type(Function::Sum, TypeId::Int8), "int64");
  CHECK_EQ(type(Function::Sum, TypeId::UInt64), "uint64");
  CHECK_EQ(type(Function::Sum, TypeId::Float32), "float64");
  CHECK_EQ(type(Function::Sum, TypeId::Bool), "int64");
  CHECK_EQ(type(Function::Sum, TypeId::Utf8), "ERR_TYPE");
  CHECK_EQ(type(Function::Sum, TypeId::Date), "ERR_TYPE");
  CHECK_EQ(type(Function::Mean, TypeId::TimestampMs), "ERR_TYPE");
  CHECK_EQ(type(Function::Median, TypeId::Bool), "float64");
  CHECK_EQ(type(Function::Any, TypeId::Int64), "ERR_TYPE");
  CHECK_EQ(type(Function::All, TypeId::Bool), "bool");
  CHECK_EQ(type(Function::Max, TypeId::Dict), "dict");
  CHECK_EQ(type(Function::First, TypeId::TimestampUs), "timestamp[us]");
  CHECK_EQ(type(Function::Count, TypeId::Utf8), "int64");
  CHECK_EQ(answer(Function::Mean, TypeId::Utf8, {cell("x")}), "ERR_TYPE");
}

TEST("keys come sorted, NaN after numbers, null last, -0 and 0 one key") {
  CHECK_EQ(groups(TypeId::Float64,
                  {cell(kNaN), null_cell(), cell(1.0), cell(-0.0), cell(kInfinity), cell(0.0), cell(-kNaN)}),
           "0:2 1:1 inf:1 nan:2 null:1 ");
  CHECK_EQ(groups(TypeId::Int64, {cell(3), cell(INT64_MAX), null_cell(), cell(INT64_MIN), cell(-1), null_cell()}),
           "-9223372036854775808:1 -1:1 3:1 9223372036854775807:1 null:2 ");
  CHECK_EQ(groups(TypeId::UInt64, {cell(int64_t{-1}), cell(0), cell(INT64_MAX)}),
           "0:1 9223372036854775807:1 18446744073709551615:1 ");
  CHECK_EQ(groups(TypeId::Utf8, {cell("b"), cell("ab"), null_cell(), cell(""), cell("a"), cell("ab")}),
           ":1 a:1 ab:2 b:1 null:1 ");
  CHECK_EQ(groups(TypeId::Bool, {cell(1), null_cell(), cell(0)}), "0:1 1:1 null:1 ");
  CHECK_EQ(groups(TypeId::Date, {cell(-5), cell(20000), cell(-5)}), "-5:2 20000:1 ");
}

TEST(
    "order of first appearance counts nulls too, and dropNulls leaves them "
    "out") {
  const std::vector<Cell> cells = {cell(3), null_cell(), cell(1), cell(3), cell(2)};
  CHECK_EQ(groups(TypeId::Int64, cells, Order::First), "3:2 null:1 1:1 2:1 ");
  CHECK_EQ(groups(TypeId::Int64, cells, Order::First, true), "3:2 1:1 2:1 ");
  CHECK_EQ(groups(TypeId::Int64, {null_cell(), null_cell()}, Order::Key, true), "");
}

TEST(
    "strings around 8 and 16 bytes, with the same beginning and with NUL "
    "bytes, are keys of their own") {
  std::vector<Cell> cells;
  std::set<std::string> texts;
  for (size_t size : {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100}) {
    for (const char last : {'a', 'b', '\0'}) {
      std::string text(size, 'a');
      if (size) text.back() = last;
      texts.insert(text);
      for (int i = 0; i < 2; i++) cells.push_back({false, 0, 0, text});
    }
  }
  Query query;
  query.rows = cells.size();
  query.spec.keys = {{"key", TypeId::Utf8, true}};
  query.spec.aggregates = {spec_of(Function::Size, TypeId::Utf8)};
  query.keys = {{TypeId::Utf8, cells}};
  query.arguments = {{TypeId::Utf8, {}}};
  const auto frame = run(query);
  CHECK(frame.ok());
  CHECK_EQ(frame.value().rows, texts.size());
  int64_t row = 0;
  for (const std::string& text : texts) CHECK_EQ(show(frame.value().columns[0], row++), text);
}

TEST(
    "integer keys stay right while their range grows, jumps and closes up "
    "again") {
  // Dense upwards and downwards, a far outlier, then dense enough for the
  // direct table again.
  std::vector<Cell> cells;
  for (int i = 0; i < 3000; i++) {
    cells.push_back(cell(int64_t{i} * 7));
    cells.push_back(cell(-int64_t{i} * 5));
  }
  std::vector<Cell> outliers = cells;
  outliers.insert(outliers.begin() + 100, cell(int64_t{1} << 62));
  for (int i = 0; i < 40000; i++) cells.push_back(cell(int64_t{i} - 10000));
  for (const auto& column : {cells, outliers}) {
    Query query;
    query.rows = column.size();
    query.spec.keys = {{"key", TypeId::Int64, true}};
    query.spec.aggregates = {spec_of(Function::Size, TypeId::Int64)};
    query.keys = {{TypeId::Int64, column}};
    query.arguments = {{TypeId::Int64, {}}};
    const auto frame = run(query);
    CHECK(frame.ok());
    std::map<int64_t, int64_t> naive;
    for (const Cell& key : column) naive[key.number]++;
    CHECK_EQ(frame.value().rows, naive.size());
    int64_t row = 0;
    for (const auto& [key, size] : naive) {
      CHECK_EQ(frame.value().columns[0].values<int64_t>()[row], key);
      CHECK_EQ(frame.value().columns[1].values<int64_t>()[row++], size);
    }
  }
}

TEST("the hash seed does not show in results") {
  std::vector<Cell> cells;
  for (int i = 0; i < 1000; i++) cells.push_back({false, 0, 0, "key " + std::to_string(i * 7919 % 500)});
  const std::string before = groups(TypeId::Utf8, cells, Order::First);
  set_hash_seed(0x9e3779b97f4a7c15);
  CHECK_EQ(groups(TypeId::Utf8, cells, Order::First), before);
  set_hash_seed(0);
}

}  // namespace millrace::agg::testing
