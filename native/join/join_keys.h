// The keys of a join as one 64-bit word a row.
//
// Where the values of the build side fit 64 bits together (ranges of numbers, short strings behind a shared prefix) the
// word is the key itself and nothing else is ever compared; a probe value outside those ranges cannot match and says so
// at once. Otherwise the word is a hash, and rows whose hashes agree are compared.
#pragma once
#include "agg/hash.h"
#include "base/workers.h"
#include "sort/key_range.h"

namespace millrace::join {

// Columns of one type on both sides.
struct KeyPair {
  const Column* probe;
  const Column* build;
};

class JoinKeys {
 public:
  static Result<JoinKeys> make(std::vector<KeyPair> pairs, size_t build_rows, bool nulls_equal, Workers& workers,
                               MemoryBudget* budget);

  static constexpr size_t kMostRowsAtOnce = 1024;
  // words[i] and whether row `first + i` can have a match at all (rows with a null key have none, unless nulls are
  // equal). Precondition: count <= kMostRowsAtOnce.
  void encode_probe(size_t first, size_t count, uint64_t* words, uint8_t* can_match) const;
  void encode_build(size_t first, size_t count, uint64_t* words, uint8_t* can_match) const;
  // Whether equal words are equal keys.
  bool exact() const { return exact_; }
  // Exact words are below 2^bits.
  uint32_t bits() const { return bits_; }
  bool equal(size_t probe_row, size_t build_row) const;

 private:
  struct Part {
    uint32_t bits = 0;  // of the value
    bool null_bit = false;
    uint64_t smallest = 0;  // fixed-width keys
    uint64_t range = 0;
    StringRef prefix{nullptr, 0};  // strings
    uint64_t shortest = 0;
    uint64_t longest = 0;
    uint32_t bytes = 0;
    uint32_t length_bits = 0;
    bool zero_ended = false;
  };
  Status add_part(const KeyPair& pair, size_t build_rows, Workers& workers, MemoryBudget* budget);
  void encode(bool probe, size_t first, size_t count, uint64_t* words, uint8_t* can_match) const;
  void encode_exact(const Part& part, const Column& column, size_t first, size_t count, uint64_t* words,
                    uint8_t* can_match) const;
  void hash(const Column& column, size_t first, size_t count, uint64_t* words) const;
  void encode_nulls(const Part& part, const Column& column, size_t first, size_t count, uint64_t* words,
                    const uint8_t* before, uint8_t* can_match) const;

  std::vector<KeyPair> pairs_;
  std::vector<Part> parts_;
  bool nulls_equal_ = false;
  bool exact_ = true;
  uint32_t bits_ = 0;
  agg::HashSeed seed_{};
};

}  // namespace millrace::join
