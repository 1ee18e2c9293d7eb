// The structural index on every SIMD level and in any pieces, against a reader of one field at a time written from the
// rules in csv/structural_index.h alone. The first bytes of the input choose the dialect and the size of the pieces.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "csv/structural_index.h"

namespace {

using millrace::csv::Dialect;
using millrace::csv::StructuralIndex;

struct Outcome {
  std::vector<uint32_t> ends;
  bool inside_quotes = false;
  bool operator==(const Outcome&) const = default;
};

class FieldReader {
 public:
  FieldReader(const Dialect& dialect, const std::string& text) : d_(dialect), text_(text) {}

  Outcome read() {
    while (at_ < text_.size()) read_field();
    return std::move(out_);
  }

 private:
  char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : 0; }
  bool at_row_end() const {
    const char byte = text_[at_];
    return byte == '\n' || (byte == '\r' && d_.newline == Dialect::Newline::Any && next() != '\n');
  }

  void read_field() {
    if (row_start_ && d_.comment != 0 && text_[at_] == d_.comment) {
      while (at_ < text_.size() && !at_row_end()) at_++;
    } else {
      if (d_.quote != 0 && text_[at_] == d_.quote) skip_quoted();
      while (at_ < text_.size() && !at_row_end() && text_[at_] != d_.delimiter) at_++;
    }
    if (at_ >= text_.size()) return;
    row_start_ = at_row_end();
    out_.ends.push_back(static_cast<uint32_t>(at_++));
  }

  void skip_quoted() {
    out_.inside_quotes = true;
    for (at_++; at_ < text_.size(); at_++) {
      const bool doubled = d_.escape == d_.quote && text_[at_] == d_.quote && next() == d_.quote;
      if (doubled || (d_.escape != d_.quote && text_[at_] == d_.escape)) {
        at_++;
      } else if (text_[at_] == d_.quote) {
        at_++;
        out_.inside_quotes = false;
        return;
      }
    }
  }

  const Dialect& d_;
  const std::string& text_;
  size_t at_ = 0;
  bool row_start_ = true;
  Outcome out_;
};

Outcome index_in_pieces(const Dialect& dialect, const std::string& text, size_t piece) {
  const std::string padded = text + std::string(64, '\0');
  std::vector<uint32_t> out(text.size() + 128);
  StructuralIndex index(dialect);
  index.start_row();
  Outcome outcome;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.size(), at + piece);
    const auto done = index.index(padded.data(), at, end, false, true, out.data());
    outcome.ends.insert(outcome.ends.end(), out.begin(), out.begin() + static_cast<ptrdiff_t>(done.positions));
    if (done.end != end) std::abort();
    at = end;
  }
  outcome.inside_quotes = index.inside_quotes();
  return outcome;
}

Dialect dialect_of(uint8_t choice) {
  Dialect dialect;
  dialect.delimiter = choice & 1 ? ';' : ',';
  if (choice & 2) dialect.escape = '\\';
  if (choice & 4) dialect.comment = '#';
  if (choice & 8) dialect.newline = Dialect::Newline::Any;
  if ((choice & 0x30) == 0x30) dialect.quote = 0;
  return dialect;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const Dialect dialect = dialect_of(data[0]);
  const size_t piece = 1 + data[1];
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome expected = FieldReader(dialect, text).read();
  for (const char* const* level = millrace::simd::available_levels(); *level; level++) {
    millrace::simd::select_level(*level);
    if (index_in_pieces(dialect, text, piece) == expected && index_in_pieces(dialect, text, size) == expected) continue;
    std::fprintf(stderr, "level %s, pieces of %zu bytes: not what the rules say\n", *level, piece);
    std::abort();
  }
  return 0;
}
