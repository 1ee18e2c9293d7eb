// Where a stage's batches go. Threads fill local sinks strip by strip; strips are merged in order under the stage's
// lock, so every sink sees the rows in the order of the input whatever the threads did.
#pragma once
#include <memory>

#include "agg/aggregation.h"
#include "exec/query_state.h"
#include "expr/program.h"
#include "sort/row_key.h"
#include "store/stored_frame.h"

namespace millrace::exec {

struct StripResult {
  virtual ~StripResult() = default;
};

class LocalSink {
 public:
  virtual ~LocalSink() = default;
  virtual Status consume(const Batch& batch) = 0;
  // Whether this strip alone already has all the rows that can be wanted.
  virtual bool satisfied() const { return false; }
  virtual Result<std::unique_ptr<StripResult>> take_strip() = 0;
  virtual void discard_strip() = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual std::unique_ptr<LocalSink> make_local() = 0;
  // As agg::GlobalAggregation::register_strip(): once for every strip taken, in any strip order.
  virtual Status register_strip(StripResult&) { return {}; }
  // In strip order.
  virtual Status merge(std::unique_ptr<StripResult> strip) = 0;
  // Does what merge() has left to do for strips merged so far. Called without the stage's lock, by several threads.
  virtual Status copy_merged() { return {}; }
  // Whether no strip should be taken for now, since the reader of the batches lags behind. Thread-safe.
  virtual bool blocked() const { return false; }
  // Whether no later strip can matter.
  virtual bool satisfied() const { return false; }
  // Whether so much waits that drain() has to be called before more strips are taken. Thread-safe.
  virtual bool wants_drain() const { return false; }
  virtual Status drain(Workers&) { return {}; }
  // What was merged. A collect sink is empty and usable again afterwards.
  virtual Result<std::shared_ptr<Frame>> finish(Workers& workers) = 0;

  // What is known of the values that the outputs of the sink's program will have. Called before make_sampler().
  virtual Status use_facts(const std::vector<ColumnFacts>&) { return {}; }
  // A sink for rows from all over the input, shown to it before the first strip is taken; null when nothing depends on
  // them. use_sample() then settles how the sink works, and returns whether small strips suit it better.
  virtual std::unique_ptr<LocalSink> make_sampler() { return nullptr; }
  virtual Result<bool> use_sample(LocalSink&) { return false; }
  // Whether the codes of BoundStage::by_code suffice it. What use_sample() settles may change that.
  virtual bool reads_codes() const { return false; }
  // Whether it wants a sample even of few strips.
  virtual bool samples_always() const { return false; }
};

// All rows, or `rows` of them behind the first `offset`.
std::unique_ptr<Sink> make_collect_sink(Schema schema, int64_t offset, int64_t rows, QueryState& query);

// The first `rows` rows of an order, stably; holds little more than twice as many for each thread.
class KeyThreshold;
struct TopSpec {
  std::vector<uint32_t> columns;  // that the result has
  std::vector<uint32_t> keys;
  std::vector<sort::KeyOrder> orders;
  int64_t rows = 0;
  std::shared_ptr<KeyThreshold> threshold;  // of the first key
};
std::unique_ptr<Sink> make_top_sink(const Schema& schema, TopSpec spec, QueryState& query);

// The last `rows` rows; holds little more than those.
struct TailRange {
  int64_t rows;       // the last ones
  int64_t leave_out;  // of these, at the end
};
std::unique_ptr<Sink> make_tail_sink(Schema schema, TailRange range, QueryState& query);

// Batches, of as many rows as the options say, into a queue, which must outlive the sink. Rows that the queue has had,
// when a query starts over, are left out.
class BatchQueue;
struct Options;
std::unique_ptr<Sink> make_stream_sink(Schema schema, const Options& options, BatchQueue& queue, QueryState& query);

// All rows, encoded, into `into`, which is emptied first. Chunks are `kept` as soon as they are made.
struct KeptFrame;
std::unique_ptr<Sink> make_store_sink(Schema schema, std::shared_ptr<store::StoredFrame> into,
                                      std::shared_ptr<KeptFrame> kept, QueryState& query);

// `program` computes the keys and then the arguments from a batch; `argument_output` says which output each aggregate
// reads (-1: none). From so many estimated groups on the rows are partitioned first.
Result<std::unique_ptr<Sink>> make_aggregate_sink(agg::AggregationSpec spec, const expr::Program& program,
                                                  std::vector<int> argument_output, int64_t partition_from_groups,
                                                  QueryState& query);

}  // namespace millrace::exec
