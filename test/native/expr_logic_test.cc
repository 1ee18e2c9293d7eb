// Logic, null tests and choices, over all combinations of true, false and null.
#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

using Truth = std::optional<uint8_t>;

Truth kleene_and(Truth a, Truth b) {
  if ((a && !*a) || (b && !*b)) return uint8_t{0};
  return a && b ? Truth(uint8_t{1}) : std::nullopt;
}
Truth kleene_or(Truth a, Truth b) {
  if ((a && *a) || (b && *b)) return uint8_t{1};
  return a && b ? Truth(uint8_t{0}) : std::nullopt;
}
Truth strict_xor(Truth a, Truth b) { return a && b ? Truth(*a ^ *b) : std::nullopt; }

const char* literal_of(Truth value) {
  if (!value) return "['lit','null']";
  return *value ? "['lit','bool',true]" : "['lit','bool',false]";
}

TEST("and, or, xor and not follow Kleene at every row count, whatever byte lies under a null") {
  Random random(1);
  const auto make = [&] { return static_cast<uint8_t>(random() % 2); };
  for (const uint32_t rows : kRowCounts) {
    for (int round = 0; round < 4; round++) {
      const auto a = random_cells<uint8_t>(random, rows, round & 1, make);
      const auto b = random_cells<uint8_t>(random, rows, round & 2, make);
      Table table;
      table.add("a", TypeId::Bool, a, uint8_t{1}).add("b", TypeId::Bool, b, static_cast<uint8_t>(round / 2));
      const Answer both(table, "[['col','a'],['col','b'],['and',0,1]]");
      const Answer either(table, "[['col','a'],['col','b'],['or',0,1]]");
      const Answer one(table, "[['col','a'],['col','b'],['xor',0,1]]");
      const Answer opposite(table, "[['col','a'],['not',0]]");
      int wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        wrong += both.get<uint8_t>(i) != kleene_and(a[i], b[i]);
        wrong += either.get<uint8_t>(i) != kleene_or(a[i], b[i]);
        wrong += one.get<uint8_t>(i) != strict_xor(a[i], b[i]);
        wrong += opposite.get<uint8_t>(i) != strict_xor(a[i], uint8_t{1});
      }
      CHECK_EQ(wrong, 0);
    }
  }
}

TEST("literals in logic mean what columns of them would") {
  Table table;
  const Cells<uint8_t> a = {1, 0, std::nullopt};
  table.add("a", TypeId::Bool, a);
  for (const Truth literal : {Truth(1), Truth(0), Truth()}) {
    const std::string nodes = std::string("[['col','a'],") + literal_of(literal);
    for (const char* order : {"0,1", "1,0"}) {
      const Answer both(table, nodes + ",['and'," + order + "]]");
      const Answer either(table, nodes + ",['or'," + order + "]]");
      const Answer one(table, nodes + ",['xor'," + order + "]]");
      for (uint32_t i = 0; i < 3; i++) {
        CHECK(both.get<uint8_t>(i) == kleene_and(a[i], literal));
        CHECK(either.get<uint8_t>(i) == kleene_or(a[i], literal));
        CHECK(one.get<uint8_t>(i) == strict_xor(a[i], literal));
      }
    }
    for (const Truth other : {Truth(1), Truth(0), Truth()}) {
      const std::string pair = std::string("[") + literal_of(literal) + "," + literal_of(other) + ",['";
      CHECK(Answer(table, pair + "and',0,1]]").get<uint8_t>(2) == kleene_and(literal, other));
      CHECK(Answer(table, pair + "or',0,1]]").get<uint8_t>(2) == kleene_or(literal, other));
    }
  }
}

TEST("isNull and isNotNull are never null, for any type, at every row count") {
  Random random(2);
  for (const uint32_t rows : kRowCounts) {
    for (const bool nulls : {false, true}) {
      const auto a = random_cells<int32_t>(random, rows, nulls, [&] { return static_cast<int32_t>(random()); });
      Table table;
      table.add("a", TypeId::Int32, a);
      const Answer null(table, "[['col','a'],['isNull',0]]"), valid(table, "[['col','a'],['isNotNull',0]]");
      CHECK(!null.nullable());
      int wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        wrong += null.get<uint8_t>(i) != Truth(!a[i]);
        wrong += valid.get<uint8_t>(i) != Truth(a[i].has_value());
      }
      CHECK_EQ(wrong, 0);
    }
  }
  Table table;
  table.add("s", {std::nullopt, "x"});
  CHECK_EQ(show(table, "[['col','s'],['isNull',0]]"), "bool [true, false]");
  CHECK_EQ(show(table, "[['lit','null'],['isNull',0]]"), "bool [true, true]");
  CHECK_EQ(show(table, "[['lit','int64',null],['isNotNull',0]]"), "bool [false, false]");
}

