#include <cmath>

#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

using Int = std::optional<int64_t>;

std::string op_nodes(const char* op) { return std::string("[['col','a'],['col','b'],['") + op + "',0,1]]"; }

// Whether any row that is not null overflows, in exact arithmetic, decides between an answer and an error.
template <class T>
void check_integers(TypeId type, const char* op, __int128 (*exact)(__int128, __int128)) {
  Random random(5);
  int errors = 0, answers = 0;
  for (const uint32_t rows : kRowCounts) {
    for (int round = 0; round < 8; round++) {
      const bool small = round % 2 == 0;
      const auto make = [&] {
        return static_cast<T>(small ? static_cast<int64_t>(random() % 1000) : random_int64(random));
      };
      const auto a = random_cells<T>(random, rows, round & 2, make);
      const auto b =
          random_cells<T>(random, rows, round & 4, [&] { return static_cast<T>(small ? random() % 2 : random()); });
      Table table;
      // Overflow under a null must not count.
      table.add("a", type, a, std::numeric_limits<T>::max()).add("b", type, b, std::numeric_limits<T>::max());
      const Answer answer(table, op_nodes(op));
      bool overflow = false;
      int wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        if (!a[i] || !b[i]) continue;
        const __int128 want = exact(*a[i], *b[i]);
        if (want < std::numeric_limits<T>::min() || want > std::numeric_limits<T>::max()) overflow = true;
      }
      CHECK_EQ(answer.status().code(), overflow ? Code::Overflow : Code::Ok);
      (overflow ? errors : answers)++;
      if (overflow) continue;
      for (uint32_t i = 0; i < rows; i++) {
        const auto want = a[i] && b[i] ? std::optional<T>(static_cast<T>(exact(*a[i], *b[i]))) : std::nullopt;
        wrong += answer.get<T>(i) != want;
      }
      CHECK_EQ(wrong, 0);
    }
  }
  CHECK(errors > 0);
  CHECK(answers > 0);
}

TEST("integer addition, subtraction and multiplication are exact or an overflow error, nulls aside") {
  const auto add = [](__int128 a, __int128 b) { return a + b; };
  const auto sub = [](__int128 a, __int128 b) { return a - b; };
  // |a * b| may exceed even __int128 for two uint64, so the product saturates.
  const auto mul = [](__int128 a, __int128 b) {
    __int128 product;
    return __builtin_mul_overflow(a, b, &product) ? __int128{1} << 100 : product;
  };
  check_integers<int64_t>(TypeId::Int64, "add", add);
  check_integers<int64_t>(TypeId::Int64, "sub", sub);
  check_integers<int64_t>(TypeId::Int64, "mul", mul);
  check_integers<uint64_t>(TypeId::UInt64, "add", add);
  check_integers<uint64_t>(TypeId::UInt64, "sub", sub);
  check_integers<uint64_t>(TypeId::UInt64, "mul", mul);
}

TEST("an overflow names the operation, the values and what to do, and the column") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {1, INT64_MAX}).add<int64_t>("b", TypeId::Int64, {1, 1});
  const Answer answer(table, op_nodes("add"));
  CHECK_EQ(answer.show(), "ERR_OVERFLOW int64 addition overflows: 9223372036854775807 + 1");
  CHECK_EQ(answer.status().facts().column, "a");
  CHECK(answer.status().facts().hint.find("float64") != std::string::npos);
  CHECK_EQ(show(table, "[['col','a'],['lit','int64','-2'],['mul',0,1]]"),
           "ERR_OVERFLOW int64 multiplication overflows: 9223372036854775807 * -2");
  CHECK_EQ(show(table, "[['col','a'],['lit','int64','-2'],['sub',1,0]]"),
           "ERR_OVERFLOW int64 subtraction overflows: -2 - 9223372036854775807");
}

