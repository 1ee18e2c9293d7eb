// Conversions between number types, and between ticks of different units. Checked ones look at all rows first and judge
// only rows that are not null.
#include <cmath>
#include <limits>
#include <string>

#include "column/format.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

template <class T>
constexpr TypeId physical_type() {
  if constexpr (std::is_same_v<T, double>)
    return TypeId::Float64;
  else if constexpr (std::is_same_v<T, float>)
    return TypeId::Float32;
  else if constexpr (std::is_unsigned_v<T>)
    return TypeId::UInt64;
  else
    return TypeId::Int64;
}

// Days and ticks show as what they mean.
template <class T>
std::string shown(const Parameters& parameters, T value) {
  if constexpr (std::is_same_v<T, int64_t>) {
    char text[kFormatBytes];
    if (parameters.shown == TypeId::Date) return std::string(text, format_date(value, text));
    if (is_timestamp(parameters.shown)) return std::string(text, format_timestamp(value, parameters.shown, text));
  }
  return format_value(physical_type<T>(), &value);
}

[[gnu::cold]] Status does_not_fit(const Call& call, std::string text) {
  const Parameters& parameters = call.parameters;
  ErrorFacts facts;
  facts.hint = is_float(parameters.from)
                   ? "replace such values first, for example with `fillNaN` or `when`, or cast to a wider type"
                   : "cast to a wider type, such as float64, or filter such rows out first";
  std::string message = std::string("cannot cast ") + type_name(parameters.from) + " to " + type_name(parameters.to) +
                        ": " + text + (text == "NaN" ? " is not a number" : " does not fit");
  facts.text = std::move(text);
  return Status(parameters.code, std::move(message), std::move(facts));
}

template <class From, class To>
Status widen(Call& call) {
  map_rows<To, From>(call, [](From a) { return static_cast<To>(a); });
  return {};
}

// `fits` is cheap enough to run on every row, also under nulls; `convert` is defined for every value.
template <class From, class To, class Fits, class Convert>
Status checked(Call& call, Fits fits, Convert convert) {
  uint8_t bad = 0;
  map_rows<To, From>(call, [&](From a) {
    bad |= static_cast<uint8_t>(!fits(a));
    return convert(a);
  });
  if (!bad) [[likely]]
    return {};
  const From* a = call.arguments[0].as<From>();
  const uint32_t row = first_bad_row(call, [&](uint32_t i) { return !fits(a[i]); });
  return row == call.rows ? Status() : does_not_fit(call, shown(call.parameters, a[row]));
}

template <class To>
Status narrow_int64(Call& call) {
  return checked<int64_t, To>(
      call, [](int64_t a) { return static_cast<int64_t>(static_cast<To>(a)) == a; },
      [](int64_t a) { return static_cast<To>(a); });
}

// int64 <-> uint64: what has the top bit set is negative in one and too large for the other.
template <class From, class To>
Status change_sign_type(Call& call) {
  return checked<From, To>(
      call, [](From a) { return static_cast<int64_t>(a) >= 0; }, [](From a) { return static_cast<To>(a); });
}

// Towards zero. The bounds are the first doubles that truncate out of range; NaN fails both comparisons.
template <class To>
Status truncate_float64(Call& call) {
  constexpr bool kWide = sizeof(To) == 8;
  constexpr auto kSmallest = static_cast<double>(std::numeric_limits<To>::min());
  constexpr double kTooLarge = static_cast<double>(std::numeric_limits<To>::max()) + (kWide ? 0.0 : 1.0);
  const auto fits = [](double a) {
    // Behind -2^63 there is no double above -2^63 - 1, so that int64 has to include its bound.
    const bool above = kWide && std::is_signed_v<To> ? a >= kSmallest : a > kSmallest - 1.0;
    return above & (a < kTooLarge);
  };
  return checked<double, To>(call, fits, [fits](double a) { return fits(a) ? static_cast<To>(a) : To{0}; });
}

// A finite double that would become infinite does not fit.
Status narrow_float64(Call& call) {
  return checked<double, float>(
      call,
      [](double a) {
        const float narrow = static_cast<float>(a);
        return std::isfinite(narrow) || !std::isfinite(a);
      },
      [](double a) { return static_cast<float>(a); });
}

Status float64_to_bool(Call& call) {
  return checked<double, uint8_t>(
      call, [](double a) { return a == a; }, [](double a) -> uint8_t { return a != 0; });
}

