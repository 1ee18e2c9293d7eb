// What persist() fills: every strip becomes a few chunks, encoded by the thread that read it, so that the rows never
// lie in memory at their full size.
#include <mutex>

#include "agg/string_keys.h"
#include "exec/chunk_keeper.h"
#include "exec/sink.h"

namespace millrace::exec {

namespace {

using store::ColumnChunk;
using store::RowChunk;
using store::StoredFrame;

// A column with more distinct strings than this, and a share of its rows, has no dictionary: codes would be no shorter
// than what they stand for, and nobody groups by it cheaply anyway.
constexpr uint32_t kMostStrings = 1 << 17;
constexpr int64_t kRowsAString = 8;

// Few enough that ranges are narrow and a filter can skip most of a clustered column.
constexpr int64_t kChunkRows = 16384;

// The strings of one column, in the order in which threads found them: codes have no meaning beyond that.
class SharedDictionary {
 public:
  SharedDictionary(TypeId type, MemoryBudget* budget) : keys_(type, {budget}), budget_(budget) {}

  // codes[i] = the code of strings[i].
  Status codes_of(const std::vector<StringRef>& strings, uint32_t* codes) {
    const std::lock_guard lock(mutex_);
    for (size_t first = 0; first < strings.size(); first += kVectorRows) {
      Vector vector;
      vector.data = strings.data() + first;
      const size_t count = std::min<size_t>(kVectorRows, strings.size() - first);
      MILLRACE_TRY(keys_.encode(vector, static_cast<uint32_t>(count), codes + first));
    }
    return {};
  }

  Result<std::shared_ptr<Dictionary>> finish() {
    PodVector<uint32_t> ids(budget_);
    MILLRACE_TRY(ids.resize(keys_.size()));
    for (uint32_t i = 0; i < keys_.size(); i++) ids[i] = i;
    auto strings = keys_.gather(ids.data(), keys_.size(), budget_);
    MILLRACE_TRY(strings);
    return make_dictionary(strings.take(), budget_);
  }

 private:
  std::mutex mutex_;
  agg::StringKeys keys_;
  MemoryBudget* const budget_;
};

store::ReadCheck abort_check(QueryState& query) {
  return [&query] { return query.is_aborted() ? aborted_error() : Status(); };
}

struct StoredStrip final : StripResult {
  std::vector<RowChunk> chunks;
};

// One thread's strip of one column.
class LocalColumn {
 public:
  LocalColumn(TypeId type, SharedDictionary* shared, MemoryBudget* budget)
      : builder_(type, budget), shared_(shared), budget_(budget), to_code_(budget), codes_(budget) {
    if (shared) keys_ = std::make_unique<agg::StringKeys>(type, agg::KeyOptions{budget});
  }

  Status append(const Vector& vector, uint32_t rows) {
    if (!keys_) return builder_.append(vector, rows);
    MILLRACE_TRY(keys_->encode(vector, rows, ids_));
    if (keys_->size() > to_code_.size()) MILLRACE_TRY(learn_codes());
    MILLRACE_TRY(codes_.reserve_more(rows));
    for (uint32_t i = 0; i < rows; i++) codes_.push_unchecked(to_code_[ids_[i]]);
    return builder_.append_nulls(vector, rows);
  }

  Result<ColumnChunk> take() {
    rows_seen_ += builder_.rows();
    auto chunk = keys_ ? store::encode_codes(codes_.data(), builder_, budget_) : store::encode_chunk(builder_, budget_);
    clear();
    if (keys_ && keys_->size() > kMostStrings && keys_->size() > rows_seen_ / kRowsAString) keys_.reset();
    return chunk;
  }

  void clear() {
    builder_.clear();
    codes_.clear();
  }

 private:
  // Asks for the codes of the strings that this thread has not met before. Null's is never read.
  Status learn_codes() {
    const auto first = static_cast<uint32_t>(to_code_.size());
    std::vector<StringRef> fresh;
    for (uint32_t id = first; id < keys_->size(); id++) {
      if (!keys_->is_null(id)) fresh.push_back(keys_->string(id));
    }
    std::vector<uint32_t> codes(fresh.size());
    MILLRACE_TRY(shared_->codes_of(fresh, codes.data()));
    MILLRACE_TRY(to_code_.reserve(keys_->size()));
    size_t next = 0;
    for (uint32_t id = first; id < keys_->size(); id++) to_code_.push_unchecked(keys_->is_null(id) ? 0 : codes[next++]);
    return {};
  }

