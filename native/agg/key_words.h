// Fixed-width values as 64-bit words that are equal when the keys are equal: integers sign- or zero-extended, floats by
// their bits with -0 as 0 and every NaN as one.
#pragma once
#include <bit>
#include <limits>
#include <type_traits>

#include "column/vector.h"
#include "column/visit_fixed.h"

namespace millrace::agg {

template <class T>
inline uint64_t key_word(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    if (value != value) return std::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN());
    return std::bit_cast<Bits>(value + T{0});  // -0 + 0 is 0
  } else {
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  }
}

template <class T>
inline T value_of_word(uint64_t word) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<float>(static_cast<uint32_t>(word));
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<double>(word);
  else
    return static_cast<T>(word);
}

// The words of rows [begin, begin + count): the column itself when it already holds them, else written to `scratch`.
inline const uint64_t* key_words(const Vector& column, uint32_t begin, uint32_t count, uint64_t* scratch) {
  return visit_fixed(column.type, [&](auto tag) -> const uint64_t* {
    using T = decltype(tag);
    const T* values = column.as<T>() + begin;
    if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
      return reinterpret_cast<const uint64_t*>(values);
    } else {
      for (uint32_t i = 0; i < count; i++) scratch[i] = key_word(values[i]);
      return scratch;
    }
  });
}

}  // namespace millrace::agg
