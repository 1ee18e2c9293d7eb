#include <algorithm>

#include "exec/plan/plan.h"
#include "exec/sink/batch_queue.h"
#include "exec/sink/sink.h"

namespace millrace::exec {

namespace {

// With a limit on memory a batch has this share of it at most: its reader, and what makes the next one, need the rest.
constexpr int64_t kBatchShare = 8;

// Collects each strip as the collect sink does, and cuts what it gets into batches of one size, or smaller ones where
// memory is short and nobody asked for a size.
class StreamSink final : public Sink {
 public:
  StreamSink(Schema schema, const Options& options, BatchQueue& queue, QueryState& query)
      : schema_(schema),
        batch_rows_(options.batch_rows),
        may_be_smaller_(options.batches_may_be_smaller),
        queue_(queue),
        query_(query),
        left_out_(queue.rows()),
        collector_(make_collect_sink(std::move(schema), 0, INT64_MAX, query)) {
    start_batch();
  }

  std::unique_ptr<LocalSink> make_local() override { return collector_->make_local(); }
  bool blocked() const override { return queue_.full(); }

  Status merge(std::unique_ptr<StripResult> strip) override {
    MILLRACE_TRY(collector_->merge(std::move(strip)));
    SerialWorkers serial;
    auto frame = collector_->finish(serial);
    MILLRACE_TRY(frame);
    const Frame& rows = *frame.value();
    const int64_t had = std::min(left_out_, rows.rows);
    left_out_ -= had;
    const int64_t most_rows = most_rows_of(rows);
    for (int64_t first = had; first < rows.rows;) {
      if (rows_ >= most_rows) MILLRACE_TRY(send());
      const int64_t count = std::min(rows.rows - first, most_rows - rows_);
      for (size_t c = 0; c < schema_.size(); c++) {
        MILLRACE_TRY(builders_[c].append_range(rows.columns[c], first, count));
      }
      first += count;
      rows_ += count;
      if (rows_ == most_rows) MILLRACE_TRY(send());
    }
    return {};
  }

  Result<std::shared_ptr<Frame>> finish(Workers&) override {
    if (rows_ > 0) MILLRACE_TRY(send());
    return std::make_shared<Frame>();
  }

 private:
  // Of a batch of such rows.
  int64_t most_rows_of(const Frame& rows) const {
    const int64_t limit = query_.budget.limit_bytes();
    if (!may_be_smaller_ || limit == INT64_MAX || rows.rows == 0) return batch_rows_;
    const int64_t row_bytes = rows.bytes() / rows.rows + 1;
    return std::clamp<int64_t>(limit / kBatchShare / row_bytes, 1, batch_rows_);
  }

  void start_batch() {
    builders_.clear();
    for (const Field& field : schema_) builders_.emplace_back(field.type, &query_.budget);
    rows_ = 0;
  }

  Status send() {
    auto batch = std::make_shared<Frame>();
    batch->schema = schema_;
    batch->rows = rows_;
    for (ColumnBuilder& builder : builders_) {
      auto column = builder.finish();
      MILLRACE_TRY(column);
      column.value().rebind(nullptr);
      batch->columns.push_back(column.take());
    }
    start_batch();
    queue_.push(std::move(batch));
    return {};
  }

  const Schema schema_;
  const int64_t batch_rows_;
  const bool may_be_smaller_;
  BatchQueue& queue_;
  QueryState& query_;
  int64_t left_out_;
  std::unique_ptr<Sink> collector_;
  std::vector<ColumnBuilder> builders_;
  int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Sink> make_stream_sink(Schema schema, const Options& options, BatchQueue& queue, QueryState& query) {
  return std::make_unique<StreamSink>(std::move(schema), options, queue, query);
}

}  // namespace millrace::exec
