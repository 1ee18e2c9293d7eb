#include "base/cold.h"

#include "csv/sniff.h"

#include <algorithm>
#include <unordered_set>

#include "column/utf8.h"
#include "csv/sniff_dialect.h"
#include "csv/sniff_types.h"

namespace millrace::csv {

namespace {

// Rows whose types are looked at: in a sample of many short rows more of them say little.
constexpr size_t kHeadRows = 20'000;
constexpr size_t kWindowRows = 2'000;

using Shapes = std::vector<ShapeSet>;

Status with_hint(Code code, std::string message, std::string hint) {
  ErrorFacts facts;
  facts.hint = std::move(hint);
  return Status(code, std::move(message), std::move(facts));
}

class Sniffer {
 public:
  Sniffer(const SampleInput& input, const SniffOptions& options)
      : input_(input), options_(options), tokens_(&options.null_values) {}

  Result<Sniffed> run();

 private:
  Status read_first_row();
  Status check_column_count(int64_t columns) const;
  Status open_quote(std::string message, size_t at) const;
  void add_row(std::string_view bytes, const TokenizedRow& row, Shapes& shapes) const;
  void read_head();
  void read_window(std::string_view window);
  bool guess_header(const Shapes& below) const;
  Status name_columns();
  Result<std::string> header_name(const FieldRange& field) const;

