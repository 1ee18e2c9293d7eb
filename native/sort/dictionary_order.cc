#include "base/cold.h"

#include "sort/dictionary_order.h"

#include <new>

#include "sort/argsort.h"

namespace millrace::sort {

// Threads that ask at once sort at once, and the first one's order stays.
Result<const uint32_t*> dictionary_order(const Dictionary& dictionary, MemoryBudget* budget) {
  if (const uint32_t* codes = dictionary.ordered_codes.load(std::memory_order_acquire)) return codes;
  const auto size = static_cast<size_t>(dictionary.strings.rows);
  PodVector<int64_t> order(budget);
  MILLRACE_TRY(argsort({&dictionary.strings}, dictionary.strings.rows, order));
  auto* codes = new (std::nothrow) uint32_t[size + 1];
  if (!codes) return memory_limit_error(nullptr, size * sizeof(uint32_t));
  for (size_t i = 0; i < size; i++) codes[i] = static_cast<uint32_t>(order[i]);
  uint32_t* before = nullptr;
  if (dictionary.ordered_codes.compare_exchange_strong(before, codes, std::memory_order_acq_rel)) {
    return static_cast<const uint32_t*>(codes);
  }
  delete[] codes;
  return static_cast<const uint32_t*>(before);
}

}  // namespace millrace::sort
