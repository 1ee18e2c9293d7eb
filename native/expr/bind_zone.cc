// Dates and timestamps as text, and in time zones.
#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

template <size_t kCount>
size_t find_choice(const char* const (&names)[kCount], const std::string& name) {
  size_t i = 0;
  while (i < kCount && name != names[i]) i++;
  return i;
}

constexpr const char* kAmbiguous[] = {"raise", "null", "earliest", "latest"};
constexpr const char* kNonexistent[] = {"raise", "null", "shiftForward", "shiftBackward"};

}  // namespace

// The name is for messages.
Status Binder::read_zone(const Node& node, size_t name, size_t table, Parameters& parameters) {
  auto zone = ZoneTable::read(node.argument(table));
  MILLRACE_TRY(zone);
  auto text = copy_text(node.argument(name).as_string());
  MILLRACE_TRY(text);
  body_.zones.push_back(std::make_unique<ZoneTable>(zone.take()));
  parameters.zone = body_.zones.back().get();
  parameters.text = text.value();
  return {};
}

Status Binder::read_format(const Node& node, size_t i, Parameters& parameters) {
  auto format = TimeFormat::compile(node.argument(i).as_string());
  MILLRACE_TRY(format);
  auto text = copy_text(node.argument(i).as_string());
  MILLRACE_TRY(text);
  body_.formats.push_back(std::make_unique<TimeFormat>(format.take()));
  parameters.format = body_.formats.back().get();
  parameters.text = text.value();
  return {};
}

Result<Value> Binder::timestamp_operand(const Node& node, size_t i) {
  auto value = operand(node, i);
  MILLRACE_TRY(value);
  if (value.value().untyped || !is_timestamp(value.value().type)) {
    return type_error(node, {&value.value(), 1},
                      "it takes a timestamp; cast first, for example `c.x.cast('timestamp[us]')`");
  }
  return value;
}

// [time, format] or [time, format, zone, table]
Result<Value> Binder::bind_format_time(const Node& node) {
  const bool zoned = node.argument_count() == 4;
  auto value = zoned ? timestamp_operand(node) : temporal_operand(node);
  MILLRACE_TRY(value);
  Spec spec{format_time_kernel(value.value().type), TypeId::Utf8};
  if (zoned) MILLRACE_TRY(read_zone(node, 2, 3, spec.parameters));
  MILLRACE_TRY(read_format(node, 1, spec.parameters));
  return emit(spec, {value.value()});
}

// [text, format or null for ISO texts, type, whether other texts are errors]
Result<Value> Binder::bind_parse_time(const Node& node) {
  const auto to = type_from_name(node.argument(2).as_string());
  if (!to || !is_temporal(*to)) return plan_error(node, "needs a date or timestamp type");
  auto value = operand(node, 0);
  MILLRACE_TRY(value);
  MILLRACE_TRY(require_text(node, value.value()));
  const bool strict = node.argument(3).as_bool();
  Spec spec{parse_time_kernel(*to), *to, !strict};
  if (!node.argument(1).is_null()) MILLRACE_TRY(read_format(node, 1, spec.parameters));
  spec.parameters.to = *to;
  spec.parameters.first = strict;
  return emit(spec, {value.value()});
}

// [time, zone, table]: what clocks there show, as a timestamp.
Result<Value> Binder::bind_to_zone(const Node& node) {
  auto value = timestamp_operand(node);
  MILLRACE_TRY(value);
  Spec spec{to_wall_clock_kernel(value.value().type), value.value().type};
  spec.parameters.from = spec.parameters.to = value.value().type;
  MILLRACE_TRY(read_zone(node, 1, 2, spec.parameters));
  return emit(spec, {value.value()});
}

// fromZone [time, zone, table, ambiguous, nonexistent]; fromZoneNear [time, instant, zone, table]
Result<Value> Binder::bind_from_zone(const Node& node) {
  auto value = timestamp_operand(node);
  MILLRACE_TRY(value);
  const TypeId type = value.value().type;
  if (node.op() == "fromZoneNear") {
    auto instant = timestamp_operand(node, 1);
    MILLRACE_TRY(instant);
    if (instant.value().type != type) return plan_error(node, "needs two timestamps of one type");
    Spec spec{from_wall_clock_near_kernel(type), type};
    spec.parameters.from = spec.parameters.to = type;
    spec.parameters.first = static_cast<int64_t>(Ambiguous::Earliest);
    spec.parameters.second = static_cast<int64_t>(Nonexistent::Forward);
    MILLRACE_TRY(read_zone(node, 2, 3, spec.parameters));
    return emit(spec, {value.value(), instant.value()});
  }
  const size_t ambiguous = find_choice(kAmbiguous, node.argument(3).as_string());
  const size_t nonexistent = find_choice(kNonexistent, node.argument(4).as_string());
  if (ambiguous == std::size(kAmbiguous) || nonexistent == std::size(kNonexistent)) {
    return plan_error(node, "needs to know what ambiguous and nonexistent times become");
  }
  Spec spec{from_wall_clock_kernel(type), type};
  spec.nullable = static_cast<Ambiguous>(ambiguous) == Ambiguous::Null ||
                  static_cast<Nonexistent>(nonexistent) == Nonexistent::Null;
  spec.parameters.from = spec.parameters.to = type;
  spec.parameters.first = static_cast<int64_t>(ambiguous);
  spec.parameters.second = static_cast<int64_t>(nonexistent);
  MILLRACE_TRY(read_zone(node, 1, 2, spec.parameters));
  return emit(spec, {value.value()});
}

}  // namespace millrace::expr
