#include "csv/sniff.h"

#include <string>
#include <vector>

#include "check.h"

namespace millrace::csv {
namespace {

Sniffed sniffed(std::string_view text, const SniffOptions& options = {}, std::vector<std::string_view> windows = {}) {
  Result<Sniffed> result = sniff({text, windows.empty(), std::move(windows)}, options);
  CHECK(result.ok());
  if (!result.ok()) return {};
  return result.take();
}

Status error_of(std::string_view text, const SniffOptions& options = {}, bool all = true) {
  Result<Sniffed> result = sniff({text, all, {}}, options);
  CHECK(!result.ok());
  return result.ok() ? Status() : result.take_status();
}

// "a:int64 b:utf8"
std::string columns_of(const Sniffed& from) {
  std::string out;
  for (const Field& field : from.columns) {
    out += (out.empty() ? "" : " ") + field.name + ":" + type_name(field.type);
  }
  return out;
}

std::string columns_of(std::string_view text, const SniffOptions& options = {}) {
  return columns_of(sniffed(text, options));
}

std::string type_of(const std::vector<std::string>& values, const SniffOptions& options = {}) {
  std::string text = "x,other\n";
  for (const std::string& value : values) text += value + ",1\n";
  return type_name(sniffed(text, options).columns[0].type);
}

char delimiter_of(std::string_view text) { return sniffed(text).dialect.delimiter; }

}  // namespace

TEST("the delimiter is the one that divides all rows alike") {
  CHECK_EQ(delimiter_of("a,b\n1,2\n"), ',');
  CHECK_EQ(delimiter_of("a;b\n1;2\n"), ';');
  CHECK_EQ(delimiter_of("a\tb\n1\t2\n"), '\t');
  CHECK_EQ(delimiter_of("a|b\n1|2\n"), '|');
  CHECK_EQ(delimiter_of("name;price\nx, y;1\nz;2\nu, v, w;3\n"), ';');
  CHECK_EQ(delimiter_of("name,tags\nx,a;b\ny,c;d;e\n"), ',');
  CHECK_EQ(delimiter_of("a\tb\nx, y\tz\nu\tv, w\n"), '\t');
  CHECK_EQ(delimiter_of("a,b,c\n1,\"x;y;z\",2\n3,\"u;v;w\",4\n"), ',');
}

TEST("decimal commas do not make a comma the delimiter") {
  CHECK_EQ(delimiter_of("a;b\n1,5;2,5\n3,5;4,5\n"), ';');
  CHECK_EQ(delimiter_of("1,5;2,5;3,5;4,5;5,5\n3,5;4,5;1,5;2,5;3,5\n"), ';');
  CHECK_EQ(delimiter_of("a\tb\n1,5\t2,5\n"), '\t');
}

TEST("a single column of texts is divided by a comma, that is, not at all") {
  CHECK_EQ(columns_of("name\nalice\nbob\n"), "name:utf8");
  CHECK_EQ(columns_of("n\n1\n2\n"), "n:int64");
  CHECK_EQ(delimiter_of("comment\nhello\nfoo; bar\nbaz\n"), ',');
  CHECK_EQ(columns_of("a"), "a:utf8");
}

TEST("ragged rows do not hide the delimiter") {
  CHECK_EQ(delimiter_of("a;b;c\n1;2;3\n1;2\n4;5;6\n7;8;9\n1;2;3;4\n1;2;3\n4;5;6\n"), ';');
}

TEST("the quote is a double quote unless only apostrophes wrap fields") {
  CHECK_EQ(sniffed("a,b\n'x, y',1\n'z',2\n").dialect.quote, '\'');
  CHECK_EQ(sniffed("a,b\n'x, y',1\n'z',2\n").dialect.delimiter, ',');
  CHECK_EQ(sniffed("a,b\n\"x\",1\n'z',2\n'u',3\n").dialect.quote, '"');
  CHECK_EQ(sniffed("a,b\n'tis,1\n'twas,2\n'so',3\n'no',4\n").dialect.quote, '"');
  CHECK_EQ(sniffed("a,b\nx,1\n").dialect.quote, '"');
}

TEST("the newline is LF with or without returns, and any once a lone return ends a row") {
  CHECK(sniffed("a,b\n1,2\n").dialect.newline == Dialect::Newline::Lf);
  CHECK(sniffed("a,b\r\n1,2\r\n").dialect.newline == Dialect::Newline::Lf);
  CHECK(sniffed("a,b\r1,2\r3,4").dialect.newline == Dialect::Newline::Any);
  CHECK(sniffed("a,b\n1,2\r3,4\n").dialect.newline == Dialect::Newline::Any);
  CHECK(sniffed("a,b\n\"x\ry\",2\n").dialect.newline == Dialect::Newline::Lf);
  CHECK(sniffed("a,b").dialect.newline == Dialect::Newline::Lf);
  CHECK_EQ(columns_of("a,b\r1,2\r3,4"), "a:int64 b:int64");
}

TEST("what the user says is not guessed") {
  SniffOptions options;
  options.delimiter = ';';
  options.quote = '\0';
  options.escape = '\\';
  options.header = false;
  options.comment = '#';
  options.skip_rows = 1;
  options.encoding = Dialect::Encoding::Latin1;
  const Sniffed out = sniffed("junk\n#c\na,\"b\n1,2\n", options);
  CHECK_EQ(columns_of(out), "column_1:utf8");
  CHECK_EQ(out.dialect.delimiter, ';');
  CHECK_EQ(out.dialect.quote, '\0');
  CHECK_EQ(out.dialect.escape, '\\');
  CHECK_EQ(out.dialect.comment, '#');
  CHECK_EQ(out.dialect.skip_rows, 1);
  CHECK(!out.dialect.header);
  CHECK(out.dialect.encoding == Dialect::Encoding::Latin1);
  CHECK_EQ(out.sample_rows, 2);
}

TEST("integers, decimals, booleans, dates, timestamps and texts are told apart") {
  CHECK_EQ(type_of({"1", "-2", "+3"}), "int64");
  CHECK_EQ(type_of({"1", "2.5"}), "float64");
  CHECK_EQ(type_of({"1e3", "NaN", "inf"}), "float64");
  CHECK_EQ(type_of({"true", "False"}), "bool");
  CHECK_EQ(type_of({"2020-01-31", "1969-12-31"}), "date");
  CHECK_EQ(type_of({"2020-01-31T10:00", "2020-01-31 10:00:00.5Z"}), "timestamp[us]");
  CHECK_EQ(type_of({"2020-01-31", "2020-01-31T10:00:00"}), "timestamp[us]");
  CHECK_EQ(type_of({"x", "1"}), "utf8");
  CHECK_EQ(type_of({"1", "true"}), "utf8");
  CHECK_EQ(type_of({"1", "2020-01-31"}), "utf8");
  CHECK_EQ(type_of({"2020-02-30", "2020-01-01"}), "utf8");
  CHECK_EQ(type_of({"01/02/2020"}), "utf8");
  CHECK_EQ(type_of({"yes", "no"}), "utf8");
  CHECK_EQ(type_of({"1,000"}), "utf8");
}

TEST("integers past int64 are float64, integers with leading zeros texts") {
  CHECK_EQ(type_of({"1", "9223372036854775807"}), "int64");
  CHECK_EQ(type_of({"1", "9223372036854775808"}), "float64");
  CHECK_EQ(type_of({"00123", "90210"}), "utf8");
  CHECK_EQ(type_of({"-01"}), "utf8");
  CHECK_EQ(type_of({"0123", "1.5"}), "utf8");
  CHECK_EQ(type_of({"0", "-0", "10"}), "int64");
  CHECK_EQ(type_of({"0.5", "00.5"}), "float64");
}

TEST("nulls do not decide a type, and a column without values is text") {
  CHECK_EQ(type_of({"", "1", ""}), "int64");
  CHECK_EQ(type_of({"\"\"", "1"}), "int64");
  CHECK_EQ(type_of({"", ""}), "utf8");
  SniffOptions options;
  options.null_values = {"NA", "-"};
  CHECK_EQ(type_of({"NA", "1.5", "-"}, options), "float64");
  CHECK_EQ(type_of({"NA", "1.5", ""}, options), "utf8");
}

TEST("quoted and padded values count as what they hold") {
  CHECK_EQ(type_of({"\"1\"", "2"}), "int64");
  CHECK_EQ(type_of({" 1", "2 "}), "int64");
  CHECK_EQ(type_of({"\"2020-01-01\""}), "date");
  CHECK_EQ(type_of({"\"1\"\"\"", "2"}), "utf8");
  CHECK_EQ(type_of({"\"1\"2", "2"}), "utf8");
}

TEST("infer false reads every column as text, dates utf8 only dates") {
  SniffOptions options;
  options.infer = false;
  CHECK_EQ(columns_of("a,b\n1,2020-01-01\n", options), "a:utf8 b:utf8");
  options.infer = true;
  options.dates = false;
  CHECK_EQ(columns_of("a,b,c\n1,2020-01-01,2020-01-01T00:00\n", options), "a:int64 b:utf8 c:utf8");
}

TEST("a header is texts over columns that are not") {
  CHECK(sniffed("a,b\n1,x\n2,y\n").dialect.header);
  CHECK(!sniffed("1,x\n2,y\n").dialect.header);
  CHECK(!sniffed("1,2\n3,4\n").dialect.header);
  CHECK(!sniffed("2020-01-01,5\n2020-01-02,6\n").dialect.header);
  CHECK(sniffed("name,city\nalice,rome\n").dialect.header);
  CHECK(sniffed("name,city\n").dialect.header);
  CHECK(!sniffed("1,2\n").dialect.header);
  CHECK(!sniffed("alice,1\nbob,2\n").dialect.header);
  CHECK(sniffed(",name\n0,alice\n1,bob\n").dialect.header);
  CHECK(sniffed("country,1960,1961,1962\nA,1.5,2,3\nB,1,2,4\n").dialect.header);
  CHECK(!sniffed("alice,170,55,30\nbob,180,70,41\n").dialect.header);
  CHECK(sniffed("id,2x,when\n1,2,2020-01-01\n").dialect.header);
}

TEST("a file without header names its columns by position") {
  const Sniffed out = sniffed("1,x\n2,y\n");
  CHECK_EQ(columns_of(out), "column_1:int64 column_2:utf8");
  CHECK_EQ(out.renamed.size(), 0);
  CHECK_EQ(out.sample_rows, 2);
}

TEST("duplicate and empty names are renamed without colliding with any other") {
  const Sniffed out = sniffed("a,a,,a_1,a,column_3\n1,2,3,4,5,6\n");
  CHECK_EQ(columns_of(out), "a:int64 a_2:int64 column_3_1:int64 a_1:int64 a_3:int64 column_3:int64");
  CHECK_EQ(out.renamed.size(), 3);
  CHECK_EQ(out.renamed[0].from, "a");
  CHECK_EQ(out.renamed[0].to, "a_2");
  CHECK_EQ(out.renamed[1].from, "");
  CHECK_EQ(out.renamed[1].to, "column_3_1");
  CHECK_EQ(columns_of("a,a,\n1,2,3\n"), "a:int64 a_1:int64 column_3:int64");
}

TEST("names are data, blanks and quotes and all") {
  CHECK_EQ(columns_of("__proto__,constructor, then ,\"x \"\"y\"\"\",Ünï\n1,2,3,4,5\n"),
           "__proto__:int64 constructor:int64  then :int64 x \"y\":int64 Ünï:int64");
}

TEST("a byte order mark, skipped lines, comments and blank lines stand before the header") {
  CHECK_EQ(columns_of("\xef\xbb\xbf"
                      "a,b\n1,2\n"),
           "a:int64 b:int64");
  SniffOptions options;
  options.skip_rows = 2;
  options.comment = '#';
  CHECK_EQ(columns_of("\xef\xbb\xbf"
                      "Report of \"x\nnothing\r\n\n# note, with \"commas\"\n\r\na;b\n1;2\n#3\n\n4;5\n",
                      options),
           "a:int64 b:int64");
}

TEST("lines are skipped in files of lone returns, too") {
  SniffOptions options;
  options.skip_rows = 1;
  CHECK_EQ(columns_of("junk\ra,b\r1,2\r", options), "a:int64 b:int64");
}

TEST("blank lines are values of a single column and nothing among several") {
  CHECK_EQ(sniffed("a\n1\n\n3\n").sample_rows, 3);
  CHECK_EQ(sniffed("a,b\n1,2\n\n3,4\n").sample_rows, 2);
}

TEST("newlines within quotes do not end a row of the sample") {
  CHECK_EQ(columns_of("a,b\n\"x\n1,2\ny\",5\n\"z\",6\n"), "a:utf8 b:int64");
}

TEST("the last row of a sample that is not the whole file is left out, since it may be cut") {
  const std::string text = "a,b\n1,2\n3,tru";
  Result<Sniffed> part = sniff({text, false, {}}, {});
  CHECK_EQ(columns_of(part.value()), "a:int64 b:int64");
  CHECK_EQ(columns_of(text), "a:int64 b:utf8");
}

TEST("windows widen types, are read from their first whole row on, and are dropped when they do not fit") {
  const std::string head = "a,b\n1,2\n3,4\n";
  CHECK_EQ(columns_of(sniffed(head, {}, {"9,9\n5,6.5\n7,8\n9"})), "a:int64 b:float64");
  CHECK_EQ(columns_of(sniffed(head, {}, {"x,y\n5,6\nz"})), "a:int64 b:int64");
  CHECK_EQ(columns_of(sniffed(head, {}, {"within, a, text\nand, more\nof, it, here\n5,6\n"})), "a:int64 b:int64");
  CHECK_EQ(columns_of(sniffed(head, {}, {"no newline", ""})), "a:int64 b:int64");
  CHECK_EQ(sniffed(head, {}, {"9,9\n5,6\n7,8\n"}).sample_rows, 4);
}

TEST("an empty file, and one without rows, are ERR_FILE_EMPTY") {
  CHECK_EQ(error_of("").code(), Code::FileEmpty);
  CHECK_EQ(error_of("\xef\xbb\xbf").code(), Code::FileEmpty);
  CHECK_EQ(error_of("\n\r\n\n").code(), Code::FileEmpty);
  SniffOptions options;
  options.comment = '#';
  CHECK_EQ(error_of("#only\n#comments", options).code(), Code::FileEmpty);
  options.skip_rows = 5;
  const Status skipped = error_of("a,b\n1,2\n", options);
  CHECK_EQ(skipped.code(), Code::FileEmpty);
  CHECK(skipped.facts().hint.find("skipRows") != std::string::npos);
}

TEST("bytes that are no 8-bit text are ERR_CSV_ENCODING with the way out") {
  const auto check = [](std::string_view text, const char* hint) {
    const Status status = error_of(text);
    CHECK_EQ(status.code(), Code::CsvEncoding);
    CHECK(status.facts().hint.find(hint) != std::string::npos);
  };
  check(std::string_view("\xff\xfe\x61\x00\x2c\x00", 6), "iconv");
  check(std::string_view("\xfe\xff\x00\x61", 4), "iconv");
  check(std::string_view("a\0,\0b\0\n\0", 8), "iconv");
  check("\x1f\x8b\x08zip", "decompress");
  check("PK\x03\x04zip", "decompress");
  check("PAR1", "export");
  check("caf\xe9,b\n1,2\n", "latin1");
}

TEST("a latin1 header is transcoded") {
  SniffOptions options;
  options.encoding = Dialect::Encoding::Latin1;
  CHECK_EQ(columns_of("caf\xe9,b\n1,2\n", options), "café:int64 b:int64");
}

TEST("too many columns are an error that names the option") {
  SniffOptions options;
  options.max_columns = 2;
  CHECK_EQ(columns_of("a,b\n1,2\n", options), "a:int64 b:int64");
  const Status status = error_of("a,b,c\n1,2,3\n", options);
  CHECK_EQ(status.code(), Code::CsvTooManyColumns);
  CHECK(status.message().find("maxColumns") != std::string::npos);
}

TEST("a first row that does not end within the head is an error") {
  CHECK_EQ(error_of("a,b,c,d", {}, false).code(), Code::CsvFieldTooLarge);
  CHECK_EQ(error_of("\"open,b\n1,2\n", {}, false).code(), Code::CsvQuote);
}

}  // namespace millrace::csv
