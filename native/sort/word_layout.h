// The first 64 bits of a row's place in the order: as much of the keys as fits, one after another, each in as few bits
// as its values need. Unsigned comparison of the words is the order of the rows, up to ties.
//
// A key is [null bit, only where there are nulls] [value - smallest value]; a string is its bytes behind the prefix
// that all strings share, zero-padded, then its length where some end in zero bytes. Sorting by three small
// keys is so sorting by one word.
#pragma once
#include "base/workers.h"
#include "sort/key_range.h"
#include "sort/sort_key.h"

namespace millrace::sort {

class WordLayout {
 public:
  // Looks at the values of the keys to find their ranges. `keys` outlives this.
  static Result<WordLayout> make(const std::vector<SortKey>& keys, size_t rows, Workers& workers, MemoryBudget* budget);

  // words[i] for row `first + i`. `count` is small enough for the words to stay in L1.
  void encode(size_t first, size_t count, uint64_t* words) const;
  // Rows whose words tie are equal in all keys.
  bool exact() const { return tie_key_ == keys_->size(); }
  // The key at which rows with equal words go on.
  size_t tie_key() const { return tie_key_; }

 private:
  struct Part {
    const SortKey* key;
    uint32_t value_bits;   // without the null bit
    uint32_t shift;        // of the value: the low bits that did not fit
    uint64_t smallest;     // fixed-width keys
    uint64_t prefix;       // strings: bytes that all share
    uint32_t bytes;        // strings: behind the prefix
    uint32_t length_bits;  // strings
  };
  bool add_fixed(const SortKey& key, uint64_t smallest, uint64_t largest);
  bool add_string(const SortKey& key, const StringRange& range);
  void encode_fixed(const Part& part, size_t first, size_t count, uint64_t* words) const;
  void encode_string(const Part& part, size_t first, size_t count, uint64_t* words) const;
  void encode_nulls(const Part& part, size_t first, size_t count, uint64_t* words) const;

  const std::vector<SortKey>* keys_ = nullptr;
  std::vector<Part> parts_;
  uint32_t bits_left_ = 64;
  size_t tie_key_ = 0;
};

}  // namespace millrace::sort
