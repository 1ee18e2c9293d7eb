#include "base/cold.h"

#include "exec/disk/part_scan.h"

#include <algorithm>

namespace millrace::exec {

namespace {

// Rows of either kind count for no statistics: they were read where the plan begins.
class LocalPartedScan final : public LocalScan {
 public:
  LocalPartedScan(PartedOperator& op, const std::vector<PartedOperator::Piece>& pieces,
                  const std::vector<uint32_t>& columns, uint32_t vector_rows, QueryState& query)
      : op_(op), pieces_(pieces), columns_(columns), vector_rows_(vector_rows), query_(query) {
    const size_t count = op.schema().size();
    batch_.columns.resize(count);
    strings_.resize(count);
    validity_.resize(count);
    for (const uint32_t c : columns) {
      if (is_string(op.schema()[c].type)) strings_[c].resize(kVectorRows);
      validity_[c].resize(kValidityWords);
    }
  }

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    StripOutcome out;
    out.starts_file = true;
    int64_t left = task.row_limit;
    const PartedOperator::Piece& piece = pieces_[static_cast<size_t>(task.index)];
    auto read = op_.run_piece(piece, [&](const FrameView& rows) -> Result<bool> {
      for (int64_t first = 0; first < rows.rows && left > 0; first += vector_rows_) {
        batch_.rows = static_cast<uint32_t>(std::min<int64_t>({vector_rows_, rows.rows - first, left}));
        left -= batch_.rows;
        for (const uint32_t c : columns_) {
          batch_.columns[c] = view_of(*rows.columns[c], first, batch_.rows, strings_[c].data(), validity_[c].data());
        }
        if (query_.is_aborted()) return aborted_error();
        auto more = consume(batch_);
        MILLRACE_TRY(more);
        if (!more.value()) return false;
      }
      return left > 0;
    });
    if (!read.ok()) out.status = read.take_status();
    return out;
  }

 private:
  PartedOperator& op_;
  const std::vector<PartedOperator::Piece>& pieces_;
  const std::vector<uint32_t>& columns_;
  const uint32_t vector_rows_;
  QueryState& query_;
  Batch batch_;
  std::vector<std::vector<StringRef>> strings_;
  std::vector<std::vector<uint64_t>> validity_;
};

class PartedScan final : public NumberedScan {
 public:
  PartedScan(std::shared_ptr<PartedOperator> op, std::vector<PartedOperator::Piece> pieces,
             std::vector<uint32_t> columns, uint32_t vector_rows, QueryState& query)
      : op_(std::move(op)),
        pieces_(std::move(pieces)),
        columns_(std::move(columns)),
        vector_rows_(vector_rows),
        query_(query) {}

  int64_t strip_count() const override { return static_cast<int64_t>(pieces_.size()); }
  void forget(int64_t index) override { op_->forget(pieces_[static_cast<size_t>(index)]); }
  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalPartedScan>(*op_, pieces_, columns_, vector_rows_, query_);
  }

 private:
  const std::shared_ptr<PartedOperator> op_;
  const std::vector<PartedOperator::Piece> pieces_;
  const std::vector<uint32_t> columns_;
  const uint32_t vector_rows_;
  QueryState& query_;
};

// Chunks [first, end) of the one part.
struct ChunkRange {
  size_t first;
  size_t end;
};

class LocalPartScan final : public LocalScan {
 public:
  LocalPartScan(spill::Parts& table, const std::vector<ChunkRange>& strips, const std::vector<uint32_t>& columns,
                uint32_t vector_rows, QueryState& query)
      : table_(table),
        strips_(strips),
        reader_(table, &columns, &query.budget),
        vector_rows_(vector_rows),
        query_(query) {}

  StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
    StripOutcome out;
    out.starts_file = true;
    int64_t left = task.row_limit;
    const ChunkRange range = strips_[static_cast<size_t>(task.index)];
    for (size_t i = range.first; i < range.end && left > 0; i++) {
      auto read = reader_.read(table_.parts[0].chunks[i], vector_rows_, [&](const Batch& batch) -> Result<bool> {
        left -= batch.rows;
        if (query_.is_aborted()) return aborted_error();
        auto more = consume(batch);
        MILLRACE_TRY(more);
        return more.value() && left > 0;
      });
      if (!read.ok()) out.status = read.take_status();
      if (!out.status.ok() || !read.value()) break;
    }
    return out;
  }

 private:
  spill::Parts& table_;
  const std::vector<ChunkRange>& strips_;
  PartReader reader_;
  const uint32_t vector_rows_;
  QueryState& query_;
};

class PartScan final : public NumberedScan {
 public:
  PartScan(std::shared_ptr<spill::Parts> table, std::vector<ChunkRange> strips, std::vector<uint32_t> columns,
           uint32_t vector_rows, QueryState& query)
      : table_(std::move(table)),
        strips_(std::move(strips)),
        columns_(std::move(columns)),
        vector_rows_(vector_rows),
        query_(query) {}

  int64_t strip_count() const override { return static_cast<int64_t>(strips_.size()); }
  std::unique_ptr<LocalScan> make_local() override {
    return std::make_unique<LocalPartScan>(*table_, strips_, columns_, vector_rows_, query_);
  }

 private:
  const std::shared_ptr<spill::Parts> table_;
  const std::vector<ChunkRange> strips_;
  const std::vector<uint32_t> columns_;
  const uint32_t vector_rows_;
  QueryState& query_;
};

}  // namespace

std::unique_ptr<Scan> make_parted_scan(std::shared_ptr<PartedOperator> op, std::vector<uint32_t> columns,
                                       const Options& options, QueryState& query) {
  std::vector<PartedOperator::Piece> pieces = op->pieces();
  return std::make_unique<PartedScan>(std::move(op), std::move(pieces), std::move(columns), options.vector_rows, query);
}

std::unique_ptr<Scan> make_part_scan(std::shared_ptr<spill::Parts> table, std::vector<uint32_t> columns,
                                     const Options& options, QueryState& query) {
  std::vector<ChunkRange> strips;
  int64_t rows = 0;
  const auto& chunks = table->parts[0].chunks;
  for (size_t i = 0; i < chunks.size(); i++) {
    if (strips.empty() || rows >= strip_rows(INT64_MAX, false)) {
      strips.push_back({i, i});
      rows = 0;
    }
    strips.back().end = i + 1;
    rows += chunks[i].rows;
  }
  return std::make_unique<PartScan>(std::move(table), std::move(strips), std::move(columns), options.vector_rows,
                                    query);
}

}  // namespace millrace::exec
