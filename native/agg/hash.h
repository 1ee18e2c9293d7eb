// Hashing for group tables. The order of a hash table never shows in a result, so the seed may differ in every process;
// a random one keeps crafted keys from piling up in one place.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace::agg {

struct HashSeed {
  uint64_t first;
  uint64_t second;
};

// Tables made afterwards use this seed. Thread-safe; meant to be called once, before the first query.
void set_hash_seed(uint64_t seed);
HashSeed hash_seed();

// Both halves of the 128-bit product folded into one: the mixing step of wyhash.
inline uint64_t multiply_fold(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
#else
  // Compilers without a 128-bit type: the product from four of 64 bits.
  const uint64_t a_low = a & 0xffffffff;
  const uint64_t b_low = b & 0xffffffff;
  const uint64_t cross = (a >> 32) * b_low + (a_low * b_low >> 32);
  const uint64_t carry = (cross & 0xffffffff) + a_low * (b >> 32);
  return (a * b) ^ ((a >> 32) * (b >> 32) + (cross >> 32) + (carry >> 32));
#endif
}

inline uint64_t load_word(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

inline uint64_t hash_word(uint64_t word, const HashSeed& seed) { return multiply_fold(word ^ seed.first, seed.second); }

// A string of up to 16 bytes as two zero-padded words.
inline uint64_t hash_short(uint64_t low, uint64_t high, const HashSeed& seed) {
  return multiply_fold(low ^ seed.first, high ^ seed.second);
}

// Precondition: size > 16.
uint64_t hash_long(const char* bytes, size_t size, const HashSeed& seed);

}  // namespace millrace::agg
