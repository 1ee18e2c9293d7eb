// Compacts the selected rows of a vector into memory of its own.
#pragma once
#include "base/memory.h"
#include "column/vector.h"

namespace millrace {

class GatheredColumn {
 public:
  explicit GatheredColumn(MemoryBudget* budget) : data_(budget), codes_(budget) {}
  // Precondition: count <= kVectorRows. The result stays valid until the next call; string bytes stay where they are.
  Result<Vector> gather(const Vector& from, const uint32_t* selection, uint32_t count);

 private:
  Status gather_data(const Vector& from, const uint32_t* selection, uint32_t count, Vector& out);

  Buffer data_;
  Buffer codes_;
  uint64_t validity_[kValidityWords];
};

}  // namespace millrace
