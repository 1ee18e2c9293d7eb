// One UTF-8 code point at a time, for the paths that ASCII does not take. Strings are validated where they enter the
// engine; bytes that are not well-formed all the same are passed through, one by one, and never read past the end.
#pragma once
#include <cstdint>

#include "column/vector.h"

namespace millrace::expr {

struct CodePoint {
  uint32_t value;
  uint32_t bytes;  // consumed; 1 with a value above 0x10FFFF for a byte that begins no character
};

inline constexpr uint32_t kNotACharacter = 0xFFFFFFFF;

inline CodePoint decode_code_point(const char* at, const char* end) {
  const auto byte = [at](uint32_t i) { return static_cast<uint8_t>(at[i]); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const uint32_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || static_cast<uint64_t>(end - at) < bytes) return {kNotACharacter, 1};
  uint32_t value = lead & (0x7Fu >> bytes);
  for (uint32_t i = 1; i < bytes; i++) {
    if ((byte(i) & 0xC0) != 0x80) return {kNotACharacter, 1};
    value = value << 6 | (byte(i) & 0x3F);
  }
  return {value, bytes};
}

// All bytes but continuation bytes (10xxxxxx) begin a code point.
inline bool begins_code_point(char byte) { return static_cast<int8_t>(byte) >= -64; }

inline int64_t count_code_points(const StringRef& text) {
  int64_t count = 0;
  for (uint64_t i = 0; i < text.size; i++) count += begins_code_point(text.data[i]);
  return count;
}

// Writes up to 4 bytes; returns how many.
inline uint32_t encode_code_point(uint32_t value, char* out) {
  const auto continuation = [value](uint32_t shift) { return static_cast<char>(0x80 | (value >> shift & 0x3F)); };
  if (value < 0x80) {
    out[0] = static_cast<char>(value);
    return 1;
  }
  if (value < 0x800) {
    out[0] = static_cast<char>(0xC0 | value >> 6);
    out[1] = continuation(0);
    return 2;
  }
  if (value < 0x10000) {
    out[0] = static_cast<char>(0xE0 | value >> 12);
    out[1] = continuation(6);
    out[2] = continuation(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | value >> 18);
  out[1] = continuation(12);
  out[2] = continuation(6);
  out[3] = continuation(0);
  return 4;
}

}  // namespace millrace::expr
