#include "base/cold.h"

#include "csv/sniff_dialect.h"

#include <algorithm>
#include <map>

namespace millrace::csv {

namespace {

// Dividing characters show in far fewer bytes than types do.
constexpr size_t kDialectBytes = 32 << 10;
constexpr size_t kDialectRows = 200;
// In the order in which they win a tie: a comma turns up in texts and numbers, a tab hardly ever.
constexpr char kDelimiters[] = {'\t', '|', ';', ','};
constexpr double kConsistentShare = 0.7;

[[gnu::cold]] Status encoding_error(std::string message, std::string hint) {
  ErrorFacts facts;
  facts.hint = std::move(hint);
  return Status(Code::CsvEncoding, std::move(message), std::move(facts));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_blank(const TokenizedRow& row) { return row.blank() || row.comment; }

// How well a delimiter divides the sample.
struct Division {
  size_t fields = 0;  // of the first row
  double share = 0;   // of the rows that have as many
};

Division divide(std::string_view rows, bool final, Dialect dialect, char delimiter) {
  dialect.delimiter = delimiter;
  Tokenizer tokenizer(rows, dialect, final);
  TokenizedRow row;
  Division division;
  size_t count = 0;
  size_t equal = 0;
  while (count < kDialectRows && tokenizer.next(row)) {
    if (is_blank(row)) continue;
    if (division.fields == 0) division.fields = row.fields.size();
    equal += row.fields.size() == division.fields;
    count++;
  }
  if (count) division.share = static_cast<double>(equal) / static_cast<double>(count);
  return division;
}

// Whether commas stand between digits only, as in "1,5;2,75".
bool commas_are_decimal(std::string_view rows) {
  bool any = false;
  const size_t first_line = rows.find('\n');  // a header may say anything
  for (size_t at = first_line == std::string_view::npos ? 0 : first_line; at < rows.size(); at++) {
    if (rows[at] != ',') continue;
    if (at == 0 || at + 1 >= rows.size() || !is_digit(rows[at - 1]) || !is_digit(rows[at + 1])) return false;
    any = true;
  }
  return any;
}

char guess_delimiter(std::string_view rows, bool final, const Dialect& dialect) {
  char best = ',';
  Division best_division{1, 1.0};
  for (const char delimiter : kDelimiters) {
    const Division division = divide(rows, final, dialect, delimiter);
    if (division.fields < 2 || division.share < kConsistentShare) continue;
    if (delimiter == ',' && best_division.fields > 1 && commas_are_decimal(rows)) continue;
    const bool steadier = division.share > best_division.share + 0.05;
    const bool as_steady = division.share > best_division.share - 0.05;
    if (best_division.fields > 1 && !steadier && !(as_steady && division.fields > best_division.fields)) continue;
    best = delimiter;
    best_division = division;
  }
  return best;
}

// Counts of fields wrapped in `quote`, and of fields that begin with it and are not.
struct QuoteUse {
  size_t wrapped = 0;
  size_t broken = 0;
};

QuoteUse count_quotes(std::string_view rows, bool final, Dialect dialect, char quote) {
  dialect.quote = dialect.escape = quote;
  Tokenizer tokenizer(rows, dialect, final);
  TokenizedRow row;
  QuoteUse use;
  for (size_t count = 0; count < kDialectRows && tokenizer.next(row); count++) {
    for (const FieldRange& field : row.fields) {
      if (row.comment || field.begin == field.end || rows[field.begin] != quote) continue;
      (field.end - field.begin >= 2 && rows[field.end - 1] == quote && !row.unterminated ? use.wrapped : use.broken)++;
    }
  }
  return use;
}

// A double quote unless only apostrophes wrap fields: several, none of them an apostrophe at the front of a word.
char guess_quote(std::string_view rows, bool final, Dialect dialect, const SniffOptions& options) {
  dialect.quote = dialect.escape = '\'';
  if (rows.find('\'') == std::string_view::npos) return '"';
  if (!options.delimiter) dialect.delimiter = guess_delimiter(rows, final, dialect);
  const QuoteUse single = count_quotes(rows, final, dialect, '\'');
  if (single.wrapped < 2 || single.broken > 0) return '"';
  return count_quotes(rows, final, dialect, '"').wrapped == 0 ? '\'' : '"';
}

// A '\r' that ends a row, that is, neither within quotes nor in front of '\n'. Rows are read with newline Any, so that
// is any row that does not end in '\n'.
bool has_lone_return(std::string_view rows, bool final, const Dialect& dialect) {
  size_t at = rows.find('\r');
  while (at != std::string_view::npos && at + 1 < rows.size() && rows[at + 1] == '\n') at = rows.find('\r', at + 2);
  if (at == std::string_view::npos) return false;
  Tokenizer tokenizer(rows, dialect, final);
  TokenizedRow row;
  while (tokenizer.next(row)) {
    const size_t next = tokenizer.position();
    if (next > row.end && rows[next - 1] == '\r') return true;
  }
  return false;
}

}  // namespace

[[gnu::cold]] Status check_is_text(std::string_view head) {
  const auto starts = [head](std::string_view magic) { return head.substr(0, magic.size()) == magic; };
  const std::string reencode = "convert it to UTF-8, for instance: iconv -f UTF-16 -t UTF-8 in.csv > out.csv";
  if (starts("\xff\xfe") || starts("\xfe\xff"))
    return encoding_error("the file is UTF-16 by its byte order mark", reencode);
  if (starts("\x1f\x8b") || starts("\x28\xb5\x2f\xfd") || starts("PK\x03\x04")) {
    return encoding_error("the file is compressed", "decompress it first");
  }
  if (starts("PAR1")) return encoding_error("the file is Parquet, not CSV", "export it as CSV");
  const auto nulls = static_cast<size_t>(std::count(head.begin(), head.end(), '\0'));
  if (nulls * 100 > head.size()) {
    return encoding_error("the file has " + std::to_string(nulls) + (nulls == 1 ? " NUL byte" : " NUL bytes") +
                              " in its first " + std::to_string(head.size()) +
                              " bytes: it is UTF-16 without a byte order mark, or binary",
                          "if it is UTF-16, " + reencode);
  }
  return {};
}

size_t first_row_begin(std::string_view head, int32_t skip_rows) {
  size_t at = head.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0;
  // The newline mode is not known yet; a file of lone returns has no '\n' anywhere.
  const char newline = head.find('\n') == std::string_view::npos ? '\r' : '\n';
  for (int32_t line = 0; line < skip_rows && at < head.size(); line++) {
    const size_t end = head.find(newline, at);
    if (end == std::string_view::npos) return head.size();
    at = end + 1;
  }
  return at;
}

Dialect guess_dialect(std::string_view rows, bool final, const SniffOptions& options) {
  Dialect dialect;
  dialect.comment = options.comment;
  dialect.encoding = options.encoding;
  dialect.skip_rows = options.skip_rows;
  dialect.newline = Dialect::Newline::Any;
  const std::string_view sample = rows.substr(0, kDialectBytes);
  const bool whole = final && sample.size() == rows.size();
  if (options.delimiter) dialect.delimiter = *options.delimiter;
  dialect.quote = options.quote ? *options.quote : guess_quote(sample, whole, dialect, options);
  dialect.escape = options.escape ? *options.escape : dialect.quote;
  if (!options.delimiter) dialect.delimiter = guess_delimiter(sample, whole, dialect);
  if (!has_lone_return(rows, final, dialect)) dialect.newline = Dialect::Newline::Lf;
  return dialect;
}

bool RowReader::next(TokenizedRow& row) {
  while (tokenizer_.next(row)) {
    if (row.comment || (row.blank() && columns_ != 1)) continue;
    if (columns_ == 0) columns_ = row.fields.size();
    return true;
  }
  return false;
}

}  // namespace millrace::csv
