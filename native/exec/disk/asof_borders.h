// What an asof join of ranges needs of the ranges beside them.
//
// Both sides are cut at the same places of one order: that of the equal keys and then the nearest one. The partner of a
// left row is a right row of its own range, or the last one before that range or the first one behind it.
#pragma once
#include "exec/disk/row_table.h"
#include "sort/row_key.h"

namespace millrace::exec {

// The first row of each range in order, and the last: of equals the first, and the last. Ranges without rows have none.
struct RangeEnds {
  std::shared_ptr<const Frame> first;
  std::shared_ptr<const Frame> last;
  std::vector<int64_t> at;  // by range: in both frames; -1 for none
};

// Of the parts of a table. `keys` are its columns, `orders` as many.
Result<RangeEnds> find_range_ends(spill::Parts& table, const std::vector<uint32_t>& keys,
                                  const std::vector<sort::KeyOrder>& orders, const SpillContext& context);

// One row of a frame, or none.
struct BorderRow {
  std::shared_ptr<const Frame> frame;
  int64_t row = 0;
};

// What a range needs of the right side beyond its rows.
struct RangeSurroundings {
  BorderRow before;
  BorderRow behind;
  BorderRow first;  // of its own
  BorderRow last;
};
// Of each range; `outer` is what all of them together lie in.
std::vector<RangeSurroundings> surroundings_of(const RangeEnds& ends, const RangeSurroundings& outer);

}  // namespace millrace::exec
