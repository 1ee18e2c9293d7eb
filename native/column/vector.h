// The unit of execution: up to kVectorRows values of one column, and a Batch of such columns. Views: whoever made the
// data (a scan, an expression evaluator, a memory frame) owns it until its next call.
#pragma once
#include <cstdint>
#include <vector>

#include "base/string_ref.h"
#include "column/dtype.h"

namespace millrace {

// 2,048 rows keep a few 8-byte columns inside a 32-48 KB L1d. A test knob lowers the rows in a batch, never the
// buffers.
inline constexpr uint32_t kVectorRows = 2048;
inline constexpr uint32_t kValidityWords = kVectorRows / 64;

// `data` is `rows` values of type_width(type) bytes: uint8_t 0/1 for Bool, StringRef for strings. `validity` is an
// LSB-first bitmap (bit set = not null), or null when no row is null. The value under a null is unspecified but
// initialised (a StringRef under a null is readable: it may be empty). Bits past the row count are unspecified.
//
// Strings of a column that is kept in memory may come with their codes: data[i] is dictionary->refs[codes[i]], which
// spares whoever groups by them the hashing. Where nothing but the codes is read, `data` may be null.
struct Dictionary;
struct Vector {
  TypeId type = TypeId::Bool;
  const void* data = nullptr;
  const uint64_t* validity = nullptr;
  const uint32_t* codes = nullptr;
  const Dictionary* dictionary = nullptr;

  template <class T>
  const T* as() const {
    return static_cast<const T*>(data);
  }
  bool is_valid(uint32_t row) const { return !validity || (validity[row >> 6] >> (row & 63) & 1); }
};

// Columns stand at the index of the schema they belong to; columns that a step does not read may have null data.
struct Batch {
  uint32_t rows = 0;
  std::vector<Vector> columns;
};

}  // namespace millrace
