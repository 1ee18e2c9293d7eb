#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

// How many column names a message about an unknown column lists.
constexpr size_t kListedColumns = 8;

Status unknown_column(const std::string& name, const Schema& input) {
  ErrorFacts facts;
  facts.column = name;
  facts.hint = input.empty() ? "there are no columns" : "the columns are ";
  for (size_t i = 0; i < input.size() && i < kListedColumns; i++) facts.hint += (i ? ", " : "") + input[i].name;
  if (input.size() > kListedColumns) facts.hint += ", ...";
  return Status(Code::ColumnNotFound, "there is no column '" + name + "'", std::move(facts));
}

}  // namespace

const char* shown_type(const Value& value) { return value.untyped ? "null" : type_name(value.type); }

Binder::Binder(const Schema& input, ProgramBody& body) : input_(input), body_(body) {
  for (size_t i = 0; i < input.size(); i++) columns_.emplace(input[i].name, static_cast<uint32_t>(i));
}

Binder::Handlers Binder::value_handlers() {
  return {
      {"col", &Binder::bind_column},
      {"lit", &Binder::bind_literal},
      {"cast", &Binder::bind_cast},
      {"isIn", &Binder::bind_is_in},
      {"eq", &Binder::bind_compare},
      {"ne", &Binder::bind_compare},
      {"lt", &Binder::bind_compare},
      {"le", &Binder::bind_compare},
      {"gt", &Binder::bind_compare},
      {"ge", &Binder::bind_compare},
      {"eqMissing", &Binder::bind_eq_missing},
      {"between", &Binder::bind_between},
      {"add", &Binder::bind_arithmetic},
      {"sub", &Binder::bind_arithmetic},
      {"mul", &Binder::bind_arithmetic},
      {"div", &Binder::bind_division},
      {"floorDiv", &Binder::bind_division},
      {"mod", &Binder::bind_division},
      {"pow", &Binder::bind_division},
      {"neg", &Binder::bind_negate},
      {"abs", &Binder::bind_absolute},
      {"round", &Binder::bind_round},
      {"floor", &Binder::bind_math},
      {"ceil", &Binder::bind_math},
      {"sqrt", &Binder::bind_math},
      {"exp", &Binder::bind_math},
      {"log", &Binder::bind_math},
      {"log2", &Binder::bind_math},
      {"log10", &Binder::bind_math},
      {"and", &Binder::bind_logic},
      {"or", &Binder::bind_logic},
      {"xor", &Binder::bind_logic},
      {"not", &Binder::bind_not},
      {"isNull", &Binder::bind_null_test},
      {"isNotNull", &Binder::bind_null_test},
      {"isNaN", &Binder::bind_is_nan},
      {"coalesce", &Binder::bind_coalesce},
      {"fillNaN", &Binder::bind_fill_nan},
      {"when", &Binder::bind_when},
  };
}

Binder::Handlers Binder::text_handlers() {
  return {
      {"contains", &Binder::bind_search},
      {"startsWith", &Binder::bind_search},
      {"endsWith", &Binder::bind_search},
      {"length", &Binder::bind_text_map},
      {"byteLength", &Binder::bind_text_map},
      {"toLower", &Binder::bind_text_map},
      {"toUpper", &Binder::bind_text_map},
      {"reverse", &Binder::bind_text_map},
      {"countText", &Binder::bind_search},
      {"find", &Binder::bind_search},
      {"trim", &Binder::bind_trim},
      {"trimStart", &Binder::bind_trim},
      {"trimEnd", &Binder::bind_trim},
      {"replace", &Binder::bind_replace},
      {"replaceAll", &Binder::bind_replace},
      {"split", &Binder::bind_split},
      {"padStart", &Binder::bind_pad},
      {"padEnd", &Binder::bind_pad},
      {"repeat", &Binder::bind_repeat_text},
      {"concatPresent", &Binder::bind_concat_present},
      {"levenshtein", &Binder::bind_levenshtein},
      {"hash", &Binder::bind_hash},
      {"parseNumber", &Binder::bind_parse_number},
      {"slice", &Binder::bind_slice},
      {"concat", &Binder::bind_concat},
  };
}

