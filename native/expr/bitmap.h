// Between validity bitmaps (64 rows a word, LSB first) and Bool vectors (a byte a row, 0 or 1). Eight rows at a time by
// multiplication; the byte order within a word is little-endian, as on every platform we build for.
#pragma once
#include <cstdint>
#include <cstring>

#include "column/vector.h"

namespace millrace::expr {

inline uint32_t word_count(uint32_t rows) { return (rows + 63) / 64; }

// Eight bytes of 0 or 1 -> eight bits: the multiplication moves bit 8i to bit 56 + i.
inline uint64_t pack_eight(const uint8_t* bytes) {
  uint64_t eight;
  std::memcpy(&eight, bytes, 8);
  return eight * 0x0102040810204080u >> 56;
}

// The bits of rows [64 * word, ...) of a Bool vector. Bits past `rows` are 0.
inline uint64_t pack_word(const uint8_t* bytes, uint32_t word, uint32_t rows) {
  const uint8_t* from = bytes + word * 64;
  const uint32_t left = rows - word * 64;
  uint64_t out = 0;
  if (left >= 64) {
    for (uint32_t i = 0; i < 8; i++) out |= pack_eight(from + i * 8) << (i * 8);
    return out;
  }
  for (uint32_t i = 0; i < left; i++) out |= uint64_t{from[i]} << i;
  return out;
}

// Bits -> bytes of 0 or 1. Writes whole groups of 64: `bytes` holds kVectorRows.
inline void unpack_words(const uint64_t* words, uint32_t rows, uint8_t* bytes) {
  for (uint32_t word = 0; word < word_count(rows); word++) {
    for (uint32_t i = 0; i < 8; i++) {
      const uint64_t spread = (words[word] >> (i * 8) & 0xFF) * 0x0101010101010101u & 0x8040201008040201u;
      const uint64_t eight = (spread + 0x7F7F7F7F7F7F7F7Fu) >> 7 & 0x0101010101010101u;
      std::memcpy(bytes + word * 64 + i * 8, &eight, 8);
    }
  }
}

}  // namespace millrace::expr
