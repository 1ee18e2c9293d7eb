// The plan as it crosses from JavaScript: one small versioned JSON text, read once into these structures.
//
// { "version": 2, "steps": [...], "options": {...} }; the last step is the result. A step reads the step before it
// unless it says which ("input": 3, or "inputs": [3, 5]), always earlier ones, so that the list is a tree, or a graph
// where steps share an input. Expressions are flat node lists in topological order (["col", "Close"], ["lit",
// "float64", 0],
// ["gt", 0, 1]), bound by expr::Program.
// `lib/plan/serialize.ts` writes it; golden files under test/plan pin it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "agg/aggregation.h"
#include "base/json.h"
#include "csv/row_indexer.h"
#include "join/asof_rows.h"
#include "window/window.h"

namespace millrace::exec {

inline constexpr int kPlanVersion = 2;

struct CsvSourceSpec {
  std::vector<std::string> files;  // empty when the bytes are in memory
  int bytes_handle = -1;
  csv::Dialect dialect;
  Schema columns;                 // every column of the file, in file order
  std::vector<bool> inferred;     // by column: the type may widen
  std::vector<uint32_t> project;  // the columns that the plan reads
  std::vector<std::string> null_values;
  csv::OnError on_error = csv::OnError::Error;
  size_t max_field_bytes = size_t{64} << 20;
  size_t max_columns = 100000;
};

struct SortKeySpec {
  std::string column;
  bool descending = false;
  bool nulls_first = false;
};

struct SampleSpec {
  double fraction = -1;  // of the rows; negative: OpSpec::rows of them
  uint64_t seed = 0;
  bool replace = false;
  bool shuffle = false;
};

struct JoinOpSpec {
  enum class How : uint8_t { Inner, Left, Right, Outer, Semi, Anti, Cross, Asof } how = How::Inner;
  std::vector<std::string> left_keys;
  std::vector<std::string> right_keys;
  struct Output {
    std::string name;
    bool right = false;  // which side the column is of
    std::string column;
  };
  std::vector<Output> outputs;
  bool nulls_equal = false;
  bool left_unique = false;
  bool right_unique = false;
  join::AsofSpec asof;  // its key is the last one
};

struct WindowColumnSpec {
  std::string name;
  std::string argument;  // empty where the function needs none
  window::WindowFunction function;
};

struct WindowOpSpec {
  std::vector<std::string> keys;
  std::vector<WindowColumnSpec> columns;
  int64_t first = INT64_MAX;  // only so many rows of each partition stay, the first ones in its order
};

struct OpSpec {
  enum class Kind : uint8_t {
    Csv,
    Memory,
    Filter,
    Project,
    Aggregate,
    Slice,
    Tail,
    RowIndex,  // this and those below need their inputs whole
    Sort,
    Sample,
    Repeat,
    Window,
    Join,
    Concat
  } kind = Kind::Filter;
  std::vector<uint32_t> inputs;        // earlier steps
  std::unique_ptr<CsvSourceSpec> csv;  // Csv
  int frame_handle = -1;               // Memory
  bool fed = false;                    // the same: its rows come while the query runs
  bool rows_known = true;              // Memory: whether its rows are ones that the caller can look up
  const Json* nodes = nullptr;         // into Plan::text
  std::vector<uint32_t> outputs;       // node indices: the predicate, the projected columns, or keys then arguments
  std::vector<std::string>
      names;  // Project: output names; Aggregate: key names; Sort: columns kept; RowIndex, Repeat: one
  std::vector<agg::AggregateSpec> aggregates;
  std::vector<int> argument_output;  // by aggregate: index into outputs, or -1 for size
  agg::Order order = agg::Order::Key;
  bool drop_nulls = false;
  int64_t offset = 0;                  // Slice: rows left out in front; Tail: at the end
  int64_t rows = INT64_MAX;            // Slice, Tail, Sort: rows kept
  std::vector<SortKeySpec> sort_keys;  // Sort; Window: the order in each partition
  std::unique_ptr<JoinOpSpec> join;    // Join
  std::unique_ptr<WindowOpSpec> window;
  SampleSpec sample;  // Sample
};

struct Options {
  enum class Mode : uint8_t { Collect, Stream, Persist } mode = Mode::Collect;
  uint32_t threads = 0;  // 0: the pool's
  int64_t memory_limit_bytes = INT64_MAX;
  // Auto: a query that was refused memory starts over with its rows on disk. Always is for tests.
  enum class Spill : uint8_t { Auto, Never, Always } spill = Spill::Auto;
  std::string spill_directory;  // empty: the system's
  int64_t spill_limit_bytes = INT64_MAX;
  size_t chunk_bytes = 256 << 10;  // of file a read
  uint32_t vector_rows = 1024;
  uint64_t hash_mask = ~uint64_t{0};
  int64_t partition_from_groups = 300'000;  // an aggregate with so many groups partitions its rows first
  int64_t batch_rows = 65536;               // Mode::Stream
  bool batches_may_be_smaller = true;       // where memory is short
  bool analyze = false;                     // profiles each step
};

struct Plan {
  Json text;
  std::vector<OpSpec> steps;  // at least one; inputs before those who read them
  Options options;

  // ERR_PLAN with what is wrong, for anything that is not a plan of this version.
  static Result<std::unique_ptr<Plan>> read(std::string_view json);
};

// Shared with the sniffer's request. ERR_PLAN.
Result<csv::Dialect> read_dialect(const Json& json);

// The parts of Plan::read.
Status bad_plan(const std::string& what);
Status read_csv_source(const Json& json, CsvSourceSpec& out);
Status read_aggregate(const Json& json, OpSpec& op);
Status read_sort(const Json& json, OpSpec& op);
Status read_join(const Json& json, OpSpec& op);
Status read_window(const Json& json, OpSpec& op);
// The output node `json` is an index below `nodes`.
Status read_output(const Json& json, size_t nodes, OpSpec& op);

}  // namespace millrace::exec
