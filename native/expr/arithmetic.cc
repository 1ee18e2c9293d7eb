// Arithmetic. Integer loops compute every row, wrapping, and gather the signs of overflow on the way; only when some
// row (perhaps one that is null) overflowed does a second, slow look decide whether it counts.
#include <cmath>
#include <limits>
#include <string>

#include "column/format.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

constexpr const char* kOverflowHint = "cast an operand to float64 first, for example `c.x.cast('float64')`";

template <class T>
constexpr TypeId kTypeOf = std::is_signed_v<T> ? TypeId::Int64 : TypeId::UInt64;

[[gnu::cold]] Status overflow_error(const Call& call, const char* noun, const std::string& operands) {
  ErrorFacts facts;
  facts.hint = kOverflowHint;
  std::string message = std::string(type_name(call.parameters.to)) + " " + noun + " overflows: " + operands;
  return Status(Code::Overflow, std::move(message), std::move(facts));
}

// The operands are 64-bit integers of `type`.
[[gnu::cold]] Status binary_overflow(const Call& call, const char* noun, const char* symbol, TypeId type,
                                     uint32_t row) {
  const auto shown = [&](size_t i) { return format_value(type, &call.arguments[i].at<int64_t>(row)); };
  return overflow_error(call, noun, shown(0) + " " + symbol + " " + shown(1));
}

Status unary_overflow(const Call& call, const char* noun, const void* value) {
  return overflow_error(call, noun, format_value(call.parameters.from, value));
}

// `wrap` returns the result modulo 2^64 and sets the top bit of `bad` when that is not the true result.
struct Add {
  static constexpr const char* kNoun = "addition";
  static constexpr const char* kSymbol = "+";
  template <class T>
  static T wrap(T a, T b, uint64_t& bad) {
    const uint64_t x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b), sum = x + y;
    // Signed: the operands agree in sign and the sum does not. Unsigned: the carry out of the top bit.
    bad |= std::is_signed_v<T> ? (x ^ sum) & (y ^ sum) : (x & y) | ((x | y) & ~sum);
    return static_cast<T>(sum);
  }
  static double apply(double a, double b) { return a + b; }
};

struct Sub {
  static constexpr const char* kNoun = "subtraction";
  static constexpr const char* kSymbol = "-";
  template <class T>
  static T wrap(T a, T b, uint64_t& bad) {
    const uint64_t x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b), difference = x - y;
    bad |= std::is_signed_v<T> ? (x ^ y) & (x ^ difference) : (~x & y) | ((~x | y) & difference);
    return static_cast<T>(difference);
  }
  static double apply(double a, double b) { return a - b; }
};

struct Mul {
  static constexpr const char* kNoun = "multiplication";
  static constexpr const char* kSymbol = "*";
  template <class T>
  static T wrap(T a, T b, uint64_t& bad) {
    T product;
    bad |= static_cast<uint64_t>(__builtin_mul_overflow(a, b, &product)) << 63;
    return product;
  }
  static double apply(double a, double b) { return a * b; }
};

template <class Op, class T>
Status checked(Call& call) {
  uint64_t bad = 0;
  zip_rows<T, T, T>(call, [&bad](T a, T b) { return Op::wrap(a, b, bad); });
  if (!(bad >> 63)) [[likely]]
    return {};
  const Argument &a = call.arguments[0], &b = call.arguments[1];
  const uint32_t row = first_bad_row(call, [&](uint32_t i) {
    uint64_t overflow = 0;
    Op::wrap(a.at<T>(i), b.at<T>(i), overflow);
    return overflow >> 63 != 0;
  });
  if (row == call.rows) return {};
  return binary_overflow(call, Op::kNoun, Op::kSymbol, kTypeOf<T>, row);
}

template <class Op>
Status floating(Call& call) {
  zip_rows<double, double, double>(call, [](double a, double b) { return Op::apply(a, b); });
  return {};
}

template <class Op>
Kernel typed_kernel(TypeId type) {
  if (type == TypeId::Int64) return checked<Op, int64_t>;
  if (type == TypeId::UInt64) return checked<Op, uint64_t>;
  return type == TypeId::Float64 ? floating<Op> : nullptr;
}

