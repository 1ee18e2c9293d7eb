// Functions of one number.
#include <cmath>
#include <limits>
#include <string>

#include "column/format.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

// From here on every double is whole.
constexpr double kTwoTo52 = 4503599627370496.0;

// The nearest whole number by adding and subtracting 2^52, where doubles have no fraction. It vectorises without the
// rounding instruction that the baseline lacks. Precondition: 0 <= magnitude < 2^52.
inline double nearest(double magnitude) { return (magnitude + kTwoTo52) - kTwoTo52; }

// Keeps NaN, infinities, whole numbers and the sign of zero.
inline double with_fraction_rounded(double value, double rounded) {
  return std::fabs(value) < kTwoTo52 ? std::copysign(rounded, value) : value;
}

inline double floor_of(double value) {
  const double whole = std::copysign(nearest(std::fabs(value)), value);
  return with_fraction_rounded(value, whole - (whole > value ? 1.0 : 0.0));
}

inline double ceil_of(double value) {
  const double whole = std::copysign(nearest(std::fabs(value)), value);
  return with_fraction_rounded(value, whole + (whole < value ? 1.0 : 0.0));
}

inline double half_away_from_zero(double value) {
  const double magnitude = std::fabs(value);
  double down = nearest(magnitude);
  down -= down > magnitude ? 1.0 : 0.0;
  return with_fraction_rounded(value, down + (magnitude - down >= 0.5 ? 1.0 : 0.0));
}

template <double (*kFunction)(double)>
Status unary(Call& call) {
  map_rows<double, double>(call, [](double a) { return kFunction(a); });
  return {};
}

// Scaling by a power of ten rounds too, so ties are judged on the scaled double, as in numpy and JavaScript idiom:
// round(1.005, 2) is 1, because 1.005 * 100 is 100.49999999999999.
Status round_float(Call& call) {
  const int64_t digits = call.parameters.first;
  if (digits == 0) {
    map_rows<double, double>(call, half_away_from_zero);
  } else if (digits > 0) {
    const double scale = std::pow(10.0, static_cast<double>(digits));
    map_rows<double, double>(call, [scale](double a) {
      const double scaled = a * scale;
      return std::fabs(scaled) < kTwoTo52 ? half_away_from_zero(scaled) / scale : a;
    });
  } else {
    const double scale = std::pow(10.0, static_cast<double>(-digits));
    map_rows<double, double>(call, [scale](double a) {
      const double rounded = half_away_from_zero(a / scale);
      return rounded == 0 ? std::copysign(0.0, a) : rounded * scale;
    });
  }
  return {};
}

// Rounds an integer to a multiple of `unit`. False when the result does not fit.
template <class T>
bool round_integer(T value, __int128 unit, T& out) {
  const __int128 wide = value;
  const __int128 magnitude = wide < 0 ? -wide : wide;
  const __int128 rounded = (magnitude + unit / 2) / unit * unit;
  const __int128 result = wide < 0 ? -rounded : rounded;
  out = static_cast<T>(result);
  return result >= std::numeric_limits<T>::min() && result <= std::numeric_limits<T>::max();
}

[[gnu::cold]] Status round_overflow(const Call& call, int64_t digits, const void* value) {
  ErrorFacts facts;
  facts.hint = "cast to a wider type first, for example `c.x.cast('float64')`";
  return Status(Code::Overflow,
                "rounding " + format_value(call.parameters.to, value) + " to " + std::to_string(-digits) +
                    " digits before the point overflows " + type_name(call.parameters.to),
                std::move(facts));
}

template <class T>
Status round_int(Call& call) {
  constexpr int kMostDigits = 20;  // 10^20 exceeds every integer twice over
  const int64_t digits = call.parameters.first < -kMostDigits ? -kMostDigits : call.parameters.first;
  __int128 unit = 1;
  for (int64_t i = digits; i < 0; i++) unit *= 10;
  const T* a = call.arguments[0].as<T>();
  T* out = call.out<T>();
  for (uint32_t row = 0; row < call.rows; row++) {
    if (!round_integer(a[row], unit, out[row]) && call.is_valid(row)) [[unlikely]] {
      call.bad_row = row;
      return round_overflow(call, digits, &a[row]);
    }
  }
  return {};
}

}  // namespace

Kernel math_kernel(Math op) {
  switch (op) {
    case Math::Floor: return unary<floor_of>;
    case Math::Ceil: return unary<ceil_of>;
    case Math::Sqrt: return unary<std::sqrt>;
    case Math::Exp: return unary<std::exp>;
    case Math::Log: return unary<std::log>;
    case Math::Log2: return unary<std::log2>;
    case Math::Log10: return unary<std::log10>;
  }
  return nullptr;
}

Kernel round_kernel(TypeId type) {
  switch (type) {
    case TypeId::Int8: return round_int<int8_t>;
    case TypeId::Int16: return round_int<int16_t>;
    case TypeId::Int32: return round_int<int32_t>;
    case TypeId::Int64: return round_int<int64_t>;
    case TypeId::UInt8: return round_int<uint8_t>;
    case TypeId::UInt16: return round_int<uint16_t>;
    case TypeId::UInt32: return round_int<uint32_t>;
    case TypeId::UInt64: return round_int<uint64_t>;
    case TypeId::Float64: return round_float;
    default: return nullptr;
  }
}

}  // namespace millrace::expr
