#include "check.h"
#include "expr_fixture.h"

namespace millrace::expr::test {
namespace {

// Pieces that cover ASCII, two- to four-byte characters, blanks of all kinds, and case pairs.
std::string random_text(Random& random) {
  static const char* const kParts[] = {"a",         "B",           "z9",           "hello world",      " ",
                                       "\t",        "\n",          "\xC2\xA0",     "\xE3\x80\x80",     "\xC3\xA9",
                                       "\xC3\x89",  "\xC3\x9F",    "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xC4\xB0",
                                       "abcabcabd", "\xEF\xBB\xBF"};
  std::string out;
  for (uint64_t n = random() % 6; n > 0; n--) out += kParts[random() % std::size(kParts)];
  return out;
}

std::string joined(const std::vector<std::string>& parts, size_t from, size_t to) {
  std::string out;
  for (size_t i = from; i < to; i++) out += parts[i];
  return out;
}

std::string naive_slice(const std::string& text, int64_t start, std::optional<int64_t> length) {
  const auto parts = characters(text);
  const auto count = static_cast<int64_t>(parts.size());
  const int64_t from = start < 0 ? std::max<int64_t>(0, count + start) : std::min(start, count);
  const int64_t to = length ? std::min(count, from + *length) : count;
  return joined(parts, static_cast<size_t>(from), static_cast<size_t>(to));
}

bool is_blank(const std::string& character) {
  for (const char* blank : {" ", "\t", "\n", "\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"}) {
    if (character == blank) return true;
  }
  return false;
}

std::string naive_trim(const std::string& text, bool start, bool end) {
  const auto parts = characters(text);
  size_t from = 0, to = parts.size();
  while (start && from < to && is_blank(parts[from])) from++;
  while (end && to > from && is_blank(parts[to - 1])) to--;
  return joined(parts, from, to);
}

Json one(const std::string& op, const std::string& rest = "") {
  return nodes_of("[['col','a'],['" + op + "',0" + rest + "]]");
}

template <class F>
int wrong_texts(const Answer& answer, const Cells<std::string>& a, F expected) {
  int wrong = !answer.status().ok();
  for (uint32_t i = 0; i < a.size() && !wrong; i++) {
    wrong += answer.text(i) != (a[i] ? std::optional<std::string>(expected(*a[i])) : std::nullopt);
  }
  return wrong;
}

template <class T, class F>
int wrong_values(const Answer& answer, const Cells<std::string>& a, F expected) {
  int wrong = !answer.status().ok();
  for (uint32_t i = 0; i < a.size() && !wrong; i++) {
    wrong += answer.get<T>(i) != (a[i] ? std::optional<T>(expected(*a[i])) : std::nullopt);
  }
  return wrong;
}

TEST("searching, measuring, trimming and slicing agree with naive code on code points") {
  Random random(31);
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<std::string>(random, rows, rows % 2 == 0, [&] { return random_text(random); });
    Table table;
    table.add("a", a);
    for (const std::string needle :
         {"", "a", "abd", "\xC3\xA9", "hello world", "longer than every text could possibly be, surely"}) {
      const std::string rest = ",'" + needle + "'";
      CHECK_EQ(wrong_values<uint8_t>(Answer(table, one("contains", rest)), a,
                                     [&](const std::string& s) { return s.find(needle) != std::string::npos; }),
               0);
      CHECK_EQ(wrong_values<uint8_t>(Answer(table, one("startsWith", rest)), a,
                                     [&](const std::string& s) { return s.starts_with(needle); }),
               0);
      CHECK_EQ(wrong_values<uint8_t>(Answer(table, one("endsWith", rest)), a,
                                     [&](const std::string& s) { return s.ends_with(needle); }),
               0);
    }
    CHECK_EQ(wrong_values<int64_t>(Answer(table, one("byteLength")), a,
                                   [](const std::string& s) { return static_cast<int64_t>(s.size()); }),
             0);
    CHECK_EQ(wrong_values<int64_t>(Answer(table, one("length")), a,
                                   [](const std::string& s) { return static_cast<int64_t>(characters(s).size()); }),
             0);
    CHECK_EQ(wrong_texts(Answer(table, one("trim")), a, [](const std::string& s) { return naive_trim(s, true, true); }),
             0);
    CHECK_EQ(wrong_texts(Answer(table, one("trimStart")), a,
                         [](const std::string& s) { return naive_trim(s, true, false); }),
             0);
    CHECK_EQ(
        wrong_texts(Answer(table, one("trimEnd")), a, [](const std::string& s) { return naive_trim(s, false, true); }),
        0);
    for (const int64_t start : {0, 1, 5, 9, 100, -1, -3, -100}) {
      CHECK_EQ(wrong_texts(Answer(table, one("slice", "," + std::to_string(start) + ",null")), a,
                           [&](const std::string& s) { return naive_slice(s, start, {}); }),
               0);
      for (const int64_t length : {0, 1, 4, 12, 1000}) {
        const std::string rest = "," + std::to_string(start) + "," + std::to_string(length);
        CHECK_EQ(wrong_texts(Answer(table, one("slice", rest)), a,
                             [&](const std::string& s) { return naive_slice(s, start, length); }),
                 0);
      }
    }
  }
}

TEST("concat joins columns and literals, and is null where any part is") {
  Random random(32);
  for (const uint32_t rows : kRowCounts) {
    const auto make = [&] { return random_text(random); };
    const auto a = random_cells<std::string>(random, rows, true, make),
               b = random_cells<std::string>(random, rows, true, make);
    Table table;
    table.add("a", a).add("b", b, TypeId::Dict);
    const Answer answer(table, "[['col','a'],['col','b'],['lit','utf8','-'],['concat',0,2,1,2,0]]");
    int wrong = 0;
    for (uint32_t i = 0; i < rows; i++) {
      wrong += answer.text(i) !=
               (a[i] && b[i] ? std::optional<std::string>(*a[i] + "-" + *b[i] + "-" + *a[i]) : std::nullopt);
    }
    CHECK_EQ(wrong, 0);
  }
}

TEST("case follows Unicode's simple mappings: one character stays one character") {
  Table table;
  table.add("a", {"Hello, World 09[`{@", "\xC3\x89t\xC3\xA9 \xC3\x9F",
                  "\xCE\xA3\xCE\xAF\xCF\x83\xCF\x85\xCF\x86\xCE\xBF\xCF\x82",
                  "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82", "\xF0\x90\x90\x80\xF0\x90\x90\xA8", std::nullopt,
                  "\xE1\xBE\x80", "\xC9\x90", ""});
  // Title-case letters for Greek with iota subscript, and a sharp s and a final sigma that stay as they are.
  CHECK_EQ(show(table, "[['col','a'],['toUpper',0]]"),
           "utf8 ['HELLO, WORLD 09[`{@', '\xC3\x89T\xC3\x89 \xC3\x9F', "
           "'\xCE\xA3\xCE\x8A\xCE\xA3\xCE\xA5\xCE\xA6\xCE\x9F\xCE\xA3', "
           "'\xD0\x9F\xD0\xA0\xD0\x98\xD0\x92\xD0\x95\xD0\xA2', '\xF0\x90\x90\x80\xF0\x90\x90\x80', null, "
           "'\xE1\xBE\x88', '\xE2\xB1\xAF', '']");
  CHECK_EQ(show(table, "[['col','a'],['toLower',0]]"),
           "utf8 ['hello, world 09[`{@', '\xC3\xA9t\xC3\xA9 \xC3\x9F', "
           "'\xCF\x83\xCE\xAF\xCF\x83\xCF\x85\xCF\x86\xCE\xBF\xCF\x82', "
           "'\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82', '\xF0\x90\x90\xA8\xF0\x90\x90\xA8', null, "
           "'\xE1\xBE\x80', '\xC9\x90', '']");
}

TEST("alphabets in which capital and small letters alternate map in pairs") {
  Table table;
  table.add("a", {"\xC4\x80\xC4\x81\xC4\x82\xC4\x83", "\xC4\xB9\xC4\xBA\xC4\xBB\xC4\xBC", "\xC4\xB8"});
  CHECK_EQ(show(table, "[['col','a'],['toUpper',0]]"),
           "utf8 ['\xC4\x80\xC4\x80\xC4\x82\xC4\x82', '\xC4\xB9\xC4\xB9\xC4\xBB\xC4\xBB', '\xC4\xB8']");
  CHECK_EQ(show(table, "[['col','a'],['toLower',0]]"),
           "utf8 ['\xC4\x81\xC4\x81\xC4\x83\xC4\x83', '\xC4\xBA\xC4\xBA\xC4\xBC\xC4\xBC', '\xC4\xB8']");
}

TEST("case mapping is right in long vectors of mixed rows") {
  Random random(33);
  const auto ascii = [](std::string text, bool upper) {
    for (char& c : text) {
      if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return text;
  };
  const auto mapped = [&](const std::string& text, bool upper) {
    std::string out;
    for (const std::string& character : characters(text)) {
      if (character == "\xC3\xA9" || character == "\xC3\x89")
        out += upper ? "\xC3\x89" : "\xC3\xA9";
      else if (character == "\xC4\xB0")
        out += upper ? character : "i";
      else
        out += ascii(character, upper);
    }
    return out;
  };
  for (const uint32_t rows : kRowCounts) {
    const auto a = random_cells<std::string>(random, rows, true, [&] { return random_text(random); });
    Table table;
    table.add("a", a);
    CHECK_EQ(wrong_texts(Answer(table, one("toUpper")), a, [&](const std::string& s) { return mapped(s, true); }), 0);
    CHECK_EQ(wrong_texts(Answer(table, one("toLower")), a, [&](const std::string& s) { return mapped(s, false); }), 0);
  }
}

TEST("bytes that are not UTF-8 pass through unharmed") {
  Table table;
  table.add("a", {"\xFF\xC3", "A\x80\x80\x80\x80\x80", "\xF0\x9F\x98", "\xC3\xA9\xE2\x82"});
  CHECK_EQ(show(table, "[['col','a'],['toLower',0]]"),
           "utf8 ['\xFF\xC3', 'a\x80\x80\x80\x80\x80', '\xF0\x9F\x98', '\xC3\xA9\xE2\x82']");
  CHECK_EQ(show(table, "[['col','a'],['trim',0],['byteLength',1]]"), "int64 [2, 6, 3, 4]");
  CHECK(Answer(table, "[['col','a'],['slice',0,-2,1]]").status().ok());
}

TEST("string results can be searched, sliced and compared further") {
  Table table;
  table.add("a", {"  Abc ", "xyz", std::nullopt});
  CHECK_EQ(show(table,
                "[['col','a'],['trim',0],['toUpper',1],['lit','utf8','!'],['concat',2,3],['slice',4,1,2],['lit','utf8',"
                "'BC'],['eq',5,6]]"),
           "bool [true, false, null]");
  CHECK_EQ(show(table, "[['lit','utf8',' lit '],['trim',0],['length',1]]"), "int64 [3, 3, 3]");
}

TEST("string operations take strings only") {
  Table table;
  table.add<int64_t>("n", TypeId::Int64, {1});
  CHECK_EQ(show(table, "[['col','n'],['toLower',0]]"), "ERR_TYPE toLower cannot take int64");
  CHECK_EQ(show(table, "[['col','n'],['contains',0,'x']]"), "ERR_TYPE contains cannot take int64");
  CHECK_EQ(show(table, "[['lit','null'],['concat',0,0]]"), "ERR_TYPE concat cannot take null");
}

}  // namespace
}  // namespace millrace::expr::test