// Remainder with the sign of the divisor, as Python and pandas have it.
double float_modulo(double a, double b) {
  const double remainder = std::fmod(a, b);
  if (remainder == 0) return std::copysign(0.0, b);
  return (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

// The quotient that belongs to float_modulo: (a - modulo) / b, which is whole but for rounding.
double float_floor_divide(double a, double b) {
  const double ratio = a / b;
  if (b == 0 || !std::isfinite(a)) return ratio;
  double remainder = std::fmod(a, b);
  double quotient = (a - remainder) / b;
  if (remainder != 0 && (remainder < 0) != (b < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(0.0, ratio);
  const double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

Status floor_divide_floats(Call& call) {
  zip_rows<double, double, double>(call, float_floor_divide);
  return {};
}

Status modulo_floats(Call& call) {
  zip_rows<double, double, double>(call, float_modulo);
  return {};
}

constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();

// Row by row: a divisor of 0 makes the row null, which is also what keeps the processor from trapping.
template <class T, class F>
Status divide_rows(Call& call, F f) {
  const Argument &a = call.arguments[0], &b = call.arguments[1];
  auto* out = call.out<int64_t>();
  for (uint32_t row = 0; row < call.rows; row++) {
    const T divisor = b.at<T>(row);
    out[row] = 0;
    if (divisor == 0) {
      set_null(call, row);
    } else if (!f(a.at<T>(row), divisor, out[row]) && call.is_valid(row)) {
      return binary_overflow(call, "floor division", "//", kTypeOf<T>, row);
    }
  }
  return {};
}

Status floor_divide_int64(Call& call) {
  return divide_rows<int64_t>(call, [](int64_t a, int64_t b, int64_t& out) {
    if (b == -1) return !__builtin_sub_overflow(int64_t{0}, a, &out);
    const int64_t quotient = a / b;
    out = quotient - (a % b != 0 && (a < 0) != (b < 0));
    return true;
  });
}

Status floor_divide_uint64(Call& call) {
  return divide_rows<uint64_t>(call, [](uint64_t a, uint64_t b, int64_t& out) {
    const uint64_t quotient = a / b;
    out = static_cast<int64_t>(quotient);
    return quotient <= static_cast<uint64_t>(kLargest);
  });
}

Status modulo_int64(Call& call) {
  return divide_rows<int64_t>(call, [](int64_t a, int64_t b, int64_t& out) {
    if (b == -1) return true;  // 0, without the trap of INT64_MIN % -1
    const int64_t remainder = a % b;
    out = remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    return true;
  });
}

Status modulo_uint64(Call& call) {
  return divide_rows<uint64_t>(call, [](uint64_t a, uint64_t b, int64_t& out) {
    const uint64_t remainder = a % b;
    out = static_cast<int64_t>(remainder);
    return remainder <= static_cast<uint64_t>(kLargest);
  });
}

template <class T>
Status absolute_float(Call& call) {
  map_rows<T, T>(call, [](T a) { return std::fabs(a); });
  return {};
}

// Only the smallest value has no absolute value: it stays negative.
template <class T>
Status absolute_int(Call& call) {
  T bad = 0;
  map_rows<T, T>(call, [&bad](T a) {
    const auto sign = static_cast<T>(a >> (sizeof(T) * 8 - 1));
    using Unsigned = std::make_unsigned_t<T>;
    const auto result =
        static_cast<T>(static_cast<Unsigned>(static_cast<Unsigned>(a ^ sign) - static_cast<Unsigned>(sign)));
    bad = static_cast<T>(bad | result);
    return result;
  });
  if (bad >= 0) [[likely]]
    return {};
  const T* a = call.arguments[0].as<T>();
  const uint32_t row = first_bad_row(call, [&](uint32_t i) { return a[i] == std::numeric_limits<T>::min(); });
  return row == call.rows ? Status() : unary_overflow(call, "absolute value", &a[row]);
}

Status negate_float(Call& call) {
  map_rows<double, double>(call, [](double a) { return -a; });
  return {};
}

Status negate_int64(Call& call) {
  uint64_t bad = 0;
  map_rows<int64_t, int64_t>(call, [&bad](int64_t a) { return Sub::wrap(int64_t{0}, a, bad); });
  if (!(bad >> 63)) [[likely]]
    return {};
  const auto* a = call.arguments[0].as<int64_t>();
  const uint32_t row = first_bad_row(call, [&](uint32_t i) { return a[i] == kSmallest; });
  return row == call.rows ? Status() : unary_overflow(call, "negation", &a[row]);
}

Status negate_uint64(Call& call) {
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  const auto* a = call.arguments[0].as<uint64_t>();
  map_rows<int64_t, uint64_t>(call, [](uint64_t value) { return static_cast<int64_t>(~value + 1); });
  const uint32_t row = first_bad_row(call, [&](uint32_t i) { return a[i] > kLimit; });
  return row == call.rows ? Status() : unary_overflow(call, "negation", &a[row]);
}

}  // namespace

Kernel arithmetic_kernel(Arithmetic op, TypeId type) {
  switch (op) {
    case Arithmetic::Add: return typed_kernel<Add>(type);
    case Arithmetic::Sub: return typed_kernel<Sub>(type);
    case Arithmetic::Mul: return typed_kernel<Mul>(type);
  }
  return nullptr;
}

Kernel floor_divide_kernel(TypeId type) {
  if (type == TypeId::Int64) return floor_divide_int64;
  if (type == TypeId::UInt64) return floor_divide_uint64;
  return type == TypeId::Float64 ? floor_divide_floats : nullptr;
}

Kernel modulo_kernel(TypeId type) {
  if (type == TypeId::Int64) return modulo_int64;
  if (type == TypeId::UInt64) return modulo_uint64;
  return type == TypeId::Float64 ? modulo_floats : nullptr;
}

Status divide(Call& call) {
  zip_rows<double, double, double>(call, [](double a, double b) { return a / b; });
  return {};
}

Status power(Call& call) {
  zip_rows<double, double, double>(call, [](double a, double b) { return std::pow(a, b); });
  return {};
}

Kernel absolute_kernel(TypeId type) {
  switch (type) {
    case TypeId::Int8: return absolute_int<int8_t>;
    case TypeId::Int16: return absolute_int<int16_t>;
    case TypeId::Int32: return absolute_int<int32_t>;
    case TypeId::Int64: return absolute_int<int64_t>;
    case TypeId::Float32: return absolute_float<float>;
    case TypeId::Float64: return absolute_float<double>;
    default: return nullptr;
  }
}

Kernel negate_kernel(TypeId type) {
  if (type == TypeId::Int64) return negate_int64;
  if (type == TypeId::UInt64) return negate_uint64;
  return type == TypeId::Float64 ? negate_float : nullptr;
}

}  // namespace millrace::expr