Binder::Handlers Binder::time_handlers() {
  return {
      {"year", &Binder::bind_date_part},
      {"quarter", &Binder::bind_date_part},
      {"month", &Binder::bind_date_part},
      {"day", &Binder::bind_date_part},
      {"weekday", &Binder::bind_date_part},
      {"dayOfYear", &Binder::bind_date_part},
      {"hour", &Binder::bind_date_part},
      {"minute", &Binder::bind_date_part},
      {"second", &Binder::bind_date_part},
      {"millisecond", &Binder::bind_date_part},
      {"microsecond", &Binder::bind_date_part},
      {"nanosecond", &Binder::bind_date_part},
      {"week", &Binder::bind_date_part},
      {"isoYear", &Binder::bind_date_part},
      {"daysInMonth", &Binder::bind_date_part},
      {"isLeapYear", &Binder::bind_leap_year},
      {"monthStart", &Binder::bind_month_end},
      {"monthEnd", &Binder::bind_month_end},
      {"addMonths", &Binder::bind_add_months},
      {"offsetBy", &Binder::bind_offset_by},
      {"truncateTo", &Binder::bind_round_time},
      {"roundTo", &Binder::bind_round_time},
      {"timeDiff", &Binder::bind_time_difference},
      {"formatTime", &Binder::bind_format_time},
      {"parseTime", &Binder::bind_parse_time},
      {"toZone", &Binder::bind_to_zone},
      {"fromZone", &Binder::bind_from_zone},
      {"fromZoneNear", &Binder::bind_from_zone},
      {"truncate", &Binder::bind_truncate},
      {"toDate", &Binder::bind_to_date},
      {"epoch", &Binder::bind_epoch},
  };
}

const Binder::Handlers& Binder::handlers() {
  static const Handlers table = [] {
    Handlers out = value_handlers();
    out.merge(text_handlers());
    out.merge(time_handlers());
    return out;
  }();
  return table;
}

Result<std::vector<Value>> Binder::bind(const Json& nodes) {
  if (!nodes.is_array()) return Status(Code::Plan, "the plan is malformed: nodes must be an array");
  values_.reserve(nodes.size());
  for (size_t i = 0; i < nodes.size(); i++) {
    auto value = bind_node({nodes[i], i});
    MILLRACE_TRY(value);
    values_.push_back(value.value());
  }
  return std::move(values_);
}

Result<Value> Binder::bind_node(const Node& node) {
  if (!node.json.is_array() || !node.json[size_t{0}].is_string()) return plan_error(node, "a node is not [name, ...]");
  const auto found = handlers().find(node.op());
  if (found == handlers().end()) return plan_error(node, "unknown operation");
  return (this->*found->second)(node);
}

Result<Value> Binder::bind_column(const Node& node) {
  if (node.argument_count() != 1 || !node.argument(0).is_string()) return plan_error(node, "needs a name");
  const std::string& name = node.argument(0).as_string();
  const auto found = columns_.find(name);
  if (found == columns_.end()) return unknown_column(name, input_);
  const uint32_t index = found->second;
  body_.column_names.emplace(index, name);
  Value out;
  out.type = input_[index].type;
  out.nullable = input_[index].nullable;
  out.column = static_cast<int32_t>(index);
  out.operand = {Source::Input, index};
  return out;
}

Result<Value> Binder::operand(const Node& node, size_t i) const {
  const int64_t index = node.argument(i).as_int(-1);
  if (index < 0 || static_cast<size_t>(index) >= node.index) {
    return plan_error(node, "operand " + std::to_string(i) + " is not an earlier node");
  }
  return values_[static_cast<size_t>(index)];
}

Result<std::vector<Value>> Binder::operands(const Node& node, size_t least, size_t most) const {
  const size_t count = node.argument_count();
  if (count < least || count > most) return plan_error(node, "has a wrong number of operands");
  std::vector<Value> out;
  for (size_t i = 0; i < count; i++) {
    auto value = operand(node, i);
    MILLRACE_TRY(value);
    out.push_back(value.value());
  }
  return out;
}

Result<StringRef> Binder::copy_text(const std::string& text) {
  const char* copy = body_.literals.copy(text.data(), text.size());
  if (!copy) return memory_limit_error(nullptr, text.size());
  return StringRef{copy, text.size()};
}

Status Binder::plan_error(const Node& node, const std::string& what) const {
  return Status(Code::Plan,
                "the plan is malformed: node " + std::to_string(node.index) + " ('" + node.op() + "'): " + what);
}

[[gnu::cold]] Status Binder::type_error(const Node& node, std::span<const Value> values, const char* hint) const {
  std::string message = node.op() + " cannot take ";
  ErrorFacts facts;
  facts.hint = hint;
  for (size_t i = 0; i < values.size(); i++) {
    const bool last = i + 1 == values.size();
    if (i > 0) message += last ? " and " : ", ";
    message += shown_type(values[i]);
    if (values[i].column >= 0 && facts.column.empty())
      facts.column = input_[static_cast<size_t>(values[i].column)].name;
  }
  return Status(Code::Type, std::move(message), std::move(facts));
}

}  // namespace millrace::expr
