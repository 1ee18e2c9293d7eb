// Window functions over a whole table that comes piece by piece, in the order of the window: results leave in the same
// order, at the latest when the last piece has come, and nothing grows with the rows.
#pragma once
#include <functional>
#include <memory>

#include "column/column.h"
#include "window/window.h"

namespace millrace::window {

// Takes up to kVectorRows results.
using WriteResults = std::function<Status(const Vector& values, uint32_t rows)>;

class Streamed {
 public:
  virtual ~Streamed() = default;
  // The next `rows` rows; `argument` is null for functions that need none. ERR_OVERFLOW, and what the writer gives.
  virtual Status consume(const Column* argument, int64_t rows) = 0;
  // The results that waited for rows behind them.
  virtual Status finish() = 0;
};

// Null for functions that cannot be streamed: ranks, aggregates and rolling windows. `rows`: of the whole table. As
// many results are written as there are rows. ERR_TYPE.
Result<std::unique_ptr<Streamed>> make_streamed(const WindowFunction& function, TypeId argument, int64_t rows,
                                                WriteResults write);

}  // namespace millrace::window
