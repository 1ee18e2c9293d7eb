// Builds one fixed-width column of results, row by row in any order.
#pragma once
#include "column/column.h"

namespace millrace::agg {

template <class T>
class ResultColumn {
 public:
  ResultColumn(TypeId type, int64_t rows, MemoryBudget* budget) : validity_(budget) {
    column_.type = type;
    column_.rows = rows;
    column_.data = Buffer(budget);
  }
  Status reserve() {
    const auto rows = static_cast<size_t>(column_.rows);
    MILLRACE_TRY(column_.data.resize(rows * sizeof(T)));
    return validity_.resize_fill((rows + 63) / 64, ~uint64_t{0});
  }
  void set(int64_t row, T value) { reinterpret_cast<T*>(column_.data.data())[row] = value; }
  void set_null(int64_t row) {
    set(row, T{});
    validity_[static_cast<size_t>(row) >> 6] &= ~(uint64_t{1} << (row & 63));
    column_.null_count++;
  }
  Column finish() {
    if (column_.null_count) {
      if (column_.rows % 64) validity_[validity_.size() - 1] &= (uint64_t{1} << (column_.rows % 64)) - 1;
      column_.validity = validity_.take_buffer();
    }
    return std::move(column_);
  }

 private:
  Column column_;
  PodVector<uint64_t> validity_;
};

}  // namespace millrace::agg
