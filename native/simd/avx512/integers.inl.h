// Integers, eight or four at a time; the contract is that of generic/integers.inl.h.

// The 8 bytes up to each field's end.
inline __m512i load_short_tails(const char* chunk, const FieldSpan* f) {
  const auto two = [=](int i) {
    const auto tail = [&](int at) { return reinterpret_cast<const double*>(chunk + f[at].begin + f[at].size - 8); };
    return _mm_loadh_pd(_mm_load_sd(tail(i)), tail(i + 1));
  };
  const __m256d low = _mm256_insertf128_pd(_mm256_castpd128_pd256(two(0)), two(2), 1);
  const __m256d high = _mm256_insertf128_pd(_mm256_castpd128_pd256(two(4)), two(6), 1);
  return _mm512_castpd_si512(_mm512_insertf64x4(_mm512_castpd256_pd512(low), high, 1));
}

// Eight fields of 1 to 8 digits without a sign, what most integers are: half the instructions a field of four at a
// time. False where one of them is something else.
inline bool parse_octet(const char* chunk, const FieldSpan* fields, uint64_t refused_sizes, int64_t* values) {
  const __m512i sizes = _mm512_srli_epi64(_mm512_loadu_si512(fields), 32);
  const __m512i shifts = _mm512_sub_epi64(_mm512_set1_epi64(64), _mm512_slli_epi64(sizes, 3));
  const __m512i inside = _mm512_sllv_epi64(_mm512_set1_epi64(-1), shifts);  // each lane's last `size` bytes
  const __m512i text = load_short_tails(chunk, fields);
  const __m512i digits = _mm512_and_si512(_mm512_sub_epi8(text, _mm512_set1_epi8('0')), inside);
  const __m512i refused = _mm512_set1_epi64(static_cast<long long>(refused_sizes));
  const __mmask8 other_size =
      _mm512_cmpgt_epu64_mask(_mm512_sub_epi64(sizes, _mm512_set1_epi64(1)), _mm512_set1_epi64(7)) |
      _mm512_test_epi64_mask(_mm512_sllv_epi64(_mm512_set1_epi64(1), sizes), refused);
  const __mmask64 other_byte = _mm512_cmpgt_epu8_mask(digits, _mm512_set1_epi8(9));
  if ((other_byte | other_size) != 0) return false;
  const __m512i twos = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010a));
  const __m512i fours = _mm512_madd_epi16(twos, _mm512_set1_epi32(0x00010064));
  const __m512i eights =
      _mm512_add_epi64(_mm512_mul_epu32(fours, _mm512_set1_epi64(10000)), _mm512_srli_epi64(fours, 32));
  _mm512_storeu_si512(values, eights);
  return true;
}

static size_t parse_integers_by_eight(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
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
  // Where one octet is of another shape the next ones mostly are, too.
  constexpr size_t kBehindOther = 64;
  size_t i = 0;
  while (i + 8 <= count) {
    if (parse_octet(chunk, fields + i, refused_sizes, out + i)) {
      i += 8;
      continue;
    }
    const size_t some = count - i < kBehindOther ? count - i : kBehindOther;
    const size_t done = parse_by_four(fields + i, some, out + i, quads, singles);
    i += done;
    if (done < some) return i;
  }
  return i + parse_by_four(fields + i, count - i, out + i, quads, singles);
}