TEST("isNaN is false for integers and null for null") {
  Table table;
  table.add<double>("a", TypeId::Float64, {__builtin_nan(""), 1, std::nullopt}, __builtin_nan(""));
  table.add<float>("f", TypeId::Float32, {1, __builtin_nanf(""), std::nullopt})
      .add<uint16_t>("n", TypeId::UInt16, {1, 2, std::nullopt});
  CHECK_EQ(show(table, "[['col','a'],['isNaN',0]]"), "bool [true, false, null]");
  CHECK_EQ(show(table, "[['col','f'],['isNaN',0]]"), "bool [false, true, null]");
  CHECK_EQ(show(table, "[['col','n'],['isNaN',0]]"), "bool [false, false, null]");
}

// Every width of value, against naive code.
template <class T, class Make>
void check_choices(TypeId type, Make make, const std::string& literal, T literal_value) {
  Random random(4);
  for (const uint32_t rows : kRowCounts) {
    for (int round = 0; round < 8; round++) {
      const auto flags =
          random_cells<uint8_t>(random, rows, round & 1, [&] { return static_cast<uint8_t>(random() % 2); });
      const auto a = random_cells<T>(random, rows, round & 2, [&] { return make(random); });
      const auto b = random_cells<T>(random, rows, round & 4, [&] { return make(random); });
      Table table;
      table.add("c", TypeId::Bool, flags, uint8_t{1});
      if constexpr (std::is_same_v<T, std::string>)
        table.add("a", a).add("b", b);
      else
        table.add("a", type, a).add("b", type, b);
      const std::string columns = "[['col','c'],['col','a'],['col','b']," + literal;
      const Answer when(table, columns + ",['when',0,1,2]]"), then_literal(table, columns + ",['when',0,3,2]]");
      const Answer else_literal(table, columns + ",['when',0,1,3]]"), literals(table, columns + ",['when',0,3,3]]");
      const Answer coalesce(table, columns + ",['coalesce',1,2]]"), filled(table, columns + ",['coalesce',1,2,3]]");
      const auto got = [](const Answer& answer, uint32_t i) {
        if constexpr (std::is_same_v<T, std::string>)
          return answer.text(i);
        else
          return answer.get<T>(i);
      };
      const std::optional<T> value = literal_value;
      int wrong = 0;
      for (uint32_t i = 0; i < rows; i++) {
        const bool chosen = flags[i] && *flags[i];
        wrong += got(when, i) != (chosen ? a[i] : b[i]);
        wrong += got(then_literal, i) != (chosen ? value : b[i]);
        wrong += got(else_literal, i) != (chosen ? a[i] : value);
        wrong += got(literals, i) != value;
        wrong += got(coalesce, i) != (a[i] ? a[i] : b[i]);
        wrong += got(filled, i) != (a[i] ? a[i] : b[i] ? b[i] : value);
      }
      CHECK_EQ(wrong, 0);
      CHECK(!filled.nullable());
    }
  }
}

TEST("when and coalesce choose values of every width, among columns and literals") {
  check_choices<uint8_t>(
      TypeId::Bool, [](Random& r) { return static_cast<uint8_t>(r() % 2); }, "['lit','bool',true]", 1);
  check_choices<int8_t>(
      TypeId::Int8, [](Random& r) { return static_cast<int8_t>(r()); }, "['lit','int8',-7]", -7);
  check_choices<uint16_t>(
      TypeId::UInt16, [](Random& r) { return static_cast<uint16_t>(r()); }, "['lit','uint16',7]", 7);
  check_choices<int32_t>(
      TypeId::Date, [](Random& r) { return static_cast<int32_t>(r()); }, "['lit','date',5]", 5);
  check_choices<int64_t>(
      TypeId::TimestampNs, [](Random& r) { return static_cast<int64_t>(r()); }, "['lit','timestamp[ns]','5']", 5);
  check_choices<std::string>(
      TypeId::Utf8, [](Random& r) { return std::string(r() % 20, 'a'); }, "['lit','utf8','else']", "else");
}

TEST("when takes the first true condition, and literal conditions at once") {
  Table table;
  table.add<int64_t>("a", TypeId::Int64, {1, 2, 3, std::nullopt});
  CHECK_EQ(show(table,
                "[['col','a'],['lit','int64','1'],['lit','int64','2'],['eq',0,1],['le',0,2],['lit','utf8','one'],"
                "['lit','utf8','two'],['lit','null'],['when',3,5,4,6,7]]"),
           "utf8 ['one', 'two', null, null]");
  CHECK_EQ(show(table, "[['col','a'],['lit','bool',true],['lit','int64','9'],['when',1,0,2]]"),
           "int64 [1, 2, 3, null]");
  CHECK_EQ(show(table, "[['col','a'],['lit','null'],['lit','int64','9'],['when',1,0,2]]"), "int64 [9, 9, 9, 9]");
}

