// How the bytes of a CSV file are divided into rows and fields. Decided by sniff(), carried by the plan.
#pragma once
#include <cstdint>

namespace millrace::csv {

struct Dialect {
  enum class Newline : uint8_t { Lf, Any };  // Lf: '\n' and "\r\n"; Any: a lone '\r' ends a row too
  enum class Encoding : uint8_t { Utf8, Latin1 };

  char delimiter = ',';
  char quote = '"';   // 0: none
  char escape = '"';  // == quote: a doubled quote; ignored when there is no quote
  char comment = 0;   // 0: none; lines that begin with it are not rows
  bool header = true;
  int32_t skip_rows = 0;  // physical lines dropped before anything else
  Newline newline = Newline::Lf;
  Encoding encoding = Encoding::Utf8;
};

}  // namespace millrace::csv
