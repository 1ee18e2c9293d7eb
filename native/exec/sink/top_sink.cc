// The first few rows of an order without sorting the rest: each strip keeps the rows that could still be among them,
// and what all strips so far have kept gives a threshold that soon lets hardly any row pass.
#include <algorithm>
#include <numeric>

#include "column/gather.h"
#include "exec/sink/key_threshold.h"
#include "exec/sink/sink.h"

namespace millrace::exec {

namespace {

// Rows in the order of the input, with their keys as bytes.
class Candidates {
 public:
  Candidates(const Schema& schema, int64_t most, MemoryBudget* budget)
      : schema_(schema), most_(static_cast<size_t>(most)), budget_(budget) {
    clear();
  }

  void clear() {
    columns_.clear();
    for (const Field& field : schema_) columns_.emplace_back(field.type, budget_);
    keys_.clear();
    words_.clear();
    full_ = false;
  }

  size_t size() const { return keys_.size(); }
  // Whether a row that comes after all of these can still be among the first.
  bool wants(uint64_t word, std::string_view key) const {
    if (!full_ || word < last_word_) return true;
    return word == last_word_ && key < last_key_;
  }
  uint64_t last_word() const { return full_ ? last_word_ : UINT64_MAX; }

  void add_key(uint64_t word, std::string_view key) {
    words_.push_back(word);
    keys_.emplace_back(key);
  }
  // One value for each key that was added.
  Status add_values(size_t column, const Vector& values, uint32_t rows) {
    return columns_[column].append(values, rows);
  }

  // All rows of the other that are wanted, behind these.
  Status add(Candidates& other) {
    std::vector<int64_t> rows;
    for (size_t i = 0; i < other.size(); i++) {
      if (!wants(other.words_[i], other.keys_[i])) continue;
      rows.push_back(static_cast<int64_t>(i));
      add_key(other.words_[i], other.keys_[i]);
    }
    for (size_t c = 0; c < columns_.size(); c++) {
      auto column = other.columns_[c].finish();
      MILLRACE_TRY(column);
      auto taken = take(column.value(), rows.data(), static_cast<int64_t>(rows.size()), budget_);
      MILLRACE_TRY(taken);
      MILLRACE_TRY(columns_[c].append_range(taken.value(), 0, taken.value().rows));
    }
    return shrink(true);
  }

  // Keeps the first rows, when there are twice as many; or whenever there are more, as long as that costs little.
  Status shrink(bool eager = false) {
    constexpr size_t kFew = 1024;
    if (size() <= most_ || !(size() > 2 * most_ + 64 || (eager && most_ <= kFew))) return {};
    std::vector<int64_t> rows = in_order(most_);
    const auto last = static_cast<size_t>(rows[most_ - 1]);
    last_word_ = words_[last];
    last_key_ = keys_[last];
    full_ = true;
    std::sort(rows.begin(), rows.end());
    return keep(rows);
  }

  Status sort() { return keep(in_order(std::min(most_, size()))); }

  Result<std::shared_ptr<Frame>> finish() {
    auto frame = std::make_shared<Frame>();
    frame->schema = schema_;
    frame->rows = static_cast<int64_t>(size());
    for (ColumnBuilder& builder : columns_) {
      auto column = builder.finish();
      MILLRACE_TRY(column);
      frame->columns.push_back(column.take());
    }
    return frame;
  }

 private:
  // The first `count` rows, in order.
  std::vector<int64_t> in_order(size_t count) const {
    std::vector<int64_t> rows(size());
    std::iota(rows.begin(), rows.end(), 0);
    const auto before = [&](int64_t a, int64_t b) {
      const auto x = static_cast<size_t>(a);
      const auto y = static_cast<size_t>(b);
      if (words_[x] != words_[y]) return words_[x] < words_[y];
      const int keys = keys_[x].compare(keys_[y]);
      return keys != 0 ? keys < 0 : a < b;
    };
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(), before);
    rows.resize(count);
    return rows;
  }

  Status keep(const std::vector<int64_t>& rows) {
    for (ColumnBuilder& builder : columns_) {
      const TypeId type = builder.type();
      auto column = builder.finish();
      MILLRACE_TRY(column);
      auto taken = take(column.value(), rows.data(), static_cast<int64_t>(rows.size()), budget_);
      MILLRACE_TRY(taken);
      builder = ColumnBuilder(type, budget_);
      MILLRACE_TRY(builder.append_range(taken.value(), 0, taken.value().rows));
    }
    std::vector<std::string> keys;
    std::vector<uint64_t> words;
    for (const int64_t row : rows) {
      keys.push_back(std::move(keys_[static_cast<size_t>(row)]));
      words.push_back(words_[static_cast<size_t>(row)]);
    }
    keys_ = std::move(keys);
    words_ = std::move(words);
    return {};
  }

