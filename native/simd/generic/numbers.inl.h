// Numbers from text, sixteen bytes at a time, written once. The including file supplies, in its own namespace and
// target region:
//   Bytes16            load(const char*), digits() = bytes - '0', shuffled(control), masked(const uint8_t*)
//   digit_bits(x)      bit i = byte i is at most 9
//   digit_pair(x)      the two numbers that bytes 0..7 and 8..15 (each 0..9, most significant first) spell: the first
//   in
//                      the low 32 bits of the result, the second in the high ones
//
// About 30 instructions a decimal, no branch that the data decides: half of what 8 bytes at a time in general registers
// take (column/text_fast.h), which is what bounds a scan of few columns.

// By number of integer digits: brings them right-aligned to bytes 0..7 and what follows the dot to bytes 8..15.
struct AlignControls {
  alignas(16) uint8_t bytes[8][16];
  constexpr AlignControls() : bytes() {
    for (int digits = 0; digits < 8; digits++) {
      for (int i = 0; i < 8; i++) bytes[digits][i] = static_cast<uint8_t>(i < 8 - digits ? 0x80 : i - (8 - digits));
      for (int i = 0; i < 8; i++) bytes[digits][8 + i] = static_cast<uint8_t>(digits + 1 + i);
    }
  }
};
constexpr AlignControls kAlign;

// By bytes behind the integer digits, the dot included: keeps those, and all integer digits.
struct FractionMasks {
  alignas(16) uint8_t bytes[10][16];
  constexpr FractionMasks() : bytes() {
    for (int tail = 0; tail < 10; tail++) {
      for (int i = 0; i < 16; i++) bytes[tail][i] = static_cast<uint8_t>(i < 8 || i - 8 < tail - 1 ? 0xff : 0);
    }
  }
};
constexpr FractionMasks kFraction;

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

static size_t parse_decimals(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                             double* out) {
  for (size_t i = 0; i < count; i++) {
    const char* const text = chunk + fields[i].begin;
    const uint64_t negative = *text == '-';
    const char* const digits = text + negative;
    const Bytes16 values = Bytes16::load(digits).digits();
    const auto whole = static_cast<uint64_t>(__builtin_ctz(~digit_bits(values)));
    const uint64_t tail = fields[i].size - negative - whole;
    if ((whole - 1 > 6) | (tail > 9) | (refused_sizes >> (fields[i].size & 63) & 1)) return i;
    const Bytes16 aligned = values.shuffled(kAlign.bytes[whole]).masked(kFraction.bytes[tail]);
    const uint64_t pair = digit_pair(aligned);
    const uint64_t magnitude = (pair & 0xffffffff) * 100000000 + (pair >> 32);
    // -0 is no integer: the caller's parser has it.
    if ((digit_bits(aligned) != 0xffff) | ((digits[whole] != '.') & (tail != 0)) | (negative > magnitude)) return i;
    // Both operands are exact, so the quotient is correctly rounded (Clinger, 1990).
    out[i] = static_cast<double>(static_cast<int64_t>((magnitude ^ (0 - negative)) + negative)) / 1e8;
  }
  return count;
}

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
    if (digit_bits(values) != 0xffff) return i;
    out[i] = static_cast<int64_t>((magnitude ^ (0 - negative)) + negative);
  }
  return count;
}
