// Which state families a query needs and where each has its piece in the row of a slot. All pieces of a group lie side
// by side, so that a row of input costs one cache miss however many aggregates it feeds.
#pragma once
#include <memory>
#include <vector>

#include "agg/fused_sums.h"

namespace millrace::agg {

class StateLayout {
 public:
  // ERR_TYPE for an aggregate that its argument does not allow.
  static Result<StateLayout> make(const AggregationSpec& spec);

  struct Member {
    std::unique_ptr<StateFamily> family;
    size_t offset = 0;  // of its piece in a row
    bool fused = false;
    std::vector<size_t> feeds;  // the aggregates that read it; the first one's argument updates it, and the last one's
                                // where that takes two
  };
  const std::vector<Member>& members() const { return members_; }
  // Whether the pieces in the rows are all that there is; a merge with a group without rows then changes nothing.
  bool is_flat() const { return flat_; }
  // The sums among them that one pass updates, as long as no argument has nulls.
  const FusedSums& fused() const { return fused_; }
  // The member that aggregate `index` reads.
  const Member& member_of(size_t aggregate) const { return members_[member_of_[aggregate]]; }
  size_t side_of(size_t aggregate) const { return member_of_[aggregate]; }
  // The member that counts the rows of a group, or null.
  const Member* row_counts() const { return row_counts_ < 0 ? nullptr : &members_[static_cast<size_t>(row_counts_)]; }
  size_t stride() const { return stride_; }
  // One row of a group that has seen nothing.
  const uint8_t* fresh_row() const { return reinterpret_cast<const uint8_t*>(fresh_row_.data()); }

  // Aggregates of one argument and one kind share a family.
  enum class Kind : uint8_t {
    Rows,
    ValidCount,
    Moments,
    Variance,
    FirstLast,
    StringPick,
    AnyAll,
    Distinct,
    ApproximateDistinct,
    Quantiles,
    Correlation
  };

 private:
  void count_rows(const AggregationSpec& spec, std::vector<Kind>& kinds);
  void place_members();
  void fuse_sums();

  std::vector<Member> members_;
  std::vector<size_t> member_of_;
  int row_counts_ = -1;
  bool flat_ = true;
  FusedSums fused_;
  size_t stride_ = 8;
  std::vector<uint64_t> fresh_row_;
};

}  // namespace millrace::agg
