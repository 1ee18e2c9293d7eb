// Order-preserving 64-bit words: unsigned comparison of the words is the order of the values.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "column/column.h"

namespace millrace::sort {

template <class T>
inline uint64_t order_word(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    constexpr Bits kSign = Bits{1} << (sizeof(T) * 8 - 1);
    if (value != value) return static_cast<Bits>(~Bits{0});
    const auto bits = std::bit_cast<Bits>(value + T{0});  // -0 + 0 is 0
    return static_cast<Bits>(bits & kSign ? ~bits : bits | kSign);
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<uint64_t>(static_cast<int64_t>(value)) ^ (uint64_t{1} << 63);
  } else {
    return value;
  }
}

// The eight bytes from `depth` as a big-endian word, zeros behind the end. Reads up to eight bytes behind the string,
// which the padding of its buffer allows.
inline uint64_t string_word(const StringRef& string, uint64_t depth) {
  if (string.size <= depth) return 0;
  unsigned char bytes[8];
  std::memcpy(bytes, string.data + depth, sizeof(bytes));
  uint64_t word = 0;
  for (const unsigned char byte : bytes) word = word << 8 | byte;
  const uint64_t left = string.size - depth;
  return left >= 8 ? word : word & ~uint64_t{0} << (64 - 8 * left);
}

}  // namespace millrace::sort