  ColumnBuilder builder_;
  SharedDictionary* const shared_;
  MemoryBudget* const budget_;
  std::unique_ptr<agg::StringKeys> keys_;  // null for all but strings, and where they are too many
  PodVector<uint32_t> to_code_;            // by id
  PodVector<uint32_t> codes_;              // by row of the strip
  uint32_t ids_[kVectorRows];
  int64_t rows_seen_ = 0;
};

class LocalStoreSink final : public LocalSink {
 public:
  LocalStoreSink(const Schema& schema, const std::vector<std::unique_ptr<SharedDictionary>>& shared,
                 const std::shared_ptr<KeptFrame>& kept, QueryState& query)
      : kept_(kept), query_(query) {
    for (size_t c = 0; c < schema.size(); c++) {
      columns_.push_back(std::make_unique<LocalColumn>(schema[c].type, shared[c].get(), &query.budget));
    }
  }

  Status consume(const Batch& batch) override {
    for (size_t c = 0; c < columns_.size(); c++) MILLRACE_TRY(columns_[c]->append(batch.columns[c], batch.rows));
    rows_ += batch.rows;
    return rows_ < kChunkRows ? Status() : end_chunk();
  }

  Result<std::unique_ptr<StripResult>> take_strip() override {
    if (rows_ > 0) MILLRACE_TRY(end_chunk());
    auto out = std::make_unique<StoredStrip>();
    out->chunks = std::move(chunks_);
    chunks_.clear();
    return std::unique_ptr<StripResult>(std::move(out));
  }

  void discard_strip() override {
    rows_ = 0;
    chunks_.clear();
    for (const auto& column : columns_) column->clear();
  }

 private:
  Status end_chunk() {
    RowChunk out;
    out.rows = std::exchange(rows_, 0);
    for (const auto& column : columns_) {
      auto chunk = column->take();
      MILLRACE_TRY(chunk);
      out.columns.push_back(chunk.take());
    }
    MILLRACE_TRY(ChunkKeeper::shared().adopt(out, kept_, abort_check(query_)));
    chunks_.push_back(std::move(out));
    return {};
  }

  const std::shared_ptr<KeptFrame>& kept_;
  QueryState& query_;
  std::vector<std::unique_ptr<LocalColumn>> columns_;
  std::vector<RowChunk> chunks_;  // of the strip so far
  int64_t rows_ = 0;              // behind them
};

class StoreSink final : public Sink {
 public:
  StoreSink(Schema schema, std::shared_ptr<StoredFrame> into, std::shared_ptr<KeptFrame> kept, QueryState& query)
      : into_(std::move(into)), kept_(std::move(kept)), query_(query) {
    *into_ = {};
    into_->totals = kept_;
    into_->schema = std::move(schema);
    for (const Field& field : into_->schema) {
      shared_.push_back(is_string(field.type) ? std::make_unique<SharedDictionary>(field.type, &query.budget)
                                              : nullptr);
    }
  }

  std::unique_ptr<LocalSink> make_local() override {
    return std::make_unique<LocalStoreSink>(into_->schema, shared_, kept_, query_);
  }

  Status merge(std::unique_ptr<StripResult> result) override {
    for (RowChunk& chunk : static_cast<StoredStrip&>(*result).chunks) {
      chunk.first_row = into_->rows;
      into_->rows += chunk.rows;
      into_->chunks.push_back(std::move(chunk));
    }
    return {};
  }

  // The frame has the schema alone: the rows are in the stored one.
  Result<std::shared_ptr<Frame>> finish(Workers&) override {
    for (const auto& shared : shared_) {
      into_->dictionaries.emplace_back();
      if (!shared) continue;
      auto dictionary = shared->finish();
      MILLRACE_TRY(dictionary);
      into_->dictionaries.back() = dictionary.take();
      MILLRACE_TRY(ChunkKeeper::shared().adopt(*into_->dictionaries.back(), *kept_, abort_check(query_)));
    }
    auto frame = std::make_shared<Frame>();
    frame->rows = into_->rows;
    return frame;
  }

 private:
  const std::shared_ptr<StoredFrame> into_;
  const std::shared_ptr<KeptFrame> kept_;
  QueryState& query_;
  std::vector<std::unique_ptr<SharedDictionary>> shared_;  // by column; null where it has no strings
};

}  // namespace

std::unique_ptr<Sink> make_store_sink(Schema schema, std::shared_ptr<StoredFrame> into, std::shared_ptr<KeptFrame> kept,
                                      QueryState& query) {
  return std::make_unique<StoreSink>(std::move(schema), std::move(into), std::move(kept), query);
}

}  // namespace millrace::exec
