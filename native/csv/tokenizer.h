// The CSV grammar as a plain state machine, one byte at a time: what the sniffer reads its sample with, and what the
// structural index is tested against.
//
//   - A quote opens only as the first byte of a field. Inside, a doubled quote (escape == quote), or the escape with
//   any
//     byte behind it (escape != quote), is literal; so are delimiters and newlines.
//   - What stands between the closing quote and the next delimiter or newline is part of the field, quotes in it mean
//     nothing: the field is malformed, and convert() says so.
//   - Fields that do not begin with a quote are literal, quotes in them included.
//   - "\r\n" ends a row as '\n' does; a lone '\r' ends one if newline is Any, and is literal if it is Lf.
//   - A row that begins with the comment byte goes on to the end of its line, whatever quotes it has.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "csv/dialect.h"

namespace millrace::csv {

// A field as it stands in the text, quotes included.
struct FieldRange {
  size_t begin;
  size_t end;
};

struct TokenizedRow {
  size_t begin = 0;
  size_t end = 0;                  // without its newline
  std::vector<FieldRange> fields;  // at least one; of a comment exactly one
  bool comment = false;
  bool unterminated = false;  // the text ends inside quotes

  bool blank() const { return begin == end; }
};

class Tokenizer {
 public:
  // `bytes[at]` begins a row. `final`: nothing follows the bytes, so a last row needs no newline.
  Tokenizer(std::string_view bytes, const Dialect& dialect, bool final, size_t at = 0)
      : bytes_(bytes), dialect_(dialect), final_(final), at_(at) {}

  // The next row, comments and blank lines too. False when no complete row is left; a tokenizer over more bytes goes on
  // from position().
  bool next(TokenizedRow& row);
  size_t position() const { return at_; }

 private:
  enum class State : uint8_t { FieldStart, Unquoted, Quoted, Escaped, AfterClose };
  // Bytes of the newline at `at`: 0 (none), 1 or 2; -1 when the byte behind the span would decide.
  int newline_size(size_t at) const;
  bool skip_comment(TokenizedRow& row);
  State step(State state, char byte) const;

  std::string_view bytes_;
  Dialect dialect_;
  bool final_;
  size_t at_;
};

}  // namespace millrace::csv
