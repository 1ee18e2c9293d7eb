// The vectorised kernels, one table a SIMD level, chosen once at run time. Every level gives the same answer bit for
// bit; tests force each of them through select_level().
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/string_ref.h"

namespace millrace::simd {

// What the CSV structural index carries from one block to the next.
struct QuoteState {
  uint64_t inside = 0;       // all ones while inside quotes
  uint64_t opener_ok = 1;    // 1 when a quote at the next byte may open a field or double a quote: the byte before it
                             // ends a field or closes a quote
  uint64_t after_close = 0;  // 1 when the byte before the next one closes a quote
};

struct IndexProgress {
  size_t positions;  // written to `out`
  size_t newlines;   // how many of them are line feeds
  size_t end;        // bytes [begin, end) are done; less than asked when the quotes of the next block are suspicious
};

// A field of text: chunk[begin, begin + size).
struct FieldSpan {
  uint32_t begin;
  uint32_t size;
};

struct Int64Range {
  int64_t min = INT64_MAX;
  int64_t max = INT64_MIN;
};

// Strings of up to 15 bytes, as two words: the bytes, zero-padded, and the size in the last one. They are `base`, but
// for the bits where `mask` has ones.
struct StringPattern {
  StringWords base;
  StringWords mask;
};
inline constexpr uint64_t kNotPacked = ~uint64_t{0};

// Integers of up to 39 bits and their ids of 24, a word each, in groups of one cache line. A key is in the group that
// its hash says, or, where groups are full, in the first one behind that is not.
struct PackedTable {
  static constexpr size_t kGroup = 8;
  static constexpr int kIdBits = 24;
  static constexpr uint64_t kEmpty = ~uint64_t{0};
  const uint64_t* entries;
  size_t group_mask;  // the number of groups, a power of two, less one
};

struct KernelTable {
  const char* name;
  // Positions of `delimiter` and '\n' in data[begin, end), ascending, to `out`. Up to 63 bytes behind `end` are read;
  // `out` needs room for end - begin + 64 entries.
  IndexProgress (*index_plain)(const char* data, size_t begin, size_t end, char delimiter, uint32_t* out) = nullptr;
  // The same outside quotes. Stops before a 64-byte block whose quotes do not follow the rules (a quote inside an
  // unquoted field, text behind a closing quote): the caller takes the scalar state machine over that block.
  IndexProgress (*index_quoted)(const char* data, size_t begin, size_t end, char delimiter, char quote,
                                QuoteState& state, uint32_t* out) = nullptr;
  size_t (*count_byte)(const char* data, size_t size, char byte);
  // Whether no byte of the range is >= 0x80.
  bool (*is_ascii)(const char* data, size_t size);
  // The least and the greatest value; as they stand above, where there is none.
  Int64Range (*range_of_integers)(const int64_t* values, size_t count);
  // The same of doubles, all as their bits. -0 is less than 0. A NaN is behind the infinity of its sign, so there was
  // one exactly if one of the two is.
  Int64Range (*range_of_doubles)(const int64_t* bits, size_t count);
  // Fields of the shape [-]digits, 1 to 7 of them, and optionally a dot and up to 8 digits, as doubles, correctly
  // rounded. Stops at the first field of another shape, or whose size (mod 64) is a bit of `refused_sizes`; returns how
  // many were done. Null where the level has nothing better than the parsers of column/text_fast.h. Reads 17 bytes from
  // each field's begin; the byte behind a field is no digit.
  size_t (*parse_decimals)(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                           double* out) = nullptr;
  // The same for [-] and 1 to 16 digits, as integers. Reads 16 bytes up to each field's end.
  size_t (*parse_integers)(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                           int64_t* out) = nullptr;
  // The same for YYYY-MM-DD, as days since 1970-01-01; it takes whole groups of 8 and leaves the rest, so a field that
  // it leaves may well be a date. Reads 16 bytes from each field's begin.
  size_t (*parse_dates)(const char* chunk, const FieldSpan* fields, size_t count, uint64_t refused_sizes,
                        int32_t* out) = nullptr;
  // The bits of each string's words where the pattern's mask has ones, side by side, those of the low word first;
  // kNotPacked for strings that are not of the pattern. Precondition: the mask has less than 64. Null where the level
  // has no instruction for it.
  void (*pack_strings)(const StringRef* strings, size_t count, const StringPattern& pattern, uint64_t* out) = nullptr;
  // ids[i] = the id of keys[i], whose search begins at groups[i], or all ones; returns how many have none. Null where
  // pack_strings() is.
  uint32_t (*find_packed)(const PackedTable& table, const uint64_t* keys, const uint32_t* groups, size_t count,
                          uint32_t* ids) = nullptr;
};

// The table in use: the best that the CPU has, or what MILLRACE_SIMD names (`scalar`, `sse2`, `avx2`, `avx512`, `neon`;
// an unknown or unsupported name is ignored).
const KernelTable& kernels();

// Whether the CPU's instruction for pack_strings() is one in hardware: Excavator, Zen 1 and Zen 2 loop in microcode.
bool extracts_bits_fast();

// Forces a level for tests; false when this build or CPU does not have it. Not for use while queries run.
bool select_level(const char* name);

// Names of the levels that can run here, best last; null-terminated.
const char* const* available_levels();

}  // namespace millrace::simd
