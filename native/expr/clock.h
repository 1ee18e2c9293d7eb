// How dates and timestamps count: what the kernels of days, months and zones share. Ticks in a second are constants, so
// that divisions become multiplications.
#pragma once
#include "column/calendar.h"
#include "expr/kernels.h"

namespace millrace::expr {

constexpr int64_t floor_quotient(int64_t a, int64_t b) { return a / b - (a % b < 0); }
constexpr int64_t floor_rest(int64_t a, int64_t b) { return a % b < 0 ? a % b + b : a % b; }

// A timestamp type. `join` gives a value on another day at the same time of day; true when it leaves the type's range.
template <int64_t kTicksPerSecond>
struct Clock {
  using Value = int64_t;
  static constexpr int64_t kPerSecond = kTicksPerSecond;
  static constexpr int64_t kPerDay = kTicksPerSecond * 86'400;
  static int64_t day_of(int64_t ticks) { return floor_quotient(ticks, kPerDay); }
  static int64_t time_of(int64_t ticks) { return floor_rest(ticks, kPerDay); }
  static bool join(int64_t day, int64_t time, int64_t& ticks) {
    // In 128 bits: within the first day of the range, its start is outside.
    const __int128 exact = static_cast<__int128>(day) * kPerDay + time;
    ticks = static_cast<int64_t>(exact);
    return exact != ticks;
  }
};
using Milliseconds = Clock<1'000>;
using Microseconds = Clock<1'000'000>;
using Nanoseconds = Clock<1'000'000'000>;

// A date, whose tick is a day.
struct Days {
  using Value = int32_t;
  static constexpr int64_t kPerSecond = 0;
  static constexpr int64_t kPerDay = 1;
  static int64_t day_of(int32_t days) { return days; }
  static int64_t time_of(int32_t) { return 0; }
  static bool join(int64_t day, int64_t, int32_t& days) {
    days = static_cast<int32_t>(day);
    return day != days;
  }
};

// `make.template operator()<Clock>()` for the clock of a type, or null.
template <class Make>
Kernel for_clock(TypeId type, Make make) {
  switch (type) {
    case TypeId::Date: return make.template operator()<Days>();
    case TypeId::TimestampMs: return make.template operator()<Milliseconds>();
    case TypeId::TimestampUs: return make.template operator()<Microseconds>();
    case TypeId::TimestampNs: return make.template operator()<Nanoseconds>();
    default: return nullptr;
  }
}

// ERR_OVERFLOW: "truncating 1677-09-21 leaves the range of date". parameters.from is the type of `value`,
// parameters.to that of the result.
Status leaves_range(Call& call, uint32_t row, const char* doing, const void* value);

}  // namespace millrace::expr
