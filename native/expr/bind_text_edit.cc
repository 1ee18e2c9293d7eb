// Operations that change texts, with what they are told: other texts, widths, places.
#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

struct Edit {
  const char* name;
  Kernel kernel;
};

template <size_t kCount>
Kernel kernel_of(const Edit (&edits)[kCount], const std::string& name) {
  const Edit* edit = edits;
  while (name != edit->name) edit++;
  return edit->kernel;
}

}  // namespace

// The kernel over the first argument, with the text that argument `text` is.
Result<Value> Binder::emit_edit(const Node& node, Spec spec, size_t text, bool filled) {
  auto subject = operand(node, 0);
  MILLRACE_TRY(subject);
  MILLRACE_TRY(require_text(node, subject.value()));
  const std::string& given = node.argument(text).as_string();
  if (filled && given.empty()) return plan_error(node, "needs a text that is not empty");
  auto copied = copy_text(given);
  MILLRACE_TRY(copied);
  spec.parameters.text = copied.value();
  return emit(spec, {subject.value()});
}

Result<Value> Binder::bind_trim(const Node& node) {
  static constexpr Edit kEdits[] = {{"trim", trim}, {"trimStart", trim_start}, {"trimEnd", trim_end}};
  if (node.argument_count() < 1 || node.argument_count() > 2 ||
      (node.argument_count() == 2 && !node.argument(1).is_string())) {
    return plan_error(node, "needs the characters to trim, or nothing");
  }
  const Spec spec{kernel_of(kEdits, node.op()), TypeId::Utf8};
  if (node.argument_count() == 2) return emit_edit(node, spec, 1, true);
  auto subject = operand(node, 0);
  MILLRACE_TRY(subject);
  MILLRACE_TRY(require_text(node, subject.value()));
  return emit(spec, {subject.value()});
}

Result<Value> Binder::bind_replace(const Node& node) {
  if (node.argument_count() != 3 || !node.argument(1).is_string() || !node.argument(2).is_string()) {
    return plan_error(node, "needs a text and what to put in its place");
  }
  auto with = copy_text(node.argument(2).as_string());
  MILLRACE_TRY(with);
  Spec spec{node.op() == "replace" ? replace : replace_all, TypeId::Utf8};
  spec.parameters.other_text = with.value();
  return emit_edit(node, spec, 1, true);
}

Result<Value> Binder::bind_split(const Node& node) {
  const bool whole = node.argument(2).as_int(0) == node.argument(2).as_int(1);
  if (node.argument_count() != 3 || !node.argument(1).is_string() || !whole) {
    return plan_error(node, "needs a separator and a whole index");
  }
  Spec spec{split, TypeId::Utf8, true};
  spec.parameters.first = node.argument(2).as_int();
  return emit_edit(node, spec, 1, true);
}

Result<Value> Binder::bind_pad(const Node& node) {
  static constexpr Edit kEdits[] = {{"padStart", pad_start}, {"padEnd", pad_end}};
  if (node.argument_count() != 3 || node.argument(1).as_int(-1) < 0 || !node.argument(2).is_string()) {
    return plan_error(node, "needs a width and a text to fill with");
  }
  Spec spec{kernel_of(kEdits, node.op()), TypeId::Utf8};
  spec.parameters.first = node.argument(1).as_int();
  return emit_edit(node, spec, 2, true);
}

Result<Value> Binder::bind_repeat_text(const Node& node) {
  if (node.argument_count() != 2 || node.argument(1).as_int(-1) < 0 || node.argument(1).as_int() > INT32_MAX) {
    return plan_error(node, "needs how often");
  }
  auto subject = operand(node, 0);
  MILLRACE_TRY(subject);
  MILLRACE_TRY(require_text(node, subject.value()));
  Spec spec{repeat_text, TypeId::Utf8};
  spec.parameters.first = node.argument(1).as_int();
  return emit(spec, {subject.value()});
}

Result<Value> Binder::bind_concat_present(const Node& node) {
  const size_t count = node.argument_count();
  if (count < 2 || !node.argument(count - 1).is_string()) return plan_error(node, "needs texts and a separator");
  std::vector<Value> parts;
  for (size_t i = 0; i + 1 < count; i++) {
    auto part = operand(node, i);
    MILLRACE_TRY(part);
    if (part.value().untyped) continue;
    MILLRACE_TRY(require_text(node, part.value()));
    parts.push_back(part.value());
  }
  auto separator = copy_text(node.argument(count - 1).as_string());
  MILLRACE_TRY(separator);
  Spec spec{concat_present, TypeId::Utf8, false, Nulls::Own};
  spec.parameters.text = separator.value();
  return emit(spec, parts);
}

Result<Value> Binder::bind_levenshtein(const Node& node) {
  auto values = operands(node, 2, 2);
  MILLRACE_TRY(values);
  for (const Value& value : values.value()) MILLRACE_TRY(require_text(node, value));
  return emit({levenshtein, TypeId::Int64}, values.value());
}

// Numbers as what they are: 8 bytes of an integer or of a double.
Result<Value> Binder::bind_hash(const Node& node) {
  if (node.argument_count() != 2 || node.argument(1).as_int(-1) < 0) return plan_error(node, "needs a seed");
  auto given = operand(node, 0);
  MILLRACE_TRY(given);
  const Value& value = given.value();
  if (value.untyped) return null_value(TypeId::UInt64);
  const TypeId type = is_string(value.type)          ? TypeId::Utf8
                      : is_float(value.type)         ? TypeId::Float64
                      : value.type == TypeId::UInt64 ? TypeId::UInt64
                                                     : TypeId::Int64;
  auto converted = convert(value, type);
  MILLRACE_TRY(converted);
  Spec spec{hash_kernel(type), TypeId::UInt64};
  spec.parameters.first = node.argument(1).as_int();
  return emit(spec, {converted.value()});
}

Result<Value> Binder::bind_parse_number(const Node& node) {
  const auto to = type_from_name(node.argument(1).as_string());
  if (node.argument_count() != 2 || !to || (*to != TypeId::Float64 && *to != TypeId::Int64)) {
    return plan_error(node, "needs float64 or int64");
  }
  auto subject = operand(node, 0);
  MILLRACE_TRY(subject);
  MILLRACE_TRY(require_text(node, subject.value()));
  Spec spec{parse_kernel(*to), *to, true};
  spec.parameters.first = 1;
  return emit(spec, {subject.value()});
}

}  // namespace millrace::expr
