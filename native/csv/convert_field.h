// The state of one conversion and the cold path of a single field; the loops over fields are in convert_loop.h.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "column/text.h"
#include "column/vector.h"
#include "csv/convert.h"
#include "simd/kernels.h"

namespace millrace::csv {

// The null tokens of a column. A hot loop asks only `lengths`: bit n says that a field of n (mod 64) bytes may be one.
class NullTokens {
 public:
  explicit NullTokens(const std::vector<std::string>* tokens);
  bool contains(std::string_view text) const;
  uint64_t lengths() const { return lengths_; }

 private:
  const std::vector<std::string>* tokens_;  // null: the empty text is the only token
  uint64_t lengths_ = 0;
};

// What the quotes of a field say about it.
struct UnquotedField {
  std::string_view text;  // without the quotes, still escaped
  bool quoted = false;
  bool escaped = false;    // `text` holds doubled quotes or escapes
  bool malformed = false;  // begins with a quote that is not closed by its last byte
};

// Within quotes a doubled quote stands for one (escape == quote), or the escape for the character behind it.
UnquotedField unquote(std::string_view field, char quote, char escape);

// Writes `text` without its escapes to `out` (text.size() bytes suffice) and returns the size.
size_t unescape(std::string_view text, char escape, char* out);

std::string_view trim_blanks(std::string_view text);

using simd::FieldSpan;

// Loops over fields take them in blocks: what stride, selection and line ends mean for a field is settled before, so
// that a type's loop keeps its registers for the conversion.
inline constexpr uint32_t kBlockRows = 256;

// Shared by the loop and the cold path of one convert() call.
struct Conversion {
  const FieldSource& source;
  const ConvertOptions& options;
  const uint32_t* selection;
  uint32_t count;
  ConvertFailure& failure;
  uint64_t* validity;
  NullTokens tokens;
  bool has_nulls = false;
  uint32_t nullified = 0;

  uint32_t row(uint32_t i) const { return selection ? selection[i] : i; }
  // take(i, begin, size) for the fields of the values first + i, 0 <= i < rows.
  template <class Take>
  void each_field(uint32_t first, uint32_t rows, Take take) const;
  // The same, written down.
  void locate(uint32_t first, uint32_t rows, FieldSpan* spans) const;
  void set_null(uint32_t i);
  // Records the failure of value `i`, or makes it a null. True if the loop goes on.
  bool reject(uint32_t i, Reason reason);
};

namespace detail {

template <bool selected, bool trim_return, class Take>
void each_field(const FieldSource& source, const uint32_t* selection, uint32_t first, uint32_t rows, Take take) {
  for (uint32_t i = 0; i < rows; i++) {
    const uint32_t row = selected ? selection[first + i] : first + i;
    const uint32_t begin = source.begin(row);
    uint32_t end = source.end(row);
    if constexpr (trim_return) end -= end > begin && source.chunk[end - 1] == '\r';
    take(i, begin, end - begin);
  }
}

}  // namespace detail

template <class Take>
void Conversion::each_field(uint32_t first, uint32_t rows, Take take) const {
  if (selection) {
    source.trim_return ? detail::each_field<true, true>(source, selection, first, rows, take)
                       : detail::each_field<true, false>(source, selection, first, rows, take);
  } else {
    source.trim_return ? detail::each_field<false, true>(source, selection, first, rows, take)
                       : detail::each_field<false, false>(source, selection, first, rows, take);
  }
}

}  // namespace millrace::csv
