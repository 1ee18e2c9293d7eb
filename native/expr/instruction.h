// The bound form of an expression. A Program is a list of instructions in the order in which they run; each applies one
// kernel, an (operation x type) loop over a whole vector, to operands that are input columns, registers or constants.
//
// Constants stay single values: kernels take them as scalars instead of as filled vectors, so that a literal costs
// neither memory nor cache, however many there are.
#pragma once
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/memory.h"
#include "column/vector.h"
#include "expr/constant.h"
#include "expr/membership.h"
#include "expr/time_format.h"
#include "expr/zone_table.h"

namespace millrace::expr {

enum class Source : uint8_t { Input, Register, Constant };

// `index`: an input column, a register (until registers are assigned: the instruction that computes it), a constant.
struct Operand {
  Source source = Source::Constant;
  uint32_t index = 0;
};

// What a kernel knows besides its operands. Each kernel's comment says which it reads.
struct Parameters {
  int64_t first = 0;
  int64_t second = 0;
  StringRef text{kNoText, 0};
  StringRef other_text{kNoText, 0};
  const ValueSet* set = nullptr;
  const TimeFormat* format = nullptr;
  const ZoneTable* zone = nullptr;
  TypeId from = TypeId::Bool;  // types as the user wrote them, for messages
  TypeId to = TypeId::Bool;
  TypeId shown = TypeId::Bool;  // Date or a timestamp type when an int64 is to be shown as that
  Code code = Code::Cast;       // of a value that does not fit
};

// An operand at run time. A constant has one value at `data`, a vector `rows` of them.
struct Argument {
  const void* data = nullptr;
  const uint64_t* validity = nullptr;  // null when no row is null; kValidityWords zeros for a null constant
  bool constant = false;

  template <class T>
  const T* as() const {
    return static_cast<const T*>(data);
  }
  // The value of a row whether or not this is a constant: for strided loops and for messages.
  template <class T>
  const T& at(uint32_t row) const {
    return as<T>()[constant ? 0 : row];
  }
  bool is_valid(uint32_t row) const { return !validity || (validity[row >> 6] >> (row & 63) & 1); }
};

inline constexpr uint32_t kNoRow = UINT32_MAX;

// One application of a kernel. Never are all arguments constant: the binder computes such results.
struct Call {
  const Parameters& parameters;
  std::span<const Argument> arguments;
  uint32_t rows = 0;
  void* data = nullptr;          // kVectorRows values, distinct from all arguments
  uint64_t* validity = nullptr;  // kValidityWords words
  // Whether `validity` counts; else no result is null. For a strict kernel both are set before it runs, to the rows
  // where all arguments are valid; it may clear more.
  bool has_nulls = false;
  uint32_t bad_row = kNoRow;  // set by a kernel that fails for the value of one row
  Arena* arena = nullptr;     // for the bytes of new strings
  const MemoryBudget* budget = nullptr;

  template <class T>
  T* out() const {
    return static_cast<T*>(data);
  }
  bool is_valid(uint32_t row) const { return !has_nulls || (validity[row >> 6] >> (row & 63) & 1); }
};

using Kernel = Status (*)(Call& call);

// How a kernel treats nulls.
enum class Nulls : uint8_t {
  Strict,  // null in, null out, combined by the evaluator
  Own,     // the kernel sets the validity
};

struct Instruction {
  Kernel kernel = nullptr;
  TypeId type = TypeId::Bool;
  Nulls nulls = Nulls::Strict;
  bool fails = false;          // all operands are literals, and the result is an error as soon as there is a row
  int32_t column = -1;         // the input column whose values it works on, for messages
  uint32_t result = 0;         // register
  uint32_t first_operand = 0;  // in ProgramBody::operands
  uint32_t operand_count = 0;
  Parameters parameters;
};

// Everything that an Evaluator needs.
struct ProgramBody {
  std::vector<Instruction> instructions;
  std::vector<Operand> operands;
  std::vector<Constant> constants;
  std::vector<std::unique_ptr<ValueSet>> sets;
  std::vector<std::unique_ptr<TimeFormat>> formats;
  std::vector<std::unique_ptr<ZoneTable>> zones;
  std::vector<Operand> outputs;
  std::vector<uint8_t> register_widths;  // bytes a value
  std::unordered_map<uint32_t, std::string> column_names;
  Arena literals;

  std::span<const Operand> operands_of(const Instruction& instruction) const {
    return {operands.data() + instruction.first_operand, instruction.operand_count};
  }
  std::span<Operand> operands_of(const Instruction& instruction) {
    return {operands.data() + instruction.first_operand, instruction.operand_count};
  }
};

// The validity of a null constant.
inline constexpr uint64_t kAllNull[kValidityWords] = {};

// Combines the arguments' nulls and runs the kernel. `call` is complete but for has_nulls.
Status run_kernel(Kernel kernel, Nulls nulls, Call& call);

}  // namespace millrace::expr
