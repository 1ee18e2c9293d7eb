// AVX2 with BMI, POPCNT and PCLMUL: Intel since Haswell, AMD since Excavator.
#include "simd/levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "simd/generic/target_region.h"

MILLRACE_TARGET_BEGIN("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")
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
inline void flatten(uint64_t mask, uint32_t base, uint32_t* out) { flatten_loop(mask, base, out); }

#include "simd/generic/structural.inl.h"

constexpr KernelTable kTable{"avx2", index_plain, index_quoted, count_byte, is_ascii};

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
