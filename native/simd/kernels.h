// The vectorised kernels, one table a SIMD level, chosen once at run time. Every level gives the same answer bit for
// bit; tests force each of them through select_level().
#pragma once
#include <cstddef>
#include <cstdint>

namespace millrace::simd {

// What the CSV structural index carries from one block to the next.
struct QuoteState {
  uint64_t inside = 0;        // all ones while inside quotes
  uint64_t opener_ok = 1;     // 1 when a quote at the next byte may open a field or double a quote: the byte before it
                              // ends a field or closes a quote
  uint64_t after_close = 0;   // 1 when the byte before the next one closes a quote
};

struct IndexProgress {
  size_t positions;  // written to `out`
  size_t newlines;   // how many of them are line feeds
  size_t end;        // bytes [begin, end) are done; less than asked when the quotes of the next block are suspicious
};

struct KernelTable {
  const char* name;
  // Positions of `delimiter` and '\n' in data[begin, end), ascending, to `out`. Up to 63 bytes behind `end` are read;
  // `out` needs room for end - begin + 64 entries.
  IndexProgress (*index_plain)(const char* data, size_t begin, size_t end, char delimiter, uint32_t* out);
  // The same outside quotes. Stops before a 64-byte block whose quotes do not follow the rules (a quote inside an
  // unquoted field, text behind a closing quote): the caller takes the scalar state machine over that block.
  IndexProgress (*index_quoted)(const char* data, size_t begin, size_t end, char delimiter, char quote,
                                QuoteState& state, uint32_t* out);
  size_t (*count_byte)(const char* data, size_t size, char byte);
  // Whether no byte of the range is >= 0x80.
  bool (*is_ascii)(const char* data, size_t size);
};

// The table in use: the best that the CPU has, or what MILLRACE_SIMD names (`scalar`, `sse2`, `avx2`, `avx512`, `neon`;
// an unknown or unsupported name is ignored).
const KernelTable& kernels();

// Forces a level for tests; false when this build or CPU does not have it. Not for use while queries run.
bool select_level(const char* name);

// Names of the levels that can run here, best last; null-terminated.
const char* const* available_levels();

}  // namespace millrace::simd
