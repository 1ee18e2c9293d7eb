// Eight text bytes at a time in a 64-bit register, byte 0 of the text in the low byte on every machine.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace::swar {

inline constexpr uint64_t kOnes = 0x0101010101010101;
inline constexpr uint64_t kHighBits = 0x8080808080808080;
inline constexpr uint64_t kZeroDigits = 0x3030303030303030;

inline uint64_t load64(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  if constexpr (std::endian::native == std::endian::big) {
    uint64_t swapped = 0;
    for (int i = 0; i < 8; i++) swapped |= (word >> (8 * i) & 0xff) << (56 - 8 * i);
    word = swapped;
  }
  return word;
}

inline constexpr uint64_t repeat(char byte) { return kOnes * static_cast<uint8_t>(byte); }

// The word that load64 gives for these 8 characters.
inline constexpr uint64_t word_of(const char (&text)[9]) {
  uint64_t word = 0;
  for (int i = 0; i < 8; i++) word |= static_cast<uint64_t>(static_cast<uint8_t>(text[i])) << (8 * i);
  return word;
}

// The high bit of each zero byte; bits above the first zero byte may be wrong, the lowest set bit never is.
inline uint64_t zero_bytes(uint64_t word) { return (word - kOnes) & ~word & kHighBits; }

// Exactly the high bits of the zero bytes.
inline uint64_t zero_bytes_exact(uint64_t word) {
  constexpr uint64_t low = ~kHighBits;
  return ~(((word & low) + low) | word | low);
}

// Non-zero if a byte is above 9 (text ^ kZeroDigits turns the digits into 0..9).
inline uint64_t non_digits(uint64_t word) { return ((word + kOnes * 0x76) | word) & kHighBits; }

// The number that 8 bytes of 0..9 spell, most significant digit in the low byte. Three multiplications: pairs, fours,
// all.
inline uint64_t eight_digits(uint64_t word) {
  constexpr uint64_t mask = 0x000000ff000000ff;
  word = word * 10 + (word >> 8);
  return (((word & mask) * 0x000f424000000064) + ((word >> 16 & mask) * 0x0000271000000001)) >> 32;
}

// Reads digits from `at` on, up to the first other byte or `end`: value = value * 10^digits + their number, modulo
// 2^64. Returns where it stopped. Reads nothing outside [begin, end).
inline const char* read_digits(const char* begin, const char* at, const char* end, uint64_t& value) {
  constexpr uint64_t kPowers[8] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000};
  for (;;) {
    const auto left = static_cast<uint64_t>(end - at);
    uint64_t word;
    if (left >= 8) {
      word = load64(at) ^ kZeroDigits;
    } else if (left > 0 && end - begin >= 8) {
      word = (load64(end - 8) >> (64 - 8 * left)) ^ kZeroDigits;  // behind the end come zero bytes: no digits
    } else {
      for (; at < end && static_cast<uint8_t>(*at - '0') <= 9; at++)
        value = value * 10 + static_cast<uint64_t>(*at - '0');
      return at;
    }
    const uint64_t ends = non_digits(word);
    if (ends == 0) {
      value = value * 100'000'000 + eight_digits(word);
      at += 8;
      continue;
    }
    const auto digits = static_cast<uint64_t>(std::countr_zero(ends)) / 8;
    if (digits > 0) value = value * kPowers[digits] + eight_digits(word << (64 - 8 * digits));
    return at + digits;
  }
}

// kLowBytes[n] keeps the first n of 8 bytes.
struct LowBytes {
  uint64_t masks[9];
  constexpr LowBytes() : masks() {
    for (int n = 0; n < 9; n++) masks[n] = n == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * n)) - 1;
  }
  constexpr uint64_t operator[](size_t n) const { return masks[n]; }
};
inline constexpr LowBytes kLowBytes;

}  // namespace millrace::swar
