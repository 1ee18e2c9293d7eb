#include "agg/key_encoder.h"

#include "agg/column_vectors.h"
#include "agg/integer_keys.h"
#include "agg/string_keys.h"

namespace millrace::agg {

std::unique_ptr<KeyEncoder> KeyEncoder::make(TypeId type, const KeyOptions& options) {
  if (is_string(type)) return std::make_unique<StringKeys>(type, options);
  return std::make_unique<IntegerKeys>(type, options);
}

Status KeyEncoder::encode_column(const Column& column, uint32_t* ids) {
  StringRef strings[kVectorRows];
  for (int64_t begin = 0; begin < column.rows; begin += kVectorRows) {
    const uint32_t rows = rows_from(begin, column.rows);
    MILLRACE_TRY(encode(vector_of(column, begin, rows, strings), rows, ids + begin));
  }
  return {};
}

Status KeyEncoder::reserve_ids(uint32_t more) {
  constexpr uint32_t kMostIds = kNoId - kVectorRows;
  if (more <= kMostIds - size_) return {};
  return Status(Code::MemoryLimit, "a column has more than 4 billion distinct values, too many for one table");
}

Status KeyEncoder::gather_validity(const uint32_t* ids, int64_t count, MemoryBudget* budget, Column& column) const {
  if (null_id_ == kNoId) return {};
  PodVector<uint64_t> bits(budget);
  MILLRACE_TRY(bits.resize_fill(static_cast<size_t>(count + 63) / 64, 0));
  for (int64_t i = 0; i < count; i++) {
    const bool valid = ids[i] != null_id_;
    bits[static_cast<size_t>(i) >> 6] |= uint64_t{valid} << (i & 63);
    column.null_count += !valid;
  }
  if (column.null_count) column.validity = bits.take_buffer();
  return {};
}

void KeyEncoder::mark_nulls(const uint64_t* validity, uint32_t rows, uint32_t* ids) const {
  for (uint32_t begin = 0; begin < rows; begin += 64) {
    const uint32_t end = rows - begin < 64 ? rows : begin + 64;
    const uint64_t word = validity[begin / 64];
    if (word == ~uint64_t{0}) continue;
    for (uint32_t i = begin; i < end; i++) ids[i] = word >> (i - begin) & 1 ? ids[i] : null_id_;
  }
}

}  // namespace millrace::agg
