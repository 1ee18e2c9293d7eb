#pragma once
#include <memory>
#include <string>
#include <vector>

#include "sort/row_key.h"
#include "spill/partitioner.h"

namespace millrace::spill {

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
