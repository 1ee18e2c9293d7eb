// Which chunks of a persisted frame hold no row that a filter lets pass, by what is known of each: the range of its
// values and its nulls. Sorted or clustered columns (dates, ids) are mostly skipped.
#pragma once
#include "exec/plan/plan.h"
#include "store/stored_frame.h"

namespace millrace::exec {

class ChunkFilter {
 public:
  // Nothing is known of a frame without filter.
  ChunkFilter() = default;
  // Looks at those conditions joined by `and` that compare a column with a literal of its own type, or ask for nulls.
  ChunkFilter(const OpSpec& filter, const Schema& schema);
  bool may_match(const store::RowChunk& chunk) const;

 private:
  enum class Test : uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal, Null, NotNull };
  struct Condition {
    size_t column = 0;
    Test test = Test::Null;
    bool real = false;  // which of the two it compares with
    int64_t integer = 0;
    double number = 0;
  };
  void read(const Json& nodes, uint32_t node, const Schema& schema);
  void compare(const Json& column, const Json& literal, Test test, const Schema& schema);
  static bool holds_for_some(const Condition& condition, const store::ColumnChunk& chunk);

  std::vector<Condition> conditions_;  // all have to hold
};

}  // namespace millrace::exec
