// The calling thread as all the workers there are: for what runs inside a task.
#pragma once
#include "base/workers.h"
#include "exec/query_state.h"

namespace millrace::exec {

class OneThread final : public Workers {
 public:
  explicit OneThread(const QueryState& query) : query_(query) {}
  uint32_t slots() const override { return 1; }
  Status run(size_t count, const Task& task) override {
    for (size_t i = 0; i < count; i++) {
      MILLRACE_TRY(check());
      MILLRACE_TRY(task(i, 0));
    }
    return {};
  }
  Status check() const override { return query_.is_aborted() ? aborted_error() : Status(); }

 private:
  const QueryState& query_;
};

}  // namespace millrace::exec
