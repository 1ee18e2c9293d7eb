// Frames over memory of others, as strips: rows in order across the chunks, borrowed values copied a vector at a time.
// The chunks of a feed are such frames, each a strip.
#include <algorithm>

#include "column/bits.h"
#include "exec/scan/scan.h"

namespace millrace::exec {

namespace {

using Values = BorrowedColumn::Values;

// Where the vectors of one column are put together.
struct Scratch {
  alignas(64) uint8_t values[kVectorRows * sizeof(StringRef)];
  uint64_t validity[kValidityWords];
  PodVector<char> texts;
};

constexpr uint64_t kNoRow[kValidityWords] = {};
constexpr char kNothing[kStringPadding] = {};

Vector read_missing(TypeId type, uint32_t rows, Scratch& scratch) {
  Vector out;
  out.type = type;
  out.validity = kNoRow;
  out.data = scratch.values;
  if (is_string(type)) {
    std::fill_n(reinterpret_cast<StringRef*>(scratch.values), rows, StringRef{kNothing, 0});
  } else {
    std::memset(scratch.values, 0, rows * type_width(type));
  }
  return out;
}

// The texts of rows [first, first + rows), copied. A position that has been written over leads to another text of the
// column at worst.
Status read_texts(const BorrowedColumn& column, int64_t first, uint32_t rows, Scratch& scratch) {
  const uint32_t* positions = column.positions + first;
  const uint64_t begin = std::min<uint64_t>(positions[0], column.borrowed_bytes);
  const uint64_t end = std::clamp<uint64_t>(positions[rows], begin, column.borrowed_bytes);
  MILLRACE_TRY(scratch.texts.resize(end - begin + kStringPadding));
  std::memcpy(scratch.texts.data(), column.borrowed + begin, end - begin);
  auto* strings = reinterpret_cast<StringRef*>(scratch.values);
  for (uint32_t i = 0; i < rows; i++) {
    const uint64_t from = std::clamp<uint64_t>(positions[i], begin, end);
    const uint64_t to = std::clamp<uint64_t>(positions[i + 1], from, end);
    strings[i] = {scratch.texts.data() + (from - begin), to - from};
  }
  return {};
}

Result<Vector> read_column(const BorrowedColumn& column, const Dictionary* dictionary, int64_t first, uint32_t rows,
                           Scratch& scratch) {
  const Column& own = column.column;
  auto* strings = reinterpret_cast<StringRef*>(scratch.values);
  if (column.values == Values::Own) return view_of(own, first, rows, strings, scratch.validity);
  if (column.values == Values::Missing) return read_missing(own.type, rows, scratch);
  Vector out;
  out.type = own.type;
  out.data = scratch.values;
  if (own.null_count) {
    const auto* words = reinterpret_cast<const uint64_t*>(own.validity.data());
    out.validity = bits::range(words, own.rows, first, rows, scratch.validity);
  }
  if (column.values == Values::Coded) {
    out.codes = column.codes.data() + first;
    out.dictionary = dictionary;
    for (uint32_t i = 0; i < rows; i++) strings[i] = dictionary->refs[out.codes[i]];
    return out;
  }
  if (column.values == Values::Texts) {
    MILLRACE_TRY(read_texts(column, first, rows, scratch));
    return out;
  }
  const size_t width = type_width(own.type);
  std::memcpy(scratch.values, column.borrowed + static_cast<size_t>(first) * width, rows * width);
  if (own.type == TypeId::Bool) {
    for (uint32_t i = 0; i < rows; i++) scratch.values[i] = scratch.values[i] != 0;
  }
  return out;
}

// Reads rows of frames that all have one schema.
class BorrowedReader {
 public:
  BorrowedReader(const Schema& schema, const std::vector<uint32_t>& columns, uint32_t vector_rows, QueryState& query)
      : columns_(columns), vector_rows_(vector_rows), query_(query) {
    batch_.columns.resize(schema.size());
    scratch_.resize(schema.size());
    for (const uint32_t column : columns) scratch_[column] = std::make_unique<Scratch>();
  }

  StripOutcome read(const BorrowedFrame& frame, RowRange range, const BatchConsumer& consume) {
    StripOutcome out;
    out.starts_file = true;
    const auto after = std::upper_bound(frame.chunks.begin(), frame.chunks.end(), range.begin,
                                        [](int64_t row, const BorrowedChunk& chunk) { return row < chunk.first_row; });
    auto chunk = after - (range.begin < range.end ? 1 : 0);
    for (int64_t row = range.begin; row < range.end; ++chunk) {
      const int64_t stop = std::min(range.end, chunk->first_row + chunk->rows);
      auto more = read_piece(frame, *chunk, {row - chunk->first_row, stop - chunk->first_row}, consume, out);
      if (!more.ok()) out.status = more.take_status();
      if (!out.status.ok() || !more.value()) break;
      row = stop;
    }
    return out;
  }

