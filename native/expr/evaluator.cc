#include "expr/bitmap.h"
#include "expr/instruction.h"
#include "expr/program.h"

namespace millrace::expr {

namespace {

constexpr size_t kValidityBytes = kValidityWords * sizeof(uint64_t);

// Rows in which every argument is valid. Returns whether some argument has nulls at all.
bool combine_validity(std::span<const Argument> arguments, uint32_t rows, uint64_t* out) {
  bool any = false;
  for (const Argument& argument : arguments) {
    if (!argument.validity) continue;
    for (uint32_t word = 0; word < word_count(rows); word++) {
      out[word] = any ? out[word] & argument.validity[word] : argument.validity[word];
    }
    any = true;
  }
  return any;
}

template <class T>
void repeat_value(const Constant& constant, void* out) {
  T* to = static_cast<T*>(out);
  const auto value = constant.get<T>();
  for (uint32_t i = 0; i < kVectorRows; i++) to[i] = value;
}

void repeat(const Constant& constant, void* out) {
  switch (type_width(constant.type)) {
    case 1: return repeat_value<uint8_t>(constant, out);
    case 2: return repeat_value<uint16_t>(constant, out);
    case 4: return repeat_value<uint32_t>(constant, out);
    case 8: return repeat_value<uint64_t>(constant, out);
    default: return repeat_value<StringRef>(constant, out);
  }
}

}  // namespace

Status run_kernel(Kernel kernel, Nulls nulls, Call& call) {
  call.has_nulls = nulls == Nulls::Strict && combine_validity(call.arguments, call.rows, call.validity);
  return kernel(call);
}

struct Evaluator::State {
  explicit State(MemoryBudget* query_budget) : budget(query_budget), memory(query_budget), strings(query_budget) {}

  struct Register {
    void* data = nullptr;
    uint64_t* words = nullptr;           // where its validity goes
    const uint64_t* validity = nullptr;  // `words`, or null when the last result had no nulls
  };

  Status prepare(const ProgramBody& body);
  Argument argument(const ProgramBody& body, const Operand& operand, const Batch& input) const;
  Vector output(const ProgramBody& body, size_t index, const Batch& input) const;

  MemoryBudget* budget;
  bool prepared = false;
  Buffer memory;  // all registers, then the output constants
  std::vector<Register> registers;
  std::vector<void*> constants;  // for each output that is a constant: kVectorRows copies of it
  std::vector<Argument> arguments;
  Arena strings;
};

// Memory is taken at the first batch, not at construction, which cannot fail.
Status Evaluator::State::prepare(const ProgramBody& body) {
  size_t bytes = 0;
  for (const uint8_t width : body.register_widths) bytes += width * kVectorRows + kValidityBytes;
  for (const Operand& output : body.outputs) {
    if (output.source == Source::Constant) bytes += type_width(body.constants[output.index].type) * kVectorRows;
  }
  MILLRACE_TRY(memory.resize(bytes));
  // What is under a null must be initialised, and a kernel need not write it.
  std::memset(memory.data(), 0, bytes);
  uint8_t* at = memory.data();
  for (const uint8_t width : body.register_widths) {
    registers.push_back({at, reinterpret_cast<uint64_t*>(at + width * kVectorRows), nullptr});
    at += width * kVectorRows + kValidityBytes;
  }
  constants.resize(body.outputs.size());
  for (size_t i = 0; i < body.outputs.size(); i++) {
    if (body.outputs[i].source != Source::Constant) continue;
    const Constant& constant = body.constants[body.outputs[i].index];
    repeat(constant, at);
    constants[i] = at;
    at += type_width(constant.type) * kVectorRows;
  }
  prepared = true;
  return {};
}

Argument Evaluator::State::argument(const ProgramBody& body, const Operand& operand, const Batch& input) const {
  switch (operand.source) {
    case Source::Input: {
      const Vector& column = input.columns[operand.index];
      return {column.data, column.validity, false};
    }
    case Source::Register: return {registers[operand.index].data, registers[operand.index].validity, false};
    case Source::Constant: break;
  }
  const Constant& constant = body.constants[operand.index];
  return {constant.bytes.data(), constant.is_null ? kAllNull : nullptr, true};
}

Vector Evaluator::State::output(const ProgramBody& body, size_t index, const Batch& input) const {
  const Operand& operand = body.outputs[index];
  if (operand.source == Source::Input) return input.columns[operand.index];
  const Argument found = argument(body, operand, input);
  Vector out;
  out.data = found.constant ? constants[index] : found.data;
  out.validity = found.validity;
  return out;
}

Evaluator::Evaluator(const Program& program, MemoryBudget* budget)
    : program_(program), state_(std::make_unique<State>(budget)) {}
Evaluator::~Evaluator() = default;

Status Evaluator::evaluate(const Batch& input, std::span<Vector> out) {
  const ProgramBody& body = *program_.body_;
  State& state = *state_;
  if (!state.prepared) MILLRACE_TRY(state.prepare(body));
  state.strings.clear();
  for (const Instruction& instruction : body.instructions) {
    state.arguments.clear();
    for (const Operand& operand : body.operands_of(instruction)) {
      state.arguments.push_back(state.argument(body, operand, input));
    }
    State::Register& result = state.registers[instruction.result];
    Call call{instruction.parameters, state.arguments};
    call.rows = input.rows;
    if (instruction.fails) {
      call.rows = input.rows > 0;
      for (Argument& argument : state.arguments) argument.constant = false;
    }
    call.data = result.data;
    call.validity = result.words;
    call.arena = &state.strings;
    call.budget = state.budget;
    Status status = run_kernel(instruction.kernel, instruction.nulls, call);
    if (!status.ok()) [[unlikely]] {
      const auto name = body.column_names.find(static_cast<uint32_t>(instruction.column));
      if (name != body.column_names.end()) status.mutable_facts().column = name->second;
      // What fails for literals fails for any row.
      if (call.bad_row != kNoRow && !instruction.fails) status.mutable_facts().row = call.bad_row;
      return status;
    }
    result.validity = call.has_nulls ? result.words : nullptr;
  }
  for (size_t i = 0; i < out.size(); i++) {
    out[i] = state.output(body, i, input);
    out[i].type = program_.outputs_[i].type;
  }
  return {};
}

}  // namespace millrace::expr
