// From plan nodes to instructions: names to columns, types checked and inferred, implicit conversions made explicit,
// and whatever depends on literals alone computed. One pass over the nodes; the rules for types are those of
// lib/plan/expression.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "expr/instruction.h"
#include "expr/kernels.h"

namespace millrace::expr {

// What a node was bound to.
struct Value {
  TypeId type = TypeId::Bool;
  bool untyped = false;  // the null literal, which takes the type that its place asks for
  bool nullable = false;
  int32_t column = -1;  // the input column that this is, perhaps converted; for messages
  Operand operand;
};

// ["add", 3, 4]
struct Node {
  const Json& json;
  size_t index;
  const std::string& op() const { return json[size_t{0}].as_string(); }
  size_t argument_count() const { return json.size() - 1; }
  const Json& argument(size_t i) const { return json[i + 1]; }
};

class Binder {
 public:
  Binder(const Schema& input, ProgramBody& body);
  // Binds all nodes; their values are at their indices.
  Result<std::vector<Value>> bind(const Json& nodes);

 private:
  using Handler = Result<Value> (Binder::*)(const Node& node);
  using Handlers = std::unordered_map<std::string_view, Handler>;
  static const Handlers& handlers();
  static Handlers value_handlers();
  static Handlers text_handlers();
  static Handlers time_handlers();

  // binder.cc
  Result<Value> bind_node(const Node& node);
  Result<Value> bind_column(const Node& node);
  Result<Value> operand(const Node& node, size_t i) const;
  Result<std::vector<Value>> operands(const Node& node, size_t least, size_t most) const;
  Result<StringRef> copy_text(const std::string& text);

  // bind_emit.cc
  struct Spec {
    Kernel kernel;
    TypeId type;
    bool nullable = false;  // besides what the operands bring, when strict
    Nulls nulls = Nulls::Strict;
    Parameters parameters{};
  };
  Result<Value> emit(const Spec& spec, std::span<const Value> arguments);
  Result<Value> emit(const Spec& spec, std::initializer_list<Value> arguments) {
    return emit(spec, std::span<const Value>(arguments.begin(), arguments.size()));
  }
  Result<Value> fold(const Spec& spec, std::span<const Value> arguments);
  Value add_constant(const Constant& constant);
  Value null_value(TypeId type) { return add_constant(Constant::null_of(type)); }
  Value bool_value(bool value) { return add_constant(Constant::of(TypeId::Bool, uint8_t{value})); }
  const Constant* constant_of(const Value& value) const;

  // bind_literal.cc
  Result<Value> bind_literal(const Node& node);
  Result<Value> bind_is_in(const Node& node);
  Result<Constant> read_literal(TypeId type, const Json& json);

  // bind_convert.cc
  Result<Value> bind_cast(const Node& node);
  // To any type that `cast` allows; the null literal to any. `code` for values that do not fit.
  Result<Value> convert(const Value& value, TypeId to, Code code = Code::Cast);
  Result<Value> convert_number(Value value, TypeId from, TypeId to, const Parameters& parameters);
  Result<Value> convert_text(const Value& value, TypeId to, const Parameters& parameters);
  Result<Value> convert_temporal(const Value& value, TypeId to, Parameters parameters);
  Result<TypeId> common_type(const Node& node, std::span<const Value> values) const;

  // bind_compare.cc
  Result<Value> bind_compare(const Node& node);
  Result<Value> bind_eq_missing(const Node& node);
  Result<Value> bind_between(const Node& node);
  Result<Value> compare(const Node& node, Comparison op, const Value& a, const Value& b);
  Result<Value> compare_numbers(Comparison op, Value a, Value b);
  Result<Value> compare_temporal(Comparison op, Value a, Value b);
  Result<Value> compare_as(Comparison op, TypeId type, const Value& a, const Value& b);

