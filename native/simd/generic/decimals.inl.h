// Decimals from text, sixteen bytes at a time, written once. Besides the vocabulary of integers.inl.h the including
// file supplies:
//   Bytes16            shuffled(control): byte i = the byte that control[i] names, 0 where that is 0x80
//   leading_digits(x)  how many bytes before the first above 9; more than 7 where there is none among the first 8
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

static size_t parse_decimals(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                             double* out) {
  for (size_t i = 0; i < count; i++) {
    const char* const text = chunk + fields[i].begin;
    const uint64_t negative = *text == '-';
    const char* const digits = text + negative;
    const Bytes16 values = Bytes16::load(digits).digits();
    const uint64_t whole = leading_digits(values);
    const uint64_t tail = fields[i].size - negative - whole;
    if ((whole - 1 > 6) | (tail > 9) | (refused_sizes >> (fields[i].size & 63) & 1)) return i;
    const Bytes16 aligned = values.shuffled(kAlign.bytes[whole]).masked(kFraction.bytes[tail]);
    const uint64_t pair = digit_pair(aligned);
    const uint64_t magnitude = (pair & 0xffffffff) * 100000000 + (pair >> 32);
    if (any_other(aligned) | ((digits[whole] != '.') & (tail != 0))) return i;
    // Both operands are exact, so the quotient is correctly rounded (Clinger, 1990). The sign comes from the divisor,
    // for -0 too.
    static constexpr double kScales[2] = {1e8, -1e8};
    out[i] = static_cast<double>(static_cast<int64_t>(magnitude)) / kScales[negative];
  }
  return count;
}
