#include "agg/packed_keys.h"

#include <algorithm>
#include <bit>

namespace millrace::agg {

namespace {

constexpr unsigned kWordBits = 64;
constexpr uint64_t kMostDigits = uint64_t{1} << 62;  // of one key

}  // namespace

Result<std::optional<PackedKeys>> PackedKeys::make(const std::vector<Field>& keys,
                                                   const std::vector<ColumnFacts>& facts, bool ordered,
                                                   MemoryBudget* budget) {
  PackedKeys out;
  unsigned bits = 0;
  for (size_t k = 0; k < keys.size(); k++) {
    auto digit = KeyDigit::of(keys[k].type, facts[k], kMostDigits);
    if (!digit) return std::optional<PackedKeys>();
    bits += static_cast<unsigned>(std::bit_width(digit->size() - 1));
    if (bits > kWordBits) return std::optional<PackedKeys>();
    out.digits_.push_back(std::move(*digit));
  }
  // The first key is the highest digit. One of no bits stands where the one behind it does.
  for (KeyDigit& digit : out.digits_) {
    bits -= static_cast<unsigned>(std::bit_width(digit.size() - 1));
    out.shifts_.push_back(std::min(bits, kWordBits - 1));
    if (ordered) MILLRACE_TRY(digit.put_in_order(budget));
  }
  return std::optional<PackedKeys>(std::move(out));
}

void PackedKeys::encode(const Vector* keys, uint32_t rows, uint64_t* words) const {
  for (size_t k = 0; k < digits_.size(); k++) {
    const unsigned shift = shifts_[k];
    if (k == 0) {
      digits_[k].each<uint64_t>(keys[k], rows, [=](uint32_t i, uint64_t digit) { words[i] = digit << shift; });
    } else {
      digits_[k].each<uint64_t>(keys[k], rows, [=](uint32_t i, uint64_t digit) { words[i] |= digit << shift; });
    }
  }
}

Result<std::vector<Column>> PackedKeys::unpack(const uint64_t* words, int64_t count, Workers& workers,
                                               MemoryBudget* budget) const {
  std::vector<Column> out(digits_.size());
  MILLRACE_TRY(workers.run(digits_.size(), [&](size_t k, uint32_t) -> Status {
    auto column = unpack_digit(k, words, count, budget);
    MILLRACE_TRY(column);
    out[k] = column.take();
    return {};
  }));
  return out;
}

Result<Column> PackedKeys::unpack_digit(size_t key, const uint64_t* words, int64_t count, MemoryBudget* budget) const {
  const KeyDigit& digit = digits_[key];
  const unsigned shift = shifts_[key];
  const auto bits = static_cast<unsigned>(std::bit_width(digit.size() - 1));
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  ColumnBuilder builder(digit.type, budget);
  MILLRACE_TRY(builder.reserve(count));
  for (int64_t first = 0; first < count; first += kVectorRows) {
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, count - first));
    uint64_t digits[kVectorRows];
    for (uint32_t i = 0; i < rows; i++) digits[i] = words[first + i] >> shift & mask;
    MILLRACE_TRY(digit.append(digits, rows, builder));
  }
  return builder.finish();
}

}  // namespace millrace::agg
