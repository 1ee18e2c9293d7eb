#include "expr/program.h"

#include <algorithm>
#include <bit>

#include "expr/binder.h"
#include "expr/bitmap.h"
#include "expr/schedule.h"

namespace millrace::expr {

namespace {

Status untyped_output() {
  ErrorFacts facts;
  facts.hint = "give it a type, for example `lit(null).cast('float64')`";
  return Status(Code::Type, "a column of nothing but the null literal has no type", std::move(facts));
}

std::vector<uint32_t> columns_read(const ProgramBody& body) {
  std::vector<uint32_t> out;
  for (const auto* operands : {&body.operands, &body.outputs}) {
    for (const Operand& operand : *operands) {
      if (operand.source == Source::Input) out.push_back(operand.index);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

Program::Program() : body_(std::make_unique<ProgramBody>()) {}
Program::~Program() = default;

Result<std::unique_ptr<Program>> Program::bind(const Json& nodes, std::span<const uint32_t> outputs,
                                               const Schema& input) {
  std::unique_ptr<Program> program(new Program());
  ProgramBody& body = *program->body_;
  auto values = Binder(input, body).bind(nodes);
  MILLRACE_TRY(values);
  for (const uint32_t index : outputs) {
    if (index >= values.value().size()) return Status(Code::Plan, "the plan is malformed: no node for an output");
    const Value& value = values.value()[index];
    if (value.untyped) return untyped_output();
    const bool plain = value.operand.source == Source::Input && value.type == input[value.operand.index].type;
    program->outputs_.push_back({"", value.type, value.nullable});
    program->passthrough_.push_back(plain ? static_cast<int>(value.operand.index) : -1);
    body.outputs.push_back(value.operand);
  }
  schedule(body);
  program->input_columns_ = columns_read(body);
  return program;
}

namespace {

// Rows 64 * word .. of a mask, with what is null left out.
uint64_t selected_word(const Vector& mask, uint32_t word, uint32_t rows) {
  return pack_word(mask.as<uint8_t>(), word, rows) & (mask.validity ? mask.validity[word] : ~uint64_t{0});
}

}  // namespace

// By words: empty ones cost nothing, and full ones need no search for bits.
uint32_t select_true(const Vector& mask, uint32_t rows, uint32_t* selection) {
  uint32_t count = 0;
  for (uint32_t word = 0; word < word_count(rows); word++) {
    uint64_t bits = selected_word(mask, word, rows);
    const uint32_t first = word * 64;
    if (bits == ~uint64_t{0}) {
      for (uint32_t i = 0; i < 64; i++) selection[count + i] = first + i;
      count += 64;
      continue;
    }
    for (; bits; bits &= bits - 1) selection[count++] = first + static_cast<uint32_t>(std::countr_zero(bits));
  }
  return count;
}

}  // namespace millrace::expr
