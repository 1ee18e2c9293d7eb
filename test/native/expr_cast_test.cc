#include <cmath>

#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

std::string cast_nodes(TypeId to) { return std::string("[['col','a'],['cast',0,'") + type_name(to) + "']]"; }

// What a conversion should give, or nothing where it should fail.
template <class From, class To>
std::optional<To> naive_cast(From value) {
  if constexpr (std::is_floating_point_v<To>) {
    const To out = static_cast<To>(value);
    if (std::isinf(out) && std::isfinite(static_cast<double>(value))) return std::nullopt;
    return out;
  } else if constexpr (std::is_floating_point_v<From>) {
    const long double truncated = std::trunc(static_cast<long double>(value));
    const bool fits = truncated >= static_cast<long double>(std::numeric_limits<To>::min()) &&
                      truncated <= static_cast<long double>(std::numeric_limits<To>::max());
    return fits ? std::optional<To>(static_cast<To>(truncated)) : std::nullopt;
  } else {
    const __int128 wide = value;
    const bool fits = wide >= std::numeric_limits<To>::min() && wide <= std::numeric_limits<To>::max();
    return fits ? std::optional<To>(static_cast<To>(value)) : std::nullopt;
  }
}

template <class T>
bool same_value(const std::optional<T>& a, const std::optional<T>& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return same(a ? std::optional<double>(*a) : std::nullopt, b ? std::optional<double>(*b) : std::nullopt);
  } else {
    return a == b;
  }
}

template <class From, class To>
void check_cast(TypeId from, TypeId to) {
  Random random(21);
  const auto make = [&]() -> From {
    if constexpr (std::is_floating_point_v<From>) {
      const double bounds[] = {-128.5,
                               -129,
                               127.9,
                               128,
                               2147483647.5,
                               4294967295.9,
                               9223372036854774784.0,
                               9223372036854775808.0,
                               -9223372036854775808.0,
                               18446744073709551615.0,
                               -0.9,
                               -1.0,
                               1e39};
      return static_cast<From>(random() % 2 ? bounds[random() % std::size(bounds)] : random_float64(random));
    } else {
      return static_cast<From>(random_int64(random));
    }
  };
  // One value at a time tells which ones fail.
  for (int i = 0; i < 60; i++) {
    const From value = make();
    Table table;
    table.add<From>("a", from, {value});
    const Answer answer(table, cast_nodes(to));
    const auto want = naive_cast<From, To>(value);
    const bool right =
        want ? answer.status().ok() && same_value(answer.get<To>(0), want) : answer.status().code() == Code::Cast;
    if (!right) CHECK_EQ(format_value(from, &value) + " " + type_name(from) + " to " + answer.show(), type_name(to));
  }
  // Values that fit, over nulls that would not.
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<From>(random, rows, true, [&] {
      From value = make();
      while (!naive_cast<From, To>(value)) value = make();
      return value;
    });
    Table table;
    table.add("a", from, a, std::numeric_limits<From>::max());
    const Answer answer(table, cast_nodes(to));
    int wrong = !answer.status().ok();
    for (uint32_t i = 0; i < rows && !wrong; i++) {
      wrong += !same_value(answer.get<To>(i), a[i] ? naive_cast<From, To>(*a[i]) : std::nullopt);
    }
    if (wrong) CHECK_EQ(std::string(type_name(from)) + " to " + type_name(to), "right");
  }
}

template <class From>
void check_casts_from(TypeId from) {
  check_cast<From, int8_t>(from, TypeId::Int8);
  check_cast<From, int16_t>(from, TypeId::Int16);
  check_cast<From, int32_t>(from, TypeId::Int32);
  check_cast<From, int64_t>(from, TypeId::Int64);
  check_cast<From, uint8_t>(from, TypeId::UInt8);
  check_cast<From, uint16_t>(from, TypeId::UInt16);
  check_cast<From, uint32_t>(from, TypeId::UInt32);
  check_cast<From, uint64_t>(from, TypeId::UInt64);
  check_cast<From, float>(from, TypeId::Float32);
  check_cast<From, double>(from, TypeId::Float64);
}

