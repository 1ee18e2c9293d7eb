// One run of a plan: stage after stage until a frame (or a stream of batches) is there.
#pragma once
#include "exec/batch_queue.h"
#include "exec/stage.h"

namespace millrace::exec {

// What the plan's handles stand for.
struct QueryInputs {
  std::vector<std::shared_ptr<const Frame>> frames;                // by handle; null where the handle is bytes
  std::vector<std::shared_ptr<const std::vector<uint8_t>>> bytes;  // by handle; null where it is a frame
};

struct QueryResult {
  Status status;
  Options::Mode mode = Options::Mode::Collect;
  std::shared_ptr<Frame> frame;  // when ok; empty in stream mode. Not counted against any budget any more
  QueryStats stats;
  int64_t peak_bytes = 0;
  uint32_t threads = 0;
};

class Query final : public std::enable_shared_from_this<Query> {
 public:
  using OnDone = std::function<void(QueryResult)>;

  // Reads the plan; all else happens on the pool. `on_done` is called once, on a worker.
  static Result<std::shared_ptr<Query>> create(std::string_view plan, QueryInputs inputs, OnDone on_done);

  void start();
  // The query ends with ERR_ABORTED soon, unless it is done before. Thread-safe.
  void cancel();
  // Stream mode: the next batch. Thread-safe.
  void next_batch(BatchReply reply);
  const QueryState& state() const { return state_; }
  bool streams() const { return plan_->options.mode == Options::Mode::Stream; }

 private:
  Query(std::unique_ptr<Plan> plan, QueryInputs inputs, OnDone on_done);
  void run();
  Status begin_source_stage();
  Status begin_stage(size_t first_op, std::shared_ptr<const Frame> input);
  Status make_csv_scan();
  Result<bool> settle_sink();
  Status replace_final_sink(bool whole_plan);
  void launch();
  void on_stage_done(StageResult result);
  void finish(Status status, std::shared_ptr<Frame> frame);
  void locate(Status& status) const;
  std::pair<const uint8_t*, int64_t> csv_bytes() const;

  std::unique_ptr<Plan> plan_;
  const QueryInputs inputs_;
  OnDone on_done_;
  QueryState state_;
  BatchQueue queue_;
  QueryStats stats_;
  uint32_t threads_ = 0;
  int64_t began_ns_ = 0;

  // The stage in progress. Destroyed in this order reversed: the job first.
  std::unique_ptr<CsvInput> csv_input_;
  CsvScanPlan csv_plan_;
  std::unique_ptr<BoundStage> stage_;
  std::unique_ptr<Scan> scan_;
  std::mutex job_mutex_;
  std::shared_ptr<StageJob> job_;
};

}  // namespace millrace::exec
