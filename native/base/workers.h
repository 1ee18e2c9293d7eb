// How an algorithm asks for threads without knowing them. Folders of algorithms hand out numbered tasks; `exec/` has
// the threads.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/status.h"

namespace millrace {

class Workers {
 public:
  using Task = std::function<Status(size_t task, uint32_t slot)>;

  virtual ~Workers() = default;
  // Tasks that run at once never share a slot; slots are below this number.
  virtual uint32_t slots() const = 0;
  // Calls task(i, slot) once for each i below `count` and returns when all are done. After a failure the rest is left
  // out. What a task does must follow from `i` alone, so that results do not depend on threads.
  virtual Status run(size_t count, const Task& task) = 0;
  // ERR_ABORTED when the work is no longer wanted; for tasks whose length follows from the data.
  virtual Status check() const { return {}; }
};

// All on the calling thread.
class SerialWorkers final : public Workers {
 public:
  uint32_t slots() const override { return 1; }
  Status run(size_t count, const Task& task) override {
    for (size_t i = 0; i < count; i++) MILLRACE_TRY(task(i, 0));
    return {};
  }
};

// How many pieces of `piece` rows there are.
inline size_t pieces_of(size_t rows, size_t piece) { return (rows + piece - 1) / piece; }

}  // namespace millrace
