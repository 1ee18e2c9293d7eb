// x86-64 baseline: SSE2 only.
#include "simd/levels.h"

#if defined(__x86_64__)
#include <emmintrin.h>

namespace millrace::simd {
namespace {

struct Block64 {
  __m128i part[4];
  static Block64 load(const char* from) {
    const auto* at = reinterpret_cast<const __m128i*>(from);
    return {{_mm_loadu_si128(at), _mm_loadu_si128(at + 1), _mm_loadu_si128(at + 2), _mm_loadu_si128(at + 3)}};
  }
  static uint64_t join(__m128i a, __m128i b, __m128i c, __m128i d) {
    const auto low = static_cast<uint64_t>(_mm_movemask_epi8(a)) | static_cast<uint64_t>(_mm_movemask_epi8(b)) << 16;
    const auto high = static_cast<uint64_t>(_mm_movemask_epi8(c)) | static_cast<uint64_t>(_mm_movemask_epi8(d)) << 16;
    return low | high << 32;
  }
  uint64_t eq(char byte) const {
    const __m128i wanted = _mm_set1_epi8(byte);
    return join(_mm_cmpeq_epi8(part[0], wanted), _mm_cmpeq_epi8(part[1], wanted), _mm_cmpeq_epi8(part[2], wanted),
                _mm_cmpeq_epi8(part[3], wanted));
  }
  uint64_t high_bits() const { return join(part[0], part[1], part[2], part[3]); }
};

#include "simd/generic/bits.inl.h"

inline uint64_t prefix_xor(uint64_t mask) { return prefix_xor_shifts(mask); }
inline void flatten(uint64_t mask, uint32_t base, uint32_t* out) { flatten_loop(mask, base, out); }

#include "simd/generic/ranges.inl.h"
#include "simd/generic/structural.inl.h"

}  // namespace

const KernelTable* sse2_kernels() {
  static constexpr KernelTable table{"sse2",   index_plain,       index_quoted,    count_byte,
                                     is_ascii, range_of_integers, range_of_doubles};
  return &table;
}

}  // namespace millrace::simd
#else
namespace millrace::simd {
const KernelTable* sse2_kernels() { return nullptr; }
}  // namespace millrace::simd
#endif
