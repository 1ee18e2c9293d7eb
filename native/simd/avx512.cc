// AVX-512 at the Ice Lake level (BW, VL, VBMI, VBMI2, BITALG): Intel Ice Lake and later, AMD Zen 4 and later.
#include "simd/levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "simd/generic/target_region.h"

// GCC 12 takes the undefined pass-through operand of its own intrinsics for an uninitialised read.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

MILLRACE_TARGET_BEGIN(
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512bitalg,avx2,bmi,bmi2,popcnt,pclmul")
namespace millrace::simd {
namespace {

struct Block64 {
  __m512i bytes;
  static Block64 load(const char* from) { return {_mm512_loadu_si512(from)}; }
  uint64_t eq(char byte) const { return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte)); }
  uint64_t high_bits() const { return _mm512_movepi8_mask(bytes); }
};

inline uint64_t prefix_xor(uint64_t mask) {
  const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(mask)), _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

inline void store_16(__m128i indices, __m512i base, uint32_t* out) {
  _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_cvtepu8_epi32(indices), base));
}

// Compresses the byte ramp 0..63 in a register (the form with a memory destination is microcoded on Zen 4) and widens
// sixteen indices a store.
inline void flatten(uint64_t mask, uint32_t base, uint32_t* out) {
  alignas(64) static constexpr uint8_t kRamp[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                                    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                                    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                                    48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  const __m512i packed = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(kRamp));
  const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
  const int count = __builtin_popcountll(mask);
  store_16(_mm512_castsi512_si128(packed), bases, out);
  if (count > 16) {
    store_16(_mm512_extracti32x4_epi32(packed, 1), bases, out + 16);
    if (count > 32) {
      store_16(_mm512_extracti32x4_epi32(packed, 2), bases, out + 32);
      store_16(_mm512_extracti32x4_epi32(packed, 3), bases, out + 48);
    }
  }
}

#include "simd/generic/ranges.inl.h"
#include "simd/generic/structural.inl.h"

#include "simd/generic/bytes16_x86.inl.h"
#include "simd/generic/decimals.inl.h"
#include "simd/generic/integers.inl.h"

#include "simd/avx512/field_quad.inl.h"

#include "simd/avx512/dates.inl.h"
#include "simd/avx512/decimals.inl.h"
#include "simd/avx512/integers.inl.h"

inline uint64_t extract_bits(uint64_t word, uint64_t mask) { return _pext_u64(word, mask); }
inline uint32_t has_key(const uint64_t* group, uint64_t key) {
  const __m512i keys = _mm512_srli_epi64(_mm512_loadu_si512(group), 24);
  return _mm512_cmpeq_epi64_mask(keys, _mm512_set1_epi64(static_cast<long long>(key)));
}
#include "simd/generic/pack_strings.inl.h"

constexpr KernelTable kTable{"avx512",
                             index_plain,
                             index_quoted,
                             count_byte,
                             is_ascii,
                             range_of_integers,
                             range_of_doubles,
                             parse_decimals_by_four,
                             parse_integers_by_eight,
                             parse_dates,
                             pack_strings,
                             find_packed};

}  // namespace
}  // namespace millrace::simd
MILLRACE_TARGET_END

namespace millrace::simd {
const KernelTable* avx512_kernels() { return &kTable; }
}  // namespace millrace::simd
#else
namespace millrace::simd {
const KernelTable* avx512_kernels() { return nullptr; }
}  // namespace millrace::simd
#endif
