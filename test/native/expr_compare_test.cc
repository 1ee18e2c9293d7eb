#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

constexpr int kNull = -1;  // beside 0 and 1
const char* const kOps[] = {"eq", "ne", "lt", "le", "gt", "ge"};

template <class A, class B>
bool naive(int op, const A& a, const B& b) {
  switch (op) {
    case 0: return a == b;
    case 1: return a != b;
    case 2: return a < b;
    case 3: return a <= b;
    case 4: return a > b;
    default: return a >= b;
  }
}

std::string compare_nodes(const char* a, const char* b, int op) {
  return std::string("[") + a + "," + b + ",['" + kOps[op] + "',0,1]]";
}

// All operations over two columns, and each column against the first valid value of the other as a literal.
template <class A, class B, class Make, class MakeB, class Literal, class Expected>
void check_all(TypeId type_a, TypeId type_b, Make make_a, MakeB make_b, Literal literal_b, Expected expected) {
  Random random(7);
  for (const uint32_t rows : kRowCounts) {
    for (int nulls = 0; nulls < 4; nulls++) {
      const auto a = random_cells<A>(random, rows, nulls & 1, [&] { return make_a(random); });
      const auto b = random_cells<B>(random, rows, nulls & 2, [&] { return make_b(random); });
      Table table;
      table.add("a", type_a, a, make_a(random)).add("b", type_b, b, make_b(random));
      const B literal = make_b(random);
      for (int op = 0; op < 6; op++) {
        const Answer columns(table, compare_nodes("['col','a']", "['col','b']", op));
        const Answer right(table, compare_nodes("['col','a']", literal_b(literal).c_str(), op));
        const Answer left(table, compare_nodes(literal_b(literal).c_str(), "['col','a']", op));
        int wrong = !columns.status().ok() + !right.status().ok() + !left.status().ok();
        for (uint32_t i = 0; i < rows && !wrong; i++) {
          static constexpr int kMirror[] = {0, 1, 4, 5, 2, 3};
          wrong += columns.truth(i) != (a[i] && b[i] ? expected(op, *a[i], *b[i]) : kNull);
          wrong += right.truth(i) != (a[i] ? expected(op, *a[i], literal) : kNull);
          wrong += left.truth(i) != (a[i] ? expected(kMirror[op], *a[i], literal) : kNull);
        }
        if (wrong) CHECK_EQ(std::string(kOps[op]) + " of " + type_name(type_a) + " and " + type_name(type_b), "right");
      }
    }
  }
}

template <class T>
auto integers() {
  return [](Random& random) { return static_cast<T>(random_int64(random)); };
}

std::string number_literal(const char* type, const std::string& text, bool quoted) {
  return std::string("['lit','") + type + "'," + (quoted ? "'" + text + "'" : text) + "]";
}

template <class T>
auto int_literal(TypeId type) {
  return [type](T value) { return number_literal(type_name(type), std::to_string(value), sizeof(T) == 8); };
}

std::string float_literal(double value) {
  char text[kFormatBytes];
  const std::string shown(text, format_float64(value, text));
  const bool special = value != value || value - value != 0;
  return number_literal("float64", value == 0 && std::signbit(value) ? "-0" : shown, special);
}

template <class A, class B>
bool exact(int op, A a, B b) {
  return naive(op, static_cast<__int128>(a), static_cast<__int128>(b));
}
template <class A, class B>
bool as_double(int op, A a, B b) {
  return naive(op, static_cast<double>(a), static_cast<double>(b));
}

TEST("integers of every pair of types compare exactly, columns and literals alike") {
  check_all<int64_t, int64_t>(TypeId::Int64, TypeId::Int64, integers<int64_t>(), integers<int64_t>(),
                              int_literal<int64_t>(TypeId::Int64), exact<int64_t, int64_t>);
  check_all<int64_t, uint64_t>(TypeId::Int64, TypeId::UInt64, integers<int64_t>(), integers<uint64_t>(),
                               int_literal<uint64_t>(TypeId::UInt64), exact<int64_t, uint64_t>);
  check_all<uint64_t, int64_t>(TypeId::UInt64, TypeId::Int64, integers<uint64_t>(), integers<int64_t>(),
                               int_literal<int64_t>(TypeId::Int64), exact<uint64_t, int64_t>);
  check_all<uint64_t, uint64_t>(TypeId::UInt64, TypeId::UInt64, integers<uint64_t>(), integers<uint64_t>(),
                                int_literal<uint64_t>(TypeId::UInt64), exact<uint64_t, uint64_t>);
  check_all<int32_t, int64_t>(TypeId::Int32, TypeId::Int64, integers<int32_t>(), integers<int64_t>(),
                              int_literal<int64_t>(TypeId::Int64), exact<int32_t, int64_t>);
  check_all<int8_t, uint64_t>(TypeId::Int8, TypeId::UInt64, integers<int8_t>(), integers<uint64_t>(),
                              int_literal<uint64_t>(TypeId::UInt64), exact<int8_t, uint64_t>);
  check_all<uint32_t, int16_t>(TypeId::UInt32, TypeId::Int16, integers<uint32_t>(), integers<int16_t>(),
                               int_literal<int16_t>(TypeId::Int16), exact<uint32_t, int16_t>);
  check_all<int32_t, int32_t>(TypeId::Int32, TypeId::Int32, integers<int32_t>(), integers<int32_t>(),
                              int_literal<int32_t>(TypeId::Int32), exact<int32_t, int32_t>);
}

