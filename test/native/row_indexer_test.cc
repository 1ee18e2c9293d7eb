// Rows and fields against a naive reader, for every SIMD level, window size and batch size.
#include "csv/row_indexer.h"

#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "csv/split.h"

using namespace millrace;
using csv::Dialect;
using csv::OnError;

namespace {

using Rows = std::vector<std::vector<std::string>>;

// The rules of structural_index.h, one byte at a time, on the whole text. Fields keep their quotes.
Rows naive_rows(const std::string& text, const Dialect& d) {
  Rows rows;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false, closed = false, started = false, any = false;
  const auto end_row = [&] {
    if (!field.empty() && field.back() == '\r' && d.newline == Dialect::Newline::Lf) field.pop_back();
    row.push_back(field);
    rows.push_back(row);
    row.clear();
    field.clear();
    quoted = closed = started = any = false;
  };
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    any = true;
    if (quoted) {
      field += c;
      if (d.escape != d.quote && c == d.escape && i + 1 < text.size()) {
        field += text[++i];
      } else if (c == d.quote) {
        quoted = false;
        closed = true;
      }
      continue;
    }
    const bool lone_return =
        c == '\r' && d.newline == Dialect::Newline::Any && !(i + 1 < text.size() && text[i + 1] == '\n');
    if (c == '\r' && d.newline == Dialect::Newline::Any && !lone_return) continue;
    if (c == '\n' || lone_return) {
      end_row();
      continue;
    }
    if (d.comment && row.empty() && !started && c == d.comment) {
      while (i < text.size() && text[i] != '\n') i++;
      any = false;
      continue;
    }
    if (c == d.delimiter) {
      row.push_back(field);
      field.clear();
      quoted = closed = started = false;
      continue;
    }
    if (d.quote && c == d.quote && (!started || (closed && d.escape == d.quote))) quoted = true;
    closed = false;
    started = true;
    field += c;
  }
  if (any && (!row.empty() || !field.empty() || started)) end_row();
  return rows;
}

// What the indexer should deliver of them.
Rows expected_rows(const Rows& rows, uint32_t columns, OnError on_error) {
  Rows out;
  for (std::vector<std::string> row : rows) {
    if (row.size() == 1 && row[0].empty() && columns > 1) continue;
    if (row.size() != columns) {
      if (on_error == OnError::Skip) continue;
      row.resize(columns);
    }
    out.push_back(row);
  }
  return out;
}

// Reads the text through windows that grow by `step` bytes, as the scanner does.
Result<Rows> read_rows(const std::string& text, const csv::RowIndexerOptions& options, size_t step) {
  csv::RowIndexer indexer(options, nullptr);
  Rows rows;
  constexpr size_t kLead = 64;
  Buffer window;
  size_t offset = 0, have = 0, growth = 1;
  while (true) {
    const size_t fresh = std::min(step * growth, text.size() - offset - have);
    MILLRACE_TRY(window.resize(kLead + have + fresh + kBufferPadding));
    std::memcpy(window.data() + kLead + have, text.data() + offset + have, fresh);
    have += fresh;
    const bool final = offset + have == text.size();
    indexer.start(&window, kLead, kLead + have, SIZE_MAX, final);
    while (true) {
      csv::RowBatch batch;
      MILLRACE_TRY(indexer.next(batch));
      if (batch.rows == 0) break;
      for (uint32_t r = 0; r < batch.rows; r++) {
        std::vector<std::string> row;
        for (uint32_t c = 0; c < options.columns; c++) {
          csv::FieldSource source{};
          source.ends = batch.ends + c;
          source.stride = batch.stride;
          std::string field(indexer.data() + source.begin(r), source.end(r) - source.begin(r));
          if (c + 1 == options.columns && !field.empty() && field.back() == '\r') field.pop_back();
          row.push_back(field);
        }
        rows.push_back(row);
      }
    }
    if (final) return rows;
    const size_t used = indexer.consumed() - kLead;
    growth = used ? 1 : growth * 2;
    have -= used;
    std::memmove(window.data() + kLead, window.data() + kLead + used, have);
    offset += used;
  }
}

std::string random_csv(std::mt19937& random, const std::string& alphabet) {
  std::string out;
  const size_t size = random() % 300;
  for (size_t i = 0; i < size; i++) out.push_back(alphabet[random() % alphabet.size()]);
  return out;
}

