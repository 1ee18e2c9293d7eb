// Keys of every fixed-width type, as words. Narrow ranges are indexed directly, the rest is hashed; the choice is made
// anew as the range and the number of distinct values grow.
#pragma once
#include "agg/direct_table.h"
#include "agg/key_encoder.h"

namespace millrace::agg {

class IntegerKeys final : public KeyEncoder {
 public:
  IntegerKeys(TypeId type, const KeyOptions& options);
  Status encode(const Vector& column, uint32_t rows, uint32_t* ids) override;
  Result<Column> gather(const uint32_t* ids, int64_t count, MemoryBudget* budget) const override;

 private:
  enum class Form : uint8_t { Direct, Hashed };

  Status insert_missing(const uint64_t* words, const uint64_t* validity, uint32_t count, uint32_t* ids);
  Status insert(uint64_t word, uint32_t id);
  Status to_hashed();
  // Returns to the direct form if the distinct values have become dense enough.
  Status reconsider();

  const TypeId type_;
  Form form_;
  DirectTable direct_;
  WordTable hashed_;
  PodVector<uint64_t> words_;  // by id; anything for null
  uint32_t reconsider_at_ = 0;
  const size_t expected_;
};

}  // namespace millrace::agg
