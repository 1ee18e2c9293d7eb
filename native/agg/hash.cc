#include "agg/hash.h"

#include <atomic>

namespace millrace::agg {

namespace {

// Digits of pi: any odd constants with mixed bits do.
constexpr uint64_t kFirstSalt = 0x243f6a8885a308d3;
constexpr uint64_t kSecondSalt = 0x13198a2e03707345;

std::atomic<uint64_t> process_seed{0};

}  // namespace

void set_hash_seed(uint64_t seed) { process_seed.store(seed, std::memory_order_relaxed); }

HashSeed hash_seed() {
  const uint64_t seed = process_seed.load(std::memory_order_relaxed);
  return {multiply_fold(seed ^ kFirstSalt, kSecondSalt), multiply_fold(seed ^ kSecondSalt, kFirstSalt) | 1};
}

uint64_t hash_long(const char* bytes, size_t size, const HashSeed& seed) {
  uint64_t hash = seed.second ^ size;
  const char* last = bytes + size - 16;
  for (const char* at = bytes; at < last; at += 16) {
    hash = multiply_fold(load_word(at) ^ seed.first, load_word(at + 8) ^ hash);
  }
  return multiply_fold(load_word(last) ^ seed.second, load_word(last + 8) ^ hash);
}

}  // namespace millrace::agg
