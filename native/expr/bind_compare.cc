// Comparisons. Numbers of different types are compared exactly where both are integers, else as float64. A literal
// takes the type of the column beside it where that changes no result, so that columns are seldom converted.
#include "base/cold.h"

#include <cmath>
#include <limits>
#include <optional>

#include "expr/binder.h"

namespace millrace::expr {

namespace {

// A comparison of an integer below this with a whole double says the same in int64 and in float64.
constexpr double kTwoTo53 = 9007199254740992.0;

Comparison flipped(Comparison op) {
  switch (op) {
    case Comparison::Lt: return Comparison::Gt;
    case Comparison::Le: return Comparison::Ge;
    case Comparison::Gt: return Comparison::Lt;
    case Comparison::Ge: return Comparison::Le;
    default: return op;
  }
}

// The type in which a column of `type` is compared with its like.
TypeId comparison_type(TypeId type) {
  if (type == TypeId::Int32 || type == TypeId::UInt64 || is_float(type)) return type;
  return TypeId::Int64;
}

double number_of(const Constant& constant) {
  switch (constant.type) {
    case TypeId::Float32: return constant.get<float>();
    case TypeId::Float64: return constant.get<double>();
    case TypeId::UInt64: return static_cast<double>(constant.get<uint64_t>());
    default: return static_cast<double>(constant.get<int64_t>());
  }
}

std::optional<__int128> whole_number_of(const Constant& constant) {
  if (constant.type == TypeId::Int64) return constant.get<int64_t>();
  if (constant.type == TypeId::UInt64) return constant.get<uint64_t>();
  const double number = number_of(constant);
  if (std::fabs(number) < kTwoTo53 && number == std::trunc(number)) return static_cast<__int128>(number);
  return std::nullopt;
}

template <class T>
std::optional<Constant> whole_constant(TypeId type, const Constant& from) {
  const auto number = whole_number_of(from);
  if (!number || *number < std::numeric_limits<T>::min() || *number > std::numeric_limits<T>::max())
    return std::nullopt;
  return Constant::of(type, static_cast<T>(*number));
}

// `from` (Int64, UInt64 or a float) in a comparison type, if no comparison can tell.
std::optional<Constant> as_comparison_type(const Constant& from, TypeId to) {
  switch (to) {
    case TypeId::Int32: return whole_constant<int32_t>(to, from);
    case TypeId::Int64: return whole_constant<int64_t>(to, from);
    case TypeId::UInt64: return whole_constant<uint64_t>(to, from);
    case TypeId::Float32: {
      const double number = number_of(from);
      const auto narrow = static_cast<float>(number);
      if (narrow != number) return std::nullopt;
      return Constant::of(to, narrow);
    }
    default: return Constant::of(TypeId::Float64, number_of(from));
  }
}

// The type in which two numbers are compared, or nothing for int64 with uint64.
std::optional<TypeId> common_comparison_type(TypeId a, TypeId b) {
  if (a == b) return a;
  if (is_float(a) || is_float(b)) return TypeId::Float64;
  if (a == TypeId::UInt64 || b == TypeId::UInt64) return std::nullopt;
  return TypeId::Int64;
}

Comparison comparison_of(const std::string& op) {
  static constexpr const char* kNames[] = {"eq", "ne", "lt", "le", "gt", "ge"};
  size_t i = 0;
  while (i < 5 && op != kNames[i]) i++;
  return static_cast<Comparison>(i);
}

}  // namespace

Result<Value> Binder::bind_compare(const Node& node) {
  auto values = operands(node, 2, 2);
  MILLRACE_TRY(values);
  return compare(node, comparison_of(node.op()), values.value()[0], values.value()[1]);
}

// As `a >= low and a <= high`, so that a null bound still lets the other one decide for false.
Result<Value> Binder::bind_between(const Node& node) {
  auto values = operands(node, 3, 3);
  MILLRACE_TRY(values);
  auto above = compare(node, Comparison::Ge, values.value()[0], values.value()[1]);
  MILLRACE_TRY(above);
  auto below = compare(node, Comparison::Le, values.value()[0], values.value()[2]);
  MILLRACE_TRY(below);
  return logic(Logic::And, above.value(), below.value());
}

Result<Value> Binder::bind_eq_missing(const Node& node) {
  auto values = operands(node, 2, 2);
  MILLRACE_TRY(values);
  const Value &a = values.value()[0], &b = values.value()[1];
  if (a.untyped && b.untyped) return bool_value(true);
  if (a.untyped || b.untyped) return emit({is_null, TypeId::Bool, false, Nulls::Own}, {a.untyped ? b : a});
  auto equal = compare(node, Comparison::Eq, a, b);
  MILLRACE_TRY(equal);
  return emit({eq_missing, TypeId::Bool, false, Nulls::Own}, {equal.value(), a, b});
}

Result<Value> Binder::compare(const Node& node, Comparison op, const Value& a, const Value& b) {
  if (a.untyped || b.untyped) return null_value(TypeId::Bool);
  if (is_numeric(a.type) && is_numeric(b.type)) return compare_numbers(op, a, b);
  if (is_temporal(a.type) && is_temporal(b.type)) return compare_temporal(op, a, b);
  const bool same = (is_string(a.type) && is_string(b.type)) || a.type == b.type;
  const Value pair[] = {a, b};
  if (!same) return type_error(node, pair, "compare values of the same kind, or cast one side");
  return emit({compare_kernel(op, a.type), TypeId::Bool}, pair);
}

Result<Value> Binder::compare_as(Comparison op, TypeId type, const Value& a, const Value& b) {
  auto left = convert(a, type);
  MILLRACE_TRY(left);
  auto right = convert(b, type);
  MILLRACE_TRY(right);
  return emit({compare_kernel(op, type), TypeId::Bool}, {left.value(), right.value()});
}

Result<Value> Binder::compare_numbers(Comparison op, Value a, Value b) {
  const auto adapt = [this](Value& literal, const Value& other) -> Status {
    if (!constant_of(literal) || constant_of(literal)->is_null || constant_of(other)) return {};
    auto hub =
        convert(literal, is_float(literal.type) || literal.type == TypeId::UInt64 ? literal.type : TypeId::Int64);
    MILLRACE_TRY(hub);
    Constant constant = *constant_of(hub.value());
    constant.type = hub.value().type;
    const auto adapted = as_comparison_type(constant, comparison_type(other.type));
    if (adapted) literal = add_constant(*adapted);
    return {};
  };
  MILLRACE_TRY(adapt(a, b));
  MILLRACE_TRY(adapt(b, a));
  const auto common = common_comparison_type(comparison_type(a.type), comparison_type(b.type));
  if (common) return compare_as(op, *common, a, b);
  if (a.type == TypeId::UInt64) {
    std::swap(a, b);
    op = flipped(op);
  }
  auto signed_side = convert(a, TypeId::Int64);
  MILLRACE_TRY(signed_side);
  return emit({compare_mixed_kernel(op), TypeId::Bool}, {signed_side.value(), b});
}

// Different units compare as ticks of the finer one; a product that int64 does not hold is no error here.
Result<Value> Binder::compare_temporal(Comparison op, Value a, Value b) {
  if (a.type == b.type) return emit({compare_kernel(op, a.type), TypeId::Bool}, {a, b});
  if (a.type > b.type) {  // in the order Date, ms, us, ns: from coarse to fine
    std::swap(a, b);
    op = flipped(op);
  }
  const bool dates = a.type == TypeId::Date;
  const int64_t factor = dates ? ticks_per_day(b.type) : ticks_per_second(b.type) / ticks_per_second(a.type);
  const TypeId coarse_type = dates ? TypeId::Int32 : TypeId::Int64;
  a.type = coarse_type;
  b.type = TypeId::Int64;
  if (const Constant* fine = constant_of(b); fine && !fine->is_null && fine->get<int64_t>() % factor == 0) {
    Constant ticks = Constant::of(TypeId::Int64, fine->get<int64_t>() / factor);
    if (const auto coarse = as_comparison_type(ticks, coarse_type))
      return compare_as(op, coarse_type, a, add_constant(*coarse));
  }
  auto coarse = convert(a, TypeId::Int64);
  MILLRACE_TRY(coarse);
  Spec spec{compare_scaled_kernel(op), TypeId::Bool};
  if (const Constant* days = constant_of(coarse.value()); days && !days->is_null) {
    const __int128 ticks = static_cast<__int128>(days->get<int64_t>()) * factor;
    if (ticks == static_cast<int64_t>(ticks)) {
      const Value fine = add_constant(Constant::of(TypeId::Int64, static_cast<int64_t>(ticks)));
      return emit({compare_kernel(op, TypeId::Int64), TypeId::Bool}, {fine, b});
    }
  }
  spec.parameters.first = factor;
  return emit(spec, {coarse.value(), b});
}

}  // namespace millrace::expr