std::string well_formed_csv(std::mt19937& random, uint32_t columns) {
  static const char* const kFields[] = {
      "", "a", "12.5", "\"x\"", "\"a,b\"", "\"say \"\"hi\"\"\"", "\"two\nlines\"", "\"\"", "longer text here"};
  std::string out;
  const int rows = static_cast<int>(random() % 40);
  for (int r = 0; r < rows; r++) {
    for (uint32_t c = 0; c < columns; c++) out += std::string(c ? "," : "") + kFields[random() % 9];
    if (r + 1 < rows || random() % 2) out += random() % 4 ? "\n" : "\r\n";
  }
  return out;
}

void check_against_naive(const std::string& text, csv::RowIndexerOptions options, uint32_t seed) {
  const Rows naive = naive_rows(text, options.dialect);
  const Rows expected = expected_rows(naive, options.columns, options.on_error);
  std::mt19937 random(seed);
  const char* const before = simd::kernels().name;
  for (const char* const* level = simd::available_levels(); *level; level++) {
    simd::select_level(*level);
    for (const size_t step :
         {size_t{1}, size_t{2}, size_t{63}, size_t{64}, size_t{65}, 1 + random() % 300, size_t{100000}}) {
      options.batch_rows = step % 3 == 0 ? 1 : step % 3 == 1 ? 3 : 1024;
      auto got = read_rows(text, options, step);
      if (!got.ok()) {
        CHECK_EQ(std::string(code_name(got.status().code())), std::string("ERR_CSV_QUOTE"));
        continue;
      }
      CHECK(got.value() == expected);
    }
  }
  simd::select_level(before);
}

}  // namespace

TEST("well-formed rows come out the same for every level, window and batch size") {
  std::mt19937 random(11);
  for (int round = 0; round < 150; round++) {
    csv::RowIndexerOptions options;
    options.columns = 1 + random() % 5;
    options.on_error = OnError::Skip;
    check_against_naive(well_formed_csv(random, options.columns), options, static_cast<uint32_t>(round));
  }
}

TEST("malformed text gives the rows that the rules say, or an unterminated quote") {
  std::mt19937 random(12);
  for (int round = 0; round < 400; round++) {
    csv::RowIndexerOptions options;
    options.columns = 1 + random() % 3;
    options.on_error = OnError::Skip;
    check_against_naive(random_csv(random, round % 2 ? "a,\n\"" : "ab,,\n\r\n\"x\""), options,
                        static_cast<uint32_t>(round));
  }
}

TEST("other dialects follow the same rules") {
  std::mt19937 random(13);
  for (int round = 0; round < 300; round++) {
    csv::RowIndexerOptions options;
    options.columns = 1 + random() % 3;
    options.on_error = OnError::Skip;
    std::string alphabet = "ab,\n\"";
    if (round % 4 == 0) {
      options.dialect.escape = '\\';
      alphabet += "\\";
    } else if (round % 4 == 1) {
      options.dialect.newline = Dialect::Newline::Any;
      alphabet += "\r";
    } else if (round % 4 == 2) {
      options.dialect.comment = '#';
      alphabet += "#";
    } else {
      options.dialect.quote = 0;
      options.dialect.escape = 0;
    }
    check_against_naive(random_csv(random, alphabet), options, static_cast<uint32_t>(round));
  }
}

TEST("a short row is padded and a long one cut when bad rows become nulls") {
  csv::RowIndexerOptions options;
  options.columns = 3;
  options.on_error = OnError::Null;
  auto rows = read_rows("a,b,c\nx\n1,2,3,4\n\r\n\"q,\"\r\n7,8,9", options, 1000);
  CHECK(rows.ok());
  const Rows expected = {{"a", "b", "c"}, {"x", "", ""}, {"1", "2", "3"}, {"\"q,\"", "", ""}, {"7", "8", "9"}};
  CHECK(rows.value() == expected);
}

TEST("a ragged row is an error that names its place and text") {
  csv::RowIndexerOptions options;
  options.columns = 2;
  auto rows = read_rows("a,b\nc,d\ne,f,g\n", options, 1000);
  CHECK(!rows.ok());
  CHECK_EQ(std::string(code_name(rows.status().code())), std::string("ERR_CSV_RAGGED"));
  CHECK_EQ(rows.status().facts().text, std::string("e,f,g"));
  CHECK_EQ(rows.status().facts().offset, int64_t{64 + 8});
}

TEST("a field longer than the limit is an error whatever the window size") {
  csv::RowIndexerOptions options;
  options.columns = 2;
  options.max_field_bytes = 20;
  const std::string text = "a,b\nc," + std::string(21, 'x') + "\nd,e\n";
  for (const size_t step : {1, 5, 16, 1000}) {
    auto rows = read_rows(text, options, step);
    CHECK(!rows.ok());
    CHECK_EQ(std::string(code_name(rows.status().code())), std::string("ERR_CSV_FIELD_TOO_LARGE"));
  }
}

