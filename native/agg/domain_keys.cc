#include "agg/domain_keys.h"

#include <algorithm>

#include "sort/dictionary_order.h"

namespace millrace::agg {

std::optional<DomainKeys> DomainKeys::make(const std::vector<Field>& keys, const std::vector<ColumnFacts>& facts,
                                           uint64_t most_places) {
  if (keys.empty() || facts.size() != keys.size()) return std::nullopt;
  DomainKeys out;
  out.digits_.resize(keys.size());
  out.weights_.resize(keys.size());
  uint64_t places = 1;
  for (size_t k = keys.size(); k > 0; k--) {  // the last key is the lowest digit
    auto digit = KeyDigit::of(keys[k - 1].type, facts[k - 1], most_places);
    if (!digit) return std::nullopt;
    out.weights_[k - 1] = static_cast<uint32_t>(places);
    places *= digit->size();
    if (places > most_places) return std::nullopt;
    out.digits_[k - 1] = std::move(*digit);
  }
  out.places_ = static_cast<uint32_t>(places);
  return out;
}

void DomainKeys::encode(const Vector* keys, uint32_t rows, uint32_t* places) const {
  for (size_t k = 0; k < digits_.size(); k++) {
    const uint32_t weight = weights_[k];
    if (k == 0) {
      digits_[k].each<uint32_t>(keys[k], rows, [=](uint32_t i, uint32_t digit) { places[i] = digit * weight; });
    } else {
      digits_[k].each<uint32_t>(keys[k], rows, [=](uint32_t i, uint32_t digit) { places[i] += digit * weight; });
    }
  }
}

Result<PodVector<uint32_t>> DomainKeys::ordered(MemoryBudget* budget) const {
  PodVector<uint32_t> out(budget);
  MILLRACE_TRY(out.push(0));
  for (size_t k = 0; k < digits_.size(); k++) {
    const KeyDigit& digit = digits_[k];
    const uint32_t* codes = nullptr;
    if (digit.dictionary && digit.dictionary->strings.rows > 0) {
      auto order = sort::dictionary_order(*digit.dictionary, budget);
      MILLRACE_TRY(order);
      codes = order.value();
    }
    PodVector<uint32_t> longer(budget);
    MILLRACE_TRY(longer.reserve(out.size() * digit.size()));
    for (const uint32_t prefix : out) {
      for (uint32_t rank = 0; rank < digit.size(); rank++) {
        const uint32_t value = codes && rank < digit.values ? codes[rank] : rank;
        longer.push_unchecked(prefix + value * weights_[k]);
      }
    }
    std::swap(out, longer);
  }
  return out;
}

Result<std::vector<Column>> DomainKeys::gather(const uint32_t* places, int64_t count, MemoryBudget* budget) const {
  std::vector<Column> out;
  for (size_t k = 0; k < digits_.size(); k++) {
    ColumnBuilder builder(digits_[k].type, budget);
    for (int64_t first = 0; first < count; first += kVectorRows) {
      const auto rows = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, count - first));
      uint64_t digits[kVectorRows];
      const auto size = static_cast<uint32_t>(digits_[k].size());
      for (uint32_t i = 0; i < rows; i++) digits[i] = places[first + i] / weights_[k] % size;
      MILLRACE_TRY(digits_[k].append(digits, rows, builder));
    }
    auto column = builder.finish();
    MILLRACE_TRY(column);
    out.push_back(column.take());
  }
  return out;
}

}  // namespace millrace::agg