TEST("numbers cast between all pairs of types, exactly or with an error, and never look under nulls") {
  check_casts_from<int8_t>(TypeId::Int8);
  check_casts_from<int16_t>(TypeId::Int16);
  check_casts_from<int32_t>(TypeId::Int32);
  check_casts_from<int64_t>(TypeId::Int64);
  check_casts_from<uint8_t>(TypeId::UInt8);
  check_casts_from<uint16_t>(TypeId::UInt16);
  check_casts_from<uint32_t>(TypeId::UInt32);
  check_casts_from<uint64_t>(TypeId::UInt64);
  check_casts_from<float>(TypeId::Float32);
  check_casts_from<double>(TypeId::Float64);
}

TEST("a cast that fails names the value, the types, the column and a way out") {
  Table table;
  table.add<double>("a", TypeId::Float64, {1, 300.5, __builtin_nan("")});
  const Answer answer(table, cast_nodes(TypeId::Int8));
  CHECK_EQ(answer.show(), "ERR_CAST cannot cast float64 to int8: 300.5 does not fit | 300.5");
  CHECK_EQ(answer.status().facts().column, "a");
  CHECK(!answer.status().facts().hint.empty());
  CHECK_EQ(show(table, cast_nodes(TypeId::Int64)), "ERR_CAST cannot cast float64 to int64: NaN is not a number | NaN");
  Table texts;
  texts.add("a", {"12", "x12"});
  CHECK_EQ(show(texts, cast_nodes(TypeId::Int64)), "ERR_CAST cannot cast utf8 to int64: 'x12' is not one | x12");
  CHECK_EQ(show(texts, cast_nodes(TypeId::Date)), "ERR_CAST cannot cast utf8 to date: '12' is not one | 12");
  Table large;
  large.add("a", {"99999999999999999999"});
  CHECK_EQ(show(large, cast_nodes(TypeId::Int64)),
           "ERR_CAST cannot cast utf8 to int64: '99999999999999999999' is out of range | 99999999999999999999");
  Table small;
  small.add("a", {"300"});
  CHECK_EQ(show(small, cast_nodes(TypeId::UInt8)), "ERR_CAST cannot cast utf8 to uint8: 300 does not fit | 300");
}

TEST("text casts to every type and back") {
  const auto round_trip = [](TypeId type, const std::vector<std::string>& texts, const std::string& values) {
    Cells<std::string> cells(texts.begin(), texts.end());
    cells.push_back(std::nullopt);
    Table table;
    table.add("a", cells);
    CHECK_EQ(show(table, cast_nodes(type)), std::string(type_name(type)) + " [" + values + ", null]");
    const Answer back(table, std::string("[['col','a'],['cast',0,'") + type_name(type) + "'],['cast',1,'utf8']]");
    for (uint32_t i = 0; i < texts.size(); i++) CHECK_EQ(back.text(i).value_or("null"), texts[i]);
    CHECK(!back.text(static_cast<uint32_t>(texts.size())));
  };
  round_trip(TypeId::Bool, {"true", "false"}, "true, false");
  round_trip(TypeId::Int8, {"-128", "127"}, "-128, 127");
  round_trip(TypeId::UInt32, {"4294967295"}, "4294967295");
  round_trip(TypeId::Int64, {"-9223372036854775808", "0"}, "-9223372036854775808, 0");
  round_trip(TypeId::UInt64, {"18446744073709551615"}, "18446744073709551615");
  round_trip(TypeId::Float32, {"0.1", "3.4028235e+38"}, "0.1, 3.4028235e+38");
  round_trip(TypeId::Float64, {"0.1", "1e+21", "-1.5e-7", "NaN", "-Infinity"}, "0.1, 1e+21, -1.5e-7, NaN, -Infinity");
  round_trip(TypeId::Date, {"2024-02-29", "0000-01-01"}, "2024-02-29, 0000-01-01");
  round_trip(TypeId::TimestampMs, {"2024-02-29T23:59:59.5Z", "1969-12-31T23:59:59Z"},
             "2024-02-29T23:59:59.5Z, 1969-12-31T23:59:59Z");
  round_trip(TypeId::TimestampUs, {"2024-02-29T23:59:59.000001Z"}, "2024-02-29T23:59:59.000001Z");
  round_trip(TypeId::TimestampNs, {"2024-02-29T23:59:59.123456789Z"}, "2024-02-29T23:59:59.123456789Z");
  round_trip(TypeId::Dict, {"a", ""}, "'a', ''");
}

