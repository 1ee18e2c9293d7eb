// Exact sum of 64-bit integers: a 128-bit two's complement number.
#pragma once
#include <cstdint>

namespace millrace::agg {

struct WideSum {
  uint64_t low;
  int64_t high;

  void add(int64_t value) { add(static_cast<uint64_t>(value), value >> 63); }
  void add(uint64_t value) { add(value, 0); }
  void add(const WideSum& other) { add(other.low, other.high); }
  void add(uint64_t more_low, int64_t more_high) {
    low += more_low;
    high = static_cast<int64_t>(static_cast<uint64_t>(high) + static_cast<uint64_t>(more_high) + (low < more_low));
  }
  bool fits_int64() const { return high == static_cast<int64_t>(low) >> 63; }
  bool fits_uint64() const { return high == 0; }
  double as_double() const {
    if (fits_int64()) return static_cast<double>(static_cast<int64_t>(low));
    return static_cast<double>(high) * 18446744073709551616.0 + static_cast<double>(low);
  }
};

}  // namespace millrace::agg
