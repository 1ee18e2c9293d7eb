// Arithmetic. Integers compute as int64 (uint64 with uint64 as uint64), checked; with a float everything is float64.
#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

bool all_numeric(std::span<const Value> values) {
  for (const Value& value : values) {
    if (value.untyped || !is_numeric(value.type)) return false;
  }
  return true;
}

TypeId arithmetic_type(TypeId a, TypeId b) {
  if (is_float(a) || is_float(b)) return TypeId::Float64;
  return a == TypeId::UInt64 && b == TypeId::UInt64 ? TypeId::UInt64 : TypeId::Int64;
}

Math math_of(const std::string& op) {
  static constexpr const char* kNames[] = {"floor", "ceil", "sqrt", "exp", "log", "log2", "log10"};
  size_t i = 0;
  while (i < 6 && op != kNames[i]) i++;
  return static_cast<Math>(i);
}

constexpr const char* kNumbersOnly = "it takes numbers; cast first, for example `c.x.cast('float64')`";

}  // namespace

Result<Value> Binder::bind_arithmetic(const Node& node) {
  auto values = operands(node, 2, 2);
  MILLRACE_TRY(values);
  const Value &a = values.value()[0], &b = values.value()[1];
  const Arithmetic op = node.op() == "add" ? Arithmetic::Add : node.op() == "sub" ? Arithmetic::Sub : Arithmetic::Mul;
  return all_numeric(values.value()) ? combine_numbers(op, a, b) : combine_temporal(node, op, a, b);
}

Result<Value> Binder::combine_numbers(Arithmetic op, const Value& a, const Value& b) {
  const TypeId type = arithmetic_type(a.type, b.type);
  auto left = convert(a, type, Code::Overflow);
  MILLRACE_TRY(left);
  auto right = convert(b, type, Code::Overflow);
  MILLRACE_TRY(right);
  Spec spec{arithmetic_kernel(op, type), type};
  spec.parameters.to = type;
  return emit(spec, {left.value(), right.value()});
}

// Days and ticks: date - date, timestamp - timestamp, and either with an integer.
Result<Value> Binder::combine_temporal(const Node& node, Arithmetic op, const Value& a, const Value& b) {
  const Value pair[] = {a, b};
  const bool typed = !a.untyped && !b.untyped && is_temporal(a.type);
  const bool difference =
      typed && op == Arithmetic::Sub && is_temporal(b.type) && (a.type == TypeId::Date) == (b.type == TypeId::Date);
  const bool shift = typed && op != Arithmetic::Mul && is_int(b.type);
  if (!difference && !shift) {
    return type_error(node, pair, "dates take whole days, timestamps whole ticks of their unit, or another one in sub");
  }
  Value left = a, right = b;
  if (difference && a.type != b.type) {
    const TypeId finer = a.type > b.type ? a.type : b.type;
    auto rescaled = convert(a.type == finer ? b : a, finer);
    MILLRACE_TRY(rescaled);
    (a.type == finer ? right : left) = rescaled.value();
  }
  const TypeId result = difference ? TypeId::Int64 : a.type;
  const TypeId physical = a.type == TypeId::Date ? TypeId::Int32 : TypeId::Int64;
  left.type = physical;
  if (difference) right.type = physical;
  auto sum = combine_int64(op, left, right, difference ? TypeId::Int64 : a.type);
  MILLRACE_TRY(sum);
  Value out = sum.value();
  if (result == TypeId::Date) {
    Parameters parameters;
    parameters.from = TypeId::Int64;
    parameters.to = parameters.shown = TypeId::Date;
    parameters.code = Code::Overflow;
    auto days = convert_number(out, TypeId::Int64, TypeId::Int32, parameters);
    MILLRACE_TRY(days);
    out = days.value();
  }
  out.type = result;
  return out;
}

Result<Value> Binder::combine_int64(Arithmetic op, const Value& a, const Value& b, TypeId named) {
  auto left = convert(a, TypeId::Int64, Code::Overflow);
  MILLRACE_TRY(left);
  auto right = convert(b, TypeId::Int64, Code::Overflow);
  MILLRACE_TRY(right);
  Spec spec{arithmetic_kernel(op, TypeId::Int64), TypeId::Int64};
  spec.parameters.to = named;
  return emit(spec, {left.value(), right.value()});
}

