// Random expressions over all types. The same expression is computed over whole vectors, row by row, and with columns
// replaced by literals of their values: three paths through binder and kernels that must agree.
#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

constexpr uint32_t kRows = 70;

struct Source {
  TypeId type;
  std::vector<std::string> literals;  // the JSON form of each row's value
};

// One row, or all, of a set of columns of which each value has a JSON form.
class Sources {
 public:
  explicit Sources(Random& random) : random_(random) {
    for (int type = 0; type < kTypeCount; type++) fill(static_cast<TypeId>(type));
  }

  Table table(uint32_t first, uint32_t rows) const {
    Table out;
    for (const auto& add : adders_) add(out, first, rows);
    return out;
  }
  size_t count() const { return sources_.size(); }
  std::string column(size_t i) const { return std::string("['col','") + type_name(sources_[i].type) + "']"; }
  std::string literal(size_t i, uint32_t row) const {
    return std::string("['lit','") + type_name(sources_[i].type) + "'," + sources_[i].literals[row] + "]";
  }

 private:
  template <class T, class Make, class Show>
  void add(TypeId type, Make make, Show show) {
    const auto cells = random_cells<T>(random_, kRows, true, make);
    Source source{type, {}};
    for (const auto& cell : cells) source.literals.push_back(cell ? show(*cell) : "null");
    sources_.push_back(source);
    adders_.push_back([type, cells](Table& table, uint32_t first, uint32_t rows) {
      const Cells<T> part(cells.begin() + first, cells.begin() + first + rows);
      if constexpr (std::is_same_v<T, std::string>)
        table.add(type_name(type), part, type);
      else
        table.add(type_name(type), type, part);
    });
  }

  template <class T>
  void add_integer(TypeId type) {
    constexpr bool quoted = sizeof(T) == 8;
    const auto make = [this] {
      return static_cast<T>(random_() % 3 ? static_cast<int64_t>(random_() % 12) : random_int64(random_));
    };
    add<T>(type, make, [](T value) { return quoted ? "'" + std::to_string(value) + "'" : std::to_string(value); });
  }

  template <class T>
  void add_float(TypeId type) {
    add<T>(
        type, [this] { return static_cast<T>(random_float64(random_)); },
        [](T value) -> std::string {
          char text[64];
          std::snprintf(text, sizeof(text), "%.17g", static_cast<double>(value));
          if (value != value) return "'NaN'";
          return value - value == 0 ? text : value > 0 ? "'Infinity'" : "'-Infinity'";
        });
  }

  void add_text(TypeId type) {
    static const char* const kTexts[] = {"",
                                         "a",
                                         "AB",
                                         " trim ",
                                         "12",
                                         "-1.5",
                                         "2020-02-29",
                                         "true",
                                         "\xC3\xA9\xC3\x89x",
                                         "a longer text of more than sixteen bytes"};
    add<std::string>(
        type, [this] { return std::string(kTexts[random_() % std::size(kTexts)]); },
        [](const std::string& value) { return "'" + value + "'"; });
  }

  void fill(TypeId type) {
    switch (type) {
      case TypeId::Bool:
        return add<uint8_t>(
            type, [this] { return static_cast<uint8_t>(random_() % 2); },
            [](uint8_t value) { return value ? "true" : "false"; });
      case TypeId::Int8: return add_integer<int8_t>(type);
      case TypeId::Int16: return add_integer<int16_t>(type);
      case TypeId::Int32:
      case TypeId::Date: return add_integer<int32_t>(type);
      case TypeId::UInt8: return add_integer<uint8_t>(type);
      case TypeId::UInt16: return add_integer<uint16_t>(type);
      case TypeId::UInt32: return add_integer<uint32_t>(type);
      case TypeId::UInt64: return add_integer<uint64_t>(type);
      case TypeId::Float32: return add_float<float>(type);
      case TypeId::Float64: return add_float<double>(type);
      case TypeId::Utf8:
      case TypeId::Dict: return add_text(type);
      default: return add_integer<int64_t>(type);
    }
  }

  Random& random_;
  std::vector<Source> sources_;
  std::vector<std::function<void(Table&, uint32_t, uint32_t)>> adders_;
};