TEST("bad text under a null does not fail a cast") {
  Table table;
  table.add("a", {"1", std::nullopt, "3"});
  CHECK_EQ(show(table, cast_nodes(TypeId::Int32)), "int32 [1, null, 3]");
}

TEST("bools and numbers cast both ways, and NaN is neither true nor false") {
  Table table;
  table.add<uint8_t>("a", TypeId::Bool, {1, 0, std::nullopt})
      .add<double>("f", TypeId::Float64, {-0.0, 0.1, 5})
      .add<int16_t>("n", TypeId::Int16, {0, -1, 2});
  table.add<double>("nan", TypeId::Float64, {0, 1, __builtin_nan("")});
  CHECK_EQ(show(table, cast_nodes(TypeId::Int8)), "int8 [1, 0, null]");
  CHECK_EQ(show(table, cast_nodes(TypeId::UInt64)), "uint64 [1, 0, null]");
  CHECK_EQ(show(table, cast_nodes(TypeId::Float32)), "float32 [1, 0, null]");
  CHECK_EQ(show(table, "[['col','f'],['cast',0,'bool']]"), "bool [false, true, true]");
  CHECK_EQ(show(table, "[['col','n'],['cast',0,'bool']]"), "bool [false, true, true]");
  CHECK_EQ(show(table, "[['col','nan'],['cast',0,'bool']]"),
           "ERR_CAST cannot cast float64 to bool: NaN is not a number | NaN");
}

