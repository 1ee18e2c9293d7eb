// Runs one bound stage on the pool: hands out strips, checks that each strip begins where the one before ended (a wrong
// guess is read again), and merges them in order.
#pragma once
#include <deque>
#include <map>
#include <optional>

#include "exec/pipeline.h"
#include "exec/threads/thread_pool.h"

namespace millrace::exec {

struct StageResult {
  Status status;
  int widen_column = -1;         // the stage failed because this inferred int64 column holds decimals
  std::shared_ptr<Frame> frame;  // when ok
  QueryStats stats;
  Profile profile;  // as LocalPipeline::take_profile()
};

class StageJob final : public Job, public std::enable_shared_from_this<StageJob> {
 public:
  // `on_done` is called once, on a worker. `stage` and `scan` must outlive the job's last call.
  StageJob(const BoundStage& stage, Scan& scan, QueryState& query, uint32_t workers,
           std::function<void(StageResult)> on_done);

  bool work(uint32_t slot) override;
  uint32_t max_workers() const override { return workers_; }
  void done() override;
  // A sink that was blocked has room again, or a scan that waited has more. Does not wait for the stage's lock.
  void resume();

 private:
  struct Local {
    std::unique_ptr<LocalScan> scan;
    std::unique_ptr<LocalPipeline> pipeline;
    std::unique_ptr<BatchConsumer> consume;
  };
  struct Finished {
    std::optional<StripTask> task;  // where it can be done again
    StripOutcome outcome;
    std::unique_ptr<StripResult> result;
    Profile profile;
  };
  bool take_task(StripTask& task, uint32_t slot);
  void begin_strip(uint32_t slot);
  bool try_again(const StripTask& task, bool alone);
  void drop_pending();
  void run_strip(Local& local, const StripTask& task, uint32_t slot);
  Local& local_of(uint32_t slot);
  void submit(const StripTask& task, uint32_t slot, Finished finished);
  void merge_ready();
  // Whether the strip's start fits the end of the one before; otherwise it is queued again.
  enum class Fit : uint8_t { Merge, Empty, Redo };
  Fit check_start(int64_t index, const StripOutcome& outcome);
  void fail(Status status, int widen_column = -1);
  void drain(std::unique_lock<std::mutex>& lock);
  bool short_of_memory() const;
  bool crowded() const;
  // Lock held. Whether no strip can be taken until resume() is called.
  bool held_up() const { return stage_.sink->blocked() || (redo_.empty() && scan_.waits()); }
  bool complete() const { return stopped_ || next_merge_ == scan_.strip_count(); }

  const BoundStage& stage_;
  Scan& scan_;
  QueryState& query_;
  const uint32_t workers_;
  const std::function<void(StageResult)> on_done_;
  std::vector<Local> locals_;

  std::atomic<bool> parked_{false};  // who makes it false submits the job
  std::mutex mutex_;                 // guards all below
  std::map<int64_t, Finished> pending_;
  std::deque<StripTask> redo_;
  int64_t next_merge_ = 0;
  int64_t expected_start_ = -1;
  bool stopped_ = false;
  bool paused_ = false;  // until all strips in progress are merged
  uint32_t in_progress_ = 0;
  uint32_t most_in_progress_;
  std::vector<uint8_t> alone_;  // by slot: whether no other strip was in progress beside this one
  StageResult result_;
};

}  // namespace millrace::exec