TEST("integer arithmetic is int64, but uint64 with uint64 stays, and any float makes float64") {
  Table table;
  table.add<int8_t>("i8", TypeId::Int8, {100}).add<uint32_t>("u32", TypeId::UInt32, {4000000000u});
  table.add<uint64_t>("u64", TypeId::UInt64, {UINT64_MAX}).add<float>("f32", TypeId::Float32, {0.5f});
  CHECK_EQ(show(table, "[['col','i8'],['add',0,0]]"), "int64 [200]");
  CHECK_EQ(show(table, "[['col','u32'],['mul',0,0]]"),
           "ERR_OVERFLOW int64 multiplication overflows: 4000000000 * 4000000000");
  CHECK_EQ(show(table, "[['col','i8'],['col','u32'],['sub',0,1]]"), "int64 [-3999999900]");
  CHECK_EQ(show(table, "[['col','u64'],['lit','uint64','1'],['sub',0,1]]"), "uint64 [18446744073709551614]");
  CHECK_EQ(show(table, "[['col','u64'],['lit','int64','1'],['sub',0,1]]"),
           "ERR_OVERFLOW cannot cast uint64 to int64: 18446744073709551615 does not fit | 18446744073709551615");
  CHECK_EQ(show(table, "[['col','f32'],['col','f32'],['add',0,1]]"), "float64 [1]");
  CHECK_EQ(show(table, "[['col','i8'],['lit','float64',0.25],['mul',0,1]]"), "float64 [25]");
}

template <class F>
void check_floats(const char* op, F expected) {
  Random random(9);
  for (const uint32_t rows : kRowCounts) {
    const auto make = [&] { return random_float64(random); };
    const auto a = random_cells<double>(random, rows, true, make);
    const auto b = random_cells<double>(random, rows, rows % 2 == 0, make);
    Table table;
    table.add("a", TypeId::Float64, a).add("b", TypeId::Float64, b);
    const Answer columns(table, op_nodes(op));
    const Answer right(table, std::string("[['col','a'],['lit','float64',-2.5],['") + op + "',0,1]]");
    const Answer left(table, std::string("[['col','a'],['lit','float64',-2.5],['") + op + "',1,0]]");
    int wrong = 0;
    for (uint32_t i = 0; i < rows; i++) {
      const auto value = [&](bool valid, double x, double y) {
        return valid ? std::optional<double>(expected(x, y)) : std::nullopt;
      };
      wrong += !same(columns.get<double>(i), value(a[i] && b[i], a[i].value_or(0), b[i].value_or(0)));
      wrong += !same(right.get<double>(i), value(a[i].has_value(), a[i].value_or(0), -2.5));
      wrong += !same(left.get<double>(i), value(a[i].has_value(), -2.5, a[i].value_or(0)));
    }
    if (wrong) CHECK_EQ(op, "right");
  }
}

// CPython's float_divmod, transcribed.
std::pair<double, double> python_divmod(double v, double w) {
  double mod = std::fmod(v, w);
  double div = (v - mod) / w;
  if (mod != 0) {
    if ((w < 0) != (mod < 0)) {
      mod += w;
      div -= 1.0;
    }
  } else {
    mod = std::copysign(0.0, w);
  }
  double floor_div;
  if (div != 0) {
    floor_div = std::floor(div);
    if (div - floor_div > 0.5) floor_div += 1.0;
  } else {
    floor_div = std::copysign(0.0, v / w);
  }
  return {floor_div, mod};
}

TEST("float arithmetic follows IEEE 754, with Python's floor division and remainder") {
  check_floats("add", [](double a, double b) { return a + b; });
  check_floats("sub", [](double a, double b) { return a - b; });
  check_floats("mul", [](double a, double b) { return a * b; });
  check_floats("div", [](double a, double b) { return a / b; });
  check_floats("pow", [](double a, double b) { return std::pow(a, b); });
  check_floats("mod", [](double a, double b) { return b == 0 ? __builtin_nan("") : python_divmod(a, b).second; });
  check_floats("floorDiv", [](double a, double b) {
    if (b == 0 || std::isinf(a)) return a / b;  // numpy's rule; Python raises, or has NaN
    return python_divmod(a, b).first;
  });
}

