// The codes of a dictionary in the order of their strings: sorted once, for all queries.
#pragma once
#include "column/dictionary.h"

namespace millrace::sort {

// dictionary.strings.rows codes, which live as long as the dictionary. `budget` is for the sort, whose result counts
// with the dictionary. Thread-safe. ERR_MEMORY_LIMIT.
Result<const uint32_t*> dictionary_order(const Dictionary& dictionary, MemoryBudget* budget);

}  // namespace millrace::sort
