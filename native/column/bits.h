// Ranges of LSB-first bitmaps.
#pragma once
#include <bit>
#include <cstdint>

namespace millrace::bits {

inline int64_t words_for(int64_t bits) { return (bits + 63) / 64; }

// The low `count` bits; 0 < count <= 64.
inline uint64_t low_mask(int64_t count) { return ~uint64_t{0} >> (64 - count); }

// Writes `count` bits at position `at`: those of `from` (null: ones), whose bits past `count` may be anything. Bits of
// `words` before `at` stay, those of its last word behind the range become 0.
inline void append(uint64_t* words, int64_t at, const uint64_t* from, int64_t count) {
  const unsigned shift = at & 63;
  uint64_t* out = words + (at >> 6);
  if (shift) *out &= low_mask(shift);
  for (int64_t done = 0; done < count; done += 64, out++) {
    const int64_t left = count - done;
    const uint64_t word = (from ? from[done >> 6] : ~uint64_t{0}) & (left < 64 ? low_mask(left) : ~uint64_t{0});
    if (shift == 0) {
      *out = word;
      continue;
    }
    *out |= word << shift;
    if (left > 64 - static_cast<int64_t>(shift)) out[1] = word >> (64 - shift);
  }
}

// Bits [first, first + count) of a bitmap of `size`, from a word's beginning: the words themselves, or a copy in
// `into`.
inline const uint64_t* range(const uint64_t* words, int64_t size, int64_t first, int64_t count, uint64_t* into) {
  words += first / 64;
  const unsigned shift = first & 63;
  if (shift == 0) return words;
  const int64_t available = words_for(size) - first / 64;
  for (int64_t word = 0; word * 64 < count; word++) {
    const uint64_t high = word + 1 < available ? words[word + 1] << (64 - shift) : 0;
    into[word] = words[word] >> shift | high;
  }
  return into;
}

// How many of the first `count` bits are 0.
inline int64_t count_zeros(const uint64_t* words, int64_t count) {
  int64_t ones = 0;
  for (int64_t done = 0; done < count; done += 64) {
    const int64_t left = count - done;
    ones += std::popcount(words[done >> 6] & (left < 64 ? low_mask(left) : ~uint64_t{0}));
  }
  return count - ones;
}

}  // namespace millrace::bits
