#include "expr/membership.h"

#include <algorithm>
#include <bit>

#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15u;

uint64_t mix(uint64_t value) {
  value *= kMultiplier;
  return value ^ value >> 32;
}

}  // namespace

ValueSet::ValueSet(TypeId type, std::span<const Constant> values) {
  for (const Constant& value : values) {
    if (value.is_null) continue;
    if (is_string(type)) {
      strings_.push_back(value.get<StringRef>());
      continue;
    }
    if (type == TypeId::Float64) {
      const auto number = value.get<double>();
      if (number == number) numbers_.push_back(std::bit_cast<uint64_t>(number == 0 ? 0.0 : number));
    } else {
      numbers_.push_back(value.get<uint64_t>());
    }
  }
  const size_t count = numbers_.size() + strings_.size();
  if (count > (is_string(type) ? kFewStrings : kFewNumbers)) index(count);
}

void ValueSet::index(size_t count) {
  slots_.assign(std::bit_ceil(count * 2), 0);
  mask_ = slots_.size() - 1;
  for (uint32_t i = 0; i < count; i++) {
    uint64_t slot = (strings_.empty() ? hash(numbers_[i]) : hash(strings_[i])) & mask_;
    while (slots_[slot]) slot = (slot + 1) & mask_;
    slots_[slot] = i + 1;
  }
}

uint64_t ValueSet::hash(uint64_t bits) { return mix(bits); }

uint64_t ValueSet::hash(const StringRef& text) {
  uint64_t state = text.size;
  const char* at = text.data;
  uint64_t left = text.size;
  for (; left > 8; left -= 8, at += 8) state = mix(state ^ load_eight(at));
  return left ? mix(state ^ load_up_to_eight(at, left)) : mix(state);
}

bool ValueSet::has_number(uint64_t bits) const {
  for (uint64_t slot = hash(bits) & mask_; slots_[slot]; slot = (slot + 1) & mask_) {
    if (numbers_[slots_[slot] - 1] == bits) return true;
  }
  return false;
}

bool ValueSet::has_string(const StringRef& text) const {
  for (uint64_t slot = hash(text) & mask_; slots_[slot]; slot = (slot + 1) & mask_) {
    if (equal_bytes(strings_[slots_[slot] - 1], text)) return true;
  }
  return false;
}

namespace {

// One pass over the rows for every four values. T is int64_t also for uint64: equality does not know signs.
template <class T>
void find_few_numbers(Call& call, std::span<const uint64_t> values) {
  uint8_t* __restrict out = call.out<uint8_t>();
  std::memset(out, 0, call.rows);
  const T* a = call.arguments[0].as<T>();
  const uint32_t rows = call.rows;
  for (size_t first = 0; first < values.size(); first += 4) {
    const auto value = [&](size_t i) { return std::bit_cast<T>(values[std::min(first + i, values.size() - 1)]); };
    const T v0 = value(0), v1 = value(1), v2 = value(2), v3 = value(3);
    for (uint32_t i = 0; i < rows; i++) {
      const bool found = (a[i] == v0) | (a[i] == v1) | (a[i] == v2) | (a[i] == v3);
      out[i] = static_cast<uint8_t>(out[i] | found);
    }
  }
}

template <class T>
Status is_in_numbers(Call& call) {
  const ValueSet& set = *call.parameters.set;
  if (!set.is_hashed()) {
    find_few_numbers<T>(call, set.numbers());
    return {};
  }
  map_rows<uint8_t, T>(call, [&set](T a) {
    if constexpr (std::is_same_v<T, double>) a = a == 0 ? 0.0 : a;
    return set.has_number(std::bit_cast<uint64_t>(a));
  });
  return {};
}

Status is_in_strings(Call& call) {
  const ValueSet& set = *call.parameters.set;
  if (set.is_hashed()) {
    map_rows<uint8_t, StringRef>(call, [&set](const StringRef& a) { return set.has_string(a); });
    return {};
  }
  map_rows<uint8_t, StringRef>(call, [&set](const StringRef& a) {
    return std::any_of(set.strings().begin(), set.strings().end(),
                       [&a](const StringRef& value) { return equal_bytes(a, value); });
  });
  return {};
}

}  // namespace

Kernel is_in_kernel(TypeId type) {
  switch (type) {
    case TypeId::Int64:
    case TypeId::UInt64: return is_in_numbers<int64_t>;
    case TypeId::Float64: return is_in_numbers<double>;
    case TypeId::Utf8:
    case TypeId::Dict: return is_in_strings;
    default: return nullptr;
  }
}

}  // namespace millrace::expr