TEST("a float beside a number compares as float64, NaN unequal to everything") {
  const auto floats = [](Random& random) { return random_float64(random); };
  const auto narrow = [](Random& random) { return static_cast<float>(random_float64(random)); };
  check_all<double, double>(TypeId::Float64, TypeId::Float64, floats, floats, float_literal, as_double<double, double>);
  check_all<int64_t, double>(TypeId::Int64, TypeId::Float64, integers<int64_t>(), floats, float_literal,
                             as_double<int64_t, double>);
  check_all<uint64_t, double>(TypeId::UInt64, TypeId::Float64, integers<uint64_t>(), floats, float_literal,
                              as_double<uint64_t, double>);
  check_all<int32_t, double>(TypeId::Int32, TypeId::Float64, integers<int32_t>(), floats, float_literal,
                             as_double<int32_t, double>);
  check_all<uint8_t, double>(TypeId::UInt8, TypeId::Float64, integers<uint8_t>(), floats, float_literal,
                             as_double<uint8_t, double>);
  check_all<float, double>(TypeId::Float32, TypeId::Float64, narrow, floats, float_literal, as_double<float, double>);
  check_all<float, int64_t>(TypeId::Float32, TypeId::Int64, narrow, integers<int64_t>(),
                            int_literal<int64_t>(TypeId::Int64), as_double<float, int64_t>);
  check_all<double, uint64_t>(TypeId::Float64, TypeId::UInt64, floats, integers<uint64_t>(),
                              int_literal<uint64_t>(TypeId::UInt64), as_double<double, uint64_t>);
}

TEST("beyond 2^53 an integer beside a float is rounded first, as a literal or a column") {
  Table table;
  const int64_t edge = int64_t{1} << 53;
  table.add<int64_t>("i", TypeId::Int64, {edge - 1, edge, edge + 1, edge + 2});
  table.add<double>("f", TypeId::Float64,
                    {9007199254740992.0, 9007199254740992.0, 9007199254740992.0, 9007199254740992.0});
  CHECK_EQ(show(table, "[['col','i'],['col','f'],['eq',0,1]]"), "bool [false, true, true, false]");
  CHECK_EQ(show(table, "[['col','i'],['lit','float64',9007199254740992],['eq',0,1]]"),
           "bool [false, true, true, false]");
  CHECK_EQ(show(table, "[['col','i'],['lit','float64',9007199254740991],['le',0,1]]"),
           "bool [true, false, false, false]");
}

// Ticks small enough that naive code does not overflow __int128, which is all of them.
__int128 nanoseconds(TypeId type, int64_t ticks) {
  const __int128 factor = type == TypeId::Date          ? __int128{86'400'000'000'000}
                          : type == TypeId::TimestampMs ? 1'000'000
                          : type == TypeId::TimestampUs ? 1'000
                                                        : 1;
  return ticks * factor;
}

template <class A, class B>
void check_temporal(TypeId a, TypeId b) {
  // Neighbours of whole days, so that equal instants occur in different units.
  const auto ticks = [](TypeId type) {
    return [type](Random& random) {
      if (random() % 4 == 0) return static_cast<A>(random_int64(random));
      const __int128 day = nanoseconds(TypeId::Date, static_cast<int64_t>(random() % 3) - 1);
      return static_cast<A>(day / nanoseconds(type, 1) + static_cast<int64_t>(random() % 3) - 1);
    };
  };
  const auto make_a = [&](Random& random) { return static_cast<A>(ticks(a)(random)); };
  const auto make_b = [&](Random& random) { return static_cast<B>(ticks(b)(random)); };
  const auto literal = [b](B value) { return number_literal(type_name(b), std::to_string(value), b != TypeId::Date); };
  check_all<A, B>(a, b, make_a, make_b, literal,
                  [a, b](int op, A x, B y) { return naive(op, nanoseconds(a, x), nanoseconds(b, y)); });
}