TEST("integer floor division and remainder floor, are null for a divisor of zero, and overflow in one case") {
  Random random(13);
  for (const uint32_t rows : kRowCounts) {
    const auto a =
        random_cells<int64_t>(random, rows, true, [&] { return std::max(random_int64(random), INT64_MIN + 1); });
    const auto b = random_cells<int64_t>(random, rows, true, [&] { return random_int64(random); });
    Table table;
    table.add("a", TypeId::Int64, a, INT64_MIN).add("b", TypeId::Int64, b, int64_t{-1});
    const Answer quotient(table, op_nodes("floorDiv"));
    const Answer remainder(table, op_nodes("mod"));
    CHECK(quotient.status().ok());
    int wrong = 0;
    for (uint32_t i = 0; i < rows; i++) {
      const bool valid = a[i] && b[i] && *b[i] != 0;
      __int128 floor = 0;
      if (valid) {
        floor = static_cast<__int128>(*a[i]) / *b[i];
        if (floor * *b[i] != *a[i] && (*a[i] < 0) != (*b[i] < 0)) floor--;
      }
      wrong += quotient.get<int64_t>(i) != (valid ? Int(static_cast<int64_t>(floor)) : std::nullopt);
      wrong += remainder.get<int64_t>(i) != (valid ? Int(static_cast<int64_t>(*a[i] - floor * *b[i])) : std::nullopt);
    }
    CHECK_EQ(wrong, 0);
  }
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {7, INT64_MIN}).add<int64_t>("b", TypeId::Int64, {0, -1});
  table.add<uint64_t>("u", TypeId::UInt64, {UINT64_MAX, 9}).add<uint64_t>("v", TypeId::UInt64, {2, 0});
  CHECK_EQ(show(table, op_nodes("floorDiv")),
           "ERR_OVERFLOW int64 floor division overflows: -9223372036854775808 // -1");
  CHECK_EQ(show(table, op_nodes("mod")), "int64 [null, 0]");
  CHECK_EQ(show(table, "[['col','u'],['col','v'],['floorDiv',0,1]]"), "int64 [9223372036854775807, null]");
  CHECK_EQ(show(table, "[['col','u'],['col','v'],['mod',0,1]]"), "int64 [1, null]");
  CHECK_EQ(show(table, "[['col','a'],['lit','int64','2'],['mod',0,1]]"), "int64 [1, 0]");
}

TEST("neg and abs are checked at the smallest value") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {5, -5, std::nullopt}, INT64_MIN)
      .add<int64_t>("min", TypeId::Int64, {0, INT64_MIN, 0});
  table.add<int8_t>("i8", TypeId::Int8, {-127, 127, std::nullopt}, int8_t{-128})
      .add<int8_t>("min8", TypeId::Int8, {1, 2, -128});
  table.add<uint64_t>("u", TypeId::UInt64, {1, uint64_t{1} << 63, 0}).add<uint8_t>("u8", TypeId::UInt8, {255, 0, 1});
  table.add<float>("f", TypeId::Float32, {-1.5f, -0.0f, std::nullopt});
  CHECK_EQ(show(table, "[['col','a'],['neg',0]]"), "int64 [-5, 5, null]");
  CHECK_EQ(show(table, "[['col','a'],['abs',0]]"), "int64 [5, 5, null]");
  CHECK_EQ(show(table, "[['col','min'],['neg',0]]"), "ERR_OVERFLOW int64 negation overflows: -9223372036854775808");
  CHECK_EQ(show(table, "[['col','min'],['abs',0]]"),
           "ERR_OVERFLOW int64 absolute value overflows: -9223372036854775808");
  CHECK_EQ(show(table, "[['col','i8'],['abs',0]]"), "int8 [127, 127, null]");
  CHECK_EQ(show(table, "[['col','i8'],['neg',0]]"), "int64 [127, -127, null]");
  CHECK_EQ(show(table, "[['col','min8'],['abs',0]]"), "ERR_OVERFLOW int8 absolute value overflows: -128");
  CHECK_EQ(show(table, "[['col','u'],['neg',0]]"), "int64 [-1, -9223372036854775808, 0]");
  CHECK_EQ(show(table, "[['col','u8'],['abs',0]]"), "uint8 [255, 0, 1]");
  CHECK_EQ(show(table, "[['col','u8'],['neg',0]]"), "int64 [-255, 0, -1]");
  CHECK_EQ(show(table, "[['col','f'],['abs',0]]"), "float32 [1.5, 0, null]");
  CHECK_EQ(show(table, "[['col','f'],['neg',0]]"), "float64 [1.5, 0, null]");
}

