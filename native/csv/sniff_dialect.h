// The bytes before the first row, and the characters that divide rows and fields.
#pragma once
#include <string_view>

#include "csv/sniff.h"
#include "csv/tokenizer.h"

namespace millrace::csv {

// ERR_CSV_ENCODING if the bytes are no text of an 8-bit encoding.
Status check_is_text(std::string_view head);

// Size of a UTF-8 byte order mark and of `skip_rows` lines.
size_t first_row_begin(std::string_view head, int32_t skip_rows);

// `rows` begins with the first row; `final`: it is complete.
Dialect guess_dialect(std::string_view rows, bool final, const SniffOptions& options);

// The rows that count: no comments, and blank lines only where a row has a single field, in which they are values.
class RowReader {
 public:
  RowReader(std::string_view bytes, bool final, const Dialect& dialect, size_t columns = 0)
      : tokenizer_(bytes, dialect, final), columns_(columns) {}

  // False when no complete row is left. `columns` 0: the first row decides.
  bool next(TokenizedRow& row);

 private:
  Tokenizer tokenizer_;
  size_t columns_;
};

}  // namespace millrace::csv
