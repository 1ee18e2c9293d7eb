// What persist() fills: every strip becomes a few chunks, encoded by the thread that read it, so that the rows never
// lie in memory at their full size.
#include <mutex>

#include "agg/string_keys.h"
#include "exec/disk/chunk_keeper.h"
#include "exec/sink/sink.h"

namespace millrace::exec {

namespace {

using store::ColumnChunk;
using store::RowChunk;
using store::StoredFrame;

// A column with more distinct strings than this, and a share of its rows, has no dictionary: codes would be no shorter
// than what they stand for, and nobody groups by it cheaply anyway.
constexpr uint32_t kMostStrings = 1 << 17;
constexpr int64_t kRowsAString = 8;

// The dictionaries of a frame never leave memory: they have this share of what all persisted frames may use. Chunks
// with strings that find no room have them as they are, and can go to disk.
constexpr int64_t kDictionaryShare = 8;
// What a string costs there besides its bytes: where it begins, twice, and its place in the order.
constexpr int64_t kStringOverhead = 28;

// Few enough that ranges are narrow and a filter can skip most of a clustered column.
constexpr int64_t kChunkRows = 16384;

// The strings of one column, in the order in which threads found them: codes have no meaning beyond that.
class SharedDictionary {
 public:
  SharedDictionary(TypeId type, int64_t most_bytes, MemoryBudget* budget)
      : keys_(type, {budget}), most_bytes_(most_bytes), budget_(budget) {}

  // codes[i] = the code of strings[i]. False where they might find no room; then none is added.
  Result<bool> codes_of(const std::vector<StringRef>& strings, uint32_t* codes) {
    const std::lock_guard lock(mutex_);
    int64_t bytes = 0;
    for (const StringRef& string : strings) bytes += static_cast<int64_t>(string.size) + kStringOverhead;
    if (bytes > most_bytes_ - bytes_) return false;
    const uint32_t before = keys_.size();
    for (size_t first = 0; first < strings.size(); first += kVectorRows) {
      Vector vector;
      vector.data = strings.data() + first;
      const size_t count = std::min<size_t>(kVectorRows, strings.size() - first);
      MILLRACE_TRY(keys_.encode(vector, static_cast<uint32_t>(count), codes + first));
    }
    for (uint32_t id = before; id < keys_.size(); id++) {
      bytes_ += static_cast<int64_t>(keys_.string(id).size) + kStringOverhead;
    }
    return true;
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
  const int64_t most_bytes_;
  int64_t bytes_ = 0;
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
      : builder_(type, budget), shared_(shared), budget_(budget), to_code_(budget), row_ids_(budget) {
    if (shared) keys_ = std::make_unique<agg::StringKeys>(type, agg::KeyOptions{budget});
  }

  Status append(const Vector& vector, uint32_t rows) {
    if (!keys_) return builder_.append(vector, rows);
    MILLRACE_TRY(row_ids_.resize(row_ids_.size() + rows));
    MILLRACE_TRY(keys_->encode(vector, rows, row_ids_.end() - rows));
    return builder_.append_nulls(vector, rows);
  }

  Result<ColumnChunk> take() {
    rows_seen_ += builder_.rows();
    bool by_code = keys_ != nullptr;
    if (keys_ && keys_->size() > to_code_.size()) {
      auto learned = learn_codes();
      MILLRACE_TRY(learned);
      by_code = learned.value();
    }
    if (keys_ && !by_code) MILLRACE_TRY(look_up_strings());
    if (by_code) {
      for (uint32_t& id : row_ids_) id = to_code_[id];
    }
    auto chunk =
        by_code ? store::encode_codes(row_ids_.data(), builder_, budget_) : store::encode_chunk(builder_, budget_);
    clear();
    const bool too_many = keys_ && keys_->size() > kMostStrings && keys_->size() > rows_seen_ / kRowsAString;
    if (!by_code || too_many) forget_strings();
    return chunk;
  }

  void clear() {
    builder_.clear();
    row_ids_.clear();
  }

 private:
  // Asks for the codes of the strings that this thread has not met before. Null's is never read. False: there is no
  // room for them.
  Result<bool> learn_codes() {
    const auto first = static_cast<uint32_t>(to_code_.size());
    std::vector<StringRef> fresh;
    for (uint32_t id = first; id < keys_->size(); id++) {
      if (!keys_->is_null(id)) fresh.push_back(keys_->string(id));
    }
    std::vector<uint32_t> codes(fresh.size());
    auto found = shared_->codes_of(fresh, codes.data());
    MILLRACE_TRY(found);
    if (!found.value()) return false;
    MILLRACE_TRY(to_code_.reserve(keys_->size()));
    size_t next = 0;
    for (uint32_t id = first; id < keys_->size(); id++) to_code_.push_unchecked(keys_->is_null(id) ? 0 : codes[next++]);
    return true;
  }

  // The rows of the chunk as they came.
  Status look_up_strings() {
    ColumnBuilder plain(builder_.type(), budget_);
    std::vector<StringRef> strings(kVectorRows);
    uint64_t validity[kValidityWords];
    static constexpr char kNothing[kStringPadding] = {};
    for (size_t first = 0; first < row_ids_.size(); first += kVectorRows) {
      const auto rows = static_cast<uint32_t>(std::min<size_t>(kVectorRows, row_ids_.size() - first));
      std::fill_n(validity, kValidityWords, 0);
      for (uint32_t i = 0; i < rows; i++) {
        const uint32_t id = row_ids_[first + i];
        const bool valid = !keys_->is_null(id);
        strings[i] = valid ? keys_->string(id) : StringRef{kNothing, 0};
        validity[i / 64] |= uint64_t{valid} << (i % 64);
      }
      MILLRACE_TRY(plain.append({plain.type(), strings.data(), validity}, rows));
    }
    builder_ = std::move(plain);
    return {};
  }

  void forget_strings() {
    keys_.reset();
    to_code_.reset();
    row_ids_.reset();
  }

  ColumnBuilder builder_;
  SharedDictionary* const shared_;
  MemoryBudget* const budget_;
  std::unique_ptr<agg::StringKeys> keys_;  // null for all but strings, and where they are too many
  PodVector<uint32_t> to_code_;            // by id
  PodVector<uint32_t> row_ids_;            // by row of the chunk
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
    const auto texts = std::count_if(into_->schema.begin(), into_->schema.end(),
                                     [](const Field& field) { return is_string(field.type); });
    for (const Field& field : into_->schema) {
      const int64_t most = ChunkKeeper::shared().limit_bytes() / kDictionaryShare / std::max<int64_t>(texts, 1);
      shared_.push_back(is_string(field.type) ? std::make_unique<SharedDictionary>(field.type, most, &query.budget)
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
