// One hash for the key columns of a row: equal keys, in the sense of the group tables, have equal hashes.
#pragma once
#include "agg/hash.h"
#include "column/vector.h"

namespace millrace::agg {

// Precondition: rows <= kVectorRows, at least one key.
void hash_rows(const Vector* keys, size_t key_count, uint32_t rows, const HashSeed& seed, uint64_t* hashes);

}  // namespace millrace::agg
