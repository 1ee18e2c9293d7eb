#include <algorithm>
#include <mutex>
#include <shared_mutex>

#include "column/assembly.h"
#include "exec/sink/sink.h"

namespace millrace::exec {

namespace {

struct CollectedStrip final : StripResult {
  std::vector<ColumnBuilder> columns;
  int64_t rows = 0;
};

// Strips whose rows have been copied, so that the next ones find memory that is in use already: fresh pages cost as
// much as parsing into them.
class SpareStrips {
 public:
  std::unique_ptr<CollectedStrip> take(const Schema& schema, MemoryBudget* budget) {
    {
      const std::lock_guard lock(mutex_);
      if (!strips_.empty()) {
        auto out = std::move(strips_.back());
        strips_.pop_back();
        return out;
      }
    }
    auto out = std::make_unique<CollectedStrip>();
    for (const Field& field : schema) out->columns.emplace_back(field.type, budget);
    return out;
  }

  void put(std::unique_ptr<CollectedStrip> strip) {
    for (ColumnBuilder& column : strip->columns) column.clear();
    strip->rows = 0;
    const std::lock_guard lock(mutex_);
    strips_.push_back(std::move(strip));
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    strips_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<CollectedStrip>> strips_;
};

class LocalCollectSink final : public LocalSink {
 public:
  LocalCollectSink(const Schema& schema, int64_t limit, SpareStrips& spare, MemoryBudget* budget)
      : schema_(schema), limit_(limit), spare_(spare), budget_(budget) {}

  Status consume(const Batch& batch) override {
    if (!strip_) strip_ = spare_.take(schema_, budget_);
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(batch.rows, limit_ - strip_->rows));
    for (size_t c = 0; c < schema_.size(); c++) MILLRACE_TRY(strip_->columns[c].append(batch.columns[c], rows));
    strip_->rows += rows;
    return {};
  }

  bool satisfied() const override { return strip_ && strip_->rows >= limit_; }

  Result<std::unique_ptr<StripResult>> take_strip() override {
    if (!strip_) strip_ = spare_.take(schema_, budget_);
    return std::unique_ptr<StripResult>(std::move(strip_));
  }

  void discard_strip() override {
    if (strip_) spare_.put(std::move(strip_));
  }

 private:
  const Schema& schema_;
  const int64_t limit_;
  SpareStrips& spare_;
  MemoryBudget* budget_;
  std::unique_ptr<CollectedStrip> strip_;
};

// Strips end to end. A lone strip is the result itself; else merge() gives each strip its place, and whoever comes by
// copies it there, many strips at once.
class CollectSink final : public Sink {
 public:
  CollectSink(Schema schema, int64_t offset, int64_t rows, QueryState& query)
      : schema_(std::move(schema)),
        offset_(offset),
        limit_(rows > INT64_MAX - offset ? INT64_MAX : offset + rows),
        query_(query) {}

  std::unique_ptr<LocalSink> make_local() override {
    return std::make_unique<LocalCollectSink>(schema_, limit_, spare_, &query_.budget);
  }

  Status merge(std::unique_ptr<StripResult> result) override {
    std::unique_ptr<CollectedStrip> strip(static_cast<CollectedStrip*>(result.release()));
    if (strip->rows == 0 || satisfied()) {
      spare_.put(std::move(strip));
      return {};
    }
    strip->rows = std::min(strip->rows, limit_ - rows_);
    const int64_t skipped = std::clamp<int64_t>(offset_ - rows_, 0, strip->rows);
    rows_ += strip->rows;
    if (skipped) MILLRACE_TRY(drop_front(*strip, skipped));
    if (strip->rows == 0) return {};
    kept_rows_ += strip->rows;
    if (assemblies_.empty() && !lone_) {
      lone_ = std::move(strip);
      return {};
    }
    if (assemblies_.empty()) {
      for (const Field& field : schema_) assemblies_.emplace_back(field.type, &query_.budget);
      MILLRACE_TRY(place(std::move(lone_)));
    }
    return place(std::move(strip));
  }

