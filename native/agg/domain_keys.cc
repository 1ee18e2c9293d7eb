#include "agg/domain_keys.h"

#include <algorithm>

#include "agg/key_words.h"
#include "sort/dictionary_order.h"

namespace millrace::agg {

namespace {

// How many values the facts allow, null aside; 0: too many, or nobody knows.
uint64_t values_of(const ColumnFacts& facts) {
  if (facts.dictionary) return std::max<uint64_t>(1, static_cast<uint64_t>(facts.dictionary->strings.rows));
  if (!facts.has_range) return 0;
  return static_cast<uint64_t>(facts.max) - static_cast<uint64_t>(facts.min) + 1;
}

}  // namespace

std::optional<DomainKeys> DomainKeys::make(const std::vector<Field>& keys, const std::vector<ColumnFacts>& facts,
                                           uint64_t most_places) {
  if (keys.empty() || facts.size() != keys.size()) return std::nullopt;
  DomainKeys out;
  out.digits_.resize(keys.size());
  uint64_t places = 1;
  for (size_t k = keys.size(); k > 0; k--) {  // the last key is the lowest digit
    const ColumnFacts& fact = facts[k - 1];
    const uint64_t values = values_of(fact);
    if (values == 0 || values >= most_places) return std::nullopt;
    Digit& digit = out.digits_[k - 1];
    digit = {keys[k - 1].type,
             static_cast<uint64_t>(fact.min),
             fact.dictionary,
             static_cast<uint32_t>(values),
             !fact.never_null,
             static_cast<uint32_t>(places)};
    places *= digit.size();
    if (places > most_places) return std::nullopt;
  }
  out.places_ = static_cast<uint32_t>(places);
  return out;
}

void DomainKeys::encode(const Vector* keys, uint32_t rows, uint32_t* places) const {
  std::memset(places, 0, rows * sizeof(uint32_t));
  for (size_t k = 0; k < digits_.size(); k++) add_digit(digits_[k], keys[k], rows, places);
}

void DomainKeys::add_digit(const Digit& digit, const Vector& column, uint32_t rows, uint32_t* places) {
  const uint32_t weight = digit.weight;
  uint32_t values[kVectorRows];
  if (digit.dictionary) {
    const uint32_t* codes = column.codes;
    if (!column.validity) {
      for (uint32_t i = 0; i < rows; i++) places[i] += codes[i] * weight;
      return;
    }
    std::memcpy(values, codes, rows * sizeof(uint32_t));
  } else {
    visit_fixed(column.type, [&](auto tag) {
      using T = decltype(tag);
      if constexpr (!std::is_floating_point_v<T>) {
        const T* from = column.as<T>();
        // The difference fits 32 bits, so 32 bits of both sides suffice.
        const auto base = static_cast<uint32_t>(digit.base);
        if (!column.validity) {
          for (uint32_t i = 0; i < rows; i++) places[i] += (static_cast<uint32_t>(from[i]) - base) * weight;
        } else {
          for (uint32_t i = 0; i < rows; i++) values[i] = static_cast<uint32_t>(from[i]) - base;
        }
      }
    });
    if (!column.validity) return;
  }
  for (uint32_t i = 0; i < rows; i++) {
    const bool valid = column.validity[i >> 6] >> (i & 63) & 1;
    places[i] += (valid ? values[i] : digit.values) * weight;
  }
}

Result<PodVector<uint32_t>> DomainKeys::ordered(MemoryBudget* budget) const {
  PodVector<uint32_t> out(budget);
  MILLRACE_TRY(out.reserve(places_));
  out.push_unchecked(0);
  for (const Digit& digit : digits_) {
    PodVector<uint32_t> longer(budget);
    MILLRACE_TRY(longer.reserve(out.size() * digit.size()));
    const uint32_t* order = nullptr;
    if (digit.dictionary) {
      auto sorted = sort::dictionary_order(*digit.dictionary, budget);
      MILLRACE_TRY(sorted);
      order = sorted.value();
    }
    for (const uint32_t prefix : out) {
      for (uint32_t rank = 0; rank < digit.size(); rank++) {
        const uint32_t value = order && rank < digit.values ? order[rank] : rank;
        longer.push_unchecked(prefix + value * digit.weight);
      }
    }
    std::swap(out, longer);
  }
  return out;
}

Result<std::vector<Column>> DomainKeys::gather(const uint32_t* places, int64_t count, MemoryBudget* budget) const {
  std::vector<Column> out;
  for (const Digit& digit : digits_) {
    auto column = gather_digit(digit, places, count, budget);
    MILLRACE_TRY(column);
    out.push_back(column.take());
  }
  return out;
}

// A vector at a time.
Result<Column> DomainKeys::gather_digit(const Digit& digit, const uint32_t* places, int64_t count,
                                        MemoryBudget* budget) {
  ColumnBuilder builder(digit.type, budget);
  alignas(StringRef) uint8_t values[kVectorRows * sizeof(StringRef)];
  uint64_t validity[kValidityWords];
  for (int64_t first = 0; first < count; first += kVectorRows) {
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, count - first));
    uint32_t digits[kVectorRows];
    for (uint32_t i = 0; i < rows; i++) digits[i] = places[first + i] / digit.weight % digit.size();
    if (digit.nullable) {
      std::memset(validity, 0, sizeof(validity));
      for (uint32_t i = 0; i < rows; i++) {
        const bool valid = digits[i] < digit.values;
        validity[i >> 6] |= uint64_t{valid} << (i & 63);
        if (!valid) digits[i] = 0;
      }
    }
    if (digit.dictionary) {
      auto* strings = reinterpret_cast<StringRef*>(values);
      for (uint32_t i = 0; i < rows; i++) strings[i] = digit.dictionary->refs[digits[i]];
    } else {
      visit_fixed(digit.type, [&](auto tag) {
        using T = decltype(tag);
        auto* numbers = reinterpret_cast<T*>(values);
        for (uint32_t i = 0; i < rows; i++) numbers[i] = value_of_word<T>(digit.base + digits[i]);
      });
    }
    MILLRACE_TRY(builder.append({digit.type, values, digit.nullable ? validity : nullptr}, rows));
  }
  return builder.finish();
}

}  // namespace millrace::agg
