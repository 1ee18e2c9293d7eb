// Finds the bytes that end fields and rows. Two engines with one meaning: the SIMD kernels, and a state machine a byte
// at a time that defines the meaning, serves the dialects that the kernels do not know, and repairs the blocks whose
// quotes break the rules.
//
// Rules: a quote opens a quoted part only as the first byte of a field. Inside it a doubled quote (or the escape byte
// and any byte, when escape != quote) is text. Behind the closing quote anything but a field end is malformed: it is
// kept as part of the field, quotes being plain bytes until the field ends. A line that begins with the comment byte is
// one field. "\r\n" ends a row at its '\n'; in Newline::Any a lone '\r' ends a row too.
#pragma once
#include "csv/dialect.h"
#include "simd/kernels.h"

namespace millrace::csv {

enum class FieldState : uint8_t { RowStart, FieldStart, Unquoted, Quoted, Escaped, AfterClose, Comment };

class StructuralIndex {
 public:
  explicit StructuralIndex(const Dialect& dialect);

  // The next byte begins a row.
  void start_row() { restart(FieldState::RowStart); }
  // The next byte has this state (a guess about the middle of a file).
  void restart(FieldState state);
  // States that index() was called with survive in between; ranges must follow each other. `quotes_absent` promises
  // that [begin, end) has no quote byte. In Newline::Any a '\r' at the very end is left undone unless `final`, since
  // the next byte decides. Reads up to 63 bytes behind `end`.
  simd::IndexProgress index(const char* data, size_t begin, size_t end, bool quotes_absent, bool final, uint32_t* out);
  FieldState state() const;
  bool inside_quotes() const;

 private:
  simd::IndexProgress index_scalar(const char* data, size_t begin, size_t end, bool next_known, uint32_t* out);
  simd::IndexProgress index_simd(const char* data, size_t begin, size_t end, uint32_t* out);

  const Dialect dialect_;
  const bool simd_capable_;
  FieldState state_ = FieldState::RowStart;  // the truth when !simd_capable_
  simd::QuoteState quote_state_;             // the truth when simd_capable_
};

}  // namespace millrace::csv