TEST("branches take their common type, and the null literal adapts") {
  Table table;
  table.add<int32_t>("i", TypeId::Int32, {1, std::nullopt}).add<uint64_t>("u", TypeId::UInt64, {UINT64_MAX, 5});
  table.add<float>("f", TypeId::Float32, {0.5f, std::nullopt})
      .add<double>("d", TypeId::Float64, {__builtin_nan(""), 2});
  table.add("s", {"x", std::nullopt}).add("t", {"y", "z"}, TypeId::Dict);
  CHECK_EQ(show(table, "[['col','i'],['lit','int64','7'],['coalesce',0,1]]"), "int64 [1, 7]");
  CHECK_EQ(show(table, "[['col','i'],['col','i'],['coalesce',0,1]]"), "int32 [1, null]");
  CHECK_EQ(show(table, "[['col','f'],['col','i'],['coalesce',0,1]]"), "float64 [0.5, null]");
  CHECK_EQ(show(table, "[['col','f'],['lit','float32',2],['coalesce',0,1]]"), "float32 [0.5, 2]");
  CHECK_EQ(show(table, "[['col','s'],['col','t'],['coalesce',0,1]]"), "utf8 ['x', 'z']");
  CHECK_EQ(show(table, "[['lit','null'],['col','i'],['coalesce',0,1]]"), "int32 [1, null]");
  CHECK_EQ(show(table, "[['col','i'],['col','u'],['coalesce',0,1]]").substr(0, 30), "ERR_CAST cannot cast uint64 to");
  CHECK_EQ(show(table, "[['col','i'],['col','s'],['coalesce',0,1]]"), "ERR_TYPE coalesce cannot take int32 and utf8");
  CHECK_EQ(show(table, "[['col','d'],['lit','int64','9'],['fillNaN',0,1]]"), "float64 [9, 2]");
  CHECK_EQ(show(table, "[['col','d'],['lit','null'],['fillNaN',0,1]]"), "float64 [null, 2]");
  CHECK_EQ(show(table, "[['col','d'],['col','f'],['fillNaN',0,1]]"), "float64 [0.5, 2]");
  CHECK_EQ(show(table, "[['lit','float64','NaN'],['col','f'],['fillNaN',0,1]]"), "float64 [0.5, null]");
  CHECK_EQ(show(table, "[['lit','null'],['lit','null'],['coalesce',0,1]]").substr(0, 8), "ERR_TYPE");
  CHECK_EQ(show(table, "[['col','i'],['not',0]]"), "ERR_TYPE not cannot take int32");
}

TEST("fillNaN leaves nulls null, even over bytes that look like NaN") {
  Random random(6);
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<double>(random, rows, true, [&] { return random_float64(random); });
    const auto b = random_cells<double>(random, rows, true, [&] { return 1.0; });
    Table table;
    table.add("a", TypeId::Float64, a, __builtin_nan("")).add("b", TypeId::Float64, b);
    const Answer filled(table, "[['col','a'],['col','b'],['fillNaN',0,1]]");
    int wrong = 0;
    for (uint32_t i = 0; i < rows; i++) wrong += !same(filled.get<double>(i), a[i] && *a[i] != *a[i] ? b[i] : a[i]);
    CHECK_EQ(wrong, 0);
  }
}

TEST("select_true keeps the rows that are true and not null, in order") {
  Random random(8);
  for (const uint32_t rows : kRowCounts) {
    for (const uint64_t percent : {0, 3, 50, 97, 100}) {
      const auto a = random_cells<uint8_t>(random, rows, percent % 2 == 1,
                                           [&] { return static_cast<uint8_t>(random() % 100 < percent); });
      Table table;
      table.add("a", TypeId::Bool, a, uint8_t{1});
      std::vector<uint32_t> got(kVectorRows), want;
      got.resize(select_true(table.batch().columns[0], rows, got.data()));
      for (uint32_t i = 0; i < rows; i++) {
        if (a[i] && *a[i]) want.push_back(i);
      }
      CHECK(got == want);
    }
  }
}

TEST("select_true looks at nothing behind the last row, and tells full words from nearly full ones") {
  std::vector<uint8_t> mask(kVectorRows, 1);
  std::vector<uint32_t> selection(kVectorRows);
  for (const uint32_t rows : kRowCounts) {
    CHECK_EQ(select_true({TypeId::Bool, mask.data(), nullptr}, rows, selection.data()), rows);
  }
  for (const uint32_t absent : {0u, 1u, 63u, 64u, 127u, 128u}) {
    mask.assign(kVectorRows, 1);
    mask[absent] = 0;
    CHECK_EQ(select_true({TypeId::Bool, mask.data(), nullptr}, 200, selection.data()), 199u);
    CHECK_EQ(selection[absent], absent + 1);
  }
}

}  // namespace
}  // namespace millrace::expr::test
