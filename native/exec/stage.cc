#include "exec/stage.h"

#include <algorithm>
#include <new>

#include "exec/threads/pool_workers.h"
#include "exec/threads/task_events.h"

namespace millrace::exec {

StageJob::StageJob(const BoundStage& stage, Scan& scan, QueryState& query, uint32_t workers,
                   std::function<void(StageResult)> on_done)
    : stage_(stage),
      scan_(scan),
      query_(query),
      workers_(workers),
      on_done_(std::move(on_done)),
      locals_(workers),
      most_in_progress_(workers),
      alone_(workers, 1) {
  query.progress.tasks_total.fetch_add(std::max<int64_t>(0, scan.strip_count()));
}

bool StageJob::work(uint32_t slot) {
  try {
    StripTask task;
    if (!take_task(task, slot)) return false;
    run_strip(local_of(slot), task, slot);
    Status copied = stage_.sink->copy_merged();
    if (!copied.ok()) {
      const std::lock_guard lock(mutex_);
      fail(std::move(copied));
    }
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(mutex_);
    fail(memory_limit_error(nullptr, 0));
  }
  const std::lock_guard lock(mutex_);
  return !stopped_;
}

bool StageJob::take_task(StripTask& task, uint32_t slot) {
  {
    const std::lock_guard lock(mutex_);
    if (query_.is_aborted() && !complete()) fail(aborted_error());
    if (stopped_ || held_up() || stage_.sink->wants_drain()) return false;
    if (in_progress_ >= most_in_progress_) return false;
    if (in_progress_ > 0 && stage_.spills && short_of_memory()) return false;  // asked again when one is done
    if (!redo_.empty()) {                                                      // others may wait for it
      task = redo_.front();
      redo_.pop_front();
      begin_strip(slot);
      return true;
    }
    if (crowded()) paused_ = true;
    if (paused_) return false;
    begin_strip(slot);
  }
  auto got = scan_.next(task);
  if (got.ok() && got.value()) return true;
  const std::lock_guard lock(mutex_);
  in_progress_--;
  if (!got.ok()) fail(got.take_status());
  merge_ready();
  return false;
}

// Lock held.
void StageJob::begin_strip(uint32_t slot) {
  if (in_progress_ > 0) std::fill(alone_.begin(), alone_.end(), 0);
  alone_[slot] = in_progress_ == 0;
  in_progress_++;
}

// Lock held. A query that spills may find that strips which run at once need more than there is: they can run one after
// another, and none of them has to wait in memory for those before it.
bool StageJob::try_again(const StripTask& task, bool alone) {
  if (!stage_.spills) return false;
  if (in_progress_ == 0) merge_ready();
  if (alone && pending_.empty()) return false;
  most_in_progress_ = alone ? 1 : std::max<uint32_t>(1, most_in_progress_ / 2);
  if (in_progress_ == 0) drop_pending();
  redo_.push_back(task);
  result_.stats.strips_redone++;
  std::sort(redo_.begin(), redo_.end(), [](const StripTask& a, const StripTask& b) { return a.index < b.index; });
  return true;
}

// Lock held.
void StageJob::drop_pending() {
  for (auto at = pending_.begin(); at != pending_.end();) {
    if (!at->second.task) {
      ++at;
      continue;
    }
    redo_.push_back(std::move(*at->second.task));
    result_.stats.strips_redone++;
    at = pending_.erase(at);
  }
}

bool StageJob::short_of_memory() const {
  const MemoryBudget& budget = query_.budget;
  return budget.used_bytes() > budget.limit_bytes() / 2;
}

// Lock held. Whether strips that wait for one before them hold memory that this one may need: then nobody takes another
// until it is merged.
bool StageJob::crowded() const { return pending_.size() >= workers_ && short_of_memory(); }

StageJob::Local& StageJob::local_of(uint32_t slot) {
  Local& local = locals_[slot];
  if (!local.scan) {
    const std::lock_guard lock(mutex_);
    local.scan = scan_.make_local();
    local.pipeline = std::make_unique<LocalPipeline>(stage_, query_);
    LocalPipeline* pipeline = local.pipeline.get();
    local.consume = std::make_unique<BatchConsumer>([pipeline](const Batch& batch) { return pipeline->push(batch); });
  }
  return local;
}

void StageJob::run_strip(Local& local, const StripTask& task, uint32_t slot) {
  const int64_t began_ns = now_ns();
  Finished finished;
  // What came of a pipe or a feed is held by its task alone, which ends here.
  if (!task.window && !task.chunk) finished.task = task;
  finished.outcome = local.scan->scan(task, *local.consume);
  if (finished.outcome.status.ok()) {
    auto result = local.pipeline->sink().take_strip();
    if (result.ok()) {
      finished.result = result.take();
    } else {
      finished.outcome.status = result.take_status();
    }
  }
  if (!finished.outcome.status.ok()) local.pipeline->sink().discard_strip();
  const int64_t end_ns = now_ns();
  record_task({TaskEvent::Kind::Strip, query_.id, slot, began_ns, end_ns, finished.outcome.stats.rows_scanned});
  if (stage_.profiled) {
    finished.profile = local.pipeline->take_profile();
    finished.profile.resize(stage_.steps.size() + 2);
    // What is not a step's is the source's.
    int64_t steps_ns = 0;
    for (const StepProfile& step : finished.profile) steps_ns += step.time_ns;
    finished.profile[0].time_ns = end_ns - began_ns - steps_ns;
  }
  const std::lock_guard lock(mutex_);
  submit(task, slot, std::move(finished));
}

// Lock held.
void StageJob::submit(const StripTask& task, uint32_t slot, Finished finished) {
  in_progress_--;
  if (stopped_) return;
  const Code code = finished.outcome.status.code();
  if (code == Code::MemoryLimit && try_again(task, alone_[slot])) return;
  if (code == Code::Aborted || code == Code::MemoryLimit) return fail(finished.outcome.status);
  if (finished.result) {
    Status registered = stage_.sink->register_strip(*finished.result);
    if (!registered.ok()) return fail(std::move(registered));
  }
  query_.progress.tasks_done.fetch_add(1, std::memory_order_relaxed);
  pending_.emplace(task.index, std::move(finished));
  merge_ready();
}

// Lock held.
void StageJob::merge_ready() {
  for (auto at = pending_.find(next_merge_); at != pending_.end() && !stopped_; at = pending_.find(next_merge_)) {
    // Merging takes memory too, and cannot be done again.
    if (in_progress_ > 0 && stage_.spills && short_of_memory()) return;
    Finished ready = std::move(at->second);
    pending_.erase(at);
    const Fit fit = check_start(next_merge_, ready.outcome);
    if (fit == Fit::Redo) return;
    if (fit == Fit::Merge) {
      if (!ready.outcome.status.ok()) return fail(std::move(ready.outcome.status), ready.outcome.widen_column);
      Status merged = stage_.sink->merge(std::move(ready.result));
      if (!merged.ok()) return fail(std::move(merged));
      expected_start_ = ready.outcome.end;
      add(result_.profile, ready.profile);
    }
    result_.stats.add(ready.outcome.stats);
    result_.stats.strips++;
    scan_.forget(next_merge_++);
    if (stage_.sink->satisfied()) stopped_ = true;
  }
}

// Lock held.
StageJob::Fit StageJob::check_start(int64_t index, const StripOutcome& outcome) {
  const CsvStrip* range = scan_.range(index);
  if (!range || range->begin == 0) return Fit::Merge;
  if (expected_start_ >= range->end) return Fit::Empty;  // the row before reaches past the strip
  if (outcome.start == expected_start_) return Fit::Merge;
  if (!outcome.status.ok() && outcome.start < 0) return Fit::Merge;  // the file could not be read
  StripTask again;
  again.index = index;
  again.known_start = expected_start_;
  redo_.push_back(std::move(again));
  result_.stats.strips_redone++;
  return Fit::Redo;
}

// Lock held.
void StageJob::fail(Status status, int widen_column) {
  if (stopped_) return;
  stopped_ = true;
  result_.status = std::move(status);
  result_.widen_column = widen_column;
}

void StageJob::done() {
  {
    std::unique_lock lock(mutex_);
    if (!complete() && stage_.sink->wants_drain()) drain(lock);
    if (!complete()) {
      paused_ = false;
      // First, so that no resume() from here on is missed.
      parked_.store(true);
      if (held_up() && !query_.aborted.load()) return;
      lock.unlock();
      return resume();
    }
  }
  locals_.clear();
  StageResult result = std::move(result_);
  if (result.status.ok()) {
    try {
      PoolWorkers workers(query_, workers_);
      const int64_t began_ns = now_ns();
      auto frame = stage_.sink->finish(workers);
      // On all threads, more or less.
      if (!result.profile.empty()) result.profile.back().time_ns += (now_ns() - began_ns) * workers_;
      if (frame.ok()) {
        result.frame = frame.take();
      } else {
        result.status = frame.take_status();
      }
    } catch (const std::bad_alloc&) {
      result.status = memory_limit_error(nullptr, 0);
    }
  }
  on_done_(std::move(result));
}

// No strip is in progress: done() is called when no work is left.
void StageJob::drain(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  Status status;
  try {
    PoolWorkers workers(query_, workers_);
    status = stage_.sink->drain(workers);
  } catch (const std::bad_alloc&) {
    status = memory_limit_error(nullptr, 0);
  }
  lock.lock();
  if (!status.ok()) fail(std::move(status));
}

void StageJob::resume() {
  if (parked_.exchange(false)) ThreadPool::shared().submit(shared_from_this());
}

}  // namespace millrace::exec
