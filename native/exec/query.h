// One run of a plan: segment after segment until a frame (or a stream of batches) is there.
#pragma once
#include "base/pages.h"
#include "exec/disk/chunk_keeper.h"
#include "exec/disk/part_scan.h"
#include "exec/operator/frame_operator.h"
#include "exec/plan/profile.h"
#include "exec/sink/batch_queue.h"

namespace millrace::exec {

// What the plan's handles stand for.
struct QueryInputs {
  // By handle; each handle is one of these.
  std::vector<std::shared_ptr<const Frame>> frames;
  std::vector<std::shared_ptr<const store::StoredFrame>> stored;
  std::vector<std::shared_ptr<const BorrowedFrame>> borrowed;
  std::vector<std::shared_ptr<const std::vector<uint8_t>>> bytes;
  std::vector<std::shared_ptr<Feed>> feeds;
};

struct QueryResult {
  Status status;
  Options::Mode mode = Options::Mode::Collect;
  std::shared_ptr<Frame> frame;                // when ok, in collect mode. Not counted against any budget any more
  std::shared_ptr<store::StoredFrame> stored;  // the same in persist mode
  QueryStats stats;
  int64_t peak_bytes = 0;
  uint32_t threads = 0;
  Profile profile;  // by step of the plan, where the options ask for it
};

// What a segment leaves to those that read it: one of these.
struct SegmentRows {
  FrameView view;
  std::shared_ptr<spill::Parts> parts;  // of a pipeline that keeps its rows as parts, or as a table in one
  std::shared_ptr<PartedOperator> parted;
  std::shared_ptr<const BorrowedFrame> borrowed = nullptr;  // a source in memory of others
  size_t table_chunks = 0;                                  // of `parts`, where others append to them
  std::shared_ptr<Feed> feed = nullptr;                     // a source whose rows are still to come
  StoredView stored = {};  // columns of a stored frame, left as they are to operators that read them so
};

class Query final : public std::enable_shared_from_this<Query> {
 public:
  using OnDone = std::function<void(QueryResult)>;

  // Reads the plan.
  static Result<std::shared_ptr<Query>> create(std::string_view plan, QueryInputs inputs);

  // All else happens on the pool. `on_done` is called once, on a worker.
  void start(OnDone on_done);
  // Whether waking a worker would cost more than the work: so few rows in memory, and so little to do with them, that
  // it is done within some hundred microseconds.
  bool is_small() const;
  // A small query on the calling thread, instead of start().
  QueryResult run_here();
  // The query ends with ERR_ABORTED soon, unless it is done before. Thread-safe.
  void cancel();
  // Stream mode: the next batch. Thread-safe.
  void next_batch(BatchReply reply);
  const QueryState& state() const { return state_; }
  bool streams() const { return plan_->options.mode == Options::Mode::Stream; }
  bool persists() const { return plan_->options.mode == Options::Mode::Persist; }

 private:
  Query(std::unique_ptr<Plan> plan, QueryInputs inputs);
  void begin(OnDone on_done);
  enum class Step : uint8_t { Done, Running };
  // Runs segments until one is left to the pool, or all are done.
  void advance();
  Result<Step> run_segment(const Segment& segment);
  Status run_operator_of(const Segment& segment);
  // A pipeline that only picks and renames columns moves no data.
  bool relabels(const Segment& segment) const;
  Status relabel(const Segment& segment);
  // Whether a pipeline picks and renames columns, and does nothing else.
  static bool only_picks(const Segment& segment);
  // The same over a stored frame all of whose readers take it as it is.
  bool leaves_stored(const Segment& segment) const;
  Status pass_stored(const Segment& segment);
  Status begin_csv(const Segment& segment);
  Status begin_memory(const Segment& segment);
  Status tell_facts(const store::StoredFrame& stored);
  Status make_csv_scan();
  Result<bool> settle_sink();
  // Where the segment's rows go, if they are not collected; its input takes about so many bytes.
  Status redirect_rows(const Segment& segment, const std::function<int64_t()>& input_bytes);
  Status redirect_to_parts(const Segment& segment, int64_t input_bytes);
  std::shared_ptr<const store::StoredFrame> stored_source(const Segment& segment) const;
  std::shared_ptr<const BorrowedFrame> borrowed_source(const Segment& segment) const;
  std::shared_ptr<Feed> feed_source(const Segment& segment) const;
  // The job in progress goes on, if it waits for something.
  void wake();
  // Makes this the reader of all feeds. ERR_SOURCE_CONSUMED where one has had a reader.
  Status claim_feeds();
  void close_feeds();
  bool spills_from_the_start() const;
  // What a feed may bring.
  int64_t guessed_bytes() const;
  // Of a pipeline that reads memory.
  SegmentRows input_of(const Segment& segment) const;
  bool is_last(const Segment& segment) const { return &segment == &segments_.back(); }
  uint32_t wanted_threads() const;
  Result<Step> launch();
  Status take_result(StageResult result);
  void end_segment(SegmentRows result);
  // Whether the query can do with less memory than it was refused, by way of the disk; then it is as before its start.
  bool starts_over(const Status& status);
  // Says which operator it is that holds all rows, where memory is short for one that cannot put them on disk.
  void name_operator(Status& status) const;
  void cut_again();
  void prepare_for_pipes();
  Status append_to(const SegmentRows& before, const Schema& schema);
  Status part_operator(const Segment& segment);
  spill::SpillPolicy spill_policy();
  void finish(Status status);
  void locate(Status& status) const;
  void name_row(Status& status) const;
  std::pair<const uint8_t*, int64_t> csv_bytes(const CsvSourceSpec& spec) const;

  std::unique_ptr<Plan> plan_;
  QueryInputs inputs_;  // until it is done
  OnDone on_done_;
  bool spills_ = false;
  std::vector<Segment> segments_;
  bool here_ = false;                 // no other thread works on it
  size_t at_ = 0;                     // the segment in progress
  std::vector<SegmentRows> results_;  // by segment; forgotten when the last reader is done
  std::vector<size_t> readers_left_;
  QueryState state_;
  std::shared_ptr<spill::SpillSpace> spill_space_;   // shared with the frame that it persists
  std::optional<pages::KeepNothing> keeps_nothing_;  // where there is a limit on memory, until it is done
  BatchQueue queue_;
  std::shared_ptr<store::StoredFrame> stored_;  // persist mode
  std::shared_ptr<KeptFrame> kept_;             // the same
  std::shared_ptr<spill::Parts> parts_;         // of the segment in progress, where it keeps its rows so
  QueryStats stats_;
  PlanProfile profile_;
  uint32_t threads_ = 0;
  int64_t began_ns_ = 0;

  // The stage in progress. Destroyed in this order reversed: the job first.
  CsvSourceSpec* csv_ = nullptr;
  std::unique_ptr<CsvInput> csv_input_;
  CsvScanPlan csv_plan_;
  std::unique_ptr<BoundStage> stage_;
  std::unique_ptr<Scan> scan_;
  std::mutex job_mutex_;
  std::shared_ptr<StageJob> job_;
};

}  // namespace millrace::exec