template <class From>
Status to_bool(Call& call) {
  map_rows<uint8_t, From>(call, [](From a) -> uint8_t { return a != 0; });
  return {};
}

Kernel from_int64(TypeId to) {
  switch (to) {
    case TypeId::Bool: return to_bool<int64_t>;
    case TypeId::Int8: return narrow_int64<int8_t>;
    case TypeId::Int16: return narrow_int64<int16_t>;
    case TypeId::Int32: return narrow_int64<int32_t>;
    case TypeId::UInt8: return narrow_int64<uint8_t>;
    case TypeId::UInt16: return narrow_int64<uint16_t>;
    case TypeId::UInt32: return narrow_int64<uint32_t>;
    case TypeId::UInt64: return change_sign_type<int64_t, uint64_t>;
    case TypeId::Float32: return widen<int64_t, float>;
    case TypeId::Float64: return widen<int64_t, double>;
    default: return nullptr;
  }
}

Kernel from_uint64(TypeId to) {
  switch (to) {
    case TypeId::Bool: return to_bool<uint64_t>;
    case TypeId::Int64: return change_sign_type<uint64_t, int64_t>;
    case TypeId::Float32: return widen<uint64_t, float>;
    case TypeId::Float64: return widen<uint64_t, double>;
    default: return nullptr;
  }
}

Kernel from_float64(TypeId to) {
  switch (to) {
    case TypeId::Bool: return float64_to_bool;
    case TypeId::Int8: return truncate_float64<int8_t>;
    case TypeId::Int16: return truncate_float64<int16_t>;
    case TypeId::Int32: return truncate_float64<int32_t>;
    case TypeId::Int64: return truncate_float64<int64_t>;
    case TypeId::UInt8: return truncate_float64<uint8_t>;
    case TypeId::UInt16: return truncate_float64<uint16_t>;
    case TypeId::UInt32: return truncate_float64<uint32_t>;
    case TypeId::UInt64: return truncate_float64<uint64_t>;
    case TypeId::Float32: return narrow_float64;
    default: return nullptr;
  }
}

Kernel to_int64(TypeId from) {
  switch (from) {
    case TypeId::Bool:
    case TypeId::UInt8: return widen<uint8_t, int64_t>;
    case TypeId::Int8: return widen<int8_t, int64_t>;
    case TypeId::Int16: return widen<int16_t, int64_t>;
    case TypeId::Int32:
    case TypeId::Date: return widen<int32_t, int64_t>;
    case TypeId::UInt16: return widen<uint16_t, int64_t>;
    case TypeId::UInt32: return widen<uint32_t, int64_t>;
    default: return nullptr;
  }
}

}  // namespace

Kernel number_cast_kernel(TypeId from, TypeId to) {
  if (from == TypeId::Int64) return from_int64(to);
  if (from == TypeId::UInt64) return from_uint64(to);
  if (from == TypeId::Float64) return from_float64(to);
  if (from == TypeId::Float32) return to == TypeId::Float64 ? widen<float, double> : nullptr;
  if (from == TypeId::Int32 && to == TypeId::Float64) return widen<int32_t, double>;
  return to == TypeId::Int64 ? to_int64(from) : nullptr;
}

Status scale_up(Call& call) {
  const int64_t factor = call.parameters.first;
  bool bad = false;
  map_rows<int64_t, int64_t>(call, [&](int64_t a) {
    int64_t product;
    bad |= __builtin_mul_overflow(a, factor, &product);
    return product;
  });
  if (!bad) [[likely]]
    return {};
  const auto* a = call.arguments[0].as<int64_t>();
  const uint32_t row = first_bad_row(call, [&](uint32_t i) {
    int64_t product;
    return __builtin_mul_overflow(a[i], factor, &product);
  });
  if (row == call.rows) return {};
  ErrorFacts facts;
  facts.text = shown(call.parameters, a[row]);
  facts.hint = "use a coarser unit; timestamp[us] reaches the years -290308 to 294247";
  std::string message = facts.text + " is out of the range of " + type_name(call.parameters.to);
  return Status(Code::Overflow, std::move(message), std::move(facts));
}

Status scale_down(Call& call) {
  const int64_t divisor = call.parameters.first;
  map_rows<int64_t, int64_t>(call, [divisor](int64_t a) {
    const int64_t quotient = a / divisor;
    return quotient - (a % divisor < 0);
  });
  return {};
}

}  // namespace millrace::expr
