// Integers, four at a time; the contract is that of generic/integers.inl.h.

static size_t parse_integers_by_four(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                                     int64_t* out) {
  constexpr uint64_t kLasts = 0x8000800080008000;
  const auto quads = [=](const FieldSpan* four, int64_t* values) {
    const FieldQuad quad = load_tails(chunk, four);
    const __m512i from_end = _mm512_add_epi8(_mm512_load_si512(kByteInLane.bytes), quad.size_bytes);
    const uint64_t inside = _mm512_cmpgt_epu8_mask(from_end, _mm512_set1_epi8(15));  // each lane's last `size` bytes
    const uint64_t firsts = inside & ~((inside & ~kLasts) << 1);
    const uint64_t negative = _mm512_cmpeq_epi8_mask(quad.text, _mm512_set1_epi8('-')) & firsts;
    const uint64_t digits = digit_mask(quad.text) & inside;
    // Nothing but digits and the sign, and at least one digit.
    if ((digits | negative) != inside || (digits & kLasts) != kLasts || !sizes_fit(quad, refused_sizes)) [[unlikely]]
      return false;
    const __m256i magnitudes = sixteen_digits(_mm512_maskz_subs_epu8(inside, quad.text, _mm512_set1_epi8('0')));
    const __mmask8 negate = _mm_test_epi16_mask(words_of(negative), words_of(~uint64_t{0}));
    const __m256i numbers = _mm256_mask_sub_epi64(magnitudes, negate, _mm256_setzero_si256(), magnitudes);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(values), numbers);
    return true;
  };
  const auto singles = [=](const FieldSpan* some, size_t n, int64_t* values) {
    return parse_integers(chunk, some, n, refused_sizes, values);
  };
  return parse_by_four(fields, count, out, quads, singles);
}
