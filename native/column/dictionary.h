// The distinct strings of a column that is kept in memory, by code. Immutable once made, shared by queries.
#pragma once
#include <atomic>
#include <memory>

#include "column/column.h"

namespace millrace {

struct Dictionary {
  Column strings;             // keeps the bytes
  PodVector<StringRef> refs;  // by code; never empty, so that any code of a null row can be read
  mutable std::atomic<uint32_t*> ordered_codes{nullptr};  // once somebody asked (sort/dictionary_order.h)

  Dictionary() = default;
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  ~Dictionary() { delete[] ordered_codes.load(); }

  // The order counts before it is there.
  int64_t bytes() const {
    const size_t order = static_cast<size_t>(strings.rows) * sizeof(uint32_t);
    return static_cast<int64_t>(strings.bytes() + refs.capacity() * sizeof(StringRef) + order);
  }
  void rebind(MemoryBudget* budget) {
    strings.rebind(budget);
    refs.rebind(budget);
  }
};

// ERR_MEMORY_LIMIT.
inline Result<std::shared_ptr<Dictionary>> make_dictionary(Column strings, MemoryBudget* budget) {
  auto out = std::make_shared<Dictionary>();
  out->refs = PodVector<StringRef>(budget);
  out->strings = std::move(strings);
  const auto size = static_cast<size_t>(out->strings.rows);
  MILLRACE_TRY(out->refs.reserve(size + 1));
  for (size_t i = 0; i < size; i++) out->refs.push_unchecked(out->strings.string(static_cast<int64_t>(i)));
  static constexpr char kNothing[kStringPadding] = {};
  if (size == 0) out->refs.push_unchecked({kNothing, 0});
  return out;
}

}  // namespace millrace
