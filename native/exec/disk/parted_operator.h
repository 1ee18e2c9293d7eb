// An operator whose inputs lie in parts (spill_plan.h): it works on one part after another, each in memory, when its
// rows are read.
#pragma once
#include "exec/disk/asof_borders.h"
#include "exec/disk/spill_plan.h"
#include "exec/disk/whole_window.h"
#include "exec/operator/frame_operator.h"
#include "exec/query_state.h"
#include "spill/parts.h"

namespace millrace::exec {

using PartsInputs = std::vector<std::shared_ptr<spill::Parts>>;

class PartedOperator {
 public:
  // `segment` is parted; it, `options` and `query` outlive this.
  static Result<std::shared_ptr<PartedOperator>> make(const Segment& segment, PartsInputs inputs,
                                                      const spill::SpillPolicy& policy, const Options& options,
                                                      QueryState& query);
  // Numbers of rows come last (numbers_of()), unless they are what it orders by.
  const Schema& schema() const { return schema_; }
  // About what its rows take in memory.
  int64_t bytes() const;
  // Of its first input, or of the second: what the numbers count.
  int64_t numbered_rows() const;

  // A part; or some chunks of one that needs no work, so that no piece has more rows than memory holds.
  struct Piece {
    size_t part;
    size_t first_chunk;
    size_t end_chunk;          // 0: all of them
    int64_t rows = INT64_MAX;  // what is wanted of its rows: the first ones
  };
  std::vector<Piece> pieces() const;

  // Some of the rows, in order. False when no more are wanted.
  using Consumer = std::function<Result<bool>(const FrameView&)>;
  // Pieces that run at once are different ones; one may run again until it is forgotten. ERR_MEMORY_LIMIT where one key
  // has too many rows for memory.
  Result<bool> run_piece(const Piece& piece, const Consumer& consume);
  // Nobody asks for the piece again.
  void forget(const Piece& piece);

 private:
  // A part that is still too large is split so often at most.
  static constexpr unsigned kMostSplits = 4;
  // The same part of each input, or what splitting that again gave.
  struct Sides {
    std::vector<spill::Parts*> tables;
    size_t part = 0;
    unsigned level = 0;
    RangeSurroundings beside = {};  // asof joins
    int64_t bytes() const;
  };
  PartedOperator(const Segment& segment, PartsInputs inputs, const spill::SpillPolicy& policy, const Options& options,
                 QueryState& query);
  Status prepare();
  Result<Schema> find_schema();
  void cut(const spill::Part& part, size_t at, std::vector<Piece>& out) const;
  Result<bool> run_whole_window(const Piece& piece, const Consumer& consume);
  Result<bool> run_whole_piece(const Piece& piece, const Consumer& consume);
  Result<bool> run(const Sides& sides, const Consumer& consume);
  Result<FrameView> operate(const std::vector<FrameView>& inputs, MemoryBudget* budget);
  // parted_join.cc
  Status prepare_join();
  Result<bool> join(const OpSpec& op, const std::vector<FrameView>& inputs, const Consumer& consume);
  Result<bool> join_in_halves(const OpSpec& op, const std::vector<FrameView>& inputs, const Consumer& consume);
  Result<bool> join_large_part(const Sides& sides, const Consumer& consume);
  // Both sides, a block of either in memory at a time.
  struct JoinBlocks {
    std::function<Result<FrameView>(size_t side, size_t block)> load;
    size_t counts[2];
  };
  Result<bool> join_blocks(const JoinBlocks& blocks, const Consumer& consume);
  bool has_no_keys(const FrameView& rows, bool right) const;
  OpSpec joined_as(JoinOpSpec::How how) const;
  Status keep_alone(FrameView& rows, const FrameView& others, bool right);
  Result<bool> pass_alone(std::vector<FrameView> sides, const Consumer& consume);
  Result<bool> run_asof(const Sides& sides, const Consumer& consume);
  Result<bool> run_cross(size_t piece, const Consumer& consume);
  Result<FrameView> restore(const FrameView& input);
  Result<FrameView> window(const FrameView& input);
  Result<bool> run_groups(const Sides& sides, const Consumer& consume);
  agg::AggregationSpec aggregation(const Schema& schema, std::vector<int>& argument_column) const;
  Result<FrameView> aggregate(const Sides& sides, MemoryBudget* budget);
  Result<bool> run_totals(const Sides& sides, const Consumer& consume);
  // The columns that stay when rows are in order.
  Result<FrameView> picked(FrameView view) const;
  Result<bool> run_split(const Sides& sides, const Consumer& consume);
  Result<std::unique_ptr<spill::Partitioner>> splitter(const Sides& sides);
  // Whether the rows of the part are in order as they are.
  bool in_order(const spill::Part& part) const;
  Result<bool> pass_on(spill::Parts& table, const Piece& piece, const Consumer& consume);

  const Segment& segment_;
  const OpSpec& op_;
  const PartsInputs inputs_;
  const spill::SpillPolicy policy_;
  const Options& options_;
  QueryState& query_;
  std::vector<PartSpec> specs_;  // by input
  OpSpec numbered_join_;
  std::unique_ptr<WholeWindow> whole_;     // of a window without keys
  std::vector<RangeSurroundings> beside_;  // by part, of an asof join
  // Of a cross join: blocks of so many rows of either side, some of them in a piece.
  struct Cross {
    int64_t left_rows = 1;
    int64_t right_rows = 1;
    int64_t blocks_across = 0;  // of the right side
    int64_t blocks = 0;
    int64_t blocks_in_piece = 1;
    size_t pieces = 0;
    int64_t bytes = 0;  // of all rows that come out
  };
  std::optional<Cross> cross_;
  Schema schema_;
};

// A table without rows.
Result<FrameView> empty_view(const Schema& schema);

// Reads the rows of one part of a table, a vector at a time. For one thread.
class PartReader {
 public:
  // `columns`: which are read (null: all). All three outlive this.
  PartReader(spill::Parts& table, const std::vector<uint32_t>* columns, MemoryBudget* budget);
  // False when `consume` wants no more.
  using Consumer = std::function<Result<bool>(const Batch&)>;
  Result<bool> read(spill::PartChunk& chunk, uint32_t vector_rows, const Consumer& consume);
  // The chunks [first, first + count) as a frame of all columns.
  Result<std::shared_ptr<Frame>> materialize(size_t part, size_t first, size_t count);

 private:
  Result<bool> read_loaded(const spill::PartChunk& chunk, uint32_t vector_rows, const Consumer& consume);

  spill::Parts& table_;
  const std::vector<uint32_t>* const columns_;
  MemoryBudget* const budget_;
  std::vector<std::unique_ptr<store::Scratch>> scratch_;  // by column
  Batch batch_;
};

}  // namespace millrace::exec
