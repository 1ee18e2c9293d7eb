// AVX2 with BMI, POPCNT and PCLMUL: Intel since Haswell, AMD since Excavator.
#include "simd/levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "simd/generic/target_region.h"

MILLRACE_TARGET_BEGIN("avx2,bmi,bmi2,popcnt,pclmul")
namespace millrace::simd {
namespace {

struct Block64 {
  __m256i low;
  __m256i high;
  static Block64 load(const char* from) {
    const auto* at = reinterpret_cast<const __m256i*>(from);
    return {_mm256_loadu_si256(at), _mm256_loadu_si256(at + 1)};
  }
  static uint64_t join(__m256i low, __m256i high) {
    return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
           static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
  }
  uint64_t eq(char byte) const {
    const __m256i wanted = _mm256_set1_epi8(byte);
    return join(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
  }
  uint64_t high_bits() const { return join(low, high); }
};

#include "simd/generic/bits.inl.h"

inline uint64_t prefix_xor(uint64_t mask) {
  const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(mask)), _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}
// The positions of the set bits of each byte value, as bytes.
struct BytePositions {
  uint64_t packed[256];
  constexpr BytePositions() : packed() {
    for (int byte = 0; byte < 256; byte++) {
      int count = 0;
      for (uint64_t bit = 0; bit < 8; bit++) {
        if (byte >> bit & 1) packed[byte] |= bit << (8 * count++);
      }
    }
  }
};
constexpr BytePositions kBytePositions;

// Dense masks go through a table a byte at a time, whatever the mask: the loop over bits mispredicts its end more often
// the more bits there are. On Zen 3 the index of narrow columns (11 ends in 64 bytes) gains 30 %; up to 8 the loop is
// ahead.
inline void flatten(uint64_t mask, uint32_t base, uint32_t* out) {
  if (__builtin_popcountll(mask) <= 8) return flatten_loop(mask, base, out);
  __m256i bases = _mm256_set1_epi32(static_cast<int>(base));
  for (int i = 0; i < 8; i++) {
    const auto byte = static_cast<uint8_t>(mask >> (8 * i));
    const __m128i packed = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&kBytePositions.packed[byte]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi32(_mm256_cvtepu8_epi32(packed), bases));
    out += __builtin_popcount(byte);
    bases = _mm256_add_epi32(bases, _mm256_set1_epi32(8));
  }
}

#include "simd/generic/ranges.inl.h"
#include "simd/generic/structural.inl.h"

#include "simd/generic/bytes16_x86.inl.h"
#include "simd/generic/decimals.inl.h"
#include "simd/generic/integers.inl.h"

inline uint64_t extract_bits(uint64_t word, uint64_t mask) { return _pext_u64(word, mask); }
inline uint32_t has_key(const uint64_t* group, uint64_t key) {
  const __m256i wanted = _mm256_set1_epi64x(static_cast<long long>(key));
  const auto half = [&](const uint64_t* at) {
    const __m256i keys = _mm256_srli_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)), 24);
    return static_cast<uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(keys, wanted))));
  };
  return half(group) | half(group + 4) << 4;
}
#include "simd/generic/pack_strings.inl.h"

constexpr KernelTable kTable{"avx2",         index_plain,       index_quoted,     count_byte,
                             is_ascii,       range_of_integers, range_of_doubles, parse_decimals,
                             parse_integers, nullptr,           pack_strings,     find_packed};

}  // namespace
}  // namespace millrace::simd
MILLRACE_TARGET_END

namespace millrace::simd {
const KernelTable* avx2_kernels() { return &kTable; }
}  // namespace millrace::simd
#else
namespace millrace::simd {
const KernelTable* avx2_kernels() { return nullptr; }
}  // namespace millrace::simd
#endif