TEST("dates and timestamps cast to each other, flooring down and checked up") {
  Table table;
  table.add<int32_t>("d", TypeId::Date, {-1, 19000, std::nullopt}, INT32_MAX)
      .add<int64_t>("us", TypeId::TimestampUs, {-1, 1'500'000, 86'400'000'000});
  table.add<int32_t>("far", TypeId::Date, {200000, 0, 0})
      .add<int64_t>("ms", TypeId::TimestampMs, {INT64_MAX, 0, 0})
      .add<int64_t>("n", TypeId::Int64, {1, 2, 3});
  CHECK_EQ(show(table, "[['col','d'],['cast',0,'timestamp[ns]']]"),
           "timestamp[ns] [1969-12-31T00:00:00Z, 2022-01-08T00:00:00Z, null]");
  CHECK_EQ(show(table, "[['col','us'],['cast',0,'date']]"), "date [1969-12-31, 1970-01-01, 1970-01-02]");
  CHECK_EQ(show(table, "[['col','us'],['cast',0,'timestamp[ms]']]"),
           "timestamp[ms] [1969-12-31T23:59:59.999Z, 1970-01-01T00:00:01.5Z, 1970-01-02T00:00:00Z]");
  CHECK_EQ(show(table, "[['col','us'],['cast',0,'timestamp[ns]'],['cast',1,'int64']]"),
           "int64 [-1000, 1500000000, 86400000000000]");
  CHECK_EQ(show(table, "[['col','far'],['cast',0,'timestamp[ns]']]"),
           "ERR_OVERFLOW 2517-08-01 is out of the range of timestamp[ns] | 2517-08-01");
  CHECK_EQ(show(table, "[['col','ms'],['cast',0,'date']]"),
           "ERR_OVERFLOW cannot cast timestamp[ms] to date: +292278994-08-17 does not fit | +292278994-08-17");
  CHECK_EQ(show(table, "[['col','ms'],['cast',0,'timestamp[us]']]").substr(0, 12), "ERR_OVERFLOW");
  CHECK_EQ(show(table, "[['col','n'],['cast',0,'date']]"), "date [1970-01-02, 1970-01-03, 1970-01-04]");
  CHECK_EQ(show(table, "[['col','n'],['cast',0,'timestamp[ms]']]"),
           "timestamp[ms] [1970-01-01T00:00:00.001Z, 1970-01-01T00:00:00.002Z, 1970-01-01T00:00:00.003Z]");
  CHECK_EQ(show(table, "[['col','d'],['cast',0,'int16']]"), "int16 [-1, 19000, null]");
  CHECK_EQ(show(table, "[['col','us'],['cast',0,'uint8']]"),
           "ERR_CAST cannot cast timestamp[us] to uint8: 1969-12-31T23:59:59.999999Z does not fit | "
           "1969-12-31T23:59:59.999999Z");
}

TEST("the null literal casts to any type") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {1, 2});
  for (const char* type : {"bool", "int8", "float64", "utf8", "dict", "date", "timestamp[ns]"}) {
    CHECK_EQ(show(table, std::string("[['lit','null'],['cast',0,'") + type + "']]"),
             std::string(type) + " [null, null]");
  }
}

TEST("what fails names the first row that counts, and literals name none") {
  Random random(41);
  const char* const failing[] = {"[['col','n'],['cast',0,'int8']]", "[['col','t'],['cast',0,'int64']]",
                                 "[['col','n'],['lit','int64','9223372036854775807'],['add',0,1]]",
                                 "[['col','t'],['parseTime',0,null,'date',true]]"};
  for (const uint32_t rows : kRowCounts) {
    if (rows == 0) continue;
    const auto bad = static_cast<uint32_t>(random() % rows);
    Cells<int64_t> numbers(rows);
    Cells<std::string> texts(rows);
    // Before it only nulls, behind it anything.
    for (uint32_t row = bad; row < rows; row++) {
      if (row == bad || random() % 2) numbers[row] = 1000, texts[row] = "oops";
    }
    Table table;
    table.add<int64_t>("n", TypeId::Int64, numbers, 5000).add("t", texts);
    for (const char* nodes : failing) {
      const Answer answer(table, nodes);
      CHECK(!answer.status().ok());
      CHECK_EQ(answer.status().facts().row, static_cast<int64_t>(bad));
    }
    const Answer literal(table, "[['lit','utf8','oops'],['cast',0,'int64']]");
    CHECK(!literal.status().ok());
    CHECK_EQ(literal.status().facts().row, int64_t{-1});
  }
}

TEST("casts that mean nothing are type errors") {
  Table table;
  table.add<uint8_t>("b", TypeId::Bool, {1})
      .add<double>("f", TypeId::Float64, {1})
      .add<int32_t>("d", TypeId::Date, {1});
  CHECK_EQ(show(table, "[['col','b'],['cast',0,'date']]"), "ERR_TYPE cannot cast bool to date");
  CHECK_EQ(show(table, "[['col','f'],['cast',0,'timestamp[ms]']]"), "ERR_TYPE cannot cast float64 to timestamp[ms]");
  CHECK_EQ(show(table, "[['col','d'],['cast',0,'float64']]"), "ERR_TYPE cannot cast date to float64");
  CHECK_EQ(show(table, "[['col','d'],['cast',0,'bool']]"), "ERR_TYPE cannot cast date to bool");
}

}  // namespace
}  // namespace millrace::expr::test
