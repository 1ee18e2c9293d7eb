#include "csv/split.h"

#include <cstring>

#include "csv/structural_index.h"

namespace millrace::csv {

namespace {

constexpr size_t kStretch = 4096;
constexpr int kRowsToTrust = 4;

bool ends_row(const char* data, uint32_t position, const Dialect& dialect) {
  return data[position] == '\n' || (data[position] == '\r' && dialect.newline == Dialect::Newline::Any);
}

struct Hypothesis {
  std::optional<size_t> row_start;
  bool consistent = true;
};

// Reads on from a supposed state until enough rows are seen.
Hypothesis follow(const char* data, size_t size, bool final, const Dialect& dialect, uint32_t columns,
                  FieldState state) {
  StructuralIndex index(dialect);
  index.restart(state);
  Hypothesis out;
  uint32_t positions[kStretch + 64];
  uint32_t fields = 0;
  int rows = 0;
  for (size_t at = 0; at < size;) {
    const size_t end = at + kStretch < size ? at + kStretch : size;
    const simd::IndexProgress done = index.index(data, at, end, false, end < size || final, positions);
    if (done.end == at) break;
    at = done.end;
    for (size_t i = 0; i < done.positions; i++) {
      fields++;
      if (!ends_row(data, positions[i], dialect)) continue;
      if (!out.row_start) {
        out.row_start = positions[i] + 1;
      } else if (fields != columns && !(fields == 1 && columns > 1)) {
        out.consistent = false;
        return out;
      } else if (++rows >= kRowsToTrust) {
        return out;
      }
      fields = 0;
    }
  }
  return out;
}

}  // namespace

std::optional<size_t> guess_row_start(const char* data, size_t size, bool final, const Dialect& dialect,
                                      uint32_t columns) {
  const Hypothesis outside = follow(data, size, final, dialect, columns, FieldState::Unquoted);
  if ((outside.consistent && outside.row_start) || dialect.quote == 0) return outside.row_start;
  const Hypothesis inside = follow(data, size, final, dialect, columns, FieldState::Quoted);
  if (inside.consistent && inside.row_start) return inside.row_start;
  return outside.row_start ? outside.row_start : inside.row_start;
}

std::string unquote(std::string_view field, const Dialect& dialect) {
  const char quote = dialect.quote;
  if (quote == 0 || field.size() < 2 || field.front() != quote || field.back() != quote) return std::string(field);
  std::string out;
  for (size_t i = 1; i + 1 < field.size(); i++) {
    if (field[i] == dialect.escape && i + 2 < field.size()) i++;
    out.push_back(field[i]);
  }
  return out;
}

Result<Preamble> read_preamble(const char* data, size_t size, bool final, const Dialect& dialect) {
  Preamble out;
  size_t at = size >= 3 && std::memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  for (int32_t line = 0; line < dialect.skip_rows; line++) {
    size_t end = at;
    while (end < size && !ends_row(data, static_cast<uint32_t>(end), dialect)) end++;
    if (end == size && !final) return out;
    if (end + 1 < size && data[end] == '\r' && data[end + 1] == '\n') end++;
    at = end < size ? end + 1 : size;
  }
  out.rows_begin = at;
  out.complete = true;
  if (!dialect.header) return out;
  StructuralIndex index(dialect);
  index.start_row();
  PodVector<uint32_t> positions;
  MILLRACE_TRY(positions.resize(size - at + 64));
  simd::IndexProgress done = index.index(data, at, size, false, final, positions.data());
  if (final && index.inside_quotes()) {
    ErrorFacts facts;
    facts.offset = static_cast<int64_t>(done.positions ? positions[done.positions - 1] + 1 : at);
    facts.hint = "close the quote, or pass `quote: null` if quotes are plain text in this file";
    return Status(Code::CsvQuote, "a quote is opened and never closed before the end of the data", std::move(facts));
  }
  if (final && done.end == size) positions[done.positions++] = static_cast<uint32_t>(size);
  size_t begin = at;
  for (size_t i = 0; i < done.positions; i++) {
    const size_t end = positions[i];
    const bool last = end == size || ends_row(data, positions[i], dialect);
    size_t text_end = end;
    if (last && text_end > begin && data[text_end - 1] == '\r') text_end--;
    out.header.push_back(unquote({data + begin, text_end - begin}, dialect));
    begin = end + 1;
    if (!last) continue;
    out.rows_begin = begin < size ? begin : size;
    const bool blank = out.header.size() == 1 && out.header[0].empty();
    const bool comment = dialect.comment != 0 && !out.header[0].empty() && out.header[0][0] == dialect.comment;
    if (!blank && !comment) return out;
    out.header.clear();
  }
  out.complete = final;
  return out;
}

}  // namespace millrace::csv