// Ties away from zero on the scaled double, by the C library.
double naive_round(double value, int digits) {
  const double scale = std::pow(10.0, std::abs(digits));
  if (digits == 0) return std::round(value);
  if (digits < 0) {
    const double rounded = std::round(value / scale);
    return rounded == 0 ? std::copysign(0.0, value) : rounded * scale;
  }
  const double scaled = value * scale;
  return std::fabs(scaled) < 4503599627370496.0 ? std::round(scaled) / scale : value;
}

TEST("floor, ceil and round agree with the C library on every double, minus zero included") {
  Random random(17);
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<double>(random, rows, true, [&] {
      const double any = std::bit_cast<double>(random());
      return random() % 4 == 0 ? any : random_float64(random);
    });
    Table table;
    table.add("a", TypeId::Float64, a);
    const Answer floor(table, "[['col','a'],['floor',0]]"), ceil(table, "[['col','a'],['ceil',0]]");
    int wrong = 0;
    for (uint32_t i = 0; i < rows; i++) {
      wrong += !same(floor.get<double>(i), a[i] ? std::optional<double>(std::floor(*a[i])) : std::nullopt);
      wrong += !same(ceil.get<double>(i), a[i] ? std::optional<double>(std::ceil(*a[i])) : std::nullopt);
    }
    CHECK_EQ(wrong, 0);
    for (const int digits : {0, 1, 2, 7, 20, 300, 400, -1, -3, -20, -308, -400}) {
      const Answer round(table, "[['col','a'],['round',0," + std::to_string(digits) + "]]");
      wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        wrong += !same(round.get<double>(i), a[i] ? std::optional<double>(naive_round(*a[i], digits)) : std::nullopt);
      }
      if (wrong) CHECK_EQ("round to " + std::to_string(digits), "right");
    }
  }
}

TEST("round keeps types: integers round before the point only, float32 stays float32") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {14, 15, -15, INT64_MAX - 10})
      .add<int8_t>("i8", TypeId::Int8, {124, -125, 127, -128});
  table.add<float>("f", TypeId::Float32, {2.5f, -2.5f, 0.125f, 3.4028235e38f})
      .add<uint64_t>("u", TypeId::UInt64, {15, 4, 5, UINT64_MAX});
  CHECK_EQ(show(table, "[['col','a'],['round',0,2]]"), "int64 [14, 15, -15, 9223372036854775797]");
  CHECK_EQ(show(table, "[['col','a'],['round',0,-1]]"), "int64 [10, 20, -20, 9223372036854775800]");
  CHECK_EQ(show(table, "[['col','a'],['round',0,-20]]"), "int64 [0, 0, 0, 0]");
  CHECK_EQ(show(table, "[['col','a'],['round',0,-19]]"),
           "ERR_OVERFLOW rounding 9223372036854775797 to 19 digits before the point overflows int64");
  CHECK_EQ(show(table, "[['col','i8'],['round',0,-1]]"),
           "ERR_OVERFLOW rounding -125 to 1 digits before the point overflows int8");
  CHECK_EQ(show(table, "[['col','u'],['round',0,-1]]"),
           "ERR_OVERFLOW rounding 18446744073709551615 to 1 digits before the point overflows uint64");
  CHECK_EQ(show(table, "[['col','f'],['round',0,0]]"), "float32 [3, -3, 0, 3.4028235e+38]");
  CHECK_EQ(show(table, "[['col','f'],['round',0,2]]"), "float32 [2.5, -2.5, 0.13, 3.4028235e+38]");
  CHECK_EQ(show(table, "[['col','f'],['floor',0]]"), "float32 [2, -3, 0, 3.4028235e+38]");
  CHECK_EQ(show(table, "[['col','i8'],['ceil',0]]"), "int8 [124, -125, 127, -128]");
}

