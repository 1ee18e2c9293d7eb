// Operations on strings.
#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

struct TextMap {
  const char* name;
  Kernel kernel;
  TypeId type;
};
constexpr TextMap kTextMaps[] = {
    {"length", code_points, TypeId::Int64}, {"byteLength", byte_length, TypeId::Int64},
    {"toLower", to_lower, TypeId::Utf8},    {"toUpper", to_upper, TypeId::Utf8},
    {"reverse", reverse, TypeId::Utf8},
};

}  // namespace

Status Binder::require_text(const Node& node, const Value& value) const {
  if (!value.untyped && is_string(value.type)) return {};
  return type_error(node, {&value, 1}, "it takes text; cast first, for example `c.x.cast('utf8')`");
}

Result<Value> Binder::bind_search(const Node& node) {
  if (node.argument_count() != 2 || !node.argument(1).is_string()) return plan_error(node, "needs a text to look for");
  const bool measures = node.op() == "countText" || node.op() == "find";
  Kernel kernel = node.op() == "contains"     ? contains
                  : node.op() == "startsWith" ? starts_with
                  : node.op() == "endsWith"   ? ends_with
                  : node.op() == "find"       ? find_text
                                              : count_text;
  Spec spec{kernel, measures ? TypeId::Int64 : TypeId::Bool, node.op() == "find"};
  return emit_edit(node, spec, 1, node.op() == "countText");
}

Result<Value> Binder::bind_text_map(const Node& node) {
  auto values = operands(node, 1, 1);
  MILLRACE_TRY(values);
  MILLRACE_TRY(require_text(node, values.value()[0]));
  const TextMap* map = kTextMaps;
  while (node.op() != map->name) map++;
  return emit({map->kernel, map->type}, {values.value()[0]});
}

Result<Value> Binder::bind_slice(const Node& node) {
  constexpr int64_t kToTheEnd = -1;
  const int64_t length = node.argument(2).is_null() ? kToTheEnd : node.argument(2).as_int(-2);
  const bool start_is_whole = node.argument(1).as_int(0) == node.argument(1).as_int(1);
  if (node.argument_count() < 2 || node.argument_count() > 3 || !start_is_whole || length < kToTheEnd) {
    return plan_error(node, "needs a whole start, and a length that is whole or null");
  }
  auto subject = operand(node, 0);
  MILLRACE_TRY(subject);
  MILLRACE_TRY(require_text(node, subject.value()));
  Spec spec{slice, TypeId::Utf8};
  spec.parameters.first = node.argument(1).as_int();
  spec.parameters.second = length;
  return emit(spec, {subject.value()});
}

Result<Value> Binder::bind_concat(const Node& node) {
  auto values = operands(node, 1, SIZE_MAX);
  MILLRACE_TRY(values);
  for (const Value& value : values.value()) MILLRACE_TRY(require_text(node, value));
  return emit({concat, TypeId::Utf8}, values.value());
}

}  // namespace millrace::expr
