// Where rows begin in the middle of a file: a guess that the ordered merge of strips verifies (Ge et al., SIGMOD 2019),
// and the lines before the first row.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/memory.h"
#include "csv/dialect.h"

namespace millrace::csv {

// `data[0]` is the byte before the strip. Returns the position of the first row that begins in data[1, size], as far as
// the window tells: the start outside quotes is believed when the rows behind it have `columns` fields; else the start
// inside quotes. Nothing when no row begins in the window. At least 64 bytes behind `size` are readable.
std::optional<size_t> guess_row_start(const char* data, size_t size, bool final, const Dialect& dialect,
                                      uint32_t columns);

struct Preamble {
  bool complete = false;            // false: the window is too small to tell
  size_t rows_begin = 0;            // position of the first data row
  std::vector<std::string> header;  // as written, unquoted; empty without a header
};

// Byte order mark, skipped lines, blank and comment lines, header. `final`: the window holds all of the file.
Result<Preamble> read_preamble(const char* data, size_t size, bool final, const Dialect& dialect);

// The content of a field: quotes stripped, escapes resolved.
std::string unquote(std::string_view field, const Dialect& dialect);

}  // namespace millrace::csv
