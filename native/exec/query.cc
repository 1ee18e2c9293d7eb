#include "exec/query.h"

#include <algorithm>
#include <new>
#include <random>

#include "agg/hash.h"
#include "exec/scan/sample_input.h"
#include "exec/threads/task_events.h"

namespace millrace::exec {

namespace {

std::atomic<int64_t> next_query_id{1};

// Whether no more rows come out than went in, and each costs little.
bool never_adds_rows(OpSpec::Kind kind) {
  using Kind = OpSpec::Kind;
  return kind == Kind::Filter || kind == Kind::Project || kind == Kind::Aggregate || kind == Kind::Slice ||
         kind == Kind::Tail || kind == Kind::RowIndex || kind == Kind::Sort || kind == Kind::Window ||
         kind == Kind::Concat;
}

// Whether some expression makes long texts out of short values: a date by a long format.
bool makes_long_texts(const Json& nodes) {
  constexpr size_t kShortFormatBytes = 40;
  for (const Json& node : nodes.items()) {
    if (node[size_t{0}].as_string() == "formatTime" && node[2].as_string().size() > kShortFormatBytes) return true;
  }
  return false;
}

// A slice or tail that ends the steps is a range of the rows, when none is filtered out before: only those are scanned.
RowRange cut_range(std::vector<const OpSpec*>& steps, int64_t rows) {
  const bool filters =
      std::any_of(steps.begin(), steps.end(), [](const OpSpec* op) { return op->kind == OpSpec::Kind::Filter; });
  if (steps.empty() || filters) return {0, rows};
  const OpSpec& last = *steps.back();
  if (last.kind == OpSpec::Kind::Slice) {
    steps.pop_back();
    const int64_t begin = std::min(last.offset, rows);
    return {begin, begin + std::min(last.rows, rows - begin)};
  }
  if (last.kind != OpSpec::Kind::Tail) return {0, rows};
  steps.pop_back();
  const int64_t begin = rows - std::min(last.rows, rows);
  return {begin, std::max(begin, rows - std::min(last.offset, rows))};
}

// About what a pipeline's input takes in memory.
int64_t bytes_of(const SegmentRows& input, const store::StoredFrame* stored) {
  if (stored) return stored->bytes() * 2;  // unpacked
  if (input.parted) return input.parted->bytes();
  if (input.borrowed) return input.borrowed->unpacked_bytes();
  int64_t out = 0;
  if (input.parts) {
    for (const spill::Part& part : input.parts->parts) out += part.bytes;
  }
  for (const Column* column : input.view.columns) out += static_cast<int64_t>(column->bytes());
  return out;
}

}  // namespace

Query::Query(std::unique_ptr<Plan> plan, QueryInputs inputs)
    : plan_(std::move(plan)),
      inputs_(std::move(inputs)),
      spills_(spills_from_the_start()),
      segments_(spills_ ? cut_for_spilling(*plan_) : cut_into_segments(*plan_)),
      results_(segments_.size()),
      state_(plan_->options.memory_limit_bytes),
      spill_space_(
          std::make_shared<spill::SpillSpace>(plan_->options.spill_directory, plan_->options.spill_limit_bytes)),
      profile_(*plan_) {
  state_.id = next_query_id.fetch_add(1);
  for (const Segment& segment : segments_) readers_left_.push_back(segment.readers);
}

Result<std::shared_ptr<Query>> Query::create(std::string_view text, QueryInputs inputs) {
  auto plan = Plan::read(text);
  MILLRACE_TRY(plan);
  const auto holds = [](const auto& handles, int handle) {
    return handle >= 0 && static_cast<size_t>(handle) < handles.size() && handles[static_cast<size_t>(handle)];
  };
  for (OpSpec& op : plan.value()->steps) {
    op.fed = op.kind == OpSpec::Kind::Memory && holds(inputs.feeds, op.frame_handle);
    const bool missing = op.kind == OpSpec::Kind::Memory
                             ? !holds(inputs.frames, op.frame_handle) && !holds(inputs.stored, op.frame_handle) &&
                                   !holds(inputs.borrowed, op.frame_handle) && !op.fed
                             : op.csv && op.csv->files.empty() && !holds(inputs.bytes, op.csv->bytes_handle);
    if (missing) return Status(Code::Plan, "the plan names a handle that was not passed");
  }
  auto query = std::shared_ptr<Query>(new Query(plan.take(), std::move(inputs)));
  MILLRACE_TRY(query->claim_feeds());
  return query;
}

void Query::begin(OnDone on_done) {
  // A seed that an author of keys cannot know keeps hash tables from being flooded; once, before any table exists.
  static const bool seeded = [] {
    agg::set_hash_seed(std::random_device()() | uint64_t{std::random_device()()} << 32);
    return true;
  }();
  (void)seeded;
  on_done_ = std::move(on_done);
  if (plan_->options.memory_limit_bytes != INT64_MAX) keeps_nothing_.emplace();
  began_ns_ = now_ns();
  store::query_clock.fetch_add(1, std::memory_order_relaxed);
}

void Query::start(OnDone on_done) {
  begin(std::move(on_done));
  ThreadPool::shared().run([self = shared_from_this()] {
    self->prepare_for_pipes();
    self->advance();
  });
}

bool Query::is_small() const {
  constexpr int64_t kFewCells = 1 << 15;
  constexpr size_t kFewTextBytes = 128 << 10;
  const Options& options = plan_->options;
  if (options.mode != Options::Mode::Collect || options.partition_from_groups == 0 || spills_) return false;
  std::vector<int64_t> rows;  // by step, at most
  int64_t cells = 0;
  size_t text_bytes = 0;
  for (const OpSpec& op : plan_->steps) {
    int64_t out = 0;
    if (op.fed) return false;
    if (op.kind == OpSpec::Kind::Memory) {
      const auto handle = static_cast<size_t>(op.frame_handle);
      if (const auto& frame = inputs_.frames[handle]) {
        out = frame->rows;
        for (const Column& column : frame->columns) text_bytes += is_string(column.type) ? column.data.size() : 0;
      } else if (const auto& stored = inputs_.stored[handle]) {
        if (stored->is_on_disk() || stored->rows > kFewCells) return false;
        out = stored->rows;
        text_bytes += static_cast<size_t>(stored->bytes());
      } else {
        out = inputs_.borrowed[handle]->rows;
        text_bytes += static_cast<size_t>(inputs_.borrowed[handle]->bytes());
      }
      cells += out;
    } else if (!never_adds_rows(op.kind)) {
      return false;
    }
    for (const uint32_t input : op.inputs) out += rows[input];
    if (op.nodes && makes_long_texts(*op.nodes)) return false;
    // Steps whose lists are long cost something even without rows.
    const size_t terms = 4 + (op.nodes ? op.nodes->size() : 0) + op.names.size() + op.aggregates.size();
    cells += (out + 64) * static_cast<int64_t>(terms);
    if (cells > kFewCells || text_bytes > kFewTextBytes) return false;
    rows.push_back(out);
  }
  return true;
}

QueryResult Query::run_here() {
  here_ = true;
  QueryResult out;
  begin([&out](QueryResult result) { out = std::move(result); });
  advance();
  return out;
}

void Query::advance() {
  Status status;
  try {
    while (status.ok() && at_ < segments_.size()) {
      if (state_.is_aborted()) {
        status = aborted_error();
        break;
      }
      auto step = run_segment(segments_[at_]);
      if (!step.ok()) status = step.take_status();
      if (step.ok() && step.value() == Step::Running) return;
    }
  } catch (const std::bad_alloc&) {
    status = memory_limit_error(nullptr, 0);
  }
  if (starts_over(status)) return advance();
  finish(std::move(status));
}

Result<Query::Step> Query::run_segment(const Segment& segment) {
  if (segment.parted) {
    MILLRACE_TRY(part_operator(segment));
    return Step::Done;
  }
  if (segment.op) {
    MILLRACE_TRY(run_operator_of(segment));
    return Step::Done;
  }
  if (leaves_stored(segment)) {
    MILLRACE_TRY(pass_stored(segment));
    return Step::Done;
  }
  if (relabels(segment)) {
    MILLRACE_TRY(relabel(segment));
    return Step::Done;
  }
  const bool csv = segment.source && segment.source->csv;
  MILLRACE_TRY(csv ? begin_csv(segment) : begin_memory(segment));
  return launch();
}

void Query::wake() {
  std::shared_ptr<StageJob> job;
  {
    const std::lock_guard lock(job_mutex_);
    job = job_;
  }
  if (job) job->resume();
}

void Query::cancel() {
  state_.aborted.store(true);
  queue_.abandon();
  wake();
}

void Query::next_batch(BatchReply reply) {
  queue_.next(std::move(reply));
  if (!queue_.full()) wake();
}

SegmentRows Query::input_of(const Segment& segment) const {
  if (!segment.source) return results_[segment.inputs[0]];
  if (const auto borrowed = borrowed_source(segment)) {
    return {{borrowed->schema, borrowed->rows, {}, {}}, nullptr, nullptr, borrowed};
  }
  if (const auto feed = feed_source(segment)) {
    SegmentRows out;
    out.view.schema = feed->schema();
    out.feed = feed;
    return out;
  }
  return {FrameView::of(inputs_.frames[static_cast<size_t>(segment.source->frame_handle)]), nullptr, nullptr};
}

uint32_t Query::wanted_threads() const {
  if (here_) return 1;
  return plan_->options.threads ? plan_->options.threads : ThreadPool::shared().threads();
}

Status Query::run_operator_of(const Segment& segment) {
  std::vector<OperatorInput> inputs;
  for (const size_t input : segment.inputs) inputs.push_back({results_[input].view, results_[input].stored});
  PoolWorkers workers(state_, wanted_threads());
  threads_ = std::max(threads_, workers.slots());
  OperatorContext context{workers, &state_.budget, plan_->options};
  const int64_t began_ns = now_ns();
  auto result = run_operator(*segment.op, inputs, context);
  MILLRACE_TRY(result);
  profile_.add_operator(*segment.op, result.value(), (now_ns() - began_ns) * workers.slots());
  inputs.clear();
  end_segment({result.take(), nullptr, nullptr});
  return {};
}

bool Query::relabels(const Segment& segment) const {
  if (segment.source && (segment.source->csv || segment.source->fed)) return false;
  if (stored_source(segment) || borrowed_source(segment)) return false;
  if (segment.keep != Segment::Keep::Memory) return false;
  if (!segment.source && (results_[segment.inputs[0]].parts || results_[segment.inputs[0]].parted)) return false;
  if (is_last(segment) && persists()) return false;
  // The result belongs to the caller; a handle's columns must be copied, and other threads can help with that.
  if (is_last(segment) && (segment.source || streams() || segments_[segment.inputs[0]].readers > 1)) return false;
  return only_picks(segment);
}

Status Query::relabel(const Segment& segment) {
  FrameView view = input_of(segment).view;
  for (const OpSpec* op : segment.steps) {
    FrameView picked{{}, view.rows, {}, std::move(view.owners)};
    MILLRACE_TRY(pick_columns(*op, view, picked));
    view = std::move(picked);
    profile_.add_relabelling(*op, view.rows);
  }
  end_segment({std::move(view), nullptr, nullptr});
  return {};
}

// Takes the result, and forgets the inputs that nobody else waits for.
void Query::end_segment(SegmentRows result) {
  for (const size_t input : segments_[at_].inputs) {
    if (--readers_left_[input] == 0) results_[input] = {};
  }
  results_[at_++] = std::move(result);
}

// Samples what the sink wants to know of its input. Few strips are not worth it; the test knob wants it always.
Result<bool> Query::settle_sink() {
  constexpr int64_t kFewStrips = 8;
  const int64_t strips = scan_->strip_count();
  const bool always = plan_->options.partition_from_groups == 0 || stage_->sink->samples_always();
  if (strips < (always ? 0 : kFewStrips)) return false;
  const auto sampler = stage_->sink->make_sampler();
  if (!sampler) return false;
  MILLRACE_TRY(sample_input(*stage_, *scan_, state_, *sampler));
  return stage_->sink->use_sample(*sampler);
}

Status Query::begin_memory(const Segment& segment) {
  const auto stored = stored_source(segment);
  SegmentRows input =
      stored ? SegmentRows{{stored->schema, stored->rows, {}, {}}, nullptr, nullptr} : input_of(segment);
  if (input.parts) input.view = {input.parts->schema, input.parts->rows, {}, {}};
  if (input.parted) input.view = {input.parted->schema(), 0, {}, {}};
  std::vector<const OpSpec*> steps = segment.steps;
  const bool ranged = !input.parts && !input.parted && !input.feed;
  const RowRange range = ranged ? cut_range(steps, input.view.rows) : RowRange{};
  auto stage = bind_stage(steps, input.view.schema, false, plan_->options, state_);
  MILLRACE_TRY(stage);
  stage_ = stage.take();
  stage_->spills = spills_;
  MILLRACE_TRY(redirect_rows(segment, [&] { return input.feed ? guessed_bytes() : bytes_of(input, stored.get()); }));
  ChunkFilter filter;
  if (stored && !steps.empty() && steps[0]->kind == OpSpec::Kind::Filter)
    filter = ChunkFilter(*steps[0], stored->schema);
  const auto make_scan = [&](bool large_strips) {
    if (input.borrowed)
      return make_borrowed_scan(input.borrowed, range, large_strips, stage_->needed, plan_->options, state_);
    if (input.feed) return make_feed_scan(input.feed, stage_->needed, plan_->options, state_);
    if (input.parted) return make_parted_scan(input.parted, stage_->needed, plan_->options, state_);
    if (input.parts) return make_part_scan(input.parts, stage_->needed, plan_->options, state_);
    const std::vector<uint32_t> by_code = stage_->sink->reads_codes() ? stage_->by_code : std::vector<uint32_t>();
    return stored ? make_stored_scan(stored, range, filter, stage_->threshold, large_strips, stage_->needed, by_code,
                                     plan_->options, state_)
                  : make_memory_scan(input.view, range, large_strips, stage_->needed, plan_->options, state_);
  };
  if (stored) MILLRACE_TRY(tell_facts(*stored));
  if (stored && stage_->wanted_rows > 0) stage_->threshold->start(*stored, range.begin, range.end, stage_->wanted_rows);
  scan_ = make_scan(stage_->aggregates);
  auto small_strips = settle_sink();
  MILLRACE_TRY(small_strips);
  if (small_strips.value()) scan_ = make_scan(false);
  return {};
}

// The test knob that parts all groups wants to see them come as strangers.
Status Query::tell_facts(const store::StoredFrame& stored) {
  if (stage_->sink_origins.empty() || plan_->options.partition_from_groups == 0) return {};
  std::vector<ColumnFacts> facts;
  for (const int origin : stage_->sink_origins) {
    facts.push_back(origin < 0 ? ColumnFacts() : store::facts_of(stored, static_cast<size_t>(origin)));
  }
  return stage_->sink->use_facts(facts);
}

std::shared_ptr<const store::StoredFrame> Query::stored_source(const Segment& segment) const {
  if (!segment.source || segment.source->csv) return nullptr;
  const auto handle = static_cast<size_t>(segment.source->frame_handle);
  return handle < inputs_.stored.size() ? inputs_.stored[handle] : nullptr;
}

std::shared_ptr<const BorrowedFrame> Query::borrowed_source(const Segment& segment) const {
  if (!segment.source || segment.source->csv) return nullptr;
  const auto handle = static_cast<size_t>(segment.source->frame_handle);
  return handle < inputs_.borrowed.size() ? inputs_.borrowed[handle] : nullptr;
}

Status Query::redirect_rows(const Segment& segment, const std::function<int64_t()>& input_bytes) {
  if (segment.keep != Segment::Keep::Memory) return redirect_to_parts(segment, input_bytes());
  if (at_ + 1 != segments_.size()) return {};
  if (streams()) stage_->sink = make_stream_sink(stage_->output, plan_->options, queue_, state_);
  if (!persists()) return {};
  stored_ = std::make_shared<store::StoredFrame>();
  kept_ = std::make_shared<KeptFrame>(spill_space_, plan_->options.spill != Options::Spill::Never);
  stage_->sink = make_store_sink(stage_->output, stored_, kept_, state_);
  return {};
}

// Few rows are done right here: waking other threads would cost more than the work.
Result<Query::Step> Query::launch() {
  const int64_t strips = scan_->strip_count();
  const uint32_t wanted = wanted_threads();
  const auto workers =
      strips < 0 ? wanted : static_cast<uint32_t>(std::clamp<int64_t>(strips, 1, static_cast<int64_t>(wanted)));
  threads_ = std::max(threads_, workers);
  const bool here = here_ || (strips >= 0 && strips <= 1 && !(streams() && at_ + 1 == segments_.size()));
  StageResult done_here;
  auto job = std::make_shared<StageJob>(*stage_, *scan_, state_, workers,
                                        [self = shared_from_this(), here, &done_here](StageResult result) {
                                          if (here) {
                                            done_here = std::move(result);
                                            return;
                                          }
                                          Status status = self->take_result(std::move(result));
                                          if (!status.ok() && !self->starts_over(status)) {
                                            return self->finish(std::move(status));
                                          }
                                          self->advance();
                                        });
  {
    const std::lock_guard lock(job_mutex_);
    job_ = job;
  }
  if (!here) {
    ThreadPool::shared().submit(std::move(job));
    return Step::Running;
  }
  while (job->work(0)) {
  }
  job->done();
  MILLRACE_TRY(take_result(std::move(done_here)));
  return Step::Done;
}

Status Query::take_result(StageResult result) {
  stats_.add(result.stats);
  const bool streamed = streams() && at_ + 1 == segments_.size();
  if (result.widen_column >= 0 && !streamed && !csv_input_->sequential()) {
    // The segment starts over with the wider type.
    csv_->columns[csv_->project[static_cast<size_t>(result.widen_column)]].type = TypeId::Float64;
    stats_ = {};
    state_.progress.bytes_done.store(0);
    state_.progress.rows_done.store(0);
    state_.progress.tasks_done.store(0);
    state_.progress.tasks_total.store(0);
    return {};
  }
  MILLRACE_TRY(std::move(result.status));
  const Segment& segment = segments_[at_];
  if (const auto feed = feed_source(segment)) feed->close();  // it may have enough before all has come
  const OpSpec* read = segment.source;
  if (!segment.inputs.empty() && results_[segment.inputs[0]].parted) read = segments_[segment.inputs[0]].op;
  profile_.add_pipeline(segment, read, *stage_, result, stored_.get());
  if (parts_) {
    SegmentRows rows{{}, std::move(parts_), nullptr};
    rows.table_chunks = rows.parts->parts[0].chunks.size();
    end_segment(std::move(rows));
  } else {
    end_segment(streamed ? SegmentRows{} : SegmentRows{FrameView::of(std::move(result.frame)), nullptr, nullptr});
  }
  return {};
}

void Query::finish(Status status) {
  {
    const std::lock_guard lock(job_mutex_);
    job_.reset();
  }
  locate(status);
  name_row(status);
  name_operator(status);
  QueryResult result;
  if (status.ok() && persists()) result.stored = std::move(stored_);
  if (status.ok() && !streams() && !persists()) {
    PoolWorkers workers(state_, wanted_threads());
    auto frame = own_columns(std::move(results_.back().view), workers, &state_.budget);
    if (frame.ok()) {
      result.frame = frame.take();
    } else {
      status = frame.take_status();
    }
  }
  // Gigabytes in a file take the system a tenth of a second to forget: nobody has to wait for that.
  std::vector<SegmentRows> on_disk;
  std::unique_ptr<BoundStage> writing;
  if (spills_) {
    on_disk = std::move(results_);
    writing = std::move(stage_);
  }
  results_.clear();
  close_feeds();
  // The query lives on until its handle is collected; files, buffers and the frames that it read do not.
  stored_.reset();
  kept_.reset();
  scan_.reset();
  stage_.reset();
  parts_.reset();
  csv_input_.reset();
  inputs_ = {};
  keeps_nothing_.reset();
  queue_.close(status);
  result.status = std::move(status);
  result.mode = plan_->options.mode;
  stats_.spilled_bytes = spill_space_->disk.peak_bytes();
  result.stats = stats_;
  result.peak_bytes = state_.budget.peak_bytes();
  result.threads = threads_;
  result.profile = profile_.take();
  if (result.frame) {
    for (Column& column : result.frame->columns) column.rebind(nullptr);
  }
  record_task({TaskEvent::Kind::Query, state_.id, 0, began_ns_, now_ns(), stats_.rows_scanned});
  const OnDone on_done = std::move(on_done_);
  on_done(std::move(result));
  // What this query was reading may have been all that could go.
  if (!here_ && !ChunkKeeper::shared().fits()) (void)ChunkKeeper::shared().make_room([] { return Status(); });
}

}  // namespace millrace::exec
