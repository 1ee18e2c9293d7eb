// Guesses what a CSV file is from a sample of its bytes: dialect, column names, column types.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "column/dtype.h"
#include "csv/dialect.h"

namespace millrace::csv {

struct SampleInput {
  std::string_view head;                  // the first bytes of the file
  bool head_is_all = false;               // the file has no other bytes
  std::vector<std::string_view> windows;  // bytes from elsewhere in the file; begin and end anywhere in a row
};

// What the user said; the rest is guessed.
struct SniffOptions {
  std::optional<char> delimiter;
  std::optional<char> quote;   // 0: none
  std::optional<char> escape;  // by default the quote
  char comment = 0;            // 0: none
  std::optional<bool> header;
  bool infer = true;  // false: every column is utf8
  bool dates = true;  // false: dates and timestamps stay utf8
  int32_t skip_rows = 0;
  size_t max_columns = 100'000;
  std::vector<std::string> null_values = {""};
  Dialect::Encoding encoding = Dialect::Encoding::Utf8;
};

struct RenamedColumn {
  std::string from;
  std::string to;
};

struct Sniffed {
  Dialect dialect;
  Schema columns;                      // all nullable: a sample cannot promise the rest of the file
  std::vector<RenamedColumn> renamed;  // headers that were empty or not the first of their name
  int64_t sample_rows = 0;             // data rows that the types rest on
};

// Errors: ERR_FILE_EMPTY (no row), ERR_CSV_ENCODING (UTF-16, compressed or binary bytes; header not UTF-8),
// ERR_CSV_TOO_MANY_COLUMNS, ERR_CSV_FIELD_TOO_LARGE (the first row does not end within the head: a caller with more
// bytes may try again with a longer one).
Result<Sniffed> sniff(const SampleInput& input, const SniffOptions& options);

}  // namespace millrace::csv