  // bind_arithmetic.cc
  Result<Value> bind_arithmetic(const Node& node);
  Result<Value> bind_division(const Node& node);
  Result<Value> bind_negate(const Node& node);
  Result<Value> bind_absolute(const Node& node);
  Result<Value> bind_round(const Node& node);
  Result<Value> bind_math(const Node& node);
  Result<Value> combine_numbers(Arithmetic op, const Value& a, const Value& b);
  Result<Value> combine_temporal(const Node& node, Arithmetic op, const Value& a, const Value& b);
  Result<Value> combine_int64(Arithmetic op, const Value& a, const Value& b, TypeId named);
  // A Float64 kernel over a float of either width, keeping the width.
  Result<Value> through_float64(Kernel kernel, const Value& value, const Parameters& parameters);

  // bind_choice.cc
  Result<Value> bind_logic(const Node& node);
  Result<Value> bind_not(const Node& node);
  Result<Value> bind_null_test(const Node& node);
  Result<Value> bind_is_nan(const Node& node);
  Result<Value> bind_coalesce(const Node& node);
  Result<Value> bind_fill_nan(const Node& node);
  Result<Value> bind_when(const Node& node);
  Result<Value> condition(const Node& node, const Value& value);
  Result<Value> logic(Logic op, const Value& a, const Value& b);

  // bind_text.cc
  Result<Value> bind_search(const Node& node);
  Result<Value> bind_text_map(const Node& node);
  Result<Value> bind_slice(const Node& node);
  Result<Value> bind_concat(const Node& node);
  // bind_text_edit.cc
  Result<Value> emit_edit(const Node& node, Spec spec, size_t text, bool filled);
  Result<Value> bind_trim(const Node& node);
  Result<Value> bind_replace(const Node& node);
  Result<Value> bind_split(const Node& node);
  Result<Value> bind_pad(const Node& node);
  Result<Value> bind_repeat_text(const Node& node);
  Result<Value> bind_concat_present(const Node& node);
  Result<Value> bind_levenshtein(const Node& node);
  Result<Value> bind_hash(const Node& node);
  Result<Value> bind_parse_number(const Node& node);
  Status require_text(const Node& node, const Value& value) const;

  // bind_date.cc
  Result<Value> bind_date_part(const Node& node);
  Result<Value> bind_truncate(const Node& node);
  Result<Value> bind_to_date(const Node& node);
  Result<Value> bind_epoch(const Node& node);
  Result<Value> temporal_operand(const Node& node, size_t i = 0);

  // bind_calendar.cc
  Result<Value> bind_leap_year(const Node& node);
  Result<Value> bind_month_end(const Node& node);
  Result<Value> bind_add_months(const Node& node);
  Result<Value> bind_offset_by(const Node& node);
  Result<Value> bind_round_time(const Node& node);
  Result<Value> bind_time_difference(const Node& node);
  Result<Value> whole_units(const Value& a, const Value& b, int64_t nanoseconds);

  // bind_zone.cc
  Result<Value> bind_format_time(const Node& node);
  Result<Value> bind_parse_time(const Node& node);
  Result<Value> bind_to_zone(const Node& node);
  Result<Value> bind_from_zone(const Node& node);
  Result<Value> timestamp_operand(const Node& node, size_t i = 0);
  Status read_zone(const Node& node, size_t name, size_t table, Parameters& parameters);
  Status read_format(const Node& node, size_t i, Parameters& parameters);
  Result<Value> rescale(const Value& value, int64_t from_per_unit, int64_t to_per_unit, TypeId type,
                        Parameters parameters);

  Status plan_error(const Node& node, const std::string& what) const;
  // "add cannot take utf8 and int64"
  Status type_error(const Node& node, std::span<const Value> values, const char* hint) const;

  const Schema& input_;
  ProgramBody& body_;
  std::unordered_map<std::string_view, uint32_t> columns_;
  std::vector<Value> values_;
  // Conversions that were made before: a column used in many places is converted once.
  std::map<std::tuple<uint32_t, TypeId, TypeId, Code>, Value> converted_;
};

// The type of a value, "null" for the null literal.
const char* shown_type(const Value& value);

}  // namespace millrace::expr
