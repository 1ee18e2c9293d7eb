// Operations that move dates and timestamps along the calendar, or tell how far apart they are.
#include "base/cold.h"

#include <algorithm>

#include "column/text.h"
#include "expr/binder.h"

namespace millrace::expr {

namespace {

constexpr int64_t kNanosecondsPerDay = 86'400'000'000'000;

// How many nanoseconds a tick of a type is.
int64_t tick_of(TypeId type) {
  return type == TypeId::Date ? kNanosecondsPerDay : 1'000'000'000 / ticks_per_second(type);
}

struct Length {
  int64_t months = 0;
  int64_t ticks = 0;
};

// Of the plan: months, and nanoseconds as text, which the type must hold in whole ticks.
bool read_length(const Json& months, const Json& nanoseconds, TypeId type, Length& out) {
  constexpr int64_t kMissing = INT64_MIN;
  int64_t ns = 0;
  out.months = months.as_int(kMissing);
  if (out.months == kMissing || parse_int64(nanoseconds.as_string(), ns) != ParseResult::Ok) return false;
  out.ticks = ns / tick_of(type);
  return ns % tick_of(type) == 0;
}

struct DifferenceUnit {
  const char* name;
  int64_t months;
  int64_t nanoseconds;
};
constexpr DifferenceUnit kDifferenceUnits[] = {{"y", 12, 0},
                                               {"q", 3, 0},
                                               {"mo", 1, 0},
                                               {"w", 0, 7 * kNanosecondsPerDay},
                                               {"d", 0, kNanosecondsPerDay},
                                               {"h", 0, 3'600'000'000'000},
                                               {"m", 0, 60'000'000'000},
                                               {"s", 0, 1'000'000'000},
                                               {"ms", 0, 1'000'000},
                                               {"us", 0, 1'000},
                                               {"ns", 0, 1}};

}  // namespace

Result<Value> Binder::bind_leap_year(const Node& node) {
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  return emit({leap_year_kernel(value.value().type), TypeId::Bool}, {value.value()});
}

Result<Value> Binder::bind_month_end(const Node& node) {
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  const TypeId type = value.value().type;
  Spec spec{month_end_kernel(node.op() == "monthStart" ? MonthEnd::First : MonthEnd::Last, type), type};
  spec.parameters.from = spec.parameters.to = type;
  return emit(spec, {value.value()});
}

Result<Value> Binder::bind_add_months(const Node& node) {
  auto values = operands(node, 2, 2);
  MILLRACE_TRY(values);
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  const Value& count = values.value()[1];
  if (count.untyped || !is_int(count.type)) return type_error(node, values.value(), "months are whole numbers");
  auto months = convert(count, TypeId::Int64, Code::Overflow);
  MILLRACE_TRY(months);
  const TypeId type = value.value().type;
  Spec spec{add_months_kernel(type), type};
  spec.parameters.from = spec.parameters.to = type;
  return emit(spec, {value.value(), months.value()});
}

// [time, text, months, nanoseconds]: the months first, as their ends decide the day.
Result<Value> Binder::bind_offset_by(const Node& node) {
  auto operand_or = temporal_operand(node);
  MILLRACE_TRY(operand_or);
  Value value = operand_or.value();
  const TypeId type = value.type;
  Length length;
  if (!read_length(node.argument(2), node.argument(3), type, length)) return plan_error(node, "needs a length of time");
  if (length.months != 0) {
    Spec spec{add_months_kernel(type), type};
    spec.parameters.from = spec.parameters.to = type;
    auto moved = emit(spec, {value, add_constant(Constant::of(TypeId::Int64, length.months))});
    MILLRACE_TRY(moved);
    moved.value().column = value.column;
    value = moved.value();
  }
  if (length.ticks == 0) return value;
  return combine_temporal(node, Arithmetic::Add, value, add_constant(Constant::of(TypeId::Int64, length.ticks)));
}

// [time, text, months, nanoseconds, whether weeks are counted]
Result<Value> Binder::bind_round_time(const Node& node) {
  auto value = temporal_operand(node);
  MILLRACE_TRY(value);
  const TypeId type = value.value().type;
  Length length;
  if (!read_length(node.argument(2), node.argument(3), type, length) || length.months < 0 || length.ticks < 0 ||
      (length.months == 0) == (length.ticks == 0)) {
    return plan_error(node, "needs a length of time");
  }
  const Rounding rounding = node.op() == "truncateTo" ? Rounding::Floor : Rounding::Nearest;
  Spec spec{length.months ? round_months_kernel(rounding, type) : round_ticks_kernel(rounding, type), type};
  spec.parameters.from = spec.parameters.to = type;
  spec.parameters.first = length.months ? length.months : length.ticks;
  // The first Monday of 1970 was its fifth day.
  if (node.argument(4).as_bool())
    spec.parameters.second = 4 * (kNanosecondsPerDay / tick_of(type)) % spec.parameters.first;
  return emit(spec, {value.value()});
}

// [a, b, unit]: whole units from b to a.
Result<Value> Binder::bind_time_difference(const Node& node) {
  const DifferenceUnit* unit = kDifferenceUnits;
  while (unit != std::end(kDifferenceUnits) && node.argument(2).as_string() != unit->name) unit++;
  if (unit == std::end(kDifferenceUnits)) return plan_error(node, "needs a unit");
  auto first = temporal_operand(node, 0);
  MILLRACE_TRY(first);
  auto second = temporal_operand(node, 1);
  MILLRACE_TRY(second);
  // Types are in the order of their precision.
  const TypeId finer = std::max(first.value().type, second.value().type);
  auto a = convert(first.value(), finer, Code::Overflow);
  MILLRACE_TRY(a);
  auto b = convert(second.value(), finer, Code::Overflow);
  MILLRACE_TRY(b);
  if (unit->months == 0) return whole_units(a.value(), b.value(), unit->nanoseconds);
  Spec spec{months_between_kernel(finer), TypeId::Int64};
  spec.parameters.first = unit->months;
  return emit(spec, {a.value(), b.value()});
}

// Of values of one type.
Result<Value> Binder::whole_units(const Value& a, const Value& b, int64_t nanoseconds) {
  const int64_t tick = tick_of(a.type);
  Spec spec{units_between_kernel(a.type), TypeId::Int64};
  spec.parameters.from = a.type;
  spec.parameters.to = TypeId::Int64;
  spec.parameters.first = std::max(nanoseconds / tick, int64_t{1});
  spec.parameters.second = std::max(tick / nanoseconds, int64_t{1});
  return emit(spec, {a, b});
}

}  // namespace millrace::expr