  const Schema& schema_;
  const size_t most_;
  MemoryBudget* const budget_;
  std::vector<ColumnBuilder> columns_;
  std::vector<std::string> keys_;
  std::vector<uint64_t> words_;  // of the first key
  bool full_ = false;            // so that the row at the end of the wanted ones is known
  uint64_t last_word_ = 0;
  std::string last_key_;
};

struct TopStrip final : StripResult {
  std::unique_ptr<Candidates> candidates;
};

class LocalTopSink final : public LocalSink {
 public:
  LocalTopSink(const Schema& schema, const TopSpec& spec, MemoryBudget* budget)
      : schema_(schema), spec_(spec), budget_(budget), keys_(spec.orders, SIZE_MAX) {
    for (size_t i = 0; i < spec.keys.size() + spec.columns.size(); i++) gathered_.emplace_back(budget);
    discard_strip();
  }

  bool satisfied() const override { return spec_.rows == 0; }

  Status consume(const Batch& batch) override {
    if (satisfied()) return {};
    uint64_t words[kVectorRows];
    key_words(batch.columns[spec_.keys[0]], spec_.orders[0], batch.rows, words);
    const uint64_t most = std::min(candidates_->last_word(), spec_.threshold->word());
    uint32_t selection[kVectorRows];
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch.rows; i++) {
      selection[count] = i;
      count += words[i] <= most ? 1 : 0;
    }
    return count == 0 ? Status() : add(batch, words, selection, count);
  }

  Result<std::unique_ptr<StripResult>> take_strip() override {
    auto out = std::make_unique<TopStrip>();
    out->candidates = std::move(candidates_);
    discard_strip();
    return std::unique_ptr<StripResult>(std::move(out));
  }

  void discard_strip() override { candidates_ = std::make_unique<Candidates>(schema_, spec_.rows, budget_); }

 private:
  Status add(const Batch& batch, const uint64_t* words, const uint32_t* selection, uint32_t count) {
    std::vector<Vector> keys;
    for (size_t k = 0; k < spec_.keys.size(); k++) {
      auto key = gathered_[k].gather(batch.columns[spec_.keys[k]], selection, count);
      MILLRACE_TRY(key);
      keys.push_back(key.value());
    }
    keys_.encode(keys.data(), count);
    uint32_t wanted[kVectorRows];
    uint32_t wanted_count = 0;
    for (uint32_t i = 0; i < count; i++) {
      if (!candidates_->wants(words[selection[i]], keys_.key(i))) continue;
      candidates_->add_key(words[selection[i]], keys_.key(i));
      wanted[wanted_count++] = selection[i];
    }
    for (size_t c = 0; c < spec_.columns.size() && wanted_count > 0; c++) {
      auto values = gathered_[spec_.keys.size() + c].gather(batch.columns[spec_.columns[c]], wanted, wanted_count);
      MILLRACE_TRY(values);
      MILLRACE_TRY(candidates_->add_values(c, values.value(), wanted_count));
    }
    return candidates_->shrink();
  }

  const Schema& schema_;
  const TopSpec& spec_;
  MemoryBudget* const budget_;
  sort::RowKeys keys_;
  std::vector<GatheredColumn> gathered_;
  std::unique_ptr<Candidates> candidates_;
};

class TopSink final : public Sink {
 public:
  TopSink(const Schema& schema, TopSpec spec, QueryState& query) : spec_(std::move(spec)), query_(query) {
    for (const uint32_t column : spec_.columns) schema_.push_back(schema[column]);
    kept_ = std::make_unique<Candidates>(schema_, spec_.rows, &query.budget);
  }

  std::unique_ptr<LocalSink> make_local() override {
    return std::make_unique<LocalTopSink>(schema_, spec_, &query_.budget);
  }

  // Strips that turn out not to count must not have lowered the threshold: it follows from merged ones alone.
  Status merge(std::unique_ptr<StripResult> result) override {
    MILLRACE_TRY(kept_->add(*static_cast<TopStrip&>(*result).candidates));
    spec_.threshold->lower(kept_->last_word());
    return {};
  }

  Result<std::shared_ptr<Frame>> finish(Workers&) override {
    MILLRACE_TRY(kept_->sort());
    return kept_->finish();
  }

 private:
  TopSpec spec_;
  QueryState& query_;
  Schema schema_;
  std::unique_ptr<Candidates> kept_;
};

}  // namespace

std::unique_ptr<Sink> make_top_sink(const Schema& schema, TopSpec spec, QueryState& query) {
  return std::make_unique<TopSink>(schema, std::move(spec), query);
}

}  // namespace millrace::exec
