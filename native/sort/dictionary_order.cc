#include "sort/dictionary_order.h"

#include "sort/argsort.h"

#include "base/cold.h"

namespace millrace::sort {

Result<const uint32_t*> dictionary_order(const Dictionary& dictionary, MemoryBudget* budget) {
  const std::lock_guard lock(dictionary.ordering);
  PodVector<uint32_t>& codes = dictionary.ordered_codes;
  const auto size = static_cast<size_t>(dictionary.strings.rows);
  if (codes.size() != size) {
    PodVector<int64_t> order(budget);
    MILLRACE_TRY(argsort({&dictionary.strings}, dictionary.strings.rows, order));
    MILLRACE_TRY(codes.reserve(size));
    for (const int64_t code : order) codes.push_unchecked(static_cast<uint32_t>(code));
  }
  return static_cast<const uint32_t*>(codes.data());
}

}  // namespace millrace::sort
