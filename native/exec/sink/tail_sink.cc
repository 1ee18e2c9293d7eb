#include <algorithm>
#include <deque>

#include "exec/sink/sink.h"

namespace millrace::exec {

namespace {

// Collects each strip as the collect sink does, and forgets the strips in front that no longer count.
class TailSink final : public Sink {
 public:
  TailSink(Schema schema, TailRange range, QueryState& query)
      : schema_(schema),
        wanted_(range.rows),
        leave_out_(range.leave_out),
        query_(query),
        collector_(make_collect_sink(std::move(schema), 0, INT64_MAX, query)) {}

  std::unique_ptr<LocalSink> make_local() override { return collector_->make_local(); }

  Status merge(std::unique_ptr<StripResult> strip) override {
    MILLRACE_TRY(collector_->merge(std::move(strip)));
    SerialWorkers serial;
    auto frame = collector_->finish(serial);
    MILLRACE_TRY(frame);
    rows_ += frame.value()->rows;
    strips_.push_back(frame.take());
    while (rows_ - strips_.front()->rows >= wanted_) {
      rows_ -= strips_.front()->rows;
      strips_.pop_front();
      if (strips_.empty()) break;
    }
    return {};
  }

  Result<std::shared_ptr<Frame>> finish(Workers&) override {
    auto frame = std::make_shared<Frame>();
    frame->schema = schema_;
    const int64_t begin = rows_ - std::min(rows_, wanted_);
    frame->rows = std::max<int64_t>(0, rows_ - leave_out_ - begin);
    for (size_t c = 0; c < schema_.size(); c++) {
      ColumnBuilder builder(schema_[c].type, &query_.budget);
      int64_t skip = begin;  // of the first strip
      int64_t left = frame->rows;
      for (const auto& strip : strips_) {
        const int64_t taken = std::min(left, strip->rows - skip);
        MILLRACE_TRY(builder.append_range(strip->columns[c], skip, taken));
        left -= taken;
        skip = 0;
      }
      auto column = builder.finish();
      MILLRACE_TRY(column);
      frame->columns.push_back(column.take());
    }
    strips_.clear();
    return frame;
  }

 private:
  const Schema schema_;
  const int64_t wanted_;
  const int64_t leave_out_;
  QueryState& query_;
  std::unique_ptr<Sink> collector_;
  std::deque<std::shared_ptr<Frame>> strips_;
  int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Sink> make_tail_sink(Schema schema, TailRange range, QueryState& query) {
  return std::make_unique<TailSink>(std::move(schema), range, query);
}

}  // namespace millrace::exec
