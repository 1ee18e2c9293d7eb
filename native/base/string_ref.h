#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// A string of UTF-8 bytes, not terminated. At least kStringPadding bytes behind the end are readable, so that a
// kernel may load 16 bytes at once from `data` whatever `size` is.
struct StringRef {
  const char* data;
  uint64_t size;
  std::string_view view() const { return {data, static_cast<size_t>(size)}; }
};
inline constexpr size_t kStringPadding = 32;

}  // namespace millrace
