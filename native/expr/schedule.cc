#include "expr/schedule.h"

#include <algorithm>

namespace millrace::expr {

namespace {

class Scheduler {
 public:
  explicit Scheduler(ProgramBody& body) : body_(body) {}

  void run() {
    estimate_needs();
    for (const Operand& output : body_.outputs) visit(output);
    count_uses();
    assign_registers();
    rewrite();
  }

 private:
  static constexpr uint32_t kSizes = 5;  // 1, 2, 4, 8, 16 bytes a value

  // Registers that it takes to compute each instruction, were no result shared.
  void estimate_needs() {
    needs_.resize(body_.instructions.size());
    for (size_t i = 0; i < needs_.size(); i++) {
      operand_needs_.clear();
      for (const Operand& operand : body_.operands_of(body_.instructions[i])) {
        if (operand.source == Source::Register) operand_needs_.push_back(needs_[operand.index]);
      }
      std::sort(operand_needs_.begin(), operand_needs_.end(), std::greater<>());
      // While operand k is computed the k before it wait; in the end all of them do, beside the result.
      uint32_t need = static_cast<uint32_t>(operand_needs_.size()) + 1;
      for (uint32_t k = 0; k < operand_needs_.size(); k++) need = std::max(need, operand_needs_[k] + k);
      needs_[i] = need;
    }
  }

  // Depth first over an explicit stack: expressions may be 100,000 deep.
  void visit(const Operand& root) {
    state_.resize(body_.instructions.size(), State::New);
    push(root);
    while (!stack_.empty()) {
      const uint32_t index = stack_.back();
      if (state_[index] == State::New) {
        state_[index] = State::Open;
        push_operands(body_.instructions[index]);
        continue;
      }
      stack_.pop_back();
      if (state_[index] == State::Done) continue;  // reached a second time while it was waiting
      state_[index] = State::Done;
      order_.push_back(index);
    }
  }

  void push(const Operand& operand) {
    if (operand.source == Source::Register && state_[operand.index] == State::New) stack_.push_back(operand.index);
  }

  // The neediest last, so that it is taken first.
  void push_operands(const Instruction& instruction) {
    const auto operands = body_.operands_of(instruction);
    sorted_.assign(operands.begin(), operands.end());
    std::stable_sort(sorted_.begin(), sorted_.end(),
                     [this](const Operand& a, const Operand& b) { return need_of(a) < need_of(b); });
    for (const Operand& operand : sorted_) push(operand);
  }

  uint32_t need_of(const Operand& operand) const {
    return operand.source == Source::Register ? needs_[operand.index] : 0;
  }

  void count_uses() {
    uses_.resize(body_.instructions.size());
    const auto count = [this](const Operand& operand) {
      if (operand.source == Source::Register) uses_[operand.index]++;
    };
    for (const uint32_t index : order_) {
      for (const Operand& operand : body_.operands_of(body_.instructions[index])) count(operand);
    }
    for (const Operand& output : body_.outputs) count(output);  // never used up, so never overwritten
  }

  // A result never takes the register of its own operands: kernels may look at them again to explain an error.
  void assign_registers() {
    for (const uint32_t index : order_) {
      Instruction& instruction = body_.instructions[index];
      instruction.result = take_register(static_cast<uint8_t>(type_width(instruction.type)));
      for (const Operand& operand : body_.operands_of(instruction)) {
        if (operand.source != Source::Register || --uses_[operand.index] > 0) continue;
        const uint32_t freed = body_.instructions[operand.index].result;
        free_[size_class(body_.register_widths[freed])].push_back(freed);
      }
    }
  }

  uint32_t take_register(uint8_t width) {
    auto& free = free_[size_class(width)];
    if (!free.empty()) {
      const uint32_t reused = free.back();
      free.pop_back();
      return reused;
    }
    body_.register_widths.push_back(width);
    return static_cast<uint32_t>(body_.register_widths.size() - 1);
  }

  static uint32_t size_class(uint8_t width) {
    uint32_t out = 0;
    while (1u << out < width) out++;
    return out;
  }

  void rewrite() {
    std::vector<Operand> operands;
    std::vector<Instruction> ordered;
    ordered.reserve(order_.size());
    for (const uint32_t index : order_) {
      Instruction instruction = body_.instructions[index];
      const auto from = body_.operands_of(instruction);
      instruction.first_operand = static_cast<uint32_t>(operands.size());
      for (const Operand& operand : from) operands.push_back(in_register(operand));
      ordered.push_back(instruction);
    }
    for (Operand& output : body_.outputs) output = in_register(output);
    body_.operands = std::move(operands);
    body_.instructions = std::move(ordered);
  }

  Operand in_register(Operand operand) const {
    if (operand.source == Source::Register) operand.index = body_.instructions[operand.index].result;
    return operand;
  }

  enum class State : uint8_t { New, Open, Done };

  ProgramBody& body_;
  std::vector<uint32_t> needs_;
  std::vector<uint32_t> operand_needs_;
  std::vector<State> state_;
  std::vector<uint32_t> stack_;
  std::vector<Operand> sorted_;
  std::vector<uint32_t> order_;
  std::vector<uint32_t> uses_;
  std::vector<uint32_t> free_[kSizes];
};

}  // namespace

void schedule(ProgramBody& body) { Scheduler(body).run(); }

}  // namespace millrace::expr
