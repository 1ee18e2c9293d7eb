// Conversions, explicit and implicit. Numbers go through a hub (int64, uint64 or float64), so that there are kernels
// for a few pairs of types instead of for all.
#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

bool is_number_or_bool(TypeId type) { return is_numeric(type) || type == TypeId::Bool; }

bool is_castable(TypeId from, TypeId to) {
  if (from == to || is_string(from) || is_string(to)) return true;
  if (is_number_or_bool(from)) return is_number_or_bool(to) || (is_int(from) && is_temporal(to));
  return is_temporal(to) || is_int(to);
}

// Days and ticks are integers.
TypeId physical_type(TypeId type) {
  if (type == TypeId::Date) return TypeId::Int32;
  return is_timestamp(type) ? TypeId::Int64 : type;
}

TypeId hub_of(TypeId type) {
  if (is_float(type)) return TypeId::Float64;
  return type == TypeId::UInt64 ? TypeId::UInt64 : TypeId::Int64;
}

}  // namespace

Result<Value> Binder::bind_cast(const Node& node) {
  const auto to = type_from_name(node.argument(1).as_string());
  if (!to || node.argument_count() != 2) return plan_error(node, "needs a type");
  auto operand_or = operand(node, 0);
  MILLRACE_TRY(operand_or);
  const Value& value = operand_or.value();
  if (!value.untyped && !is_castable(value.type, *to)) {
    Status error = type_error(node, {&value, 1}, "cast to utf8 or int64 on the way");
    error.set_message(std::string("cannot cast ") + type_name(value.type) + " to " + type_name(*to));
    return error;
  }
  return convert(value, *to);
}

Result<Value> Binder::convert(const Value& value, TypeId to, Code code) {
  if (value.untyped) return null_value(to);
  if (value.type == to) return value;
  const bool memoize = value.operand.source != Source::Constant;
  const uint32_t place = value.operand.index * 2 + (value.operand.source == Source::Input);
  const auto key = std::make_tuple(place, value.type, to, code);
  if (memoize) {
    const auto found = converted_.find(key);
    if (found != converted_.end()) return found->second;
  }
  Parameters parameters;
  parameters.from = value.type;
  parameters.to = to;
  parameters.shown = is_timestamp(value.type) ? value.type : TypeId::Int64;
  parameters.code = code;
  auto converted = is_string(value.type) || is_string(to) ? convert_text(value, to, parameters)
                   : is_temporal(value.type) && is_temporal(to)
                       ? convert_temporal(value, to, parameters)
                       : convert_number(value, physical_type(value.type), physical_type(to), parameters);
  MILLRACE_TRY(converted);
  Value out = converted.value();
  out.type = to;
  out.column = value.column;
  if (memoize) converted_.emplace(key, out);
  return out;
}

Result<Value> Binder::convert_number(Value value, TypeId from, TypeId to, const Parameters& parameters) {
  const auto step = [&](TypeId next) -> Status {
    Spec spec{number_cast_kernel(from, next), next};
    spec.parameters = parameters;
    auto converted = emit(spec, {value});
    MILLRACE_TRY(converted);
    const int32_t column = value.column;
    value = converted.value();
    value.column = column;
    from = next;
    return {};
  };
  if (from != to && !number_cast_kernel(from, to) && from != hub_of(from)) MILLRACE_TRY(step(hub_of(from)));
  if (from != to && !number_cast_kernel(from, to)) MILLRACE_TRY(step(hub_of(to)));
  if (from != to) MILLRACE_TRY(step(to));
  return value;
}

Result<Value> Binder::convert_text(const Value& value, TypeId to, const Parameters& parameters) {
  if (is_string(value.type) && is_string(to)) return value;
  if (is_string(value.type)) {
    const TypeId parsed = parse_kernel(to) ? to : TypeId::Int64;
    Spec spec{parse_kernel(parsed), parsed};
    spec.parameters = parameters;
    auto out = emit(spec, {value});
    MILLRACE_TRY(out);
    out.value().column = value.column;
    return convert_number(out.value(), physical_type(parsed), physical_type(to), parameters);
  }
  Value shown = value;
  if (!format_kernel(value.type)) {
    auto widened = convert_number(value, value.type, TypeId::Int64, parameters);
    MILLRACE_TRY(widened);
    shown = widened.value();
  }
  return emit({format_kernel(shown.type), to}, {shown});
}

// Dates widen to int64 days before they are scaled up; ticks floor to days before they narrow.
Result<Value> Binder::convert_temporal(const Value& value, TypeId to, Parameters parameters) {
  parameters.code = Code::Overflow;
  if (value.type == TypeId::Date) {
    auto days = convert_number(value, TypeId::Int32, TypeId::Int64, parameters);
    MILLRACE_TRY(days);
    parameters.shown = TypeId::Date;
    return rescale(days.value(), 1, ticks_per_day(to), to, parameters);
  }
  if (to == TypeId::Date) {
    auto days = rescale(value, ticks_per_day(value.type), 1, TypeId::Int64, parameters);
    MILLRACE_TRY(days);
    parameters.shown = TypeId::Date;
    return convert_number(days.value(), TypeId::Int64, TypeId::Int32, parameters);
  }
  return rescale(value, ticks_per_second(value.type), ticks_per_second(to), to, parameters);
}

Result<TypeId> Binder::common_type(const Node& node, std::span<const Value> values) const {
  const Value* model = nullptr;
  TypeId common = TypeId::Bool;
  for (const Value& value : values) {
    if (value.untyped) continue;
    if (!model || value.type == common) {
      common = value.type;
    } else if (is_numeric(common) && is_numeric(value.type)) {
      common = is_float(common) || is_float(value.type) ? TypeId::Float64 : TypeId::Int64;
    } else if (is_string(common) && is_string(value.type)) {
      common = TypeId::Utf8;
    } else {
      const Value pair[] = {*model, value};
      return type_error(node, pair, "cast the branches to one type");
    }
    model = &value;
  }
  return common;
}

}  // namespace millrace::expr
