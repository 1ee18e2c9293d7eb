// Literals in the plan's JSON form.
#include "base/cold.h"

#include <limits>

#include "column/text.h"
#include "expr/binder.h"

namespace millrace::expr {

namespace {

template <class T>
bool read_number_in_range(const Json& json, Constant& out) {
  constexpr int64_t kMissing = std::numeric_limits<int64_t>::min();
  const int64_t number = json.as_int(kMissing);
  if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max()) return false;
  out = Constant::of(out.type, static_cast<T>(number));
  return true;
}

// 64-bit integers are decimal text, because JSON numbers are doubles; small ones may be numbers.
bool read_int64(const Json& json, Constant& out) {
  int64_t number = 0;
  if (json.is_string()) {
    if (parse_int64(json.as_string(), number) != ParseResult::Ok) return false;
  } else {
    if (!json.is_number() || json.as_int(0) != json.as_int(1)) return false;
    number = json.as_int();
  }
  out = Constant::of(out.type, number);
  return true;
}

bool read_uint64(const Json& json, Constant& out) {
  uint64_t number = 0;
  if (json.is_string()) {
    if (parse_uint64(json.as_string(), number) != ParseResult::Ok) return false;
  } else {
    const int64_t small = json.as_int(-1);
    if (small < 0) return false;
    number = static_cast<uint64_t>(small);
  }
  out = Constant::of(out.type, number);
  return true;
}

bool read_double(const Json& json, double& out) {
  out = json.as_number();
  if (json.is_number()) return true;
  const std::string& text = json.as_string();
  if (text == "NaN")
    out = std::numeric_limits<double>::quiet_NaN();
  else if (text == "Infinity")
    out = std::numeric_limits<double>::infinity();
  else if (text == "-Infinity")
    out = -std::numeric_limits<double>::infinity();
  else
    return false;
  return true;
}

bool read_fixed(TypeId type, const Json& json, Constant& out) {
  double number = 0;
  switch (type) {
    case TypeId::Bool: out = Constant::of(type, static_cast<uint8_t>(json.as_bool())); return json.is_bool();
    case TypeId::Int8: return read_number_in_range<int8_t>(json, out);
    case TypeId::Int16: return read_number_in_range<int16_t>(json, out);
    case TypeId::Int32:
    case TypeId::Date: return read_number_in_range<int32_t>(json, out);
    case TypeId::UInt8: return read_number_in_range<uint8_t>(json, out);
    case TypeId::UInt16: return read_number_in_range<uint16_t>(json, out);
    case TypeId::UInt32: return read_number_in_range<uint32_t>(json, out);
    case TypeId::UInt64: return read_uint64(json, out);
    case TypeId::Float32:
      if (!read_double(json, number)) return false;
      out = Constant::of(type, static_cast<float>(number));
      return true;
    case TypeId::Float64:
      if (!read_double(json, number)) return false;
      out = Constant::of(type, number);
      return true;
    default: return read_int64(json, out);
  }
}

// The type in which members of a set are compared. A float32 column is widened, not its literals rounded, so that isIn
// agrees with eq.
TypeId membership_type(TypeId type) {
  if (is_string(type)) return TypeId::Utf8;
  if (is_float(type)) return TypeId::Float64;
  return type == TypeId::UInt64 ? TypeId::UInt64 : TypeId::Int64;
}

}  // namespace

Result<Constant> Binder::read_literal(TypeId type, const Json& json) {
  Constant out = Constant::null_of(type);
  if (json.is_null()) return out;
  out.is_null = false;
  if (is_string(type) && json.is_string()) {
    auto text = copy_text(json.as_string());
    MILLRACE_TRY(text);
    return Constant::of(type, text.value());
  }
  if (is_string(type) || !read_fixed(type, json, out)) {
    return Status(Code::Plan, std::string("the plan is malformed: a literal is not a ") + type_name(type));
  }
  return out;
}

Result<Value> Binder::bind_literal(const Node& node) {
  const std::string& name = node.argument(0).as_string();
  if (name == "null") {
    Value out = null_value(TypeId::Bool);
    out.untyped = true;
    return out;
  }
  const auto type = type_from_name(name);
  if (!type || node.argument_count() != 2) return plan_error(node, "needs a type and a value");
  auto constant = read_literal(*type, node.argument(1));
  MILLRACE_TRY(constant);
  return add_constant(constant.value());
}

Result<Value> Binder::bind_is_in(const Node& node) {
  if (node.argument_count() != 2 || !node.argument(1).is_array()) return plan_error(node, "needs a list");
  auto operand_or = operand(node, 0);
  MILLRACE_TRY(operand_or);
  Value subject = operand_or.value();
  if (subject.untyped) return null_value(TypeId::Bool);
  const TypeId type = membership_type(subject.type);
  std::vector<Constant> members;
  for (const Json& item : node.argument(1).items()) {
    auto member = subject.type == TypeId::Bool && item.is_bool()
                      ? Result<Constant>(Constant::of(type, int64_t{item.as_bool()}))
                      : read_literal(type, item);
    MILLRACE_TRY(member);
    members.push_back(member.value());
  }
  if (is_temporal(subject.type)) subject.type = subject.type == TypeId::Date ? TypeId::Int32 : TypeId::Int64;
  auto converted = convert(subject, type);
  MILLRACE_TRY(converted);
  body_.sets.push_back(std::make_unique<ValueSet>(type, members));
  Spec spec{is_in_kernel(type), TypeId::Bool};
  spec.parameters.set = body_.sets.back().get();
  return emit(spec, {converted.value()});
}

}  // namespace millrace::expr
