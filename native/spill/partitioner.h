// Which part of a table a row belongs to: all rows of a key are in one part.
#pragma once
#include <memory>

#include "agg/hash.h"
#include "sort/row_key.h"

namespace millrace::spill {

class Partitioner {
 public:
  virtual ~Partitioner() = default;
  virtual size_t parts() const = 0;
  // parts[i] for row i. Not thread-safe: each thread has its own (clone()). Precondition: rows <= kVectorRows.
  virtual void assign(const Vector* keys, uint32_t rows, uint16_t* parts) = 0;
  virtual std::unique_ptr<Partitioner> clone() const = 0;
  // Whether all rows of a part have one key, so that sorting them by it changes nothing.
  virtual bool single_key(size_t) const { return false; }
};

inline constexpr size_t kMostParts = 512;

// All in one.
std::unique_ptr<Partitioner> make_one_part();

// By hash. Partitioners of different levels part what one of them has put together.
struct HashPartsSpec {
  size_t keys = 0;
  size_t parts = 1;
  unsigned level = 0;
  uint64_t hash_mask = ~uint64_t{0};
};
std::unique_ptr<Partitioner> make_hash_parts(const HashPartsSpec& spec);

// By the order of the keys: every row of a part comes before those of the next one.
std::unique_ptr<Partitioner> make_range_parts(std::vector<sort::KeyOrder> orders, std::vector<std::string> splitters);

}  // namespace millrace::spill