 private:
  Result<bool> read_piece(const BorrowedFrame& frame, const BorrowedChunk& chunk, RowRange range,
                          const BatchConsumer& consume, StripOutcome& out) {
    for (int64_t first = range.begin; first < range.end; first += vector_rows_) {
      if (query_.is_aborted()) return aborted_error();
      const auto rows = static_cast<uint32_t>(std::min<int64_t>(vector_rows_, range.end - first));
      MILLRACE_TRY(read_batch(frame, chunk, first, rows));
      out.stats.rows_scanned += rows;
      query_.progress.rows_done.fetch_add(rows, std::memory_order_relaxed);
      auto more = consume(batch_);
      if (!more.ok()) return in_batch_at(chunk.first_row + first, more.take_status());
      if (!more.value()) return false;
    }
    return true;
  }

  // ERR_ABORTED once the memory is gone.
  Status read_batch(const BorrowedFrame& frame, const BorrowedChunk& chunk, int64_t first, uint32_t rows) {
    if (!frame.lease->enter()) return aborted_error();
    batch_.rows = rows;
    Status status;
    for (const uint32_t c : columns_) {
      auto column = read_column(chunk.columns[c], frame.dictionaries[c].get(), first, rows, *scratch_[c]);
      if (!column.ok()) {
        status = column.take_status();
        break;
      }
      batch_.columns[c] = column.value();
    }
    frame.lease->leave();
    return status;
  }

  const std::vector<uint32_t>& columns_;
  const uint32_t vector_rows_;
  QueryState& query_;
  std::vector<std::unique_ptr<Scratch>> scratch_;  // by column; null where it is not read
  Batch batch_;
};

class LocalBorrowedScan final : public LocalScan {
 public:
  LocalBorrowedScan(const BorrowedFrame& frame, const std::vector<int64_t>& starts, BorrowedReader reader)
      : frame_(frame), starts_(starts), reader_(std::move(reader)) {}

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    const int64_t begin = starts_[static_cast<size_t>(task.index)];
    const int64_t rows = std::min(starts_[static_cast<size_t>(task.index) + 1] - begin, task.row_limit);
    return reader_.read(frame_, {begin, begin + rows}, consume);
  }

 private:
  const BorrowedFrame& frame_;
  const std::vector<int64_t>& starts_;
  BorrowedReader reader_;
};

class BorrowedScan final : public NumberedScan {
 public:
  BorrowedScan(std::shared_ptr<const BorrowedFrame> frame, RowRange range, bool large_strips,
               std::vector<uint32_t> columns, const Options& options, QueryState& query)
      : frame_(std::move(frame)),
        starts_(strip_starts(range, large_strips)),
        columns_(std::move(columns)),
        options_(options),
        query_(query) {}

  int64_t strip_count() const override { return static_cast<int64_t>(starts_.size()) - 1; }
  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalBorrowedScan>(*frame_, starts_,
                                               BorrowedReader(frame_->schema, columns_, options_.vector_rows, query_));
  }

 private:
  const std::shared_ptr<const BorrowedFrame> frame_;
  const std::vector<int64_t> starts_;  // of the strips, and the end
  const std::vector<uint32_t> columns_;
  const Options& options_;
  QueryState& query_;
};

class LocalFeedScan final : public LocalScan {
 public:
  explicit LocalFeedScan(BorrowedReader reader) : reader_(std::move(reader)) {}

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    return reader_.read(*task.chunk, {0, task.chunk->rows}, consume);
  }

 private:
  BorrowedReader reader_;
};

class FeedScan final : public Scan {
 public:
  FeedScan(std::shared_ptr<Feed> feed, std::vector<uint32_t> columns, const Options& options, QueryState& query)
      : feed_(std::move(feed)), columns_(std::move(columns)), options_(options), query_(query) {}

  int64_t strip_count() const override { return feed_->count(); }
  bool waits() const override { return feed_->waits(); }

  Result<bool> next(StripTask& task) override {
    task.chunk = feed_->take(task.index);
    return task.chunk != nullptr;
  }

  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalFeedScan>(BorrowedReader(feed_->schema(), columns_, options_.vector_rows, query_));
  }

 private:
  const std::shared_ptr<Feed> feed_;
  const std::vector<uint32_t> columns_;
  const Options& options_;
  QueryState& query_;
};

}  // namespace

std::unique_ptr<Scan> make_feed_scan(std::shared_ptr<Feed> feed, std::vector<uint32_t> columns, const Options& options,
                                     QueryState& query) {
  return std::make_unique<FeedScan>(std::move(feed), std::move(columns), options, query);
}

std::unique_ptr<Scan> make_borrowed_scan(std::shared_ptr<const BorrowedFrame> frame, RowRange range, bool large_strips,
                                         std::vector<uint32_t> columns, const Options& options, QueryState& query) {
  return std::make_unique<BorrowedScan>(std::move(frame), range, large_strips, std::move(columns), options, query);
}

}  // namespace millrace::exec
