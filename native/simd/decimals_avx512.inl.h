// Decimals from text, four fields at a time, one in each 16 bytes of a register: about 16 instructions a field, where
// one field at a time (generic/decimals.inl.h, whose contract this is) takes 40. The shape of the four is checked as
// four 16-bit lanes of one general register; a group with a field of another shape, or of more than 16 characters, is
// left to the other way, which finds the one that stops it.
//
// For AVX-512 alone: AVX2 has neither the byte permute across lanes nor the population count of words, and without
// them the bookkeeping costs what the wider arithmetic saves.

struct DecimalQuad {
  __m512i text;        // 16 bytes of each field
  __m512i size_bytes;  // each field's size in each of its 16 bytes
  __m256i sizes;       // as 64-bit numbers
};

// Lane l of the result repeats byte kFirst + kStep * l of the source.
template <int first, int step>
struct BroadcastControl {
  alignas(64) uint8_t bytes[64];
  constexpr BroadcastControl() : bytes() {
    for (int i = 0; i < 64; i++) bytes[i] = static_cast<uint8_t>(first + step * (i / 16));
  }
};
constexpr BroadcastControl<4, 8> kSizeOfSpan;  // of FieldSpan[4]
constexpr BroadcastControl<0, 2> kWordOfLane;

// Plus the number of characters before the dot, in every byte: brings integer digits right-aligned to bytes 0..7 of a
// lane and what follows the dot to bytes 8..15.
struct AlignBase {
  alignas(64) uint8_t bytes[64];
  constexpr AlignBase() : bytes() {
    for (int i = 0; i < 64; i++) bytes[i] = static_cast<uint8_t>(i % 16 < 8 ? i % 16 - 8 : i % 16 - 7);
  }
};
constexpr AlignBase kAlignBase;

struct ByteInLane {
  alignas(64) uint8_t bytes[64];
  constexpr ByteInLane() : bytes() {
    for (int i = 0; i < 64; i++) bytes[i] = static_cast<uint8_t>(i % 16);
  }
};
constexpr ByteInLane kByteInLane;

inline __m128i load_16(const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }

inline DecimalQuad load_decimals(const char* chunk, const FieldSpan* fields) {
  const __m256i spans = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(fields));
  __m512i text = _mm512_castsi128_si512(load_16(chunk + fields[0].begin));
  text = _mm512_inserti32x4(text, load_16(chunk + fields[1].begin), 1);
  text = _mm512_inserti32x4(text, load_16(chunk + fields[2].begin), 2);
  text = _mm512_inserti32x4(text, load_16(chunk + fields[3].begin), 3);
  return {text, _mm512_permutexvar_epi8(_mm512_load_si512(kSizeOfSpan.bytes), _mm512_castsi256_si512(spans)),
          _mm256_srli_epi64(spans, 32)};
}

struct DecimalShape {
  uint64_t negative;  // bit 0 of each 16-bit lane
  __m128i whole;      // characters before the dot or the end, the sign included; 16-bit lanes
  bool ok;            // of the contract's shape, all four
};

