// The threads of one query, for algorithms that need them at once: the worker that calls and helpers from the pool.
#pragma once
#include "base/workers.h"
#include "exec/query_state.h"

namespace millrace::exec {

class PoolWorkers final : public Workers {
 public:
  PoolWorkers(QueryState& query, uint32_t threads) : query_(query), threads_(threads) {}
  uint32_t slots() const override { return threads_; }
  // ERR_ABORTED when the query is aborted between two tasks. The caller works too and waits only for tasks that a
  // helper has begun, so a pool without idle threads is no deadlock.
  Status run(size_t count, const Task& task) override;
  Status check() const override { return query_.is_aborted() ? aborted_error() : Status(); }

 private:
  QueryState& query_;
  const uint32_t threads_;
};

}  // namespace millrace::exec