TEST("dates and timestamps of all units compare as instants, without overflow") {
  check_temporal<int32_t, int32_t>(TypeId::Date, TypeId::Date);
  for (const TypeId unit : {TypeId::TimestampMs, TypeId::TimestampUs, TypeId::TimestampNs}) {
    check_temporal<int32_t, int64_t>(TypeId::Date, unit);
    check_temporal<int64_t, int32_t>(unit, TypeId::Date);
    for (const TypeId other : {TypeId::TimestampMs, TypeId::TimestampUs, TypeId::TimestampNs}) {
      check_temporal<int64_t, int64_t>(unit, other);
    }
  }
}

TEST("strings compare by their UTF-8 bytes, whatever their length") {
  Random random(11);
  const auto make = [&] {
    static const char* const kParts[] = {"", "a", "b", "aa", "ab", "\xC3\xA9", "abcdefgh", "abcdefgi", "zz"};
    std::string out;
    for (uint64_t n = random() % 4; n > 0; n--) out += kParts[random() % std::size(kParts)];
    return out;
  };
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<std::string>(random, rows, true, make);
    const auto b = random_cells<std::string>(random, rows, rows % 2 == 0, make);
    Table table;
    table.add("a", a).add("b", b, TypeId::Dict);
    for (int op = 0; op < 6; op++) {
      const Answer columns(table, compare_nodes("['col','a']", "['col','b']", op));
      const Answer literal(table, compare_nodes("['col','a']", "['lit','utf8','abcdefghab']", op));
      int wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        wrong +=
            columns.get<uint8_t>(i) != (a[i] && b[i] ? std::optional<bool>(naive(op, *a[i], *b[i])) : std::nullopt);
        wrong += literal.get<uint8_t>(i) !=
                 (a[i] ? std::optional<bool>(naive(op, *a[i], std::string("abcdefghab"))) : std::nullopt);
      }
      CHECK_EQ(wrong, 0);
    }
  }
}

TEST("bools compare with bools, false below true") {
  Table table;
  table.add<uint8_t>("a", TypeId::Bool, {0, 1, 1, std::nullopt}).add<uint8_t>("b", TypeId::Bool, {1, 1, 0, 1});
  CHECK_EQ(show(table, "[['col','a'],['col','b'],['lt',0,1]]"), "bool [true, false, false, null]");
  CHECK_EQ(show(table, "[['col','a'],['lit','bool',true],['eq',0,1]]"), "bool [false, true, true, null]");
}

TEST("eqMissing takes two nulls as equal and is never null") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {1, 1, std::nullopt, std::nullopt})
      .add<double>("b", TypeId::Float64, {1, 2, 0, std::nullopt});
  table.add<int64_t>("c", TypeId::Int64, {1, 2, 3, 4});
  const Answer answer(table, "[['col','a'],['col','b'],['eqMissing',0,1]]");
  CHECK_EQ(answer.show(), "bool [true, false, false, true]");
  CHECK(!answer.nullable());
  CHECK_EQ(show(table, "[['col','a'],['lit','null'],['eqMissing',0,1]]"), "bool [false, false, true, true]");
  CHECK_EQ(show(table, "[['col','a'],['lit','int64',null],['eqMissing',0,1]]"), "bool [false, false, true, true]");
  CHECK_EQ(show(table, "[['col','a'],['lit','int64','1'],['eqMissing',1,0]]"), "bool [true, true, false, false]");
  CHECK_EQ(show(table, "[['col','c'],['lit','int64',null],['eqMissing',0,1]]"), "bool [false, false, false, false]");
  CHECK_EQ(show(table, "[['lit','int64','1'],['lit','int64',null],['eqMissing',0,1]]"),
           "bool [false, false, false, false]");
  CHECK_EQ(show(table, "[['lit','null'],['lit','null'],['eqMissing',0,1]]"), "bool [true, true, true, true]");
}

TEST("between includes both ends, and a null bound leaves what the other bound decides") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {1, 2, 5, 6, std::nullopt});
  CHECK_EQ(show(table, "[['col','a'],['lit','int64','2'],['lit','int64','5'],['between',0,1,2]]"),
           "bool [false, true, true, false, null]");
  CHECK_EQ(show(table, "[['col','a'],['lit','int64','2'],['lit','null'],['between',0,1,2]]"),
           "bool [false, null, null, null, null]");
}

TEST("comparing with the null literal is null") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {1, std::nullopt});
  CHECK_EQ(show(table, "[['col','a'],['lit','null'],['lt',0,1]]"), "bool [null, null]");
}

