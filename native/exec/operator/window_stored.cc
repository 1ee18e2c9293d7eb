// The first few rows of each partition of a stored frame, without bringing partitions together: each thread keeps the
// best rows of every partition that it has seen, and hardly any row gets past the worst of those. For keys whose domain
// is known and an order by one column without nulls; other windows are unpacked, and sorted.
#include "base/cold.h"

#include <algorithm>
#include <bit>

#include "agg/domain_keys.h"
#include "agg/word_table.h"
#include "exec/operator/frame_operator.h"
#include "exec/sink/key_threshold.h"
#include "sort/order_rows.h"
#include "store/held_column.h"
#include "store/take_stored_rows.h"
#include "store/unpack_columns.h"

namespace millrace::exec {

namespace {

constexpr int64_t kMostKept = 16;
constexpr uint32_t kPrefetchRows = 64;

// `kept` rows of every place, the best ones first; words that no row has stand for none.
class BestRows {
 public:
  BestRows(uint32_t places, uint32_t kept, MemoryBudget* budget)
      : places_(places), kept_(kept), words_(budget), rows_(budget) {}

  // Once, before the first row.
  Status open() {
    if (!words_.empty()) return {};
    MILLRACE_TRY(words_.resize_fill(size_t{places_} * kept_, UINT64_MAX));
    return rows_.resize_fill(size_t{places_} * kept_, kNoRow);
  }
  bool empty() const { return words_.empty(); }
  const uint32_t* rows_of(uint32_t place) const { return rows_.data() + size_t{place} * kept_; }

  void add(const uint32_t* places, const uint64_t* words, uint32_t first_row, uint32_t count) {
    const uint64_t* worst = words_.data() + (kept_ - 1);
    for (uint32_t i = 0; i < count; i++) {
      if (i + kPrefetchRows < count) agg::prefetch(worst + size_t{places[i + kPrefetchRows]} * kept_);
      if (words[i] <= worst[size_t{places[i]} * kept_]) insert(places[i], words[i], first_row + i);
    }
  }
  void add(const BestRows& other, uint32_t first_place, uint32_t end_place) {
    for (uint32_t place = first_place; place < end_place; place++) {
      const size_t at = size_t{place} * kept_;
      for (size_t i = at; i < at + kept_ && other.rows_[i] != kNoRow; i++)
        insert(place, other.words_[i], other.rows_[i]);
    }
  }

 private:
  void insert(uint32_t place, uint64_t word, uint32_t row) {
    uint64_t* words = words_.data() + size_t{place} * kept_;
    uint32_t* rows = rows_.data() + size_t{place} * kept_;
    uint32_t at = kept_;
    while (at > 0 && (word < words[at - 1] || (word == words[at - 1] && row < rows[at - 1]))) at--;
    if (at == kept_) return;
    for (uint32_t i = kept_ - 1; i > at; i--) {
      words[i] = words[i - 1];
      rows[i] = rows[i - 1];
    }
    words[at] = word;
    rows[at] = row;
  }

  const uint32_t places_;
  const uint32_t kept_;
  PodVector<uint64_t> words_;
  PodVector<uint32_t> rows_;
};

class TopOfPartitions {
 public:
  TopOfPartitions(const OpSpec& op, const StoredView& input, OperatorContext& context)
      : op_(op), input_(input), context_(context) {}

  // Whether this way suits the keys and the order. ERR_COLUMN_NOT_FOUND.
  Result<bool> fits() {
    const WindowOpSpec& spec = *op_.window;
    if (spec.keys.empty() || !spec.columns.empty() || spec.first < 1 || spec.first > kMostKept) return false;
    if (op_.sort_keys.size() > 1) return false;
    std::vector<Field> fields;
    std::vector<ColumnFacts> facts;
    for (const std::string& key : spec.keys) {
      auto at = column_position(input_.schema, key);
      MILLRACE_TRY(at);
      keys_.push_back(input_.columns[at.value()]);
      fields.push_back(input_.schema[at.value()]);
      facts.push_back(store::facts_of(*input_.frame, keys_.back()));
    }
    for (const SortKeySpec& key : op_.sort_keys) {
      auto at = column_position(input_.schema, key.column);
      MILLRACE_TRY(at);
      sorted_by_ = static_cast<int>(input_.columns[at.value()]);
      // A word of eight bytes has no value left that only a null has.
      const bool exact = !is_string(input_.schema[at.value()].type);
      if (!exact || !store::facts_of(*input_.frame, input_.columns[at.value()]).never_null) return false;
    }
    kept_ = static_cast<uint32_t>(spec.first);
    domain_ = agg::DomainKeys::make(fields, facts, most_places());
    return domain_.has_value();
  }

  // The wanted rows, as they come.
  Status find(PodVector<uint32_t>& rows) {
    std::vector<BestRows> best;
    for (uint32_t slot = 0; slot < context_.workers.slots(); slot++) {
      best.emplace_back(domain_->places(), kept_, context_.budget);
    }
    const auto& chunks = input_.frame->chunks;
    std::vector<std::vector<store::HeldColumn>> held;  // by column, by slot
    for (size_t k = 0; k < columns(); k++) held.push_back(store::held_columns(context_.workers, context_.budget));
    MILLRACE_TRY(context_.workers.run(chunks.size(), [&](size_t chunk, uint32_t slot) -> Status {
      MILLRACE_TRY(best[slot].open());
      std::vector<const store::ColumnChunk*> read_columns;
      for (size_t k = 0; k < held.size(); k++) {
        auto values = held[k][slot].hold(chunks[chunk], column(k));
        MILLRACE_TRY(values);
        read_columns.push_back(values.value());
      }
      read(chunks[chunk], read_columns, best[slot]);
      return {};
    }));
    MILLRACE_TRY(unite(best));
    return list(best[0], rows);
  }

