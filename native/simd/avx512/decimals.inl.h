// Decimals, four at a time; the contract is that of generic/decimals.inl.h.

// Plus the number of characters before the dot, in every byte: brings integer digits right-aligned to bytes 0..7 of a
// lane and what follows the dot to bytes 8..15.
struct AlignBase {
  alignas(64) uint8_t bytes[64];
  constexpr AlignBase() : bytes() {
    for (int i = 0; i < 64; i++) bytes[i] = static_cast<uint8_t>(i % 16 < 8 ? i % 16 - 8 : i % 16 - 7);
  }
};
constexpr AlignBase kAlignBase;

struct DecimalShape {
  uint64_t negative;  // bit 0 of each 16-bit lane
  __m128i whole;      // characters before the dot or the end, the sign included; 16-bit lanes
  bool ok;            // of the contract's shape, all four
};

inline DecimalShape decimal_shape(const FieldQuad& quad, uint64_t refused_sizes) {
  constexpr uint64_t kFirsts = 0x0001000100010001;
  const uint64_t inside = _mm512_cmplt_epu8_mask(_mm512_load_si512(kByteInLane.bytes), quad.size_bytes);
  const uint64_t dots = _mm512_cmpeq_epi8_mask(quad.text, _mm512_set1_epi8('.'));
  const uint64_t negative = _mm512_cmpeq_epi8_mask(quad.text, _mm512_set1_epi8('-')) & inside & kFirsts;
  const uint64_t others = inside & ~digit_mask(quad.text) & ~negative;  // to be one dot at most
  // The first of them, or the end. A lane of 0 is 16 digits: too many, and found below, so that the borrow from the
  // lane above it does no harm.
  const uint64_t ends = others | ~inside;
  const uint64_t below = ends - kFirsts;
  const __m128i whole = _mm_popcnt_epi16(words_of(~ends & below));
  const __m128i digits_less_1 = _mm_sub_epi16(_mm_sub_epi16(whole, words_of(negative)), _mm_set1_epi16(1));
  const __m128i tail = _mm_sub_epi16(_mm256_cvtepi64_epi16(quad.sizes), whole);
  const __mmask8 too_long =
      _mm_cmpgt_epu16_mask(digits_less_1, _mm_set1_epi16(6)) | _mm_cmpgt_epu16_mask(tail, _mm_set1_epi16(9));
  const uint64_t bad_bytes = (others & ~dots) | (ends & below & inside);
  return {negative, whole, (bad_bytes | (too_long & 0xf)) == 0 && sizes_fit(quad, refused_sizes)};
}

inline __m256d decimal_values(const FieldQuad& quad, const DecimalShape& shape) {
  const __m512i whole =
      _mm512_permutexvar_epi8(_mm512_load_si512(kWordOfLane.bytes), _mm512_castsi128_si512(shape.whole));
  const __m512i control = _mm512_add_epi8(_mm512_load_si512(kAlignBase.bytes), whole);
  // The sign is below '0': 0 here.
  const __m512i digits = _mm512_subs_epu8(quad.text, _mm512_set1_epi8('0'));
  const __mmask64 present = _mm512_cmplt_epu8_mask(control, quad.size_bytes);
  const __m256i magnitudes = sixteen_digits(_mm512_maskz_shuffle_epi8(present, digits, control));
  // Both operands are exact, so the quotient is correctly rounded (Clinger, 1990).
  const __m256d quotients = _mm256_div_pd(_mm256_cvtepi64_pd(magnitudes), _mm256_set1_pd(1e8));
  const __m256i signs = _mm256_cvtepu16_epi64(words_of(shape.negative));
  return _mm256_xor_pd(quotients, _mm256_castsi256_pd(_mm256_slli_epi64(signs, 63)));
}

static size_t parse_decimals_by_four(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                                     double* out) {
  const auto quads = [=](const FieldSpan* four, double* values) {
    const FieldQuad quad = load_heads(chunk, four);
    const DecimalShape shape = decimal_shape(quad, refused_sizes);
    if (shape.ok) _mm256_storeu_pd(values, decimal_values(quad, shape));
    return shape.ok;
  };
  const auto singles = [=](const FieldSpan* some, size_t n, double* values) {
    return parse_decimals(chunk, some, n, refused_sizes, values);
  };
  return parse_by_four(fields, count, out, quads, singles);
}
