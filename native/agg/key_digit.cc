#include "agg/key_digit.h"

#include <algorithm>

#include "sort/dictionary_order.h"

namespace millrace::agg {

std::optional<KeyDigit> KeyDigit::of(TypeId type, const ColumnFacts& facts, uint64_t most) {
  KeyDigit out;
  out.type = type;
  out.nullable = !facts.never_null;
  if (facts.dictionary) {
    out.dictionary = facts.dictionary;
    out.values = std::max<uint64_t>(1, static_cast<uint64_t>(facts.dictionary->strings.rows));
  } else if (facts.has_range) {
    out.base = static_cast<uint64_t>(facts.min);
    const uint64_t span = static_cast<uint64_t>(facts.max) - out.base;
    if (span >= most) return std::nullopt;
    out.values = span + 1;
  } else {
    return std::nullopt;
  }
  return out.size() > most ? std::nullopt : std::optional(std::move(out));
}

Status KeyDigit::put_in_order(MemoryBudget* budget) {
  if (!dictionary || dictionary->strings.rows == 0) return {};
  auto order = sort::dictionary_order(*dictionary, budget);
  MILLRACE_TRY(order);
  auto digits = std::make_shared<PodVector<uint32_t>>(budget);
  MILLRACE_TRY(digits->resize(values));
  for (uint32_t digit = 0; digit < values; digit++) (*digits)[order.value()[digit]] = digit;
  digit_of_code = std::move(digits);
  code_of_digit = order.value();
  return {};
}

Status KeyDigit::append(const uint64_t* digits, uint32_t count, ColumnBuilder& into) const {
  alignas(StringRef) uint8_t out[kVectorRows * sizeof(StringRef)];
  uint64_t validity[kValidityWords];
  if (nullable) {
    std::memset(validity, 0, sizeof(validity));
    for (uint32_t i = 0; i < count; i++) validity[i >> 6] |= uint64_t{digits[i] < values} << (i & 63);
  }
  const auto digit_at = [&](uint32_t i) { return digits[i] < values ? digits[i] : 0; };
  if (dictionary) {
    auto* strings = reinterpret_cast<StringRef*>(out);
    const StringRef* refs = dictionary->refs.data();
    if (code_of_digit) {
      for (uint32_t i = 0; i < count; i++) strings[i] = refs[code_of_digit[digit_at(i)]];
    } else {
      for (uint32_t i = 0; i < count; i++) strings[i] = refs[digit_at(i)];
    }
  } else {
    visit_fixed(type, [&](auto tag) {
      using T = decltype(tag);
      auto* numbers = reinterpret_cast<T*>(out);
      for (uint32_t i = 0; i < count; i++) numbers[i] = value_of_word<T>(base + digit_at(i));
    });
  }
  return into.append({type, out, nullable ? validity : nullptr, nullptr, nullptr}, count);
}

}  // namespace millrace::agg
