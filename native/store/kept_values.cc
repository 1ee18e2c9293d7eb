#include "base/cold.h"

#include "store/kept_values.h"

namespace millrace::store {

namespace {

int64_t bytes_of(const Buffer& buffer) {
  return buffer.data() ? static_cast<int64_t>(buffer.capacity() + kBufferPadding) : 0;
}

}  // namespace

KeptValues::KeptValues(ColumnChunk values)
    : values_(std::move(values)),
      memory_bytes_(bytes_of(values_.data) + bytes_of(values_.offsets) + bytes_of(values_.validity)),
      last_read_(query_clock.load(std::memory_order_relaxed)) {}

bool KeptValues::leave() {
  uint32_t unpinned = 0;
  if (!word_.compare_exchange_strong(unpinned, kAway, std::memory_order_acq_rel)) return false;
  values_.data.reset();
  values_.offsets.reset();
  values_.validity.reset();
  return true;
}

void KeptValues::come_back(ColumnChunk& values, MemoryBudget* budget) {
  const std::pair<Buffer*, Buffer*> moves[] = {
      {&values_.data, &values.data}, {&values_.offsets, &values.offsets}, {&values_.validity, &values.validity}};
  for (const auto& [to, from] : moves) {
    from->rebind(budget);
    to->swap(*from);
  }
  word_.fetch_add(1, std::memory_order_relaxed);
  word_.fetch_and(~kAway, std::memory_order_release);
}

}  // namespace millrace::store
