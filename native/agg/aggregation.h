// Group-by and whole-frame aggregates.
//
// Determinism: the input is cut into strips (a fixed function of the data and the chunk size, not of the threads). A
// LocalAggregation accumulates one strip at a time, and GlobalAggregation merges strips in strip order. So float sums
// repeat bit for bit, and first/last mean file order. Key tables of a LocalAggregation live on across strips (building
// them anew for each strip would cost more than the rows); only the states are per strip. Strips may be discarded
// (a speculated start that proved wrong), which must leave no group behind.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agg/domain_keys.h"
#include "base/workers.h"

namespace millrace::agg {

enum class Function : uint8_t {
  Count,
  Size,
  Sum,
  Mean,
  Min,
  Max,
  Std,
  Var,
  First,
  Last,
  NUnique,
  ApproxNUnique,
  Median,
  Quantile,
  Any,
  All,
  Corr,   // of its argument with that of the Second, which stands right behind it
  Second  // has no result
};

struct AggregateSpec {
  std::string name;
  Function function;
  TypeId argument = TypeId::Bool;  // type of its argument column; ignored by Size
  int ddof = 1;                    // std, var
  double quantile = 0.5;           // quantile, in [0, 1], linear interpolation
  bool skip_nulls = false;         // first, last
  // Aggregates with the same id >= 0 promise the same argument vector in every consume(), and then share one state.
  int argument_id = -1;
  // Of the argument, where the caller knows: it has no null, and no sum of its rows, all or some, leaves int64.
  bool never_null = false;
  bool small_sums = false;
};

enum class Order : uint8_t { Key, First, None };

struct AggregationSpec {
  std::vector<Field> keys;  // empty: one row over the whole frame
  std::vector<AggregateSpec> aggregates;
  Order order = Order::Key;
  bool drop_nulls = false;            // drop rows in which any key is null
  std::optional<DomainKeys> domain;   // of the keys, where it is known and narrow
  uint64_t hash_mask = ~uint64_t{0};  // test knob: ANDed onto every hash; 0 makes all keys collide
};

// Result type of an aggregate, or ERR_TYPE (mean of utf8, any of float64, ...). Shared with nobody: lib/plan has its
// own copy of the rule and a test compares the two.
Result<Field> result_field(const AggregateSpec& spec);

class LocalAggregation;

// What one strip accumulated, detached from the local tables. `local_id` says whose group ids it speaks of.
struct StripState {
  virtual ~StripState() = default;
};

// Thread rule: register_strip() and merge() are called under the caller's lock; finish() after all threads are done.
class GlobalAggregation {
 public:
  static Result<std::unique_ptr<GlobalAggregation>> make(AggregationSpec spec, MemoryBudget* budget);
  virtual ~GlobalAggregation() = default;
  // One per thread; `this` must outlive it. Called under the lock too.
  virtual std::unique_ptr<LocalAggregation> make_local() = 0;
  // Called once for every strip as soon as it is taken, in any strip order but in the order in which each local took
  // them: learns the keys that the local table has gained.
  virtual Status register_strip(StripState& strip) = 0;
  // Called in strip order, for the strips that count. Not called for discarded ones.
  virtual Status merge(std::unique_ptr<StripState> strip) = 0;
  // Whether so much waits that drain() should be called before more strips are taken. Thread-safe.
  virtual bool wants_drain() const { return false; }
  // Works off what merge() has left waiting. No strip may be in progress.
  virtual Status drain(Workers&) { return {}; }
  // Keys then aggregates, in the asked order. Call once.
  virtual Result<Frame> finish(Workers& workers) = 0;
  virtual int64_t group_count() const = 0;
};

class LocalAggregation {
 public:
  virtual ~LocalAggregation() = default;
  // `keys` in the order of spec.keys, `arguments` in the order of spec.aggregates (data may be null for Size). String
  // bytes need only live during the call. Preconditions: rows <= kVectorRows. ERR_OVERFLOW comes at merge/finish, never
  // here, so that it does not depend on the order of rows.
  virtual Status consume(const Vector* keys, const Vector* arguments, uint32_t rows) = 0;
  // Detaches the strip's states and starts an empty strip.
  virtual Result<std::unique_ptr<StripState>> take_strip() = 0;
  // Drops what the current strip accumulated (an error or a restart).
  virtual void discard_strip() = 0;
};

}  // namespace millrace::agg
