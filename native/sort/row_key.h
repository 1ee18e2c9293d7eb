// The keys of a row as bytes whose order is the order of the rows.
//
// Each key is [1 for a value; 0 or 2 for null, first or last] and the value: fixed widths as eight bytes, big end
// first, strings as their bytes (0 as 0 255) and 0 0 at the end. A descending key has all bits of its value flipped.
// Strings past kMostTextBytes are cut, and whatever follows them left out: rows that differ only there get equal bytes,
// never such of the wrong order.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "column/vector.h"

namespace millrace::sort {

struct KeyOrder {
  bool descending = false;
  bool nulls_first = false;  // whatever the direction
};

inline constexpr size_t kMostTextBytes = 256;  // unless told otherwise

class RowKeys {
 public:
  explicit RowKeys(std::vector<KeyOrder> orders, size_t most_text_bytes = kMostTextBytes)
      : orders_(std::move(orders)), most_text_bytes_(most_text_bytes), words_(orders_.size()) {}

  // Forgets the rows before. `keys` in the order of the orders; rows <= kVectorRows.
  void encode(const Vector* keys, uint32_t rows);
  std::string_view key(uint32_t row) const {
    return std::string_view(bytes_).substr(starts_[row], starts_[row + 1] - starts_[row]);
  }
  // Whether bytes were left out.
  bool cut(uint32_t row) const { return cut_[row]; }

 private:
  bool append_text(const StringRef& text, bool descending);

  const std::vector<KeyOrder> orders_;
  const size_t most_text_bytes_;
  std::vector<std::vector<uint64_t>> words_;  // by key of fixed width, by row
  std::string bytes_;
  std::vector<size_t> starts_;
  std::vector<bool> cut_;
};

}  // namespace millrace::sort