TEST("a window is ASCII if it has neither quotes nor other bytes, where somebody asks") {
  const auto is_ascii = [](const std::string& text, bool texts, char quote = '"') {
    csv::RowIndexerOptions options;
    options.columns = 2;
    options.texts = texts;
    options.dialect.quote = options.dialect.escape = quote;
    Buffer window;
    CHECK(window.resize(64 + text.size() + kBufferPadding).ok());
    std::memcpy(window.data() + 64, text.data(), text.size());
    csv::RowIndexer indexer(options, nullptr);
    indexer.start(&window, 64, 64 + text.size(), SIZE_MAX, true);
    csv::RowBatch batch;
    CHECK(indexer.next(batch).ok());
    CHECK(batch.rows > 0);
    return batch.ascii;
  };
  const std::string rows = std::string(200, 'a') + ",b\nc,d\n";
  CHECK(is_ascii(rows, true));
  CHECK(!is_ascii(rows, false));
  CHECK(!is_ascii(rows + "e,\"f\"\n", true));
  CHECK(is_ascii(rows + "e,\"f\"\n", true, 0));
  CHECK(!is_ascii(rows + "e,\xc3\xa9\n", true));
}

TEST("rows at or behind the limit are left for the next strip") {
  csv::RowIndexerOptions options;
  options.columns = 2;
  const std::string text = "a,b\nc,d\ne,f\n";
  for (size_t limit = 0; limit <= text.size(); limit++) {
    Buffer window;
    CHECK(window.resize(64 + text.size() + kBufferPadding).ok());
    std::memcpy(window.data() + 64, text.data(), text.size());
    csv::RowIndexer indexer(options, nullptr);
    indexer.start(&window, 64, 64 + text.size(), 64 + limit, true);
    uint32_t rows = 0;
    csv::RowBatch batch;
    do {
      CHECK(indexer.next(batch).ok());
      rows += batch.rows;
    } while (batch.rows);
    CHECK_EQ(rows, static_cast<uint32_t>((limit + 3) / 4));
    CHECK_EQ(indexer.consumed(), 64 + rows * 4);
  }
}

TEST("a guessed row start is a true one in files with quoted newlines") {
  std::mt19937 random(14);
  const Dialect dialect;
  int right = 0, asked = 0;
  for (int round = 0; round < 200; round++) {
    const uint32_t columns = 3 + random() % 3;
    std::string text;
    while (text.size() < 2000) text += well_formed_csv(random, columns) + "\n";
    std::vector<size_t> starts;
    bool quoted = false;
    for (size_t i = 0; i < text.size(); i++) {
      if (text[i] == '"') quoted = !quoted;
      if (text[i] == '\n' && !quoted) starts.push_back(i + 1);
    }
    const size_t from = 1 + random() % 1000;
    const std::string padded = text + std::string(64, '\0');
    const auto guess = csv::guess_row_start(padded.data() + from, text.size() - from, true, dialect, columns);
    const auto truth = std::lower_bound(starts.begin(), starts.end(), from + 1);
    asked++;
    right += guess && truth != starts.end() && *guess + from == *truth;
  }
  CHECK(right * 10 >= asked * 8);
}

TEST("the head of a file ends behind its header") {
  const auto head = [](const std::string& text, Dialect dialect) {
    return csv::read_preamble((text + std::string(64, '\0')).data(), text.size(), true, dialect).take();
  };
  Dialect dialect;
  CHECK_EQ(head("\xEF\xBB\xBF"
                "a,b\n1,2\n",
                dialect)
               .rows_begin,
           size_t{7});
  CHECK(head("\n\r\n\"a\"\"x\",b\r\n1,2\n", dialect).header == (std::vector<std::string>{"a\"x", "b"}));
  dialect.skip_rows = 2;
  CHECK_EQ(head("junk\n\"more\na,b\n1,2\n", dialect).rows_begin, size_t{15});
  dialect.newline = Dialect::Newline::Any;
  CHECK_EQ(head("junk\rmore\r\na,b\r1,2\r", dialect).rows_begin, size_t{15});
  dialect = {};
  dialect.comment = '#';
  CHECK(head("# it's \"quoted\na,b\n", dialect).header == (std::vector<std::string>{"a", "b"}));
  dialect.header = false;
  CHECK_EQ(head("1,2\n", dialect).rows_begin, size_t{0});
}
