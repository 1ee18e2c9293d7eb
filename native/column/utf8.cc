#include "column/utf8.h"

#include <bit>
#include <cstdint>

#include "column/swar.h"

namespace millrace {

namespace {

// Bytes of the sequence at `at`, of which `left` > 0 exist; 0 if it is malformed. Precondition: at[0] >= 0x80.
size_t sequence_size(const uint8_t* at, size_t left) {
  const uint8_t lead = at[0];
  const auto continues = [at](size_t i) { return (at[i] & 0xc0) == 0x80; };
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return left >= 2 && continues(1) ? 2 : 0;
  if (lead < 0xf0) {
    if (left < 3 || !continues(1) || !continues(2)) return 0;
    if (lead == 0xe0 && at[1] < 0xa0) return 0;
    if (lead == 0xed && at[1] > 0x9f) return 0;
    return 3;
  }
  if (lead > 0xf4 || left < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (lead == 0xf0 && at[1] < 0x90) return 0;
  if (lead == 0xf4 && at[1] > 0x8f) return 0;
  return 4;
}

// Position of the first byte >= 0x80 at or behind `at`, or `size`.
size_t skip_ascii(const char* text, size_t at, size_t size) {
  for (; at + 8 <= size; at += 8) {
    const uint64_t high = swar::load64(text + at) & swar::kHighBits;
    if (high) return at + static_cast<size_t>(std::countr_zero(high)) / 8;
  }
  while (at < size && static_cast<uint8_t>(text[at]) < 0x80) at++;
  return at;
}

}  // namespace

bool is_ascii(const char* text, size_t size) { return skip_ascii(text, 0, size) == size; }

bool is_utf8(const char* text, size_t size) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text);
  size_t at = skip_ascii(text, 0, size);
  while (at < size) {
    const size_t sequence = sequence_size(bytes + at, size - at);
    if (sequence == 0) return false;
    at += sequence;
    if (at < size && bytes[at] < 0x80) at = skip_ascii(text, at, size);
  }
  return true;
}

size_t latin1_to_utf8(const char* text, size_t size, char* out) {
  size_t written = 0;
  for (size_t i = 0; i < size; i++) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      out[written++] = text[i];
    } else {
      out[written++] = static_cast<char>(0xc0 | byte >> 6);
      out[written++] = static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return written;
}

}  // namespace millrace
