// The vocabulary of integers.inl.h and decimals.inl.h for x86 with SSE4.1 and later: shared by the AVX2 and AVX-512
// levels, whose wider registers have no use for a 16-byte field.

struct Bytes16 {
  __m128i bytes;
  static Bytes16 load(const char* from) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))}; }
  Bytes16 digits() const { return {_mm_sub_epi8(bytes, _mm_set1_epi8('0'))}; }
  Bytes16 shuffled(const uint8_t* control) const {
    return {_mm_shuffle_epi8(bytes, _mm_load_si128(reinterpret_cast<const __m128i*>(control)))};
  }
  Bytes16 masked(const uint8_t* mask) const {
    return {_mm_and_si128(bytes, _mm_load_si128(reinterpret_cast<const __m128i*>(mask)))};
  }
};

// Bit i = byte i is at most 9.
static inline uint32_t digit_bits(Bytes16 x) {
  const __m128i at_most_9 = _mm_cmpeq_epi8(_mm_min_epu8(x.bytes, _mm_set1_epi8(9)), x.bytes);
  return static_cast<uint32_t>(_mm_movemask_epi8(at_most_9));
}

static inline uint64_t leading_digits(Bytes16 x) { return static_cast<uint64_t>(__builtin_ctz(~digit_bits(x))); }
static inline bool any_other(Bytes16 x) { return digit_bits(x) != 0xffff; }

static inline uint64_t digit_pair(Bytes16 x) {
  const __m128i twos = _mm_maddubs_epi16(x.bytes, _mm_set1_epi16(0x010a));
  const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(0x00010064));
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(0x00012710));
  return static_cast<uint64_t>(_mm_cvtsi128_si64(eights));
}
