// Comparing and searching the bytes of strings, eight at a time. Loads may run past the end of a string by less than
// kStringPadding bytes, which are always readable; what they hold is masked away.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

#include "column/vector.h"

namespace millrace::expr {

inline uint64_t load_eight(const char* at) {
  uint64_t eight;
  std::memcpy(&eight, at, 8);
  return eight;
}

// The first `size` (1 to 8) bytes at `at`, the rest 0.
inline uint64_t load_up_to_eight(const char* at, uint64_t size) {
  return load_eight(at) & (~uint64_t{0} >> (64 - size * 8));
}

inline bool equal_bytes(const char* a, const char* b, uint64_t size) {
  for (; size > 8; size -= 8, a += 8, b += 8) {
    if (load_eight(a) != load_eight(b)) return false;
  }
  return size == 0 || load_up_to_eight(a, size) == load_up_to_eight(b, size);
}

inline bool equal_bytes(const StringRef& a, const StringRef& b) {
  return a.size == b.size && equal_bytes(a.data, b.data, a.size);
}

// The first place of a text that is not empty in the bytes up to `end`, or null. memchr, which the C library
// vectorises, finds candidates by the first byte.
inline const char* find_bytes(const char* at, const char* end, const StringRef& needle) {
  if (static_cast<uint64_t>(end - at) < needle.size) return nullptr;
  const char* last = end - needle.size;
  while (at <= last) {
    at = static_cast<const char*>(std::memchr(at, needle.data[0], static_cast<size_t>(last - at) + 1));
    if (!at || equal_bytes(at, needle.data, needle.size)) return at;
    at++;
  }
  return nullptr;
}

// Below, at or above 0, by unsigned bytes, which is also the order of code points. Most pairs differ in the first
// eight.
inline int compare_bytes(const StringRef& a, const StringRef& b) {
  const uint64_t size = a.size < b.size ? a.size : b.size;
  if (size > 0) {
    const uint64_t first = size < 8 ? size : 8;
    const uint64_t head_a = __builtin_bswap64(load_up_to_eight(a.data, first));
    const uint64_t head_b = __builtin_bswap64(load_up_to_eight(b.data, first));
    if (head_a != head_b) return head_a < head_b ? -1 : 1;
    const int order = size > 8 ? std::memcmp(a.data + 8, b.data + 8, size - 8) : 0;
    if (order != 0) return order;
  }
  return (a.size > b.size) - (a.size < b.size);
}

// Copies in steps of 16 bytes, past both ends: up to 15 bytes behind `to + size` are overwritten too. `to` may begin
// where the text ends.
inline void copy_past_end(char* to, const char* from, uint64_t size) {
  for (uint64_t i = 0; i < size; i += 16) std::memmove(to + i, from + i, 16);
}

// Exactly the bytes; returns what comes behind them.
inline char* append_bytes(char* to, const StringRef& text) {
  if (text.size > 0) std::memcpy(to, text.data, text.size);
  return to + text.size;
}

}  // namespace millrace::expr
