// Expressions: a list of nodes in topological order, bound to types once and run a batch at a time over reused
// registers. No recursion anywhere: depth costs nothing.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "base/json.h"
#include "base/memory.h"
#include "column/vector.h"

namespace millrace::expr {

struct ProgramBody;  // instruction.h

// Immutable, shared by all threads.
class Program {
 public:
  // `nodes` is the plan's node array (see native/exec/plan/plan.h for the format), `outputs` the indices of the
  // results. Binds column names against `input`, infers types, folds implicit casts in. ERR_COLUMN_NOT_FOUND, ERR_TYPE,
  // ERR_PLAN.
  static Result<std::unique_ptr<Program>> bind(const Json& nodes, std::span<const uint32_t> outputs,
                                               const Schema& input);
  ~Program();

  const std::vector<Field>& outputs() const { return outputs_; }  // names are empty; types and nullability
  // Ascending indices of the input columns that the program reads.
  const std::vector<uint32_t>& input_columns() const { return input_columns_; }
  // The input column index when output `i` is a plain column reference, else -1.
  int passthrough(size_t i) const { return passthrough_[i]; }

 private:
  friend class Evaluator;
  Program();
  std::vector<Field> outputs_;
  std::vector<uint32_t> input_columns_;
  std::vector<int> passthrough_;
  std::unique_ptr<ProgramBody> body_;
};

// One per thread and program. Owns the registers.
class Evaluator {
 public:
  Evaluator(const Program& program, MemoryBudget* budget);
  ~Evaluator();
  // Fills `out` (program.outputs().size() entries). Precondition: input.rows <= kVectorRows. Results stay valid until
  // the next call or until the input's data goes. ERR_OVERFLOW and ERR_CAST, with the row of the batch,
  // and ERR_MEMORY_LIMIT.
  Status evaluate(const Batch& input, std::span<Vector> out);

 private:
  struct State;
  const Program& program_;
  std::unique_ptr<State> state_;
};

// Writes the indices of the rows for which a Bool vector is true and valid; returns how many.
uint32_t select_true(const Vector& mask, uint32_t rows, uint32_t* selection);

}  // namespace millrace::expr