  const SampleInput& input_;
  const SniffOptions& options_;
  NullTokens tokens_;
  std::string_view head_rows_;  // the head from its first row on
  TokenizedRow first_row_;
  Shapes shapes_;
  Sniffed sniffed_;
};

Status Sniffer::read_first_row() {
  MILLRACE_TRY(check_is_text(input_.head));
  head_rows_ = input_.head.substr(first_row_begin(input_.head, options_.skip_rows));
  sniffed_.dialect = guess_dialect(head_rows_, input_.head_is_all, options_);
  RowReader reader(head_rows_, input_.head_is_all, sniffed_.dialect);
  if (!reader.next(first_row_)) {
    if (!input_.head_is_all) {
      const char quote = sniffed_.dialect.quote;
      const size_t opened = quote ? head_rows_.find(quote) : std::string_view::npos;
      const std::string_view plain = head_rows_.substr(0, opened);
      MILLRACE_TRY(check_column_count(std::count(plain.begin(), plain.end(), sniffed_.dialect.delimiter)));
      const std::string size = std::to_string(input_.head.size());
      if (opened == std::string_view::npos) {
        return with_hint(Code::CsvFieldTooLarge, "the first row does not end within the first " + size + " bytes",
                         "check `delimiter`, and that the file is a CSV file");
      }
      return open_quote("the first row opens a quote that is not closed within the first " + size + " bytes", opened);
    }
    return with_hint(Code::FileEmpty, "the file has no rows",
                     options_.skip_rows > 0 ? "`skipRows` skips " + std::to_string(options_.skip_rows) + " lines" : "");
  }
  if (first_row_.unterminated) {
    return open_quote("the first row opens a quote that is never closed", first_row_.fields.back().begin);
  }
  return check_column_count(static_cast<int64_t>(first_row_.fields.size()));
}

// `at`: where it is opened, in head_rows_.
Status Sniffer::open_quote(std::string message, size_t at) const {
  Status status = with_hint(Code::CsvQuote, std::move(message),
                            "close the quote, or pass `quote: null` if quotes are plain text in this file");
  const auto offset = static_cast<int64_t>(input_.head.size() - head_rows_.size() + at);
  status.mutable_facts().offset = offset;
  status.mutable_facts().line = 1 + std::count(input_.head.begin(), input_.head.begin() + offset, '\n');
  return status;
}

[[gnu::cold]] Status Sniffer::check_column_count(int64_t columns) const {
  if (columns <= static_cast<int64_t>(options_.max_columns)) return {};
  return with_hint(Code::CsvTooManyColumns,
                   "the first row has " + std::to_string(columns) + " columns or more, `maxColumns` allows " +
                       std::to_string(options_.max_columns),
                   "raise `maxColumns`, or pass the right `delimiter`");
}

// Rows with another number of fields say nothing: the scan will report them.
void Sniffer::add_row(std::string_view bytes, const TokenizedRow& row, Shapes& shapes) const {
  if (row.fields.size() != shapes.size() || row.unterminated) return;
  constexpr size_t kPadding = 32;
  for (size_t c = 0; c < shapes.size(); c++) {
    const FieldRange& field = row.fields[c];
    const bool padded = field.begin + kPadding <= bytes.size();
    shapes[c].add(bytes.substr(field.begin, field.end - field.begin), padded, sniffed_.dialect, tokens_);
  }
}

// Types of the rows below the first, and of the first one too if it turns out to be data.
void Sniffer::read_head() {
  shapes_.resize(first_row_.fields.size());
  RowReader reader(head_rows_, input_.head_is_all, sniffed_.dialect);
  TokenizedRow row;
  size_t rows = 0;
  for (; rows < kHeadRows && reader.next(row); rows++) {
    if (rows > 0) add_row(head_rows_, row, shapes_);
  }
  sniffed_.dialect.header = options_.header ? *options_.header : guess_header(shapes_);
  if (!sniffed_.dialect.header) add_row(head_rows_, first_row_, shapes_);
  sniffed_.sample_rows = static_cast<int64_t>(rows) - (sniffed_.dialect.header ? 1 : 0);
}

// A window begins anywhere, also within quotes; its rows count only if most of them look like rows of this file.
void Sniffer::read_window(std::string_view window) {
  const size_t newline = window.find_first_of(sniffed_.dialect.newline == Dialect::Newline::Lf ? "\n" : "\r\n");
  if (newline == std::string_view::npos) return;
  const std::string_view bytes = window.substr(newline + 1);
  RowReader reader(bytes, false, sniffed_.dialect, shapes_.size());
  Shapes shapes = shapes_;
  TokenizedRow row;
  size_t rows = 0;
  size_t fitting = 0;
  for (; rows < kWindowRows && reader.next(row); rows++) {
    fitting += row.fields.size() == shapes.size();
    add_row(bytes, row, shapes);
  }
  if (fitting * 10 < rows * 9) return;
  shapes_ = std::move(shapes);
  sniffed_.sample_rows += static_cast<int64_t>(fitting);
}

// 1960, 1961, 1962: years as column names, not a row of data.
bool is_progression(const std::vector<int64_t>& numbers) {
  if (numbers.size() < 3 || numbers[0] == numbers[1]) return false;
  for (size_t i = 2; i < numbers.size(); i++) {
    if (numbers[i] - numbers[i - 1] != numbers[1] - numbers[0]) return false;
  }
  return true;
}

// A first row of texts over columns that hold none is a header; one that fits the columns is data. Where all columns
// are texts nothing tells them apart, and a header is likelier.
bool Sniffer::guess_header(const Shapes& below) const {
  size_t texts_over_values = 0;
  size_t values = 0;
  std::vector<int64_t> integers;
  for (size_t c = 0; c < below.size(); c++) {
    const FieldRange& range = first_row_.fields[c];
    const std::string_view field = head_rows_.substr(range.begin, range.end - range.begin);
    const Shape shape = shape_of(field, sniffed_.dialect, tokens_);
    if (shape == Shape::Null) continue;
    if (shape != Shape::Text) {
      values++;
      int64_t integer;
      const UnquotedField unquoted = unquote(field, sniffed_.dialect.quote, sniffed_.dialect.escape);
      if (shape == Shape::Int && parse_int64(trim_blanks(unquoted.text), integer) == ParseResult::Ok) {
        integers.push_back(integer);
      }
    } else if (below[c].type(true) != TypeId::Utf8) {
      texts_over_values++;
    }
  }
  if (values == integers.size() && is_progression(integers)) return true;
  return values == 0 || texts_over_values > values;
}

Result<std::string> Sniffer::header_name(const FieldRange& field) const {
  const Dialect& dialect = sniffed_.dialect;
  const UnquotedField unquoted =
      unquote(head_rows_.substr(field.begin, field.end - field.begin), dialect.quote, dialect.escape);
  std::string name(unquoted.text);
  if (unquoted.escaped) name.resize(unescape(unquoted.text, dialect.escape, name.data()));
  if (dialect.encoding == Dialect::Encoding::Latin1) {
    std::string transcoded(name.size() * 2, '\0');
    transcoded.resize(latin1_to_utf8(name.data(), name.size(), transcoded.data()));
    return transcoded;
  }
  if (!is_utf8(name.data(), name.size())) {
    return with_hint(Code::CsvEncoding, "the header is not valid UTF-8",
                     "pass `encoding: 'latin1'`, or convert the file: iconv -f LATIN1 -t UTF-8 in.csv > out.csv");
  }
  return name;
}

Status Sniffer::name_columns() {
  std::vector<std::string> wanted;
  std::unordered_set<std::string> taken;
  for (size_t c = 0; c < shapes_.size(); c++) {
    std::string name;
    if (sniffed_.dialect.header) {
      Result<std::string> header = header_name(first_row_.fields[c]);
      MILLRACE_TRY(header);
      name = header.take();
    }
    taken.insert(name);
    wanted.push_back(std::move(name));
  }
  // A made-up name evades every name of the file, also those further right.
  std::unordered_set<std::string> given;
  for (size_t c = 0; c < wanted.size(); c++) {
    std::string name = wanted[c];
    const bool empty = name.empty();
    if (empty || !given.insert(name).second) {
      const std::string stem = empty ? "column_" + std::to_string(c + 1) : name;
      name = stem;
      for (int suffix = 1; taken.count(name) > 0 || !given.insert(name).second; suffix++) {
        name = stem + "_" + std::to_string(suffix);
      }
      if (sniffed_.dialect.header) sniffed_.renamed.push_back({wanted[c], name});
    }
    const TypeId type = options_.infer ? shapes_[c].type(options_.dates) : TypeId::Utf8;
    sniffed_.columns.push_back({std::move(name), type, true});
  }
  return {};
}

Result<Sniffed> Sniffer::run() {
  MILLRACE_TRY(read_first_row());
  read_head();
  for (const std::string_view window : input_.windows) read_window(window);
  MILLRACE_TRY(name_columns());
  return std::move(sniffed_);
}

}  // namespace

Result<Sniffed> sniff(const SampleInput& input, const SniffOptions& options) { return Sniffer(input, options).run(); }

}  // namespace millrace::csv