struct Operation {
  const char* name;
  int operands;
  std::vector<std::string> rests;  // parameters behind the operands
};

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = {
      {"eq", 2, {}},
      {"ne", 2, {}},
      {"lt", 2, {}},
      {"le", 2, {}},
      {"gt", 2, {}},
      {"ge", 2, {}},
      {"eqMissing", 2, {}},
      {"between", 3, {}},
      {"add", 2, {}},
      {"sub", 2, {}},
      {"mul", 2, {}},
      {"div", 2, {}},
      {"floorDiv", 2, {}},
      {"mod", 2, {}},
      {"pow", 2, {}},
      {"neg", 1, {}},
      {"abs", 1, {}},
      {"floor", 1, {}},
      {"ceil", 1, {}},
      {"sqrt", 1, {}},
      {"log10", 1, {}},
      {"round", 1, {",0", ",1", ",-1"}},
      {"and", 2, {}},
      {"or", 2, {}},
      {"xor", 2, {}},
      {"not", 1, {}},
      {"isNull", 1, {}},
      {"isNotNull", 1, {}},
      {"isNaN", 1, {}},
      {"coalesce", 2, {}},
      {"coalesce", 3, {}},
      {"fillNaN", 2, {}},
      {"when", 3, {}},
      {"when", 5, {}},
      {"isIn", 1, {",[]", ",[1,2,3,null]", ",['a','AB']", ",['1','5']", ",[true]", ",[0,1,2,3,4,5,6,7,8,9,10]"}},
      {"contains", 1, {",'a'", ",''"}},
      {"startsWith", 1, {",'a'"}},
      {"endsWith", 1, {",'B'"}},
      {"length", 1, {}},
      {"byteLength", 1, {}},
      {"toLower", 1, {}},
      {"toUpper", 1, {}},
      {"trim", 1, {}},
      {"trimStart", 1, {}},
      {"trimEnd", 1, {}},
      {"slice", 1, {",1,null", ",-2,1", ",0,9"}},
      {"concat", 2, {}},
      {"concat", 3, {}},
      {"year", 1, {}},
      {"quarter", 1, {}},
      {"dayOfYear", 1, {}},
      {"weekday", 1, {}},
      {"hour", 1, {}},
      {"millisecond", 1, {}},
      {"truncate", 1, {",'year'", ",'week'", ",'hour'"}},
      {"toDate", 1, {}},
      {"epoch", 1, {",'s'", ",'ns'"}},
      {"cast",
       1,
       {",'bool'", ",'int8'", ",'int32'", ",'int64'", ",'uint16'", ",'uint64'", ",'float32'", ",'float64'", ",'utf8'",
        ",'date'", ",'timestamp[ms]'", ",'timestamp[ns]'"}}};
  return all;
}

// Nodes as text, of which the first `sources.count()` are the columns and the last is the result.
std::vector<std::string> random_expression(Random& random, const Sources& sources, const Schema& schema) {
  std::vector<std::string> nodes;
  for (size_t i = 0; i < sources.count(); i++) nodes.push_back(sources.column(i));
  nodes.push_back("['lit','null']");
  const size_t plain = nodes.size();
  const size_t wanted = plain + 1 + random() % 6;
  for (int tries = 0; tries < 400 && nodes.size() < wanted; tries++) {
    const Operation& operation = operations()[random() % operations().size()];
    std::string node = std::string("['") + operation.name + "'";
    for (int i = 0; i < operation.operands; i++) {
      // Results of before more often than columns.
      const bool result = nodes.size() > plain && random() % 2;
      node += "," + std::to_string(result ? plain + random() % (nodes.size() - plain) : random() % nodes.size());
    }
    if (!operation.rests.empty()) node += operation.rests[random() % operation.rests.size()];
    nodes.push_back(node + "]");
    std::string text;
    for (const std::string& each : nodes) text += (text.empty() ? "[" : ",") + each;
    const uint32_t output = static_cast<uint32_t>(nodes.size()) - 1;
    const auto program = Program::bind(nodes_of(text + "]"), {&output, 1}, schema);
    if (!program.ok()) {
      const Code code = program.status().code();
      if (code != Code::Type && code != Code::Plan && code != Code::Overflow && code != Code::Cast)
        CHECK_EQ(program.status().message(), "fine");
      nodes.pop_back();
    }
  }
  return nodes;
}

std::string joined(const std::vector<std::string>& nodes) {
  std::string text;
  for (const std::string& node : nodes) text += (text.empty() ? "[" : ",") + node;
  return text + "]";
}

// The shown value of a row, or the error's code.
std::string outcome(const Answer& answer, uint32_t row) {
  if (!answer.status().ok()) return code_name(answer.status().code());
  return std::string(type_name(answer.type())) + " " + answer.value(row);
}

TEST("whole vectors, single rows and literals give the same values for random expressions") {
  Random random(77);
  int compared = 0;
  for (int round = 0; round < 600; round++) {
    const Sources sources(random);
    const Table whole = sources.table(0, kRows);
    const auto nodes = random_expression(random, sources, whole.schema());
    const Answer all(whole, joined(nodes));
    for (int sample = 0; sample < 6; sample++) {
      const uint32_t row = static_cast<uint32_t>(random() % kRows);
      const Table single = sources.table(row, 1);
      const std::string by_row = outcome(Answer(single, joined(nodes)), 0);
      if (all.status().ok() && outcome(all, row) != by_row)
        CHECK_EQ(joined(nodes) + " whole: " + outcome(all, row), by_row);
      auto replaced = nodes;
      for (size_t i = 0; i < sources.count(); i++) {
        if (sample == 0 || random() % 2) replaced[i] = sources.literal(i, row);
      }
      const std::string by_literal = outcome(Answer(single, joined(replaced)), 0);
      // Constants that are never looked at may be skipped, and then so are their errors.
      const bool skipped = by_row.starts_with("ERR") && !by_literal.starts_with("ERR");
      if (by_literal != by_row && !skipped) CHECK_EQ(joined(replaced) + " literal: " + by_literal, by_row);
      compared++;
    }
  }
  CHECK(compared > 3000);
}

}  // namespace
}  // namespace millrace::expr::test
