#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
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

struct StringWords {
  uint64_t low;
  uint64_t high;
};

// masks[n] keeps the first n of 16 bytes.
struct PrefixMasks {
  StringWords masks[17];
  constexpr PrefixMasks() : masks{} {
    for (size_t size = 0; size < 17; size++) {
      for (size_t byte = 0; byte < size; byte++) {
        (byte < 8 ? masks[size].low : masks[size].high) |= uint64_t{0xff} << (byte % 8 * 8);
      }
    }
  }
};
inline constexpr PrefixMasks kPrefixMasks;

// The first 16 bytes of a text, with zeros behind its end. Reads 16 bytes whatever the size.
inline StringWords first_words(const char* text, uint64_t size) {
  const StringWords& mask = kPrefixMasks.masks[size < 16 ? size : 16];
  StringWords words;
  std::memcpy(&words.low, text, sizeof(words.low));
  std::memcpy(&words.high, text + 8, sizeof(words.high));
  return {words.low & mask.low, words.high & mask.high};
}

}  // namespace millrace
