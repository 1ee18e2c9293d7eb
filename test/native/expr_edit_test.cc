#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

std::string random_text(Random& random) {
  static const char* const kParts[] = {"a", "b", "ab", "aa", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", ","};
  std::string out;
  for (uint64_t n = random() % 9; n > 0; n--) out += kParts[random() % std::size(kParts)];
  return out;
}

std::vector<std::string> pieces(const std::string& text, const std::string& separator) {
  std::vector<std::string> out;
  size_t from = 0;
  for (size_t at; (at = text.find(separator, from)) != std::string::npos; from = at + separator.size()) {
    out.push_back(text.substr(from, at - from));
  }
  out.push_back(text.substr(from));
  return out;
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); i++) out += (i ? separator : "") + parts[i];
  return out;
}

int64_t naive_distance(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<int64_t>> table(a.size() + 1, std::vector<int64_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); i++) {
    for (size_t j = 0; j <= b.size(); j++) {
      if (i == 0 || j == 0)
        table[i][j] = static_cast<int64_t>(i + j);
      else
        table[i][j] =
            std::min({table[i - 1][j - 1] + (a[i - 1] != b[j - 1]), table[i - 1][j] + 1, table[i][j - 1] + 1});
    }
  }
  return table[a.size()][b.size()];
}

Json one(const std::string& op, const std::string& rest = "") {
  return nodes_of("[['col','a'],['" + op + "',0" + rest + "]]");
}

using Text = std::optional<std::string>;

template <class F>
int wrong_texts(const Table& table, const Json& nodes, const Cells<std::string>& a, F expected) {
  const Answer answer(table, nodes);
  int wrong = !answer.status().ok();
  for (uint32_t i = 0; i < a.size() && !wrong; i++) wrong += answer.text(i) != (a[i] ? Text(expected(*a[i])) : Text());
  return wrong;
}

TEST("replacing, splitting, counting and finding agree with naive code") {
  Random random(51);
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<std::string>(random, rows, rows % 2 == 0, [&] { return random_text(random); });
    Table table;
    table.add("a", a);
    for (const std::string needle : {"a", "aa", ",", "\xF0\x9F\x98\x80", "longer than all of them, by far"}) {
      for (const std::string with : {"", "b", "\xE2\x82\xAC and more"}) {
        const std::string rest = ",'" + needle + "','" + with + "'";
        CHECK_EQ(wrong_texts(table, one("replaceAll", rest), a,
                             [&](const std::string& s) { return joined(pieces(s, needle), with); }),
                 0);
        CHECK_EQ(wrong_texts(table, one("replace", rest), a,
                             [&](std::string s) {
                               const size_t at = s.find(needle);
                               return at == std::string::npos ? s : s.replace(at, needle.size(), with);
                             }),
                 0);
      }
      int wrong = 0;
      const Answer count(table, one("countText", ",'" + needle + "'")), find(table, one("find", ",'" + needle + "'"));
      for (uint32_t i = 0; i < rows; i++) {
        if (!a[i]) {
          wrong += count.get<int64_t>(i).has_value() || find.get<int64_t>(i).has_value();
          continue;
        }
        const size_t at = a[i]->find(needle);
        wrong += count.get<int64_t>(i) != static_cast<int64_t>(pieces(*a[i], needle).size()) - 1;
        wrong += find.get<int64_t>(i) != (at == std::string::npos
                                              ? std::optional<int64_t>()
                                              : static_cast<int64_t>(characters(a[i]->substr(0, at)).size()));
      }
      for (const int64_t index : {0, 1, 4, -1, -2, -50}) {
        const Answer split(table, one("split", ",'" + needle + "'," + std::to_string(index)));
        CHECK(split.status().ok() && split.nullable());
        for (uint32_t i = 0; i < rows; i++) {
          Text expected;
          if (a[i]) {
            const auto all = pieces(*a[i], needle);
            const int64_t at = index < 0 ? static_cast<int64_t>(all.size()) + index : index;
            if (at >= 0 && at < static_cast<int64_t>(all.size())) expected = all[static_cast<size_t>(at)];
          }
          wrong += split.text(i) != expected;
        }
      }
      CHECK_EQ(wrong, 0);
    }
  }
}

TEST("padding, reversing, repeating and trimming characters count code points") {
  Random random(52);
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<std::string>(random, rows, rows % 2 == 0, [&] { return random_text(random); });
    Table table;
    table.add("a", a);
    const std::string fill = "x\xC3\xA9\xF0\x9F\x98\x80";
    for (const size_t width : {0, 1, 7, 40}) {
      const auto filling = [&](const std::string& s) {
        std::string out;
        const auto fills = characters(fill);
        for (size_t i = 0, had = characters(s).size(); had + i < width; i++) out += fills[i % fills.size()];
        return out;
      };
      const std::string rest = "," + std::to_string(width) + ",'" + fill + "'";
      CHECK_EQ(wrong_texts(table, one("padStart", rest), a, [&](const std::string& s) { return filling(s) + s; }), 0);
      CHECK_EQ(wrong_texts(table, one("padEnd", rest), a, [&](const std::string& s) { return s + filling(s); }), 0);
    }
    CHECK_EQ(wrong_texts(table, one("reverse"), a,
                         [](const std::string& s) {
                           auto all = characters(s);
                           std::reverse(all.begin(), all.end());
                           return joined(all, "");
                         }),
             0);
    CHECK_EQ(wrong_texts(table, one("repeat", ",3"), a, [](const std::string& s) { return s + s + s; }), 0);
    CHECK_EQ(wrong_texts(table, one("repeat", ",0"), a, [](const std::string&) { return std::string(); }), 0);
    const auto trimmed = [](const std::string& s, bool start, bool end) {
      auto all = characters(s);
      const auto has = [](const std::string& c) { return c == "a" || c == "\xC3\xA9" || c == "\xF0\x9F\x98\x80"; };
      while (start && !all.empty() && has(all.front())) all.erase(all.begin());
      while (end && !all.empty() && has(all.back())) all.pop_back();
      return joined(all, "");
    };
    const std::string set = ",'a\xC3\xA9\xF0\x9F\x98\x80'";
    CHECK_EQ(wrong_texts(table, one("trim", set), a, [&](const std::string& s) { return trimmed(s, true, true); }), 0);
    CHECK_EQ(
        wrong_texts(table, one("trimStart", set), a, [&](const std::string& s) { return trimmed(s, true, false); }), 0);
    CHECK_EQ(wrong_texts(table, one("trimEnd", set), a, [&](const std::string& s) { return trimmed(s, false, true); }),
             0);
  }
}

