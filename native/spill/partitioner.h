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

// Keys from all over a table, from which ranges of about equally many rows are cut.
class KeySample {
 public:
  explicit KeySample(std::vector<sort::KeyOrder> orders) : orders_(orders), keys_(std::move(orders)) {}
  void add(const Vector* keys, uint32_t rows);
  size_t size() const { return sample_.size(); }
  // At most `parts` ranges; a key of more rows than one range should have gets one of its own, unless it was cut: then
  // rows that differ share it.
  std::unique_ptr<Partitioner> make_parts(size_t parts);

 private:
  const std::vector<sort::KeyOrder> orders_;
  sort::RowKeys keys_;
  struct Key {
    std::string bytes;
    bool cut;
    bool operator<(const Key& other) const { return bytes < other.bytes; }
  };
  std::vector<Key> sample_;
};

}  // namespace millrace::spill
