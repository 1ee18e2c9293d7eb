#include "window/row_values.h"

#include <algorithm>
#include <bit>

namespace millrace::window {

namespace {

constexpr size_t kTaskWords = size_t{1} << 10;

// The bytes 0 or 1 of up to 64 rows as the bits of a word.
uint64_t pack(const uint8_t* bytes, size_t count) {
  uint64_t word = 0;
  for (size_t i = 0; i < count; i++) word |= uint64_t{bytes[i]} << i;
  return word;
}

}  // namespace

Status RowValues::reserve() {
  MILLRACE_TRY(data_.resize(rows_ * type_width(type_)));
  return valid_.resize(rows_);
}

Result<Column> RowValues::finish(Workers& workers) {
  Column out;
  out.type = type_;
  out.rows = static_cast<int64_t>(rows_);
  out.data = std::move(data_);
  const size_t words = pieces_of(rows_, 64);
  const size_t tasks = pieces_of(words, kTaskWords);
  PodVector<uint64_t> bits(valid_.budget());
  PodVector<int64_t> nulls(valid_.budget());
  MILLRACE_TRY(bits.resize(words));
  MILLRACE_TRY(nulls.resize(tasks));
  MILLRACE_TRY(workers.run(tasks, [&](size_t task, uint32_t) -> Status {
    const size_t end = std::min(words, (task + 1) * kTaskWords);
    int64_t missing = 0;
    for (size_t word = task * kTaskWords; word < end; word++) {
      const size_t count = std::min<size_t>(64, rows_ - word * 64);
      bits[word] = pack(valid_.data() + word * 64, count);
      missing += static_cast<int64_t>(count) - std::popcount(bits[word]);
    }
    nulls[task] = missing;
    return {};
  }));
  for (const int64_t missing : nulls) out.null_count += missing;
  if (out.null_count > 0) out.validity = bits.take_buffer();
  return out;
}

}  // namespace millrace::window
