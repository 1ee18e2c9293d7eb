// The level without vector instructions: the reference that the others are compared with.
#include "simd/levels.h"

namespace millrace::simd {
namespace {

struct Block64 {
  const char* bytes;
  static Block64 load(const char* from) { return {from}; }
  uint64_t eq(char byte) const {
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= static_cast<uint64_t>(bytes[i] == byte) << i;
    return mask;
  }
  uint64_t high_bits() const {
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) mask |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i]) >> 7) << i;
    return mask;
  }
};

#include "simd/generic/bits.inl.h"

inline uint64_t prefix_xor(uint64_t mask) { return prefix_xor_shifts(mask); }

inline void flatten(uint64_t mask, uint32_t base, uint32_t* out) {
  for (; mask; mask &= mask - 1) *out++ = base + static_cast<uint32_t>(__builtin_ctzll(mask));
}

#include "simd/generic/ranges.inl.h"
#include "simd/generic/structural.inl.h"

}  // namespace

const KernelTable* scalar_kernels() {
  static constexpr KernelTable table{"scalar", index_plain,       index_quoted,    count_byte,
                                     is_ascii, range_of_integers, range_of_doubles};
  return &table;
}

}  // namespace millrace::simd
