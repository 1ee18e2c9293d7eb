#include "agg/key_hash.h"

#include "agg/key_words.h"

namespace millrace::agg {

namespace {

constexpr uint64_t kNullHash = 0x9e3779b97f4a7c15;

uint64_t hash_text(const StringRef& text, const HashSeed& seed) {
  if (text.size > 16) return hash_long(text.data, text.size, seed);
  char padded[16] = {};
  std::memcpy(padded, text.data, text.size);
  return hash_short(load_word(padded) + text.size, load_word(padded + 8), seed);
}

void hash_column(const Vector& key, uint32_t rows, const HashSeed& seed, uint64_t* hashes) {
  if (is_string(key.type)) {
    const auto* texts = key.as<StringRef>();
    for (uint32_t i = 0; i < rows; i++) hashes[i] = hash_text(texts[i], seed);
  } else {
    uint64_t scratch[kVectorRows];
    const uint64_t* words = key_words(key, 0, rows, scratch);
    for (uint32_t i = 0; i < rows; i++) hashes[i] = hash_word(words[i], seed);
  }
  for (uint32_t i = 0; key.validity && i < rows; i++) {
    if (!key.is_valid(i)) hashes[i] = kNullHash;
  }
}

}  // namespace

void hash_rows(const Vector* keys, size_t key_count, uint32_t rows, const HashSeed& seed, uint64_t* hashes) {
  hash_column(keys[0], rows, seed, hashes);
  uint64_t more[kVectorRows];
  for (size_t k = 1; k < key_count; k++) {
    hash_column(keys[k], rows, seed, more);
    for (uint32_t i = 0; i < rows; i++) hashes[i] = multiply_fold(hashes[i] ^ seed.second, more[i] ^ seed.first);
  }
}

}  // namespace millrace::agg
