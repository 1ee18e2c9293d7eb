#include "exec/query.h"

#include <algorithm>
#include <new>
#include <random>

#include "agg/hash.h"
#include "exec/sample_input.h"
#include "exec/task_events.h"

namespace millrace::exec {

namespace {

std::atomic<int64_t> next_query_id{1};

// Runs a function once on the pool.
class Once final : public Job {
 public:
  explicit Once(std::function<void()> run) : run_(std::move(run)) {}
  bool work(uint32_t) override { return false; }
  uint32_t max_workers() const override { return 1; }
  void done() override { run_(); }

 private:
  const std::function<void()> run_;
};

// The physical line that holds the byte: 1 + line feeds before it.
int64_t line_of(ByteSource& source, int64_t offset) {
  std::vector<uint8_t> buffer(1 << 20);
  int64_t lines = 1;
  for (int64_t at = 0; at < offset;) {
    const auto bytes = static_cast<size_t>(std::min<int64_t>(offset - at, static_cast<int64_t>(buffer.size())));
    if (!source.read_at(at, buffer.data(), bytes).ok()) return -1;
    lines +=
        static_cast<int64_t>(simd::kernels().count_byte(reinterpret_cast<const char*>(buffer.data()), bytes, '\n'));
    at += static_cast<int64_t>(bytes);
  }
  return lines;
}

}  // namespace

Query::Query(std::unique_ptr<Plan> plan, QueryInputs inputs, OnDone on_done)
    : plan_(std::move(plan)),
      inputs_(std::move(inputs)),
      on_done_(std::move(on_done)),
      state_(plan_->options.memory_limit_bytes) {
  state_.id = next_query_id.fetch_add(1);
}

Result<std::shared_ptr<Query>> Query::create(std::string_view text, QueryInputs inputs, OnDone on_done) {
  auto plan = Plan::read(text);
  MILLRACE_TRY(plan);
  const SourceSpec& source = plan.value()->source;
  const auto holds = [](const auto& handles, int handle) {
    return handle >= 0 && static_cast<size_t>(handle) < handles.size() && handles[static_cast<size_t>(handle)];
  };
  const bool memory = source.kind == SourceSpec::Kind::Memory;
  if (memory ? !holds(inputs.frames, source.frame_handle)
             : source.csv.files.empty() && !holds(inputs.bytes, source.csv.bytes_handle)) {
    return Status(Code::Plan, "the plan names a handle that was not passed");
  }
  return std::shared_ptr<Query>(new Query(plan.take(), std::move(inputs), std::move(on_done)));
}

void Query::start() {
  // A seed that an author of keys cannot know keeps hash tables from being flooded; once, before any table exists.
  static const bool seeded = [] {
    agg::set_hash_seed(std::random_device()() | uint64_t{std::random_device()()} << 32);
    return true;
  }();
  (void)seeded;
  began_ns_ = now_ns();
  ThreadPool::shared().submit(std::make_shared<Once>([self = shared_from_this()] { self->run(); }));
}

void Query::run() {
  Status status;
  try {
    status = begin_source_stage();
  } catch (const std::bad_alloc&) {
    status = memory_limit_error(nullptr, 0);
  }
  if (!status.ok()) return finish(std::move(status), nullptr);
  launch();
}

void Query::cancel() {
  state_.aborted.store(true);
  std::shared_ptr<StageJob> job;
  {
    const std::lock_guard lock(job_mutex_);
    job = job_;
  }
  if (job) job->resume();
}

void Query::next_batch(BatchReply reply) {
  queue_.next(std::move(reply));
  std::shared_ptr<StageJob> job;
  {
    const std::lock_guard lock(job_mutex_);
    job = job_;
  }
  if (job && !queue_.full()) job->resume();
}

std::pair<const uint8_t*, int64_t> Query::csv_bytes() const {
  const CsvSourceSpec& spec = plan_->source.csv;
  if (!spec.files.empty()) return {nullptr, 0};
  const auto& bytes = inputs_.bytes[static_cast<size_t>(spec.bytes_handle)];
  return {bytes->data(), static_cast<int64_t>(bytes->size())};
}

Status Query::begin_source_stage() {
  if (state_.is_aborted()) return aborted_error();
  if (plan_->source.kind == SourceSpec::Kind::Memory) {
    return begin_stage(0, inputs_.frames[static_cast<size_t>(plan_->source.frame_handle)]);
  }
  const CsvSourceSpec& spec = plan_->source.csv;
  Schema projected;
  for (const uint32_t column : spec.project) projected.push_back(spec.columns[column]);
  auto stage = bind_stage(*plan_, 0, std::move(projected), true, state_);
  MILLRACE_TRY(stage);
  stage_ = stage.take();
  MILLRACE_TRY(replace_final_sink(false));
  auto input = CsvInput::open(spec, csv_bytes(), plan_->options.chunk_bytes, stage_->aggregates);
  MILLRACE_TRY(input);
  csv_input_ = input.take();
  MILLRACE_TRY(make_csv_scan());
  auto small_strips = settle_sink();
  MILLRACE_TRY(small_strips);
  if (!small_strips.value()) return {};
  input = CsvInput::open(spec, csv_bytes(), plan_->options.chunk_bytes, false);
  MILLRACE_TRY(input);
  csv_input_ = input.take();
  return make_csv_scan();
}

// Samples what the sink wants to know of its input. Few strips are not worth it; the test knob wants it always.
Result<bool> Query::settle_sink() {
  constexpr int64_t kFewStrips = 8;
  const int64_t strips = scan_->strip_count();
  if (strips < (plan_->options.partition_from_groups == 0 ? 0 : kFewStrips)) return false;
  const auto sampler = stage_->sink->make_sampler();
  if (!sampler) return false;
  MILLRACE_TRY(sample_input(*stage_, *scan_, state_, *sampler));
  return stage_->sink->use_sample(*sampler);
}

Status Query::make_csv_scan() {
  const CsvSourceSpec& spec = plan_->source.csv;
  csv_plan_ = {};
  for (const uint32_t column : spec.project) {
    csv_plan_.columns.push_back(spec.columns[column]);
    csv_plan_.inferred.push_back(spec.inferred[column]);
  }
  csv_plan_.null_tokens = spec.null_values;
  csv_plan_.on_error = spec.on_error;
  csv_plan_.dialect = spec.dialect;
  csv_plan_.filter = stage_->scan_filter.get();
  if (csv_plan_.filter) csv_plan_.filter_columns = csv_plan_.filter->input_columns();
  for (const uint32_t column : stage_->needed) {
    const bool filtered = std::binary_search(csv_plan_.filter_columns.begin(), csv_plan_.filter_columns.end(), column);
    (filtered ? csv_plan_.kept_columns : csv_plan_.late_columns).push_back(column);
  }
  if (!csv_input_->sequential()) {
    scan_ = make_file_scan(csv_plan_, spec, *csv_input_, plan_->options, state_);
    return {};
  }
  auto scan = make_pipe_scan(csv_plan_, spec, *csv_input_, plan_->options, state_);
  MILLRACE_TRY(scan);
  scan_ = scan.take();
  return {};
}

Status Query::begin_stage(size_t first_op, std::shared_ptr<const Frame> input) {
  auto stage = bind_stage(*plan_, first_op, input->schema, false, state_);
  MILLRACE_TRY(stage);
  stage_ = stage.take();
  MILLRACE_TRY(replace_final_sink(first_op == plan_->ops.size()));
  scan_ = make_memory_scan(std::move(input), stage_->needed, plan_->options, state_);
  MILLRACE_TRY(settle_sink());
  return {};
}

// In stream mode the stage that ends the plan with plain rows sends them to the queue. A plan that ends with an
// aggregate or head has one more stage, without ops, for that.
Status Query::replace_final_sink(bool no_ops_left) {
  if (!streams() || stage_->end_op != plan_->ops.size()) return {};
  if (!no_ops_left && stage_->breaks) return {};
  stage_->sink = make_stream_sink(stage_->output, plan_->options.batch_rows, queue_, state_);
  stage_->streams = true;
  return {};
}

// Few rows are done right here: waking other threads would cost more than the work.
void Query::launch() {
  const int64_t strips = scan_->strip_count();
  const uint32_t pool = ThreadPool::shared().threads();
  const uint32_t wanted = plan_->options.threads ? plan_->options.threads : pool;
  const auto workers =
      strips < 0 ? wanted : static_cast<uint32_t>(std::clamp<int64_t>(strips, 1, static_cast<int64_t>(wanted)));
  threads_ = std::max(threads_, workers);
  auto job = std::make_shared<StageJob>(
      *stage_, *scan_, state_, workers,
      [self = shared_from_this()](StageResult result) { self->on_stage_done(std::move(result)); });
  {
    const std::lock_guard lock(job_mutex_);
    job_ = job;
  }
  if (strips >= 0 && strips <= 1 && !stage_->streams) {
    while (job->work(0)) {
    }
    job->done();
    return;
  }
  ThreadPool::shared().submit(std::move(job));
}

void Query::on_stage_done(StageResult result) {
  stats_.add(result.stats);
  Status status = std::move(result.status);
  if (result.widen_column >= 0 && !streams() && !csv_input_->sequential()) {
    CsvSourceSpec& spec = plan_->source.csv;
    spec.columns[spec.project[static_cast<size_t>(result.widen_column)]].type = TypeId::Float64;
    stats_ = {};
    state_.progress.bytes_done.store(0);
    state_.progress.rows_done.store(0);
    state_.progress.tasks_done.store(0);
    state_.progress.tasks_total.store(0);
    return run();
  }
  if (!status.ok()) return finish(std::move(status), nullptr);
  const bool done = stage_->end_op == plan_->ops.size() && (!streams() || stage_->streams);
  if (done) return finish({}, std::move(result.frame));
  try {
    status = begin_stage(stage_->end_op, std::move(result.frame));
  } catch (const std::bad_alloc&) {
    status = memory_limit_error(nullptr, 0);
  }
  if (!status.ok()) return finish(std::move(status), nullptr);
  launch();
}

// Errors know the byte; people want the file and the line.
void Query::locate(Status& status) const {
  if (status.ok() || !csv_input_ || status.facts().offset < 0) return;
  ErrorFacts& facts = status.mutable_facts();
  const auto& files = plan_->source.csv.files;
  const auto at = std::find(files.begin(), files.end(), facts.file);
  if (facts.line < 0 && !csv_input_->sequential()) {
    auto source = csv_input_->open_source(at == files.end() ? 0 : static_cast<uint32_t>(at - files.begin()));
    if (source.ok()) facts.line = line_of(*source.value(), facts.offset);
  }
  if (facts.line >= 0) status.set_message(facts.file + ":" + std::to_string(facts.line) + ": " + status.message());
}

void Query::finish(Status status, std::shared_ptr<Frame> frame) {
  {
    const std::lock_guard lock(job_mutex_);
    job_.reset();
  }
  locate(status);
  queue_.close(status);
  QueryResult result;
  result.status = std::move(status);
  result.mode = plan_->options.mode;
  result.frame = std::move(frame);
  result.stats = stats_;
  result.peak_bytes = state_.budget.peak_bytes();
  result.threads = threads_;
  if (result.frame) {
    for (Column& column : result.frame->columns) column.rebind(nullptr);
  }
  record_task({TaskEvent::Kind::Query, state_.id, 0, began_ns_, now_ns(), stats_.rows_scanned});
  const OnDone on_done = std::move(on_done_);
  on_done(std::move(result));
}

}  // namespace millrace::exec