TEST("distances agree with the whole table, for short texts and for long ones") {
  Random random(53);
  const auto longer = [&] {
    std::string out;
    for (uint64_t n = random() % 25; n > 0; n--) out += random_text(random);
    return out;
  };
  const auto a = random_cells<std::string>(random, 300, true, longer),
             b = random_cells<std::string>(random, 300, true, longer);
  Table table;
  table.add("a", a).add("b", b);
  const Answer answer(table, "[['col','a'],['col','b'],['levenshtein',0,1]]");
  const Answer literal(table, "[['col','a'],['lit','utf8','aab,a'],['levenshtein',0,1]]");
  int wrong = !answer.status().ok();
  for (uint32_t i = 0; i < a.size() && !wrong; i++) {
    const auto expected =
        a[i] && b[i] ? std::optional(naive_distance(characters(*a[i]), characters(*b[i]))) : std::nullopt;
    wrong += answer.get<int64_t>(i) != expected;
    if (a[i]) wrong += literal.get<int64_t>(i) != naive_distance(characters(*a[i]), characters("aab,a"));
  }
  CHECK_EQ(wrong, 0);
  CHECK_EQ(show(table,
                "[['lit','utf8','kitten'],['lit','utf8','sitting'],['levenshtein',0,1],['lit','int64',3],['eq',2,3],"
                "['not',4],['not',5],['col','a'],['isNull',7],['and',6,8],['or',6,9]]")
               .substr(0, 12),
           "bool [true, ");
}

TEST("texts that are there are joined, and the others left out with their separators") {
  Table table;
  table.add("a", {"x", std::nullopt, "", std::nullopt}).add("b", {"y", "z", std::nullopt, std::nullopt});
  CHECK_EQ(show(table, "[['col','a'],['col','b'],['lit','utf8','!'],['concatPresent',0,1,2,'-']]"),
           "utf8 ['x-y-!', 'z-!', '-!', '!']");
  CHECK_EQ(show(table, "[['col','a'],['lit','null'],['concatPresent',0,1,'-']]"), "utf8 ['x', '', '', '']");
}

TEST("hashes are those of XXH64") {
  Table table;
  table.add("a", {"", "a", "abc", "Nobody inspects the spammish repetition", std::nullopt});
  table.add<int64_t>("n", TypeId::Int64, {5, 5, 5, 5, 5})
      .add("m", {std::string("\x05\0\0\0\0\0\0\0", 8), "", "", "", ""});
  const Answer answer(table, one("hash", ",0"));
  const uint64_t expected[] = {0xEF46DB3751D8E999, 0xD24EC4F1A98C6E5B, 0x44BC2CF5AD770999, 0xFBCEA83C8A378BF1};
  for (uint32_t i = 0; i < 4; i++) CHECK(answer.get<uint64_t>(i) == expected[i]);
  CHECK(!answer.get<uint64_t>(4));
  CHECK(Answer(table, "[['col','n'],['hash',0,7]]").get<uint64_t>(0) ==
        Answer(table, "[['col','m'],['hash',0,7]]").get<uint64_t>(0));
}

TEST("texts that are no number are null where that is asked for") {
  Table table;
  table.add("a", {"1", "x", "", std::nullopt, "-7"});
  CHECK_EQ(show(table, "[['col','a'],['parseNumber',0,'int64']]"), "int64 [1, null, null, null, -7]");
  CHECK_EQ(show(table, "[['col','a'],['parseNumber',0,'float64']]"), "float64 [1, null, null, null, -7]");
}

TEST("bytes that are not UTF-8 pass through, and wrong plans are errors") {
  Table table;
  table.add("a", {"\xFF\xC3", "A\x80\x80\x80", "\xF0\x9F\x98"});
  for (const char* op : {"reverse", "levenshtein", "trim"}) {
    const std::string rest = std::string(op) == "levenshtein" ? ",0" : "";
    CHECK(Answer(table, one(op, rest)).status().ok());
  }
  CHECK_EQ(show(table, "[['col','a'],['reverse',0],['byteLength',1]]"), "int64 [2, 4, 3]");
  for (const char* rest : {"['replace',0,'','x']", "['split',0,',',0.5]", "['padStart',0,-1,'x']", "['repeat',0,-1]",
                           "['trim',0,'']", "['countText',0,'']", "['hash',0]", "['parseNumber',0,'date']"}) {
    const std::string error = show(table, std::string("[['col','a'],") + rest + "]");
    CHECK_EQ(error.substr(0, 8), "ERR_PLAN");
  }
}

}  // namespace
}  // namespace millrace::expr::test