  Status copy_merged() override {
    while (true) {
      Placed next;
      {
        const std::lock_guard lock(queue_mutex_);
        if (queue_.empty()) return {};
        next = std::move(queue_.back());
        queue_.pop_back();
        memory_.lock_shared();  // before another could find the queue empty and finish
      }
      for (size_t c = 0; c < assemblies_.size(); c++) assemblies_[c].copy(next.strip->columns[c], next.places[c]);
      memory_.unlock_shared();
      spare_.put(std::move(next.strip));
    }
  }

  bool satisfied() const override { return rows_ >= limit_; }

  Result<std::shared_ptr<Frame>> finish(Workers&) override {
    MILLRACE_TRY(copy_merged());
    spare_.clear();
    if (assemblies_.empty() && !lone_) lone_ = spare_.take(schema_, &query_.budget);
    auto frame = std::make_shared<Frame>();
    frame->schema = schema_;
    frame->rows = kept_rows_;
    for (size_t c = 0; c < schema_.size(); c++) {
      auto column = lone_ ? lone_->columns[c].finish(kept_rows_) : assemblies_[c].finish();
      MILLRACE_TRY(column);
      frame->columns.push_back(column.take());
    }
    lone_.reset();
    assemblies_.clear();
    rows_ = kept_rows_ = 0;
    return frame;
  }

 private:
  struct Placed {
    std::unique_ptr<CollectedStrip> strip;
    std::vector<ColumnAssembly::Place> places;
  };

  // Of one strip at most: the one in which the offset lies, and the empty ones before it.
  Status drop_front(CollectedStrip& strip, int64_t rows) {
    for (ColumnBuilder& builder : strip.columns) {
      auto column = builder.finish(strip.rows);
      MILLRACE_TRY(column);
      builder = ColumnBuilder(column.value().type, &query_.budget);
      MILLRACE_TRY(builder.append_range(column.value(), rows, strip.rows - rows));
    }
    strip.rows -= rows;
    return {};
  }

  Status place(std::unique_ptr<CollectedStrip> strip) {
    MILLRACE_TRY(make_room(*strip));
    Placed placed;
    for (size_t c = 0; c < assemblies_.size(); c++) {
      auto at = assemblies_[c].place(strip->columns[c], strip->rows);
      MILLRACE_TRY(at);
      placed.places.push_back(at.value());
    }
    placed.strip = std::move(strip);
    const std::lock_guard lock(queue_mutex_);
    queue_.push_back(std::move(placed));
    return {};
  }

  // Growth moves the columns: copies in progress end first.
  Status make_room(const CollectedStrip& strip) {
    bool room = true;
    for (size_t c = 0; c < assemblies_.size(); c++) room &= assemblies_[c].has_room(strip.columns[c], strip.rows);
    if (room) return {};
    const std::lock_guard lock(memory_);
    for (size_t c = 0; c < assemblies_.size(); c++) {
      MILLRACE_TRY(assemblies_[c].reserve(strip.columns[c], strip.rows));
    }
    return {};
  }

  const Schema schema_;
  const int64_t offset_;
  const int64_t limit_;  // the offset included
  QueryState& query_;
  SpareStrips spare_;
  int64_t rows_ = 0;       // seen, those before the offset included
  int64_t kept_rows_ = 0;  // behind it
  std::unique_ptr<CollectedStrip> lone_;
  std::vector<ColumnAssembly> assemblies_;
  std::shared_mutex memory_;  // shared: copies into the assemblies; exclusive: their growth
  std::mutex queue_mutex_;
  std::vector<Placed> queue_;
};

}  // namespace

std::unique_ptr<Sink> make_collect_sink(Schema schema, int64_t offset, int64_t rows, QueryState& query) {
  return std::make_unique<CollectSink>(std::move(schema), offset, rows, query);
}

}  // namespace millrace::exec
