// Group-by of very many groups: the rows are parted by a hash of their keys first, and each part is grouped alone, in
// tables that a second-level cache holds. (Tables of 4 million groups cost a row 290 ns on each of two cores, most of
// it waiting for memory; parted first, 45.) All rows of a group are seen in the order of the input by one table, so the
// result depends neither on threads nor on strips.
#pragma once
#include <atomic>

#include "agg/global_aggregation.h"
#include "agg/local_aggregation.h"

namespace millrace::agg {

// One strip's keys and arguments, ordered by part.
struct PartedRows final : StripState {
  std::vector<Column> columns;  // the keys, then each distinct argument
  PodVector<uint32_t> starts;   // of the parts, and the end
  PodVector<uint32_t> rows;     // Order::First: where each row stood in the strip
  int64_t row_count = 0;
  int64_t bytes = 0;
  int64_t first_row = 0;  // of the strip in the input
};

class PartitionedGroups final : public GlobalAggregation {
 public:
  // `estimated_groups` sizes the parts. Precondition: the spec has keys and was accepted by GlobalAggregation::make().
  static Result<std::unique_ptr<GlobalAggregation>> make(AggregationSpec spec, int64_t estimated_groups,
                                                         MemoryBudget* budget);

  std::unique_ptr<LocalAggregation> make_local() override;
  Status register_strip(StripState&) override { return {}; }
  Status merge(std::unique_ptr<StripState> strip) override;
  bool wants_drain() const override;
  Status drain(Workers& workers) override;
  Result<Frame> finish(Workers& workers) override;
  int64_t group_count() const override { return groups_; }

 private:
  struct Part {
    std::unique_ptr<GlobalGroups> groups;
    std::unique_ptr<LocalGroups> local;  // the only one; from the first rows on
    Frame result;
  };

  PartitionedGroups(AggregationSpec spec, MemoryBudget* budget);
  Status open_parts(unsigned bits);
  Status consume_waiting(size_t part);
  Status consume(size_t part, const PartedRows& strip) const;
  Status finish_part(Part& part);
  Status join(Workers& workers, Frame& out);
  Status order(Workers& workers, Frame& frame) const;

  AggregationSpec spec_;       // as asked for
  AggregationSpec part_spec_;  // unordered, and with the first row of each group where that is the order
  MemoryBudget* const budget_;
  unsigned bits_ = 0;
  int64_t estimated_groups_ = 0;
  std::vector<int> argument_column_;  // by aggregate of the spec: its column behind the keys, or -1
  std::vector<TypeId> column_types_;
  std::vector<Part> parts_;
  std::vector<std::unique_ptr<PartedRows>> waiting_;
  std::atomic<int64_t> waiting_bytes_{0};
  int64_t rows_ = 0;
  int64_t groups_ = 0;
};

}  // namespace millrace::agg
