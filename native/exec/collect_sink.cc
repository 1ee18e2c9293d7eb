#include <algorithm>

#include "exec/sink.h"

namespace millrace::exec {

namespace {

struct CollectedStrip final : StripResult {
  std::vector<Column> columns;
  int64_t rows = 0;
};

class LocalCollectSink final : public LocalSink {
 public:
  LocalCollectSink(const Schema& schema, int64_t limit, MemoryBudget* budget)
      : schema_(schema), limit_(limit), budget_(budget) {
    discard_strip();
  }

  Status consume(const Batch& batch) override {
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(batch.rows, limit_ - rows_));
    for (size_t c = 0; c < builders_.size(); c++) MILLRACE_TRY(builders_[c].append(batch.columns[c], rows));
    rows_ += rows;
    return {};
  }

  bool satisfied() const override { return rows_ >= limit_; }

  Result<std::unique_ptr<StripResult>> take_strip() override {
    auto out = std::make_unique<CollectedStrip>();
    out->rows = rows_;
    for (ColumnBuilder& builder : builders_) {
      auto column = builder.finish();
      MILLRACE_TRY(column);
      out->columns.push_back(column.take());
    }
    discard_strip();
    return std::unique_ptr<StripResult>(std::move(out));
  }

  void discard_strip() override {
    builders_.clear();
    for (const Field& field : schema_) builders_.emplace_back(field.type, budget_);
    rows_ = 0;
  }

 private:
  const Schema& schema_;
  const int64_t limit_;
  MemoryBudget* budget_;
  std::vector<ColumnBuilder> builders_;
  int64_t rows_ = 0;
};

// Strips end to end: one copy, or none when there is one strip.
class CollectSink final : public Sink {
 public:
  CollectSink(Schema schema, int64_t offset, int64_t rows, QueryState& query)
      : schema_(std::move(schema)),
        offset_(offset),
        limit_(rows > INT64_MAX - offset ? INT64_MAX : offset + rows),
        query_(query) {}

  std::unique_ptr<LocalSink> make_local() override {
    return std::make_unique<LocalCollectSink>(schema_, limit_, &query_.budget);
  }

  Status merge(std::unique_ptr<StripResult> strip) override {
    auto& collected = static_cast<CollectedStrip&>(*strip);
    if (collected.rows > 0 && !satisfied()) {
      rows_ += collected.rows;
      strips_.push_back(std::move(collected.columns));
    }
    return {};
  }

  bool satisfied() const override { return rows_ >= limit_; }

  Result<std::shared_ptr<Frame>> finish() override {
    auto frame = std::make_shared<Frame>();
    frame->schema = schema_;
    frame->rows = std::max<int64_t>(0, std::min(rows_, limit_) - offset_);
    for (size_t c = 0; c < schema_.size(); c++) {
      auto column = join(c, frame->rows);
      MILLRACE_TRY(column);
      frame->columns.push_back(column.take());
    }
    strips_.clear();
    rows_ = 0;
    return frame;
  }

 private:
  Result<Column> join(size_t c, int64_t rows) {
    if (strips_.size() == 1 && offset_ == 0 && strips_[0][c].rows == rows) return std::move(strips_[0][c]);
    ColumnBuilder builder(schema_[c].type, &query_.budget);
    int64_t skip = offset_;
    for (auto& strip : strips_) {
      const int64_t skipped = std::min(strip[c].rows, skip);
      const int64_t wanted = std::min(strip[c].rows - skipped, rows - builder.rows());
      MILLRACE_TRY(builder.append_range(strip[c], skipped, wanted));
      skip -= skipped;
      strip[c] = Column();  // frees each piece as soon as it is copied
    }
    return builder.finish();
  }

  const Schema schema_;
  const int64_t offset_;
  const int64_t limit_;  // the offset included
  QueryState& query_;
  std::vector<std::vector<Column>> strips_;
  int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Sink> make_collect_sink(Schema schema, int64_t offset, int64_t rows, QueryState& query) {
  return std::make_unique<CollectSink>(std::move(schema), offset, rows, query);
}

}  // namespace millrace::exec
