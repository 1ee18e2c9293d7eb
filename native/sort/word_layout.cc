#include "sort/word_layout.h"

#include <algorithm>
#include <bit>

#include "column/visit_fixed.h"
#include "sort/key_range.h"
#include "sort/order_word.h"

namespace millrace::sort {

namespace {

inline uint64_t mask_of(uint32_t bits) { return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }
// Shifting by 64 is undefined, and happens for a part that fills the word.
inline uint64_t shifted(uint64_t word, uint32_t bits) { return bits == 64 ? 0 : word << bits; }

}  // namespace

Result<WordLayout> WordLayout::make(const std::vector<SortKey>& keys, size_t rows, Workers& workers,
                                    MemoryBudget* budget) {
  WordLayout out;
  out.keys_ = &keys;
  for (const SortKey& key : keys) {
    const Column& column = *key.column;
    if (out.bits_left_ == 0) break;
    if (is_string(column.type)) {
      auto range = string_range(column, rows, workers, budget);
      MILLRACE_TRY(range);
      if (!out.add_string(key, range.value())) break;
    } else if (keys.size() == 1 && column.null_count == 0) {
      out.add_fixed(key, 0, UINT64_MAX);  // nothing to save room for
    } else {
      auto range = fixed_range(column, rows, workers, budget);
      MILLRACE_TRY(range);
      if (!out.add_fixed(key, range.value().smallest, range.value().largest)) break;
    }
    out.tie_key_++;
  }
  return out;
}

// False when not all of the key fits.
bool WordLayout::add_fixed(const SortKey& key, uint64_t smallest, uint64_t largest) {
  const uint32_t null_bits = key.column->null_count > 0 ? 1 : 0;
  const auto wanted = static_cast<uint32_t>(std::bit_width(largest - smallest));
  if (null_bits > bits_left_) return false;
  const uint32_t bits = std::min(wanted, bits_left_ - null_bits);
  parts_.push_back({&key, bits, wanted - bits, smallest, 0, 0, 0});
  bits_left_ -= null_bits + bits;
  return bits == wanted;
}

bool WordLayout::add_string(const SortKey& key, const StringRange& range) {
  const uint32_t null_bits = key.column->null_count > 0 ? 1 : 0;
  if (null_bits > bits_left_) return false;
  const uint64_t prefix = range.prefix;
  const uint64_t left = range.longest - prefix;
  const auto length_bits = static_cast<uint32_t>(range.padding_tells_lengths() ? 0 : std::bit_width(left));
  const uint32_t room = bits_left_ - null_bits;
  if (left <= 8 && left * 8 + length_bits <= room) {
    const auto bytes = static_cast<uint32_t>(left);
    parts_.push_back({&key, bytes * 8 + length_bits, 0, 0, prefix, bytes, length_bits});
    bits_left_ -= null_bits + bytes * 8 + length_bits;
    return true;
  }
  const auto bytes = static_cast<uint32_t>(std::min<uint64_t>(left, room / 8));
  parts_.push_back({&key, bytes * 8, 0, 0, prefix, bytes, 0});
  bits_left_ -= null_bits + bytes * 8;
  return false;
}

void WordLayout::encode(size_t first, size_t count, uint64_t* words) const {
  std::memset(words, 0, count * sizeof(uint64_t));
  for (const Part& part : parts_) {
    if (is_string(part.key->column->type)) {
      encode_string(part, first, count, words);
    } else {
      encode_fixed(part, first, count, words);
    }
    if (part.key->column->null_count > 0) encode_nulls(part, first, count, words);
  }
}

void WordLayout::encode_fixed(const Part& part, size_t first, size_t count, uint64_t* words) const {
  const uint64_t flip = part.key->descending ? mask_of(part.value_bits) : 0;
  const bool nulls = part.key->column->null_count > 0;
  const uint32_t bits = part.value_bits + (nulls ? 1 : 0);
  visit_fixed(part.key->column->type, [&](auto tag) {
    const auto* values = part.key->column->template values<decltype(tag)>() + first;
    if (bits == 64 && part.shift == 0 && !nulls && part.smallest == 0) {
      for (size_t i = 0; i < count; i++) words[i] = order_word(values[i]) ^ flip;
      return;
    }
    // A shift by 64 would be of a part that kept no bit.
    if (part.value_bits == 0) {
      for (size_t i = 0; i < count; i++) words[i] = shifted(words[i], bits);
      return;
    }
    for (size_t i = 0; i < count; i++) {
      const uint64_t value = ((order_word(values[i]) - part.smallest) >> part.shift) ^ flip;
      words[i] = shifted(words[i], bits) | (value & mask_of(part.value_bits));
    }
  });
}

void WordLayout::encode_string(const Part& part, size_t first, size_t count, uint64_t* words) const {
  const Column& column = *part.key->column;
  const uint64_t flip = part.key->descending ? mask_of(part.value_bits) : 0;
  const uint32_t bits = part.value_bits + (column.null_count > 0 ? 1 : 0);
  for (size_t i = 0; i < count; i++) {
    const StringRef string = column.string(static_cast<int64_t>(first + i));
    uint64_t value = part.bytes == 0 ? 0 : string_word(string, part.prefix) >> (64 - 8 * part.bytes);
    if (part.length_bits > 0) value = value << part.length_bits | (string.size - part.prefix);
    words[i] = shifted(words[i], bits) | ((value ^ flip) & mask_of(part.value_bits));
  }
}

// Sets the null bit, and clears what was encoded under a null.
void WordLayout::encode_nulls(const Part& part, size_t first, size_t count, uint64_t* words) const {
  const Column& column = *part.key->column;
  const uint64_t null_bit = uint64_t{1} << part.value_bits;
  for (size_t i = 0; i < count; i++) {
    const bool valid = column.is_valid(static_cast<int64_t>(first + i));
    if (!valid) words[i] &= ~mask_of(part.value_bits);
    if (valid == part.key->nulls_first) words[i] |= null_bit;
  }
}

}  // namespace millrace::sort
