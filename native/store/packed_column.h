// One column of a stored frame laid out flat: all chunks in one narrow form, ready for random reads.
#pragma once
#include "base/workers.h"
#include "store/stored_frame.h"

namespace millrace::store {

struct PackedColumn {
  TypeId type = TypeId::Bool;
  uint8_t width = 0;                       // bytes of a value: 1, 2, 4 or 8
  uint64_t base = 0;                       // integers: what values are added to
  const Dictionary* dictionary = nullptr;  // strings: values are its codes
  int64_t null_count = 0;
  Buffer data;
  Buffer validity;  // empty without nulls
};

// Whether a column can be packed: all but strings that some chunk keeps without codes.
bool can_pack(const StoredFrame& frame, uint32_t column);
// ERR_MEMORY_LIMIT, ERR_IO. Precondition: can_pack().
Result<PackedColumn> pack_column(const StoredFrame& frame, uint32_t column, Workers& workers, MemoryBudget* budget);

}  // namespace millrace::store
