// Four fields of text, one in each 16 bytes of a register: about 16 instructions a field to parse it, where one at a
// time (generic/) takes 25 to 40. The shape of the four is checked as four 16-bit lanes of one general register. A
// group with a field of another shape, or of more than 16 characters, is left to the other way, which finds the one
// that stops.
//
// For AVX-512 alone: AVX2 has neither the byte permute across lanes nor the population count of words, and without
// them the bookkeeping costs what the wider arithmetic saves.

struct FieldQuad {
  __m512i text;        // 16 bytes of each field
  __m512i size_bytes;  // each field's size (mod 256) in each of its 16 bytes
  __m256i sizes;       // as 64-bit numbers
};

// Lane l of the result repeats byte first + step * l of the source.
template <int first, int step>
struct BroadcastControl {
  alignas(64) uint8_t bytes[64];
  constexpr BroadcastControl() : bytes() {
    for (int i = 0; i < 64; i++) bytes[i] = static_cast<uint8_t>(first + step * (i / 16));
  }
};
constexpr BroadcastControl<4, 8> kSizeOfSpan;  // of FieldSpan[4]
constexpr BroadcastControl<0, 2> kWordOfLane;

struct ByteInLane {
  alignas(64) uint8_t bytes[64];
  constexpr ByteInLane() : bytes() {
    for (int i = 0; i < 64; i++) bytes[i] = static_cast<uint8_t>(i % 16);
  }
};
constexpr ByteInLane kByteInLane;

inline __m512i four_by_16(const char* a, const char* b, const char* c, const char* d) {
  const auto load = [](const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
  __m512i out = _mm512_castsi128_si512(load(a));
  out = _mm512_inserti32x4(out, load(b), 1);
  out = _mm512_inserti32x4(out, load(c), 2);
  return _mm512_inserti32x4(out, load(d), 3);
}

inline FieldQuad quad_of(__m512i text, const FieldSpan* fields) {
  const __m256i spans = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(fields));
  return {text, _mm512_permutexvar_epi8(_mm512_load_si512(kSizeOfSpan.bytes), _mm512_castsi256_si512(spans)),
          _mm256_srli_epi64(spans, 32)};
}

// The first 16 bytes of each field.
inline FieldQuad load_heads(const char* chunk, const FieldSpan* f) {
  const char* const a = chunk + f[0].begin;
  return quad_of(four_by_16(a, chunk + f[1].begin, chunk + f[2].begin, chunk + f[3].begin), f);
}

// The 16 bytes up to each field's end.
inline FieldQuad load_tails(const char* chunk, const FieldSpan* f) {
  const auto tail = [chunk](const FieldSpan& field) { return chunk + field.begin + field.size - 16; };
  return quad_of(four_by_16(tail(f[0]), tail(f[1]), tail(f[2]), tail(f[3])), f);
}

inline bool sizes_fit(const FieldQuad& quad, uint64_t refused_sizes) {
  const __m256i refused = _mm256_set1_epi64x(static_cast<long long>(refused_sizes));
  const __m256i size_bits = _mm256_sllv_epi64(_mm256_set1_epi64x(1), quad.sizes);
  return (_mm256_cmpgt_epu64_mask(quad.sizes, _mm256_set1_epi64x(16)) | _mm256_test_epi64_mask(size_bits, refused)) ==
         0;
}

inline uint64_t digit_mask(__m512i text) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(text, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
}

// Of each lane's 16 digits (bytes 0..9): the first eight as a number times 10^8, plus the last eight.
inline __m256i sixteen_digits(__m512i digits) {
  const __m512i twos = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010a));
  const __m512i fours = _mm512_madd_epi16(twos, _mm512_set1_epi32(0x00010064));
  const __m512i eights = _mm512_madd_epi16(_mm512_packus_epi32(fours, fours), _mm512_set1_epi32(0x00012710));
  const __m256i pairs =
      _mm512_castsi512_si256(_mm512_permutexvar_epi64(_mm512_set_epi64(0, 0, 0, 0, 6, 4, 2, 0), eights));
  return _mm256_add_epi64(_mm256_mul_epu32(pairs, _mm256_set1_epi64x(100000000)), _mm256_srli_epi64(pairs, 32));
}

inline __m128i words_of(uint64_t lanes) { return _mm_cvtsi64_si128(static_cast<long long>(lanes)); }

// By fours while their shape allows, else one at a time; at least the last few that way.
template <class Value, class Quads, class Singles>
inline size_t parse_by_four(const FieldSpan* fields, size_t count, Value* out, Quads quads, Singles singles) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    if (quads(fields + i, out + i)) [[likely]]
      continue;
    if (const size_t done = singles(fields + i, 4, out + i); done < 4) return i + done;
  }
  return i + singles(fields + i, count - i, out + i);
}