 private:
  // Tables of all places are filled and merged whether rows came or not.
  uint64_t most_places() const {
    constexpr int64_t kMostBytes = int64_t{64} << 20;
    constexpr int64_t kEntryBytes = sizeof(uint64_t) + sizeof(uint32_t);
    const auto slots = static_cast<int64_t>(context_.workers.slots());
    const int64_t bytes = std::min(kMostBytes, context_.budget->limit_bytes() / 4 / slots);
    return static_cast<uint64_t>(
        std::min(std::max<int64_t>(input_.frame->rows / 2, 64), bytes / (kEntryBytes * kept_)));
  }

  // The keys, and behind them what orders the rows.
  size_t columns() const { return keys_.size() + (sorted_by_ < 0 ? 0 : 1); }
  uint32_t column(size_t at) const { return at < keys_.size() ? keys_[at] : static_cast<uint32_t>(sorted_by_); }

  // `from`: the chunk's, as column() numbers them.
  void read(const store::RowChunk& chunk, const std::vector<const store::ColumnChunk*>& from, BestRows& best) const {
    std::vector<Vector> keys(keys_.size());
    std::vector<std::unique_ptr<store::Scratch>> scratch;
    for (size_t k = 0; k < columns(); k++) scratch.push_back(std::make_unique<store::Scratch>());
    const auto vector_of = [&](size_t at, int64_t first, uint32_t count) {
      const uint32_t c = column(at);
      return store::read_chunk(*from[at], input_.frame->schema[c].type, input_.frame->dictionaries[c].get(), first,
                               count, *scratch[at], store::Wanted::Codes);
    };
    store::each_vector(chunk, [&](int64_t first, uint32_t count) {
      for (size_t k = 0; k < keys.size(); k++) keys[k] = vector_of(k, first, count);
      uint32_t places[kVectorRows];
      domain_->encode(keys.data(), count, places);
      uint64_t words[kVectorRows] = {};  // without an order all are alike
      if (sorted_by_ >= 0) {
        const sort::KeyOrder order{op_.sort_keys[0].descending, op_.sort_keys[0].nulls_first};
        key_words(vector_of(keys_.size(), first, count), order, count, words);
      }
      best.add(places, words, static_cast<uint32_t>(chunk.first_row + first), count);
    });
  }

  // All into the first.
  Status unite(std::vector<BestRows>& best) {
    constexpr uint32_t kPlacesInTask = 4096;
    MILLRACE_TRY(best[0].open());
    const uint32_t places = domain_->places();
    return context_.workers.run(pieces_of(places, kPlacesInTask), [&](size_t task, uint32_t) -> Status {
      const auto first = static_cast<uint32_t>(task) * kPlacesInTask;
      for (size_t slot = 1; slot < best.size(); slot++) {
        if (!best[slot].empty()) best[0].add(best[slot], first, std::min(places, first + kPlacesInTask));
      }
      return {};
    });
  }

  // A bitmap sorts them.
  Status list(const BestRows& best, PodVector<uint32_t>& rows) {
    PodVector<uint64_t> wanted(context_.budget);
    MILLRACE_TRY(wanted.resize_fill(static_cast<size_t>(input_.frame->rows + 63) / 64, 0));
    size_t count = 0;
    for (uint32_t place = 0; place < domain_->places(); place++) {
      const uint32_t* found = best.rows_of(place);
      for (uint32_t i = 0; i < kept_ && found[i] != kNoRow; i++, count++) {
        wanted[found[i] / 64] |= uint64_t{1} << (found[i] % 64);
      }
    }
    MILLRACE_TRY(rows.reserve(count));
    for (size_t word = 0; word < wanted.size(); word++) {
      for (uint64_t bits = wanted[word]; bits; bits &= bits - 1) {
        rows.push_unchecked(static_cast<uint32_t>(word * 64 + static_cast<size_t>(std::countr_zero(bits))));
      }
    }
    return {};
  }

  const OpSpec& op_;
  const StoredView& input_;
  OperatorContext& context_;
  std::vector<uint32_t> keys_;
  int sorted_by_ = -1;
  uint32_t kept_ = 0;
  std::optional<agg::DomainKeys> domain_;
};

Result<FrameView> unpacked(const StoredView& input, OperatorContext& context) {
  auto columns = store::unpack_columns(*input.frame, input.columns, context.workers, context.budget);
  MILLRACE_TRY(columns);
  auto out = std::make_shared<Frame>();
  out->schema = input.schema;
  out->rows = input.frame->rows;
  out->columns = columns.take();
  return FrameView::of(std::move(out));
}

}  // namespace

Result<FrameView> window_stored(const OpSpec& op, const StoredView& input, OperatorContext& context) {
  MILLRACE_TRY(sort::check_rows(input.frame->rows, "a window"));
  TopOfPartitions top(op, input, context);
  auto fits = top.fits();
  MILLRACE_TRY(fits);
  if (!fits.value()) {
    auto frame = unpacked(input, context);
    MILLRACE_TRY(frame);
    return window_frame(op, frame.value(), context);
  }
  PodVector<uint32_t> rows(context.budget);
  MILLRACE_TRY(top.find(rows));
  std::vector<store::TakeStored> taken;
  for (const uint32_t column : input.columns) taken.push_back({column, rows.data(), false});
  auto columns = store::take_stored_rows(*input.frame, taken, rows.size(), context.workers, context.budget);
  MILLRACE_TRY(columns);
  auto out = std::make_shared<Frame>();
  out->schema = input.schema;
  out->rows = static_cast<int64_t>(rows.size());
  out->columns = columns.take();
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
