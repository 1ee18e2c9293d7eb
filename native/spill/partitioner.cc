#include "spill/partitioner.h"

#include <algorithm>

#include "agg/key_hash.h"

namespace millrace::spill {

namespace {

class OnePart final : public Partitioner {
 public:
  size_t parts() const override { return 1; }
  void assign(const Vector*, uint32_t rows, uint16_t* parts) override { std::fill_n(parts, rows, uint16_t{0}); }
  std::unique_ptr<Partitioner> clone() const override { return std::make_unique<OnePart>(); }
};

class HashParts final : public Partitioner {
 public:
  explicit HashParts(const HashPartsSpec& spec) : spec_(spec) {}
  size_t parts() const override { return spec_.parts; }

  void assign(const Vector* keys, uint32_t rows, uint16_t* parts) override {
    uint64_t hashes[kVectorRows];
    agg::hash_rows(keys, spec_.keys, rows, seed_, hashes);
    const uint64_t level = (spec_.level + 1) * 0x9e3779b97f4a7c15;
    for (uint32_t i = 0; i < rows; i++) {
      const uint64_t mixed = agg::multiply_fold((hashes[i] & spec_.hash_mask) ^ level, 0xbf58476d1ce4e5b9);
      parts[i] = static_cast<uint16_t>((mixed >> 32) * spec_.parts >> 32);
    }
  }

  std::unique_ptr<Partitioner> clone() const override { return std::make_unique<HashParts>(spec_); }

 private:
  const HashPartsSpec spec_;
  const agg::HashSeed seed_ = agg::hash_seed();
};

// The eight bytes from `at` as a big-endian word, zeros behind the end.
uint64_t word_at(std::string_view bytes, size_t at) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; i++) {
    word = word << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0);
  }
  return word;
}

class RangeParts final : public Partitioner {
 public:
  RangeParts(std::vector<sort::KeyOrder> orders, std::vector<std::string> splitters)
      : orders_(orders), keys_(std::move(orders)), splitters_(std::move(splitters)) {
    if (!splitters_.empty()) {
      const std::string& first = splitters_.front();
      const std::string& last = splitters_.back();
      const size_t most = std::min(first.size(), last.size());
      while (shared_ < most && first[shared_] == last[shared_]) shared_++;
    }
    for (const std::string& splitter : splitters_) words_.push_back(word_at(splitter, shared_));
  }

  size_t parts() const override { return splitters_.size() + 1; }

  void assign(const Vector* keys, uint32_t rows, uint16_t* parts) override {
    keys_.encode(keys, rows);
    for (uint32_t i = 0; i < rows; i++) parts[i] = part_of(keys_.key(i));
  }

  std::unique_ptr<Partitioner> clone() const override { return std::make_unique<RangeParts>(orders_, splitters_); }

  // Part i begins with splitter i - 1; one whose end is the very next possible key holds nothing else.
  bool single_key(size_t part) const override {
    if (part == 0 || part >= splitters_.size()) return false;
    const std::string& low = splitters_[part - 1];
    const std::string& high = splitters_[part];
    return high.size() == low.size() + 1 && high.back() == 0 && high.compare(0, low.size(), low) == 0;
  }

 private:
  // How many splitters are not above the key. Words, the bytes behind what all splitters share, decide nearly always.
  uint16_t part_of(std::string_view key) const {
    if (splitters_.empty()) return 0;
    const int prefix = key.substr(0, shared_).compare(std::string_view(splitters_[0]).substr(0, shared_));
    if (prefix != 0) return static_cast<uint16_t>(prefix < 0 ? 0 : splitters_.size());
    const uint64_t word = word_at(key, shared_);
    size_t at = static_cast<size_t>(std::lower_bound(words_.begin(), words_.end(), word) - words_.begin());
    while (at < words_.size() && words_[at] == word && splitters_[at] <= key) at++;
    return static_cast<uint16_t>(at);
  }

  const std::vector<sort::KeyOrder> orders_;
  sort::RowKeys keys_;
  const std::vector<std::string> splitters_;
  size_t shared_ = 0;  // bytes
  std::vector<uint64_t> words_;
};

}  // namespace

std::unique_ptr<Partitioner> make_one_part() { return std::make_unique<OnePart>(); }

std::unique_ptr<Partitioner> make_hash_parts(const HashPartsSpec& spec) { return std::make_unique<HashParts>(spec); }

std::unique_ptr<Partitioner> make_range_parts(std::vector<sort::KeyOrder> orders, std::vector<std::string> splitters) {
  return std::make_unique<RangeParts>(std::move(orders), std::move(splitters));
}

}  // namespace millrace::spill
