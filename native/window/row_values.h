// A column that is filled by row number, by several threads at once, for distinct rows.
#pragma once
#include "base/workers.h"
#include "column/column.h"

namespace millrace::window {

class RowValues {
 public:
  RowValues(TypeId type, size_t rows, MemoryBudget* budget) : type_(type), rows_(rows), data_(budget), valid_(budget) {}
  Status reserve();
  template <class T>
  T* values() {
    return reinterpret_cast<T*>(data_.data());
  }
  // By row: 1, or 0 for null.
  uint8_t* valid() { return valid_.data(); }
  Result<Column> finish(Workers& workers);

 private:
  TypeId type_;
  size_t rows_;
  Buffer data_;
  PodVector<uint8_t> valid_;
};

}  // namespace millrace::window