inline DecimalShape shape_of(const DecimalQuad& quad, uint64_t refused_sizes) {
  constexpr uint64_t kOnes = 0x0001000100010001;
  const uint64_t inside = _mm512_cmplt_epu8_mask(_mm512_load_si512(kByteInLane.bytes), quad.size_bytes);
  const uint64_t digits =
      _mm512_cmplt_epu8_mask(_mm512_sub_epi8(quad.text, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
  const uint64_t dots = _mm512_cmpeq_epi8_mask(quad.text, _mm512_set1_epi8('.'));
  const uint64_t negative = _mm512_cmpeq_epi8_mask(quad.text, _mm512_set1_epi8('-')) & inside & kOnes;
  const uint64_t others = inside & ~digits & ~negative;  // to be one dot at most
  // The first of them, or the end. A lane of 0 is 16 digits: too many, and found below, so that the borrow from the
  // lane above it does no harm.
  const uint64_t ends = others | ~inside;
  const uint64_t below = ends - kOnes;
  const __m128i whole = _mm_popcnt_epi16(_mm_cvtsi64_si128(static_cast<long long>(~ends & below)));
  const __m128i signs = _mm_cvtsi64_si128(static_cast<long long>(negative));
  const __m128i sizes = _mm256_cvtepi64_epi16(quad.sizes);
  const __m128i one = _mm_set1_epi16(1);
  const __mmask8 bad_whole = _mm_cmpgt_epu16_mask(_mm_sub_epi16(_mm_sub_epi16(whole, signs), one), _mm_set1_epi16(6)) |
                             _mm_cmpgt_epu16_mask(_mm_sub_epi16(sizes, whole), _mm_set1_epi16(9));
  const __mmask8 bad_size = _mm256_cmpgt_epu64_mask(quad.sizes, _mm256_set1_epi64x(16)) |
                            _mm256_test_epi64_mask(_mm256_sllv_epi64(_mm256_set1_epi64x(1), quad.sizes),
                                                   _mm256_set1_epi64x(static_cast<long long>(refused_sizes)));
  const uint64_t bad_bytes = (others & ~dots) | (ends & below & inside);
  return {negative, whole, (bad_bytes | (bad_whole & 0xf) | bad_size) == 0};
}

inline __m256d values_of(const DecimalQuad& quad, const DecimalShape& shape) {
  const __m512i whole =
      _mm512_permutexvar_epi8(_mm512_load_si512(kWordOfLane.bytes), _mm512_castsi128_si512(shape.whole));
  const __m512i control = _mm512_add_epi8(_mm512_load_si512(kAlignBase.bytes), whole);
  // The sign is below '0': 0 here.
  const __m512i digits = _mm512_subs_epu8(quad.text, _mm512_set1_epi8('0'));
  const __m512i aligned = _mm512_maskz_shuffle_epi8(_mm512_cmplt_epu8_mask(control, quad.size_bytes), digits, control);
  const __m512i twos = _mm512_maddubs_epi16(aligned, _mm512_set1_epi16(0x010a));
  const __m512i fours = _mm512_madd_epi16(twos, _mm512_set1_epi32(0x00010064));
  const __m512i eights = _mm512_madd_epi16(_mm512_packus_epi32(fours, fours), _mm512_set1_epi32(0x00012710));
  const __m256i pairs =
      _mm512_castsi512_si256(_mm512_permutexvar_epi64(_mm512_set_epi64(0, 0, 0, 0, 6, 4, 2, 0), eights));
  const __m256i magnitudes =
      _mm256_add_epi64(_mm256_mul_epu32(pairs, _mm256_set1_epi64x(100000000)), _mm256_srli_epi64(pairs, 32));
  // Both operands are exact, so the quotient is correctly rounded (Clinger, 1990).
  const __m256d quotients = _mm256_div_pd(_mm256_cvtepi64_pd(magnitudes), _mm256_set1_pd(1e8));
  const __m256i signs = _mm256_cvtepu16_epi64(_mm_cvtsi64_si128(static_cast<long long>(shape.negative)));
  return _mm256_xor_pd(quotients, _mm256_castsi256_pd(_mm256_slli_epi64(signs, 63)));
}

static size_t parse_decimals_by_four(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                                     double* out) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const DecimalQuad quad = load_decimals(chunk, fields + i);
    const DecimalShape shape = shape_of(quad, refused_sizes);
    if (shape.ok) [[likely]] {
      _mm256_storeu_pd(out + i, values_of(quad, shape));
    } else if (const size_t done = parse_decimals(chunk, fields + i, 4, refused_sizes, out + i); done < 4) {
      return i + done;
    }
  }
  return i + parse_decimals(chunk, fields + i, count - i, refused_sizes, out + i);
}
