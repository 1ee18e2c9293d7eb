// Adding instructions, or computing them at once where all operands are literals.
#include "base/cold.h"

#include "expr/binder.h"

namespace millrace::expr {

namespace {

// One row of any type; kernels write whole groups of 64 Bool bytes.
constexpr size_t kOneRowBytes = 64;

}  // namespace

Value Binder::add_constant(const Constant& constant) {
  Value out;
  out.type = constant.type;
  out.nullable = constant.is_null;
  out.operand = {Source::Constant, static_cast<uint32_t>(body_.constants.size())};
  body_.constants.push_back(constant);
  return out;
}

const Constant* Binder::constant_of(const Value& value) const {
  if (value.untyped || value.operand.source != Source::Constant) return nullptr;
  return &body_.constants[value.operand.index];
}

// Precondition: no argument is the untyped null.
Result<Value> Binder::emit(const Spec& spec, std::span<const Value> arguments) {
  if (!spec.kernel) return Status(Code::Internal, "an expression has no kernel for its types");
  bool all_constant = true;
  bool nullable = spec.nullable;
  for (const Value& argument : arguments) {
    const Constant* constant = constant_of(argument);
    all_constant = all_constant && constant;
    if (spec.nulls != Nulls::Strict) continue;
    if (constant && constant->is_null) return null_value(spec.type);
    nullable = nullable || argument.nullable;
  }
  Instruction instruction;
  if (all_constant) {
    auto folded = fold(spec, arguments);
    if (folded.ok() || (folded.status().code() != Code::Cast && folded.status().code() != Code::Overflow))
      return folded;
    instruction.fails = true;  // an error only if some output needs it, and some row
  }
  instruction.kernel = spec.kernel;
  instruction.type = spec.type;
  instruction.nulls = spec.nulls;
  instruction.parameters = spec.parameters;
  instruction.first_operand = static_cast<uint32_t>(body_.operands.size());
  instruction.operand_count = static_cast<uint32_t>(arguments.size());
  for (const Value& argument : arguments) {
    body_.operands.push_back(argument.operand);
    if (instruction.column < 0) instruction.column = argument.column;
  }
  Value out;
  out.type = spec.type;
  out.nullable = nullable;
  out.operand = {Source::Register, static_cast<uint32_t>(body_.instructions.size())};
  body_.instructions.push_back(instruction);
  return out;
}

Result<Value> Binder::fold(const Spec& spec, std::span<const Value> arguments) {
  std::vector<Argument> resolved;
  for (const Value& argument : arguments) {
    const Constant& constant = body_.constants[argument.operand.index];
    // As a vector of one row, because kernels expect some operand to be a vector.
    resolved.push_back({constant.bytes.data(), constant.is_null ? kAllNull : nullptr, false});
  }
  alignas(64) unsigned char bytes[kOneRowBytes] = {};
  uint64_t validity[kValidityWords];
  Call call{spec.parameters, resolved};
  call.rows = 1;
  call.data = bytes;
  call.validity = validity;
  call.arena = &body_.literals;
  MILLRACE_TRY(run_kernel(spec.kernel, spec.nulls, call));
  if (!call.is_valid(0)) return null_value(spec.type);
  Constant result;
  result.type = spec.type;
  std::memcpy(result.bytes.data(), bytes, type_width(spec.type));
  return add_constant(result);
}

}  // namespace millrace::expr
