// Field text -> typed vectors, one column of one batch at a time.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/memory.h"
#include "column/vector.h"

namespace millrace::csv {

// Where the fields of one column stand: field `r` is chunk[ends[r * stride - 1] + 1 .. ends[r * stride]), quotes
// included. (`ends` points at the column's own entry of row 0 in the structural index; the entry before it is the end
// of the previous column, or of the previous row.) At least kBufferPadding bytes behind the last field are readable,
// and 16 bytes before the chunk's first byte.
struct FieldSource {
  const char* chunk;
  const uint32_t* ends;
  uint32_t stride;
  bool quoted;         // some field of the batch may be quoted; false allows skipping every quote test
  bool trim_return;    // the last column of a file with CRLF line ends: drop one '\r' at the end of the field
  char quote;          // 0: the dialect has no quote character
  char escape;         // == quote for doubled quotes
  bool ascii = false;  // the chunk has no quote and no byte >= 0x80: a text is what stands between the ends
  uint32_t begin(uint32_t row) const { return ends[static_cast<int64_t>(row) * stride - 1] + 1; }
  uint32_t end(uint32_t row) const { return ends[static_cast<int64_t>(row) * stride]; }
};

// The reasons for which a field does not become a value.
enum class Reason : uint8_t { None, NotANumber, OutOfRange, NotABool, NotADate, BadQuote, BadUtf8, NullInNonNullable };

struct ConvertOptions {
  TypeId type;
  // Null tokens; a null pointer or an empty list means [""]. An unquoted field equal to one is null in every type, also
  // where it would be a value (0, true). Quoted, it is null in every type but strings, which hold it as a text.
  const std::vector<std::string>* null_tokens;
  bool nullify_bad = false;  // onError 'null': a field that does not convert becomes null and is counted
  bool latin1 = false;       // encoding: bytes >= 0x80 are transcoded to UTF-8 (strings only)
};

// The first field (lowest row position in the selection) that did not convert.
struct ConvertFailure {
  Reason reason = Reason::None;
  uint32_t row = 0;  // row of the batch, not of the selection
};

// Reused output memory of one column: kVectorRows values and validity words, and an arena for text that had to be
// unescaped or transcoded (cleared by each call).
class ConvertedColumn {
 public:
  explicit ConvertedColumn(MemoryBudget* budget) : data_(budget), arena_(budget) {}
  // Converts the fields of `selection[0..count)` (or rows 0..count when null) into values 0..count. On failure without
  // nullify_bad `failure` is set and the values from there on are unspecified. The Status is only for memory.
  Status convert(const FieldSource& source, const ConvertOptions& options, const uint32_t* selection, uint32_t count,
                 ConvertFailure& failure);
  const Vector& vector() const { return vector_; }
  uint32_t nullified() const { return nullified_; }  // bad fields turned into nulls by the last call

 private:
  Vector vector_;
  Buffer data_;
  Arena arena_;
  uint64_t validity_[kValidityWords];
  uint32_t nullified_ = 0;
};

// The text of a field as a user wrote it, for error messages: unquoted, cut to 200 bytes.
std::string field_text(const FieldSource& source, uint32_t row);

}  // namespace millrace::csv
