#include "exec/threads/pool_workers.h"

#include <algorithm>
#include <new>

#include "exec/threads/task_events.h"
#include "exec/threads/thread_pool.h"

namespace millrace::exec {

namespace {

class Phase final : public Job {
 public:
  Phase(QueryState& query, size_t count, const Workers::Task& task, uint32_t helpers)
      : query_(query), count_(count), task_(task), helpers_(helpers) {}

  bool work(uint32_t slot) override { return step(slot + 1); }
  uint32_t max_workers() const override { return helpers_; }
  void done() override {}

  // The next task, if there is one. Nothing of the caller's is touched when there is none: it may be gone.
  bool step(uint32_t slot) {
    const size_t i = next_.fetch_add(1, std::memory_order_relaxed);
    if (i >= count_) return false;
    Status status;
    if (!failed_.load(std::memory_order_relaxed)) status = attempt(i, slot);
    const std::lock_guard lock(mutex_);
    if (!status.ok() && (status_.ok() || i < failed_at_)) {
      status_ = std::move(status);
      failed_at_ = i;
      failed_.store(true, std::memory_order_relaxed);
    }
    if (++finished_ == count_) all_finished_.notify_all();
    return true;
  }

  Status wait() {
    std::unique_lock lock(mutex_);
    all_finished_.wait(lock, [&] { return finished_ == count_; });
    return std::move(status_);
  }

 private:
  Status attempt(size_t i, uint32_t slot) {
    if (query_.is_aborted()) return aborted_error();
    const int64_t began_ns = now_ns();
    Status status;
    try {
      status = task_(i, slot);
    } catch (const std::bad_alloc&) {
      status = memory_limit_error(nullptr, 0);
    }
    record_task({TaskEvent::Kind::Strip, query_.id, slot, began_ns, now_ns(), 0});
    query_.progress.tasks_done.fetch_add(1, std::memory_order_relaxed);
    return status;
  }

  QueryState& query_;
  const size_t count_;
  const Workers::Task& task_;
  const uint32_t helpers_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::condition_variable all_finished_;
  size_t finished_ = 0;
  size_t failed_at_ = 0;
  Status status_;
};

}  // namespace

Status PoolWorkers::run(size_t count, const Task& task) {
  if (count == 0) return query_.is_aborted() ? aborted_error() : Status();
  query_.progress.tasks_total.fetch_add(static_cast<int64_t>(count), std::memory_order_relaxed);
  const auto helpers = static_cast<uint32_t>(std::min<size_t>(threads_ - 1, count - 1));
  const auto phase = std::make_shared<Phase>(query_, count, task, helpers);
  if (helpers > 0) ThreadPool::shared().submit(phase);
  while (phase->step(0)) {
  }
  return phase->wait();
}

}  // namespace millrace::exec
