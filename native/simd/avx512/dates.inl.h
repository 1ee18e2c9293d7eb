// Dates of the shape YYYY-MM-DD, eight at a time: days since 1970-01-01 in the proleptic Gregorian calendar. Years are
// counted from March, so that the leap day is a year's last (Hinnant, "chrono-compatible low-level date algorithms").

// By month: days from March 1st to its first << 5 | its length (28 for February); length 0 where there is no such
// month.
struct MonthsFromMarch {
  alignas(64) uint32_t facts[16];
  constexpr MonthsFromMarch() : facts() {
    constexpr uint32_t kLengths[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (uint32_t m = 1; m <= 12; m++) facts[m] = (153 * ((m + 9) % 12) + 2) / 5 << 5 | kLengths[m];
  }
};
constexpr MonthsFromMarch kMonthsFromMarch;

struct DateShape {
  alignas(64) uint8_t zeros[64];     // the text with all digits 0
  alignas(64) uint8_t limits[64];    // what a text may have beyond that, at most
  alignas(64) uint8_t controls[64];  // moves the eight digits of a lane together
  constexpr DateShape() : zeros(), limits(), controls() {
    constexpr char kText[11] = "0000-00-00";
    constexpr uint8_t kDigits[8] = {0, 1, 2, 3, 5, 6, 8, 9};
    for (int i = 0; i < 64; i++) {
      const int at = i % 16;
      zeros[i] = static_cast<uint8_t>(at < 10 ? kText[at] : 0);
      limits[i] = static_cast<uint8_t>(at >= 10 ? 255 : kText[at] == '0' ? 9 : 0);
      controls[i] = at < 8 ? kDigits[at] : 0x80;
    }
  }
};
constexpr DateShape kDateShape;

// In the low 64 bits of each lane: century, year of the century, month, day, 16 bits each. `bad` becomes other than 0
// where a field has another shape; in days_of() where there is no such day.
inline __m512i date_parts(const FieldQuad& quad, uint64_t& bad) {
  const __m512i text = _mm512_xor_si512(quad.text, _mm512_load_si512(kDateShape.zeros));
  bad |= _mm512_cmpgt_epu8_mask(text, _mm512_load_si512(kDateShape.limits)) |
         _mm256_cmpneq_epu64_mask(quad.sizes, _mm256_set1_epi64x(10));
  const __m512i digits = _mm512_shuffle_epi8(text, _mm512_load_si512(kDateShape.controls));
  return _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010a));
}

inline __m512i all(long long value) { return _mm512_set1_epi64(value); }

inline __m512i days_of(__m512i parts, uint64_t& bad) {
  const __m512i month = _mm512_and_si512(_mm512_srli_epi64(parts, 32), all(0xffff));
  const __m512i day = _mm512_srli_epi64(parts, 48);
  const __m512i year_of_century = _mm512_and_si512(_mm512_srli_epi64(parts, 16), all(0xffff));
  const __mmask8 whole_century = _mm512_testn_epi64_mask(year_of_century, year_of_century);
  const __mmask8 leap = _mm512_testn_epi64_mask(_mm512_mask_mov_epi64(year_of_century, whole_century, parts), all(3));
  const __m512i facts = _mm512_maskz_permutexvar_epi32(0x5555, month, _mm512_load_si512(kMonthsFromMarch.facts));
  const __m512i usual = _mm512_and_si512(facts, all(31));
  const __mmask8 february = _mm512_cmpeq_epi64_mask(month, all(2));
  const __m512i length = _mm512_mask_add_epi64(usual, leap & february, usual, all(1));
  bad |= _mm512_cmpge_epu64_mask(_mm512_sub_epi64(day, all(1)), length) | _mm512_cmpgt_epu64_mask(month, all(15));
  // Of the year that begins in March, 400 years on: never negative.
  const __m512i civil = _mm512_madd_epi16(parts, all(100 | 1 << 16));
  const __m512i year =
      _mm512_add_epi64(_mm512_mask_sub_epi64(civil, _mm512_cmplt_epu64_mask(month, all(3)), civil, all(1)), all(400));
  const __m512i century = _mm512_srli_epi64(_mm512_mul_epu32(year, all(5243)), 19);  // year / 100 below 43,699
  const __m512i leap_days =
      _mm512_sub_epi64(_mm512_add_epi64(_mm512_srli_epi64(year, 2), _mm512_srli_epi64(century, 2)), century);
  const __m512i days = _mm512_add_epi64(_mm512_mul_epu32(year, all(365)), leap_days);
  const __m512i in_year = _mm512_add_epi64(_mm512_srli_epi64(facts, 5), day);
  // 719,468 days lie between 0000-03-01 and 1970-01-01, 146,097 in 400 years.
  return _mm512_sub_epi64(_mm512_add_epi64(days, in_year), all(719468 + 146097 + 1));
}

static size_t parse_dates(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                          int32_t* out) {
  if (refused_sizes >> 10 & 1) return 0;
  const __m512i evens = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t bad = 0;
    const __m512i a = date_parts(load_heads(chunk, fields + i), bad);
    const __m512i b = date_parts(load_heads(chunk, fields + i + 4), bad);
    const __m512i days = days_of(_mm512_permutex2var_epi64(a, evens, b), bad);
    if (bad) [[unlikely]]
      break;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm512_cvtepi64_epi32(days));
  }
  return i;
}
