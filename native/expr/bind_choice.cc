// Logic, null tests, and choosing between values. A literal `true`, `false` or null among conditions is resolved here.
#include "base/cold.h"

#include <cmath>

#include "expr/binder.h"

namespace millrace::expr {

namespace {

bool all_untyped(std::span<const Value> values) {
  for (const Value& value : values) {
    if (!value.untyped) return false;
  }
  return true;
}

}  // namespace

Result<Value> Binder::condition(const Node& node, const Value& value) {
  if (value.untyped) return null_value(TypeId::Bool);
  if (value.type != TypeId::Bool) {
    return type_error(node, {&value, 1}, "it takes conditions; make one by comparing, for example `c.x.gt(0)`");
  }
  return value;
}

Result<Value> Binder::bind_logic(const Node& node) {
  auto values = operands(node, 2, 2);
  MILLRACE_TRY(values);
  auto a = condition(node, values.value()[0]);
  MILLRACE_TRY(a);
  auto b = condition(node, values.value()[1]);
  MILLRACE_TRY(b);
  if (node.op() == "xor") return emit({logical_xor, TypeId::Bool}, {a.value(), b.value()});
  return logic(node.op() == "and" ? Logic::And : Logic::Or, a.value(), b.value());
}

Result<Value> Binder::logic(Logic op, const Value& a, const Value& b) {
  for (const auto& [literal, other] : {std::pair{a, b}, std::pair{b, a}}) {
    const Constant* constant = constant_of(literal);
    if (!constant || constant->is_null) continue;
    const bool decides = (constant->get<uint8_t>() != 0) == (op == Logic::Or);
    return decides ? literal : other;
  }
  return emit({logic_kernel(op), TypeId::Bool, a.nullable || b.nullable, Nulls::Own}, {a, b});
}

Result<Value> Binder::bind_not(const Node& node) {
  auto values = operands(node, 1, 1);
  MILLRACE_TRY(values);
  auto value = condition(node, values.value()[0]);
  MILLRACE_TRY(value);
  return emit({logical_not, TypeId::Bool}, {value.value()});
}

Result<Value> Binder::bind_null_test(const Node& node) {
  auto values = operands(node, 1, 1);
  MILLRACE_TRY(values);
  const Value& value = values.value()[0];
  const bool wants_null = node.op() == "isNull";
  if (value.untyped) return bool_value(wants_null);
  return emit({wants_null ? is_null : is_not_null, TypeId::Bool, false, Nulls::Own}, {value});
}

Result<Value> Binder::bind_is_nan(const Node& node) {
  auto values = operands(node, 1, 1);
  MILLRACE_TRY(values);
  const Value& value = values.value()[0];
  if (value.untyped || !is_numeric(value.type)) {
    return type_error(node, {&value, 1}, "it takes numbers; use isNull for missing values");
  }
  if (is_float(value.type)) return emit({is_nan_kernel(value.type), TypeId::Bool}, {value});
  return compare_numbers(Comparison::Ne, value, value);  // false, or null where the value is
}

Result<Value> Binder::bind_coalesce(const Node& node) {
  auto values_or = operands(node, 1, SIZE_MAX);
  MILLRACE_TRY(values_or);
  const std::vector<Value>& values = values_or.value();
  auto type = common_type(node, values);
  MILLRACE_TRY(type);
  bool found = false;
  Value out = all_untyped(values) ? values[0] : null_value(type.value());
  for (const Value& value : values) {
    const Constant* constant = constant_of(value);
    if (value.untyped || (constant && constant->is_null)) continue;
    auto converted = convert(value, type.value());
    MILLRACE_TRY(converted);
    if (!found) {
      out = converted.value();
    } else {
      const Spec spec{coalesce_kernel(type.value()), type.value(), out.nullable && value.nullable, Nulls::Own};
      auto filled = emit(spec, {out, converted.value()});
      MILLRACE_TRY(filled);
      out = filled.value();
    }
    found = true;
    if (constant_of(out)) break;  // not null, so nothing behind it is ever looked at
  }
  return out;
}

Result<Value> Binder::bind_fill_nan(const Node& node) {
  auto values_or = operands(node, 2, 2);
  MILLRACE_TRY(values_or);
  const std::vector<Value>& values = values_or.value();
  if (values[0].untyped || !is_float(values[0].type) || (!values[1].untyped && !is_numeric(values[1].type))) {
    return type_error(node, values, "it takes floats; use coalesce for missing values");
  }
  auto type = common_type(node, values);
  MILLRACE_TRY(type);
  auto subject = convert(values[0], type.value());
  MILLRACE_TRY(subject);
  auto fill = convert(values[1], type.value());
  MILLRACE_TRY(fill);
  if (const Constant* constant = constant_of(subject.value())) {
    const bool nan =
        type.value() == TypeId::Float32 ? std::isnan(constant->get<float>()) : std::isnan(constant->get<double>());
    return nan && !constant->is_null ? fill : subject;
  }
  const bool nullable = subject.value().nullable || fill.value().nullable;
  return emit({fill_nan_kernel(type.value()), type.value(), nullable, Nulls::Own}, {subject.value(), fill.value()});
}

// From the last branch to the first: when(c1, v1, c2, v2, other) is select(c1, v1, select(c2, v2, other)).
Result<Value> Binder::bind_when(const Node& node) {
  auto arguments_or = operands(node, 3, SIZE_MAX);
  MILLRACE_TRY(arguments_or);
  const std::vector<Value>& arguments = arguments_or.value();
  if (arguments.size() % 2 == 0) return plan_error(node, "needs a value behind each condition and one more");
  std::vector<Value> values;
  for (size_t i = 1; i < arguments.size(); i += 2) values.push_back(arguments[i]);
  values.push_back(arguments.back());
  auto type = common_type(node, values);
  MILLRACE_TRY(type);
  if (all_untyped(values)) return values[0];
  auto out = convert(values.back(), type.value());
  MILLRACE_TRY(out);
  for (size_t i = values.size() - 1; i-- > 0;) {
    auto test = condition(node, arguments[i * 2]);
    MILLRACE_TRY(test);
    auto value = convert(values[i], type.value());
    MILLRACE_TRY(value);
    if (const Constant* constant = constant_of(test.value())) {
      if (!constant->is_null && constant->get<uint8_t>()) out = value;
      continue;
    }
    const bool nullable = value.value().nullable || out.value().nullable;
    out = emit({select_kernel(type.value()), type.value(), nullable, Nulls::Own},
               {test.value(), value.value(), out.value()});
    MILLRACE_TRY(out);
  }
  return out;
}

}  // namespace millrace::expr