Result<Value> Binder::bind_division(const Node& node) {
  auto values = operands(node, 2, 2);
  MILLRACE_TRY(values);
  if (!all_numeric(values.value())) return type_error(node, values.value(), kNumbersOnly);
  const Value &a = values.value()[0], &b = values.value()[1];
  const bool whole = node.op() == "floorDiv" || node.op() == "mod";
  const TypeId type = whole ? arithmetic_type(a.type, b.type) : TypeId::Float64;
  auto left = convert(a, type, Code::Overflow);
  MILLRACE_TRY(left);
  auto right = convert(b, type, Code::Overflow);
  MILLRACE_TRY(right);
  const Kernel kernel = node.op() == "div"        ? divide
                        : node.op() == "pow"      ? power
                        : node.op() == "floorDiv" ? floor_divide_kernel(type)
                                                  : modulo_kernel(type);
  const bool integers = type != TypeId::Float64;
  Spec spec{kernel, integers ? TypeId::Int64 : TypeId::Float64, integers};  // null where an integer divisor is 0
  spec.parameters.to = TypeId::Int64;
  return emit(spec, {left.value(), right.value()});
}

Result<Value> Binder::bind_negate(const Node& node) {
  auto values = operands(node, 1, 1);
  MILLRACE_TRY(values);
  const Value& value = values.value()[0];
  if (!all_numeric(values.value())) return type_error(node, values.value(), kNumbersOnly);
  const TypeId type = is_float(value.type)           ? TypeId::Float64
                      : value.type == TypeId::UInt64 ? value.type
                                                     : TypeId::Int64;
  auto converted = convert(value, type);
  MILLRACE_TRY(converted);
  Spec spec{negate_kernel(type), is_float(type) ? TypeId::Float64 : TypeId::Int64};
  spec.parameters.from = type;
  spec.parameters.to = spec.type;
  return emit(spec, {converted.value()});
}

Result<Value> Binder::bind_absolute(const Node& node) {
  auto values = operands(node, 1, 1);
  MILLRACE_TRY(values);
  const Value& value = values.value()[0];
  if (!all_numeric(values.value())) return type_error(node, values.value(), kNumbersOnly);
  if (is_unsigned_int(value.type)) return value;
  Spec spec{absolute_kernel(value.type), value.type};
  spec.parameters.from = spec.parameters.to = value.type;
  return emit(spec, {value});
}

Result<Value> Binder::bind_round(const Node& node) {
  if (node.argument_count() != 2 || node.argument(1).as_int(0) != node.argument(1).as_int(1)) {
    return plan_error(node, "needs a whole number of digits");
  }
  auto operand_or = operand(node, 0);
  MILLRACE_TRY(operand_or);
  const Value& value = operand_or.value();
  if (!all_numeric({&value, 1})) return type_error(node, {&value, 1}, kNumbersOnly);
  Parameters parameters;
  parameters.first = node.argument(1).as_int();
  parameters.from = parameters.to = value.type;
  if (is_float(value.type)) return through_float64(round_kernel(TypeId::Float64), value, parameters);
  if (parameters.first >= 0) return value;
  Spec spec{round_kernel(value.type), value.type};
  spec.parameters = parameters;
  return emit(spec, {value});
}

Result<Value> Binder::bind_math(const Node& node) {
  auto values = operands(node, 1, 1);
  MILLRACE_TRY(values);
  const Value& value = values.value()[0];
  if (!all_numeric(values.value())) return type_error(node, values.value(), kNumbersOnly);
  const Math op = math_of(node.op());
  if (op == Math::Floor || op == Math::Ceil) {
    return is_float(value.type) ? through_float64(math_kernel(op), value, {}) : value;
  }
  auto converted = convert(value, TypeId::Float64);
  MILLRACE_TRY(converted);
  return emit({math_kernel(op), TypeId::Float64}, {converted.value()});
}

Result<Value> Binder::through_float64(Kernel kernel, const Value& value, const Parameters& parameters) {
  auto wide = convert(value, TypeId::Float64);
  MILLRACE_TRY(wide);
  Spec spec{kernel, TypeId::Float64};
  spec.parameters = parameters;
  auto result = emit(spec, {wide.value()});
  MILLRACE_TRY(result);
  return convert(result.value(), value.type, Code::Overflow);
}

}  // namespace millrace::expr
