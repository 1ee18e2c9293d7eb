// Where values change in a column that comes in pieces.
#pragma once
#include "column/column.h"
#include "window/partitions.h"

namespace millrace::exec {

class Ties {
 public:
  explicit Ties(MemoryBudget* budget) : changes_(budget) {}
  // changes[i] is 1 where row i differs from the row before it, in this piece or the one before; for the very first row
  // too. Valid until the next call. Nulls are alike, as are NaNs and zeros of either sign.
  Result<const uint8_t*> find(const Column& values) {
    const auto rows = static_cast<size_t>(values.rows);
    changes_.clear();
    MILLRACE_TRY(changes_.resize_fill(rows, 0));
    if (rows == 0) return changes_.data();
    if (!any_) {
      changes_[0] = 1;
    } else {
      ColumnBuilder border(values.type, changes_.budget());
      MILLRACE_TRY(border.append_range(last_, 0, 1));
      MILLRACE_TRY(border.append_range(values, 0, 1));
      auto two = border.finish();
      MILLRACE_TRY(two);
      uint8_t found[2] = {};
      window::mark_changes(two.value(), nullptr, 1, 2, found);
      changes_[0] = found[1];
    }
    if (rows > 1) window::mark_changes(values, nullptr, 1, rows, changes_.data());
    ColumnBuilder last(values.type, changes_.budget());
    MILLRACE_TRY(last.append_range(values, values.rows - 1, 1));
    auto one = last.finish();
    MILLRACE_TRY(one);
    last_ = one.take();
    any_ = true;
    return changes_.data();
  }

 private:
  PodVector<uint8_t> changes_;
  Column last_;  // the last row so far
  bool any_ = false;
};

}  // namespace millrace::exec
