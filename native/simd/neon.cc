// AArch64 baseline: NEON.
#include "simd/levels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

namespace millrace::simd {
namespace {

struct Block64 {
  uint8x16_t part[4];
  static Block64 load(const char* from) {
    const auto* at = reinterpret_cast<const uint8_t*>(from);
    return {{vld1q_u8(at), vld1q_u8(at + 16), vld1q_u8(at + 32), vld1q_u8(at + 48)}};
  }
  // One bit a byte by three pairwise additions of weighted lanes (Langdale and Lemire's movemask for NEON).
  static uint64_t join(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t ab = vpaddq_u8(vandq_u8(a, weights), vandq_u8(b, weights));
    const uint8x16_t cd = vpaddq_u8(vandq_u8(c, weights), vandq_u8(d, weights));
    const uint8x16_t abcd = vpaddq_u8(ab, cd);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(abcd, abcd)), 0);
  }
  uint64_t eq(char byte) const {
    const uint8x16_t wanted = vdupq_n_u8(static_cast<uint8_t>(byte));
    return join(vceqq_u8(part[0], wanted), vceqq_u8(part[1], wanted), vceqq_u8(part[2], wanted),
                vceqq_u8(part[3], wanted));
  }
  uint64_t high_bits() const {
    const uint8x16_t limit = vdupq_n_u8(0x80);
    return join(vcgeq_u8(part[0], limit), vcgeq_u8(part[1], limit), vcgeq_u8(part[2], limit), vcgeq_u8(part[3], limit));
  }
};

#include "simd/generic/bits.inl.h"

// Six exclusive ors with a shifted operand: a carry-less multiplication, which not every AArch64 has, would take the
// mask to a vector register and back.
inline uint64_t prefix_xor(uint64_t mask) { return prefix_xor_shifts(mask); }
inline void flatten(uint64_t mask, uint32_t base, uint32_t* out) { flatten_loop(mask, base, out); }

#include "simd/generic/ranges.inl.h"
#include "simd/generic/structural.inl.h"

#include "simd/generic/bytes16_neon.inl.h"
#include "simd/generic/integers.inl.h"

}  // namespace

const KernelTable* neon_kernels() {
  static constexpr KernelTable table{"neon",           index_plain, index_quoted,
                                     count_byte,       is_ascii,    range_of_integers,
                                     range_of_doubles, nullptr,     parse_integers};
  return &table;
}

}  // namespace millrace::simd
#else
namespace millrace::simd {
const KernelTable* neon_kernels() { return nullptr; }
}  // namespace millrace::simd
#endif
