// Integers from text, sixteen bytes at a time, written once. The including file supplies, in its own namespace and
// target region:
//   Bytes16         load(const char*), digits() = bytes - '0', masked(const uint8_t*)
//   any_other(x)    whether a byte is above 9
//   digit_pair(x)   the two numbers that bytes 0..7 and 8..15 (each 0..9, most significant first) spell: the first in
//                   the low 32 bits of the result, the second in the high ones
//
// No branch that the data decides: 8 bytes at a time in general registers (column/text_fast.h) branch on whether there
// are more than 8 digits, and then take half as many instructions again.

// Keeps the last n bytes.
struct SuffixMasks {
  alignas(16) uint8_t bytes[17][16];
  constexpr SuffixMasks() : bytes() {
    for (int size = 0; size < 17; size++) {
      for (int i = 0; i < 16; i++) bytes[size][i] = static_cast<uint8_t>(i >= 16 - size ? 0xff : 0);
    }
  }
};
constexpr SuffixMasks kSuffix;

static size_t parse_integers(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                             int64_t* out) {
  for (size_t i = 0; i < count; i++) {
    const char* const text = chunk + fields[i].begin;
    const uint64_t negative = *text == '-';
    const uint64_t digits = fields[i].size - negative;
    if ((digits - 1 > 15) | (refused_sizes >> (fields[i].size & 63) & 1)) return i;
    const Bytes16 values = Bytes16::load(text + fields[i].size - 16).digits().masked(kSuffix.bytes[digits]);
    const uint64_t pair = digit_pair(values);
    const uint64_t magnitude = (pair & 0xffffffff) * 100000000 + (pair >> 32);
    if (any_other(values)) return i;
    out[i] = static_cast<int64_t>((magnitude ^ (0 - negative)) + negative);
  }
  return count;
}
