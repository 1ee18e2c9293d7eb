#include "join/join_keys.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "column/visit_fixed.h"
#include "sort/order_word.h"

namespace millrace::join {

namespace {

constexpr uint32_t kWordBits = 64;

inline uint64_t shifted(uint64_t word, uint32_t bits) { return bits == kWordBits ? 0 : word << bits; }

inline uint64_t hash_string(const StringRef& string, const agg::HashSeed& seed) {
  if (string.size > 16) return agg::hash_long(string.data, string.size, seed);
  return agg::hash_short(sort::string_word(string, 0), sort::string_word(string, 8) ^ string.size, seed);
}

}  // namespace

Result<JoinKeys> JoinKeys::make(std::vector<KeyPair> pairs, size_t build_rows, bool nulls_equal, Workers& workers,
                                MemoryBudget* budget) {
  JoinKeys out;
  out.pairs_ = std::move(pairs);
  out.nulls_equal_ = nulls_equal;
  out.seed_ = agg::hash_seed();
  for (const KeyPair& pair : out.pairs_) {
    if (out.exact_) MILLRACE_TRY(out.add_part(pair, build_rows, workers, budget));
  }
  return out;
}

Status JoinKeys::add_part(const KeyPair& pair, size_t build_rows, Workers& workers, MemoryBudget* budget) {
  Part part;
  part.null_bit = nulls_equal_ && (pair.probe->null_count > 0 || pair.build->null_count > 0);
  if (is_string(pair.build->type)) {
    auto range = sort::string_range(*pair.build, build_rows, workers, budget);
    MILLRACE_TRY(range);
    const sort::StringRange& found = range.value();
    const uint64_t tail = found.longest - found.prefix;
    if (found.model >= 0) part.prefix = {pair.build->string(found.model).data, found.prefix};
    part.shortest = found.shortest;
    part.longest = found.longest;
    part.zero_ended = found.zero_ended;
    part.bytes = static_cast<uint32_t>(std::min<uint64_t>(tail, 9));
    part.length_bits = static_cast<uint32_t>(found.padding_tells_lengths() ? 0 : std::bit_width(tail));
    part.bits = part.bytes * 8 + part.length_bits;
  } else {
    auto range = sort::fixed_range(*pair.build, build_rows, workers, budget);
    MILLRACE_TRY(range);
    part.smallest = range.value().smallest;
    part.range = range.value().largest - range.value().smallest;
    part.bits = static_cast<uint32_t>(std::bit_width(part.range));
  }
  bits_ += part.bits + (part.null_bit ? 1 : 0);
  exact_ = bits_ <= kWordBits;
  parts_.push_back(part);
  return {};
}

void JoinKeys::encode_probe(size_t first, size_t count, uint64_t* words, uint8_t* can_match) const {
  encode(true, first, count, words, can_match);
}

void JoinKeys::encode_build(size_t first, size_t count, uint64_t* words, uint8_t* can_match) const {
  encode(false, first, count, words, can_match);
}

void JoinKeys::encode(bool probe, size_t first, size_t count, uint64_t* words, uint8_t* can_match) const {
  std::memset(words, 0, count * sizeof(uint64_t));
  std::memset(can_match, 1, count);
  for (size_t i = 0; i < pairs_.size(); i++) {
    const Column& column = probe ? *pairs_[i].probe : *pairs_[i].build;
    if (exact_) {
      // What lies under a null is no value, and says nothing about a match.
      uint8_t before[kMostRowsAtOnce];
      if (column.null_count > 0) std::memcpy(before, can_match, count);
      encode_exact(parts_[i], column, first, count, words, can_match);
      if (column.null_count > 0) encode_nulls(parts_[i], column, first, count, words, before, can_match);
      continue;
    }
    hash(column, first, count, words);
    for (size_t row = 0; !nulls_equal_ && column.null_count > 0 && row < count; row++) {
      can_match[row] &= static_cast<uint8_t>(column.is_valid(static_cast<int64_t>(first + row)));
    }
  }
}

void JoinKeys::encode_exact(const Part& part, const Column& column, size_t first, size_t count, uint64_t* words,
                            uint8_t* can_match) const {
  const uint32_t bits = part.bits + (part.null_bit ? 1 : 0);
  if (!is_string(column.type)) {
    visit_fixed(column.type, [&](auto tag) {
      const auto* values = column.values<decltype(tag)>() + first;
      for (size_t i = 0; i < count; i++) {
        const uint64_t value = sort::order_word(values[i]) - part.smallest;
        const bool inside = value <= part.range;
        words[i] = shifted(words[i], bits) | (inside ? value : 0);
        can_match[i] &= static_cast<uint8_t>(inside);
      }
    });
    return;
  }
  const uint64_t prefix = part.prefix.size;
  for (size_t i = 0; i < count; i++) {
    const StringRef string = column.string(static_cast<int64_t>(first + i));
    // A probe string that ends in a zero byte where none of the build side does could pass for a shorter one.
    const bool inside = string.size >= part.shortest && string.size <= part.longest &&
                        (prefix == 0 || std::memcmp(string.data, part.prefix.data, prefix) == 0) &&
                        (part.length_bits > 0 || part.shortest == part.longest || string.size == prefix ||
                         string.data[string.size - 1] != 0);
    uint64_t value = part.bytes == 0 || !inside ? 0 : sort::string_word(string, prefix) >> (kWordBits - 8 * part.bytes);
    if (part.length_bits > 0 && inside) value = value << part.length_bits | (string.size - prefix);
    words[i] = shifted(words[i], bits) | value;
    can_match[i] &= static_cast<uint8_t>(inside);
  }
}

// Nulls match no value: either nothing at all, or only nulls.
void JoinKeys::encode_nulls(const Part& part, const Column& column, size_t first, size_t count, uint64_t* words,
                            const uint8_t* before, uint8_t* can_match) const {
  const uint64_t value_mask = part.bits >= kWordBits ? ~uint64_t{0} : (uint64_t{1} << part.bits) - 1;
  for (size_t i = 0; i < count; i++) {
    if (column.is_valid(static_cast<int64_t>(first + i))) continue;
    if (part.null_bit) {
      words[i] = (words[i] & ~value_mask) | uint64_t{1} << part.bits;
      can_match[i] = before[i];
    } else {
      can_match[i] = 0;
    }
  }
}

void JoinKeys::hash(const Column& column, size_t first, size_t count, uint64_t* words) const {
  constexpr uint64_t kNull = 0x9e3779b97f4a7c15;
  const bool nulls = column.null_count > 0;
  const auto mix = [&](size_t i, uint64_t value) {
    const bool null = nulls && !column.is_valid(static_cast<int64_t>(first + i));
    words[i] = agg::hash_word(words[i] * 3 + (null ? kNull : value), seed_);
  };
  if (is_string(column.type)) {
    for (size_t i = 0; i < count; i++) mix(i, hash_string(column.string(static_cast<int64_t>(first + i)), seed_));
    return;
  }
  visit_fixed(column.type, [&](auto tag) {
    const auto* values = column.values<decltype(tag)>() + first;
    for (size_t i = 0; i < count; i++) mix(i, sort::order_word(values[i]));
  });
}

bool JoinKeys::equal(size_t probe_row, size_t build_row) const {
  const auto p = static_cast<int64_t>(probe_row);
  const auto b = static_cast<int64_t>(build_row);
  return std::all_of(pairs_.begin(), pairs_.end(), [&](const KeyPair& pair) {
    if (!pair.probe->is_valid(p) || !pair.build->is_valid(b)) return pair.probe->is_valid(p) == pair.build->is_valid(b);
    if (is_string(pair.build->type)) return pair.probe->string(p).view() == pair.build->string(b).view();
    return visit_fixed(pair.build->type, [&](auto tag) {
      using T = decltype(tag);
      return sort::order_word(pair.probe->values<T>()[p]) == sort::order_word(pair.build->values<T>()[b]);
    });
  });
}

}  // namespace millrace::join
