#include "csv/tokenizer.h"

#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "csv/structural_index.h"

namespace millrace::csv {
namespace {

Dialect dialect_of(Dialect::Newline newline = Dialect::Newline::Lf) {
  Dialect dialect;
  dialect.newline = newline;
  return dialect;
}

// Rows as a|b|c, a comment as #..., an unterminated row with a trailing ~; one string a row.
std::vector<std::string> rows_of(std::string_view text, const Dialect& dialect = {}, bool final = true) {
  std::vector<std::string> out;
  Tokenizer tokenizer(text, dialect, final);
  TokenizedRow row;
  while (tokenizer.next(row)) {
    std::string shown = row.comment ? "#" : "";
    for (size_t f = 0; f < row.fields.size(); f++) {
      if (f > 0) shown += '|';
      shown += text.substr(row.fields[f].begin, row.fields[f].end - row.fields[f].begin);
    }
    if (row.unterminated) shown += '~';
    out.push_back(shown);
  }
  return out;
}

using Rows = std::vector<std::string>;

// A random text of the bytes that matter, with well-formed quoted fields among them.
std::string random_text(std::mt19937_64& random) {
  const std::string alphabets[] = {"ab,,\n\n\r\"\"\"#\\", "abcdefgh,\n\"", "abcdefghijklmnop,\n"};
  const std::string& alphabet = alphabets[random() % 3];
  std::string text;
  for (size_t size = random() % (random() % 10 ? 60 : 400); text.size() < size;) {
    if (random() % 6 == 0) {
      text += "\"ab,\n\"\"c\",";
    } else if (random() % 9 == 0) {
      text += "\r\n";
    } else {
      text += alphabet[random() % alphabet.size()];
    }
  }
  return text;
}

Dialect random_dialect(std::mt19937_64& random) {
  Dialect dialect = dialect_of(random() % 2 ? Dialect::Newline::Any : Dialect::Newline::Lf);
  if (random() % 3 == 0) dialect.comment = '#';
  if (random() % 5 == 0) dialect.escape = '\\';
  if (random() % 7 == 0) dialect.quote = dialect.escape = 0;
  return dialect;
}

// The ends of fields and rows as the structural index gives them: of "\r\n" the '\n'; none at the end of the text.
std::vector<uint32_t> ends_of(std::string_view text, const Dialect& dialect) {
  std::vector<uint32_t> ends;
  Tokenizer tokenizer(text, dialect, true);
  TokenizedRow row;
  while (tokenizer.next(row)) {
    for (size_t f = 0; f + 1 < row.fields.size(); f++) ends.push_back(static_cast<uint32_t>(row.fields[f].end));
    if (tokenizer.position() > row.end) ends.push_back(static_cast<uint32_t>(tokenizer.position() - 1));
  }
  return ends;
}

}  // namespace

TEST("rows end with a newline, CRLF, or the end of the text") {
  CHECK_EQ(rows_of(""), Rows{});
  CHECK_EQ(rows_of("\n"), Rows{""});
  CHECK_EQ(rows_of("a,b\n1,2\r\n,\n3"), (Rows{"a|b", "1|2", "|", "3"}));
  CHECK_EQ(rows_of("a,b\n\nc,d\n"), (Rows{"a|b", "", "c|d"}));
}

TEST("a lone carriage return ends a row only when any newline does") {
  CHECK_EQ(rows_of("a\rb\r\nc\r"), (Rows{"a\rb", "c\r"}));
  CHECK_EQ(rows_of("a\rb\r\nc\r", dialect_of(Dialect::Newline::Any)), (Rows{"a", "b", "c"}));
  CHECK_EQ(rows_of("a\r\rb", dialect_of(Dialect::Newline::Any)), (Rows{"a", "", "b"}));
}

TEST("delimiters and newlines within quotes belong to the field") {
  CHECK_EQ(rows_of("\"a,b\",\"c\nd\"\n\"e\r\nf\",\"g\rh\"\n"), (Rows{"\"a,b\"|\"c\nd\"", "\"e\r\nf\"|\"g\rh\""}));
  CHECK_EQ(rows_of("\"a\"\"b,\",c\n"), Rows{"\"a\"\"b,\"|c"});
  CHECK_EQ(rows_of("\"\",\"\"\"\"\n"), Rows{"\"\"|\"\"\"\""});
  CHECK_EQ(rows_of("\"a\"\r\n\"b\"\r\n"), (Rows{"\"a\"", "\"b\""}));
}

TEST("a quote opens only as the first byte of a field") {
  CHECK_EQ(rows_of("a\"b,c\"\nd"), (Rows{"a\"b|c\"", "d"}));
  CHECK_EQ(rows_of(" \"a,b\"\n"), Rows{" \"a|b\""});
}

TEST("what follows a closing quote stays in the field up to the delimiter, and quotes in it mean nothing") {
  CHECK_EQ(rows_of("\"a\"b,c\n"), Rows{"\"a\"b|c"});
  CHECK_EQ(rows_of("\"a\"b\"c,d\"\ne"), (Rows{"\"a\"b\"c|d\"", "e"}));
}

TEST("a text that ends within quotes is one unterminated row") {
  CHECK_EQ(rows_of("a,\"b\nc,d\n"), Rows{"a|\"b\nc,d\n~"});
  CHECK_EQ(rows_of("a\n\""), (Rows{"a", "\"~"}));
}

TEST("an escape makes the next byte literal within quotes, and only there") {
  Dialect dialect;
  dialect.escape = '\\';
  CHECK_EQ(rows_of("\"a\\\",b\",c\n", dialect), Rows{"\"a\\\",b\"|c"});
  CHECK_EQ(rows_of("\"a\\\\\",c\n", dialect), Rows{"\"a\\\\\"|c"});
  CHECK_EQ(rows_of("a\\,c\n", dialect), Rows{"a\\|c"});
  CHECK_EQ(rows_of("\"a\"\"b,c\n", dialect), Rows{"\"a\"\"b|c"});
  CHECK_EQ(rows_of("\"a\\", dialect), Rows{"\"a\\~"});
}

TEST("a comment goes to the end of its line whatever it holds, and begins only at the start of a row") {
  Dialect dialect;
  dialect.comment = '#';
  CHECK_EQ(rows_of("#a,\"b\n1,2\n#\r\n3,#4\n#end", dialect), (Rows{"##a,\"b", "1|2", "##", "3|#4", "##end"}));
}

TEST("without a quote character quotes are bytes like others") {
  Dialect dialect;
  dialect.quote = dialect.escape = 0;
  CHECK_EQ(rows_of(std::string_view("\"a,b\"\n\0,x\n", 10), dialect), (Rows{"\"a|b\"", std::string("\0|x", 3)}));
}

TEST("cut at any byte and resumed with the rest, a text gives the same rows") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2'000; i++) {
    const std::string text = random_text(random);
    const Dialect dialect = random_dialect(random);
    const Rows whole = rows_of(text, dialect);
    for (size_t cut = 0; cut <= text.size(); cut++) {
      const std::string_view first(text.data(), cut);
      Rows rows = rows_of(first, dialect, false);
      Tokenizer tokenizer(first, dialect, false);
      TokenizedRow row;
      while (tokenizer.next(row)) {
      }
      for (std::string& later : rows_of(std::string_view(text).substr(tokenizer.position()), dialect)) {
        rows.push_back(std::move(later));
      }
      if (rows != whole) CHECK_EQ(rows, whole);
    }
  }
}

TEST("the structural index finds the ends that the tokenizer finds, in pieces of any size") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 50'000; i++) {
    const std::string text = random_text(random);
    const Dialect dialect = random_dialect(random);
    const std::string padded = text + std::string(128, 'x');
    std::vector<uint32_t> ends(text.size() + 256);
    StructuralIndex index(dialect);
    index.start_row();
    size_t at = 0;
    size_t count = 0;
    while (at < text.size()) {
      const size_t end = random() % 3 ? text.size() : at + 1 + random() % (text.size() - at);
      const simd::IndexProgress done =
          index.index(padded.data(), at, end, false, end == text.size(), ends.data() + count);
      count += done.positions;
      at = done.end;
    }
    ends.resize(count);
    if (ends != ends_of(text, dialect)) CHECK_EQ(ends, ends_of(text, dialect));
  }
}

}  // namespace millrace::csv
