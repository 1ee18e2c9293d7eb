// Turns the values of one column into dense ids 0, 1, 2, ... in order of first appearance. null is a value of its own.
// Lookups run over a block of rows without inserting, which keeps their loop tight and lets cache misses overlap; the
// few rows that miss are inserted afterwards, in row order.
#pragma once
#include <memory>

#include "agg/word_table.h"
#include "column/column.h"

namespace millrace::agg {

struct KeyOptions {
  MemoryBudget* budget = nullptr;
  uint64_t hash_mask = ~uint64_t{0};
  int64_t expected = 0;  // about so many values will come; a guess that makes tables large enough at once
};

class KeyEncoder {
 public:
  static std::unique_ptr<KeyEncoder> make(TypeId type, const KeyOptions& options);
  virtual ~KeyEncoder() = default;

  // ids[i] = id of the value in row i. After an error the ids handed out so far stay valid.
  virtual Status encode(const Vector& column, uint32_t rows, uint32_t* ids) = 0;
  // As encode(), for a column of any length.
  Status encode_column(const Column& column, uint32_t* ids);
  // The values of ids[0..count) as a column.
  virtual Result<Column> gather(const uint32_t* ids, int64_t count, MemoryBudget* budget) const = 0;

  uint32_t size() const { return size_; }

 protected:
  // Refuses the ids that the tables reserve.
  Status reserve_ids(uint32_t more);
  // Validity bits of a gathered column, when null is among the values.
  Status gather_validity(const uint32_t* ids, int64_t count, MemoryBudget* budget, Column& column) const;
  // Overwrites the ids of null rows. Precondition: null has an id if any row is null.
  void mark_nulls(const uint64_t* validity, uint32_t rows, uint32_t* ids) const;

  uint32_t size_ = 0;
  uint32_t null_id_ = kNoId;
};

}  // namespace millrace::agg
