// Hashes that stay the same for ever, on every platform: XXH64 (the algorithm of the xxHash specification 0.1.1) of the
// UTF-8 bytes of a text, or of the 8 little-endian bytes of a number.
#include <bit>

#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F, kPrime3 = 0x165667B19E3779F9,
                   kPrime4 = 0x85EBCA77C2B2AE63, kPrime5 = 0x27D4EB2F165667C5;

uint64_t mixed(uint64_t lane, uint64_t word) { return std::rotl(lane + word * kPrime2, 31) * kPrime1; }

uint64_t joined(uint64_t hash, uint64_t lane) { return (hash ^ mixed(0, lane)) * kPrime1 + kPrime4; }

uint64_t with_word(uint64_t hash, uint64_t word) { return std::rotl(hash ^ mixed(0, word), 27) * kPrime1 + kPrime4; }

uint64_t finished(uint64_t hash) {
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

// The whole stripes of 32 bytes; moves `at` behind them.
uint64_t hash_stripes(const char*& at, const char* end, uint64_t seed) {
  uint64_t lanes[4] = {seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1};
  for (; end - at >= 32; at += 32) {
    for (int i = 0; i < 4; i++) lanes[i] = mixed(lanes[i], load_eight(at + i * 8));
  }
  uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
  for (const uint64_t lane : lanes) hash = joined(hash, lane);
  return hash;
}

uint64_t hash_bytes(const StringRef& text, uint64_t seed) {
  const char* at = text.data;
  const char* end = text.data + text.size;
  uint64_t hash = text.size >= 32 ? hash_stripes(at, end, seed) : seed + kPrime5;
  hash += text.size;
  for (; end - at >= 8; at += 8) hash = with_word(hash, load_eight(at));
  if (end - at >= 4) {
    uint32_t half;
    std::memcpy(&half, at, 4);
    hash = std::rotl(hash ^ half * kPrime1, 23) * kPrime2 + kPrime3;
    at += 4;
  }
  for (; at < end; at++) hash = std::rotl(hash ^ static_cast<uint8_t>(*at) * kPrime5, 11) * kPrime1;
  return finished(hash);
}

uint64_t hash_number(uint64_t word, uint64_t seed) { return finished(with_word(seed + kPrime5 + 8, word)); }

// One zero and one NaN.
uint64_t bits_of(double value) {
  if (value != value) return 0x7FF8000000000000;
  return value == 0 ? 0 : std::bit_cast<uint64_t>(value);
}
uint64_t bits_of(uint64_t value) { return value; }

template <class T>
Status hash_numbers(Call& call) {
  const auto seed = static_cast<uint64_t>(call.parameters.first);
  map_rows<uint64_t, T>(call, [seed](T a) { return hash_number(bits_of(a), seed); });
  return {};
}

Status hash_texts(Call& call) {
  const auto seed = static_cast<uint64_t>(call.parameters.first);
  map_rows<uint64_t, StringRef>(call, [seed](const StringRef& a) { return hash_bytes(a, seed); });
  return {};
}

}  // namespace

Kernel hash_kernel(TypeId type) {
  if (is_string(type)) return hash_texts;
  return type == TypeId::Float64 ? hash_numbers<double> : hash_numbers<uint64_t>;
}

}  // namespace millrace::expr
