// Walks over the rows of a vector that are not null.
#pragma once
#include <bit>
#include <cstdint>

namespace millrace::agg {

// Calls f(row) for the valid rows below `count`, in order. Whole valid words run without a test per row.
template <class F>
inline void for_each_valid(const uint64_t* validity, uint32_t count, F&& f) {
  if (!validity) {
    for (uint32_t i = 0; i < count; i++) f(i);
    return;
  }
  for (uint32_t begin = 0; begin < count; begin += 64) {
    const uint32_t end = count - begin < 64 ? count : begin + 64;
    uint64_t bits = validity[begin / 64];
    if (end - begin < 64) bits &= (uint64_t{1} << (end - begin)) - 1;
    if (bits == ~uint64_t{0}) {
      for (uint32_t i = begin; i < end; i++) f(i);
      continue;
    }
    for (; bits; bits &= bits - 1) f(begin + static_cast<uint32_t>(std::countr_zero(bits)));
  }
}

}  // namespace millrace::agg
