// Operations on dates and timestamps.
#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

constexpr const char* kParts[] = {"year",        "quarter",    "month",  "day",     "weekday",
                                  "dayOfYear",   "hour",       "minute", "second",  "millisecond",
                                  "microsecond", "nanosecond", "week",   "isoYear", "daysInMonth"};
constexpr const char* kUnits[] = {"year", "quarter", "month", "week", "day", "hour", "minute", "second"};

// The position of `name` in a list, or the list's length.
template <size_t kCount>
size_t find_name(const char* const (&names)[kCount], const std::string& name) {
  size_t i = 0;
  while (i < kCount && name != names[i]) i++;
  return i;
}

// Ticks in a second of an epoch unit, or 0.
int64_t ticks_of_unit(const std::string& unit) {
  if (unit == "s") return 1;
  if (unit == "ms") return ticks_per_second(TypeId::TimestampMs);
  if (unit == "us") return ticks_per_second(TypeId::TimestampUs);
  return unit == "ns" ? ticks_per_second(TypeId::TimestampNs) : 0;
}

}  // namespace

// An operand that must be a date or timestamp.
Result<Value> Binder::temporal_operand(const Node& node, size_t i) {
  auto value = operand(node, i);
  MILLRACE_TRY(value);
  if (value.value().untyped || !is_temporal(value.value().type)) {
    return type_error(node, {&value.value(), 1},
                      "it takes a date or timestamp; cast first, for example `c.x.cast('timestamp[us]')`");
  }
  return value;
}

Result<Value> Binder::bind_date_part(const Node& node) {
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  const auto part = static_cast<DatePart>(find_name(kParts, node.op()));
  return emit({date_part_kernel(part, value.value().type), TypeId::Int32}, {value.value()});
}

Result<Value> Binder::bind_truncate(const Node& node) {
  const size_t unit = find_name(kUnits, node.argument(1).as_string());
  if (unit == std::size(kUnits)) return plan_error(node, "needs a unit");
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  const TypeId type = value.value().type;
  Spec spec{truncate_kernel(type), type};
  spec.parameters.first = static_cast<int64_t>(unit);
  spec.parameters.from = spec.parameters.to = type;
  return emit(spec, {value.value()});
}

Result<Value> Binder::bind_to_date(const Node& node) {
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  return convert(value.value(), TypeId::Date);
}

Result<Value> Binder::bind_epoch(const Node& node) {
  const int64_t per_second = ticks_of_unit(node.argument(1).as_string());
  if (per_second == 0) return plan_error(node, "needs a unit");
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  Parameters parameters;
  parameters.from = parameters.shown = value.value().type;
  parameters.to = TypeId::Int64;
  if (value.value().type != TypeId::Date) {
    return rescale(value.value(), ticks_per_second(value.value().type), per_second, TypeId::Int64, parameters);
  }
  constexpr int64_t kSecondsPerDay = 86'400;
  auto days = convert(value.value(), TypeId::Int64);
  MILLRACE_TRY(days);
  return rescale(days.value(), 1, per_second * kSecondsPerDay, TypeId::Int64, parameters);
}

// Ticks of which `from_per_unit` make what `to_per_unit` make; one divides the other.
Result<Value> Binder::rescale(const Value& value, int64_t from_per_unit, int64_t to_per_unit, TypeId type,
                              Parameters parameters) {
  if (from_per_unit == to_per_unit) {
    Value out = value;
    out.type = type;
    return out;
  }
  const bool up = to_per_unit > from_per_unit;
  parameters.first = up ? to_per_unit / from_per_unit : from_per_unit / to_per_unit;
  Spec spec{up ? scale_up : scale_down, type};
  spec.parameters = parameters;
  auto out = emit(spec, {value});
  MILLRACE_TRY(out);
  out.value().column = value.column;
  return out;
}

}  // namespace millrace::expr