TEST("isIn finds the same in small and in hashed sets, for every type; nulls and NaN match nothing") {
  Random random(3);
  for (const size_t members : {0, 1, 3, 5, 8, 9, 300}) {
    std::string ints, floats, texts;
    std::vector<int64_t> int_set;
    std::vector<double> float_set = {0.0};
    std::vector<std::string> text_set;
    for (size_t i = 0; i < members; i++) {
      int_set.push_back(i % 7 == 0 ? random_int64(random) : static_cast<int64_t>(random() % 500));
      float_set.push_back(static_cast<double>(random() % 500) / 4);
      text_set.push_back(std::string(random() % 12, 'x') + std::to_string(random() % 300));
      ints += ",'" + std::to_string(int_set.back()) + "'";
      floats += "," + std::to_string(float_set.back());
      texts += ",'" + text_set.back() + "'";
    }
    const auto in = [](const auto& set, const auto& value) {
      return std::find(set.begin(), set.end(), value) != set.end();
    };
    for (const uint32_t rows : kRowCounts) {
      const auto a = random_cells<int64_t>(random, rows, true, [&] {
        return random() % 2 ? random_int64(random) : static_cast<int64_t>(random() % 500);
      });
      const auto b = random_cells<double>(random, rows, true, [&] {
        return random() % 2 ? random_float64(random) : static_cast<double>(random() % 500) / 4;
      });
      const auto c = random_cells<std::string>(
          random, rows, true, [&] { return std::string(random() % 12, 'x') + std::to_string(random() % 300); });
      Table table;
      table.add("a", TypeId::Int64, a).add("b", TypeId::Float64, b).add("c", c);
      const Answer in_ints(table, "[['col','a'],['isIn',0,[null" + ints + "]]]");
      const Answer in_floats(table, "[['col','b'],['isIn',0,['NaN',null,-0" + floats + "]]]");
      const Answer in_texts(table, "[['col','c'],['isIn',0,[null" + texts + "]]]");
      int wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        wrong += in_ints.get<uint8_t>(i) != (a[i] ? std::optional<bool>(in(int_set, *a[i])) : std::nullopt);
        wrong += in_floats.get<uint8_t>(i) != (b[i] ? std::optional<bool>(in(float_set, *b[i])) : std::nullopt);
        wrong += in_texts.get<uint8_t>(i) != (c[i] ? std::optional<bool>(in(text_set, *c[i])) : std::nullopt);
      }
      CHECK_EQ(wrong, 0);
    }
  }
}

TEST("isIn takes bools, dates, timestamps and small numbers in their JSON forms") {
  Table table;
  table.add<uint8_t>("flag", TypeId::Bool, {1, 0}).add<int32_t>("day", TypeId::Date, {0, 19000});
  table.add<int64_t>("at", TypeId::TimestampUs, {5, -5}).add<uint64_t>("u", TypeId::UInt64, {UINT64_MAX, 1});
  table.add<int8_t>("small", TypeId::Int8, {-3, 3}).add<float>("f", TypeId::Float32, {0.5f, 0.1f});
  CHECK_EQ(show(table, "[['col','flag'],['isIn',0,[true]]]"), "bool [true, false]");
  CHECK_EQ(show(table, "[['col','day'],['isIn',0,[19000]]]"), "bool [false, true]");
  CHECK_EQ(show(table, "[['col','at'],['isIn',0,['5']]]"), "bool [true, false]");
  CHECK_EQ(show(table, "[['col','u'],['isIn',0,['18446744073709551615']]]"), "bool [true, false]");
  CHECK_EQ(show(table, "[['col','small'],['isIn',0,[-3,1000]]]"), "bool [true, false]");
  // As eq: a float32 is not the decimal that it is shown as.
  CHECK_EQ(show(table, "[['col','f'],['isIn',0,[0.5,0.1]]]"), "bool [true, false]");
}

TEST("values of different kinds do not compare") {
  Table table;
  table.add<int64_t>("n", TypeId::Int64, {1}).add("s", {"x"}).add<int32_t>("d", TypeId::Date, {1});
  CHECK_EQ(show(table, "[['col','n'],['col','s'],['eq',0,1]]"), "ERR_TYPE eq cannot take int64 and utf8");
  CHECK_EQ(show(table, "[['col','n'],['col','d'],['lt',0,1]]"), "ERR_TYPE lt cannot take int64 and date");
  const Answer answer(table, "[['col','n'],['col','s'],['eq',0,1]]");
  CHECK_EQ(answer.status().facts().column, "n");
}

}  // namespace
}  // namespace millrace::expr::test
