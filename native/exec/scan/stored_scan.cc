// Frames that persist() keeps, as strips: chunks in order, some at a time, unpacked a vector at a time.
#include <algorithm>

#include "exec/scan/scan.h"
#include "store/held_column.h"

namespace millrace::exec {

namespace {

using store::RowChunk;
using store::StoredFrame;

// Rows [first, first + rows) of one chunk.
struct Piece {
  const RowChunk* chunk;
  int64_t first;
  int64_t rows;
};

class LocalStoredScan final : public LocalScan {
 public:
  LocalStoredScan(const StoredFrame& frame, const std::vector<std::vector<Piece>>& strips,
                  const KeyThreshold* threshold, const std::vector<uint32_t>& columns,
                  const std::vector<store::Wanted>& wanted, uint32_t vector_rows, QueryState& query)
      : frame_(frame),
        strips_(strips),
        threshold_(threshold),
        columns_(columns),
        wanted_(wanted),
        vector_rows_(vector_rows),
        query_(query) {
    batch_.columns.resize(frame.schema.size());
    scratch_.resize(frame.schema.size());
    for (const uint32_t column : columns) scratch_[column] = std::make_unique<store::Scratch>();
    for (size_t c = 0; c < frame.schema.size(); c++) {
      held_.emplace_back(&query.budget, [&query] { return query.is_aborted() ? aborted_error() : Status(); });
    }
  }

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    StripOutcome out;
    out.starts_file = true;
    int64_t left = task.row_limit;
    for (Piece piece : strips_[static_cast<size_t>(task.index)]) {
      piece.rows = std::min(piece.rows, left);
      auto more = scan_piece(piece, consume, out);
      if (!more.ok()) out.status = more.take_status();
      left -= piece.rows;
      if (!out.status.ok() || !more.value() || left <= 0) break;
    }
    // The next strip may be long in coming.
    for (const uint32_t column : columns_) held_[column].release();
    return out;
  }

 private:
  Result<bool> scan_piece(const Piece& piece, const BatchConsumer& consume, StripOutcome& out) {
    if (threshold_ && !threshold_->may_match(piece.chunk->columns[threshold_->column()])) return true;
    for (int64_t done = 0; done < piece.rows; done += vector_rows_) {
      if (query_.is_aborted()) return aborted_error();
      const auto rows = static_cast<uint32_t>(std::min<int64_t>(vector_rows_, piece.rows - done));
      batch_.rows = rows;
      const int64_t first = piece.first + done;
      if (threshold_) {
        auto wanted = wants(*piece.chunk, first, rows);
        MILLRACE_TRY(wanted);
        if (!wanted.value()) continue;
      }
      for (const uint32_t c : columns_) {
        MILLRACE_TRY(read(*piece.chunk, c, first, rows));
        out.stats.bytes_read += held_[c].take_bytes_read();
      }
      out.stats.rows_scanned += rows;
      query_.progress.rows_done.fetch_add(rows, std::memory_order_relaxed);
      auto more = consume(batch_);
      if (!more.ok()) return in_batch_at(piece.chunk->first_row + first, more.take_status());
      if (!more.value()) return false;
    }
    return true;
  }

  Status read(const RowChunk& chunk, uint32_t column, int64_t first, uint32_t rows) {
    auto values = held_[column].hold(chunk, column);
    MILLRACE_TRY(values);
    batch_.columns[column] =
        store::read_chunk(*values.value(), frame_.schema[column].type, frame_.dictionaries[column].get(), first, rows,
                          *scratch_[column], wanted_[column]);
    return {};
  }

  // The key alone is looked at first.
  Result<bool> wants(const RowChunk& chunk, int64_t first, uint32_t rows) {
    const uint32_t column = threshold_->column();
    if (!threshold_->may_match(chunk.columns[column], first, rows)) return false;
    MILLRACE_TRY(read(chunk, column, first, rows));
    return threshold_->matches(batch_.columns[column], rows);
  }

  const StoredFrame& frame_;
  const std::vector<std::vector<Piece>>& strips_;
  const KeyThreshold* const threshold_;
  const std::vector<uint32_t>& columns_;
  const std::vector<store::Wanted>& wanted_;  // by column
  const uint32_t vector_rows_;
  QueryState& query_;
  std::vector<std::unique_ptr<store::Scratch>> scratch_;  // by column; null where it is not read
  std::vector<store::HeldColumn> held_;                   // by column
  Batch batch_;
};

class StoredScan final : public NumberedScan {
 public:
  StoredScan(std::shared_ptr<const StoredFrame> frame, RowRange range, const ChunkFilter& filter, bool large_strips,
             std::shared_ptr<const KeyThreshold> threshold, std::vector<uint32_t> columns,
             const std::vector<uint32_t>& by_code, const Options& options, QueryState& query)
      : frame_(std::move(frame)),
        threshold_(std::move(threshold)),
        columns_(std::move(columns)),
        wanted_(frame_->schema.size(), store::Wanted::Values),
        options_(options),
        query_(query) {
    for (const uint32_t column : by_code) wanted_[column] = store::Wanted::Codes;
    int64_t wanted = 0;  // rows that the strip in hand still lacks
    int64_t left = range.end - range.begin;
    for (const RowChunk& chunk : frame_->chunks) {
      const int64_t first = std::max<int64_t>(0, range.begin - chunk.first_row);
      const int64_t last = std::min(chunk.rows, range.end - chunk.first_row);
      if (first >= last || !filter.may_match(chunk)) continue;
      if (wanted <= 0) {
        strips_.emplace_back();
        wanted = strip_rows(left, large_strips);
      }
      strips_.back().push_back({&chunk, first, last - first});
      wanted -= last - first;
      left -= last - first;
    }
  }

  int64_t strip_count() const override { return static_cast<int64_t>(strips_.size()); }
  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalStoredScan>(*frame_, strips_, threshold_.get(), columns_, wanted_,
                                             options_.vector_rows, query_);
  }

 private:
  const std::shared_ptr<const StoredFrame> frame_;
  const std::shared_ptr<const KeyThreshold> threshold_;
  const std::vector<uint32_t> columns_;
  std::vector<store::Wanted> wanted_;
  const Options& options_;
  QueryState& query_;
  std::vector<std::vector<Piece>> strips_;
};

}  // namespace

std::unique_ptr<Scan> make_stored_scan(std::shared_ptr<const StoredFrame> frame, RowRange range,
                                       const ChunkFilter& filter, std::shared_ptr<const KeyThreshold> threshold,
                                       bool large_strips, std::vector<uint32_t> columns,
                                       const std::vector<uint32_t>& by_code, const Options& options,
                                       QueryState& query) {
  return std::make_unique<StoredScan>(std::move(frame), range, filter, large_strips, std::move(threshold),
                                      std::move(columns), by_code, options, query);
}

}  // namespace millrace::exec