TEST("roots and logarithms are float64, with NaN and infinities where JavaScript has them") {
  Table table;
  table.add<int32_t>("a", TypeId::Int32, {4, 0, -1, std::nullopt});
  CHECK_EQ(show(table, "[['col','a'],['sqrt',0]]"), "float64 [2, 0, NaN, null]");
  CHECK_EQ(show(table, "[['col','a'],['log2',0]]"), "float64 [2, -Infinity, NaN, null]");
  CHECK_EQ(show(table, "[['col','a'],['log',0]]"), "float64 [1.3862943611198906, -Infinity, NaN, null]");
  CHECK_EQ(show(table, "[['lit','float64',1000],['log10',0]]").substr(0, 11), "float64 [3,");
  CHECK_EQ(show(table, "[['col','a'],['exp',0]]"), "float64 [54.598150033144236, 1, 0.36787944117144233, null]");
}

TEST("dates take days, timestamps ticks, and differences count days or ticks of the finer unit") {
  Table table;
  table.add<int32_t>("d", TypeId::Date, {19000, std::nullopt}).add<int32_t>("e", TypeId::Date, {19010, 0});
  table.add<int64_t>("ms", TypeId::TimestampMs, {1000, 2000}).add<int64_t>("us", TypeId::TimestampUs, {1, 2});
  table.add<int16_t>("n", TypeId::Int16, {-2, 3}).add<int32_t>("last", TypeId::Date, {INT32_MAX, 0});
  CHECK_EQ(show(table, "[['col','e'],['col','d'],['sub',0,1]]"), "int64 [10, null]");
  CHECK_EQ(show(table, "[['col','d'],['col','n'],['add',0,1]]"), "date [2022-01-06, null]");
  CHECK_EQ(show(table, "[['col','d'],['lit','int64','1'],['sub',0,1]]"), "date [2022-01-07, null]");
  CHECK_EQ(show(table, "[['col','ms'],['col','us'],['sub',0,1]]"), "int64 [999999, 1999998]");
  CHECK_EQ(show(table, "[['col','us'],['col','ms'],['sub',0,1]]"), "int64 [-999999, -1999998]");
  CHECK_EQ(show(table, "[['col','ms'],['col','n'],['add',0,1]]"),
           "timestamp[ms] [1970-01-01T00:00:00.998Z, 1970-01-01T00:00:02.003Z]");
  CHECK_EQ(show(table, "[['col','last'],['lit','int64','1'],['add',0,1]]"),
           "ERR_OVERFLOW cannot cast int64 to date: +5881580-07-12 does not fit | +5881580-07-12");
  CHECK_EQ(show(table, "[['col','ms'],['lit','int64','9223372036854775807'],['add',0,1]]"),
           "ERR_OVERFLOW timestamp[ms] addition overflows: 1000 + 9223372036854775807");
  for (const char* nodes :
       {"[['col','d'],['col','e'],['add',0,1]]", "[['col','d'],['col','ms'],['sub',0,1]]",
        "[['col','n'],['col','d'],['add',0,1]]", "[['col','d'],['col','n'],['mul',0,1]]",
        "[['col','d'],['lit','float64',1],['add',0,1]]", "[['col','d'],['lit','null'],['add',0,1]]"}) {
    CHECK_EQ(show(table, nodes).substr(0, 8), "ERR_TYPE");
  }
}

}  // namespace
}  // namespace millrace::expr::test
