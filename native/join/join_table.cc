#include "join/join_table.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace millrace::join {

namespace {

constexpr size_t kBlockRows = size_t{1} << 15;
constexpr size_t kMostBlocks = 512;
constexpr size_t kPartitionRows = 16384;  // with their buckets within L2
constexpr uint32_t kMostPartitionBits = 10;
constexpr uint32_t kNone = UINT32_MAX;
// A dense array may have this many words a row: what a hash table would take.
constexpr uint64_t kDenseWordsPerRow = 8;
constexpr uint64_t kDenseWordsAnyway = 1 << 16;

}  // namespace

Result<JoinTable> JoinTable::make(const JoinKeys& keys, size_t rows, uint64_t hash_mask, Workers& workers,
                                  MemoryBudget* budget) {
  JoinTable out(keys, budget);
  out.seed_ = agg::hash_seed();
  out.hash_mask_ = hash_mask;
  out.dense_ = hash_mask == ~uint64_t{0} && keys.exact() && keys.bits() < 32 &&
               uint64_t{1} << keys.bits() <= std::max(kDenseWordsPerRow * rows, kDenseWordsAnyway);
  out.bucket_bits_ = out.dense_ ? std::max(1u, keys.bits()) : std::max<uint32_t>(4, std::bit_width(rows));
  while (out.partition_bits_ < std::min(kMostPartitionBits, out.bucket_bits_) &&
         kPartitionRows << out.partition_bits_ < rows) {
    out.partition_bits_++;
  }
  PodVector<sort::Record> records(budget);
  std::vector<size_t> begins;
  MILLRACE_TRY(out.partition(rows, workers, budget, records, begins));
  if (out.dense_) {
    auto unique = out.find_unique(records, begins, workers, budget);
    MILLRACE_TRY(unique);
    out.unique_ = unique.value();
  }
  MILLRACE_TRY(out.fill(records, begins, workers, budget));
  return out;
}

void JoinTable::probe_unique(size_t first, size_t count, uint32_t* rows) const {
  uint64_t words[kProbeRows];
  uint8_t can_match[kProbeRows];
  keys_->encode_probe(first, count, words, can_match);
  // A row that cannot match may have any word; it looks at the first slot and forgets what it saw.
  for (size_t i = 0; i < count; i++) {
    words[i] &= 0 - static_cast<uint64_t>(can_match[i]);
    prefetch(slots_.data() + words[i]);
  }
  for (size_t i = 0; i < count; i++) rows[i] = slots_[words[i]] | (static_cast<uint32_t>(can_match[i]) - 1);
}

// The rows that can match as (word, row), by partition, in their order.
Status JoinTable::partition(size_t rows, Workers& workers, MemoryBudget* budget, PodVector<sort::Record>& records,
                            std::vector<size_t>& begins) {
  const uint32_t shift = bucket_bits_ - partition_bits_;
  const size_t block_rows = std::max(kBlockRows, pieces_of(rows, kMostBlocks));
  const size_t blocks = pieces_of(rows, block_rows);
  PodVector<uint32_t> starts(budget);  // [partition][block]
  MILLRACE_TRY(starts.resize_fill(partitions() * blocks, 0));
  const auto each_row = [&](size_t block, auto visit) {
    uint64_t words[JoinKeys::kMostRowsAtOnce];
    uint8_t can_match[JoinKeys::kMostRowsAtOnce];
    const size_t end = std::min(rows, (block + 1) * block_rows);
    for (size_t first = block * block_rows; first < end; first += JoinKeys::kMostRowsAtOnce) {
      const size_t count = std::min(JoinKeys::kMostRowsAtOnce, end - first);
      keys_->encode_build(first, count, words, can_match);
      for (size_t i = 0; i < count; i++) {
        if (can_match[i]) visit(bucket_of(words[i]) >> shift, words[i], first + i);
      }
    }
  };
  MILLRACE_TRY(workers.run(blocks, [&](size_t block, uint32_t) -> Status {
    uint32_t sizes[size_t{1} << kMostPartitionBits] = {};
    each_row(block, [&](size_t partition, uint64_t, size_t) { sizes[partition]++; });
    for (size_t p = 0; p < partitions(); p++) starts[p * blocks + block] = sizes[p];
    return {};
  }));
  uint32_t total = 0;
  for (size_t i = 0; i < starts.size(); i++) {
    if (i % blocks == 0) begins.push_back(total);
    total += std::exchange(starts[i], total);
  }
  begins.resize(partitions(), total);
  begins.push_back(total);
  MILLRACE_TRY(records.resize(total));
  return workers.run(blocks, [&](size_t block, uint32_t) -> Status {
    uint32_t next[size_t{1} << kMostPartitionBits];
    for (size_t p = 0; p < partitions(); p++) next[p] = starts[p * blocks + block];
    each_row(block, [&](size_t partition, uint64_t word, size_t row) {
      records[next[partition]++] = {word, static_cast<int64_t>(row)};
    });
    return {};
  });
}

// Whether no two rows share a word.
Result<bool> JoinTable::find_unique(const PodVector<sort::Record>& records, const std::vector<size_t>& begins,
                                    Workers& workers, MemoryBudget* budget) const {
  PodVector<uint8_t> repeats(budget);
  MILLRACE_TRY(repeats.resize_fill(partitions(), 0));
  std::vector<PodVector<uint8_t>> seen;
  for (uint32_t slot = 0; slot < workers.slots(); slot++) seen.emplace_back(budget);
  MILLRACE_TRY(workers.run(partitions(), [&](size_t p, uint32_t slot) -> Status {
    seen[slot].clear();
    MILLRACE_TRY(seen[slot].resize_fill(buckets_a_partition(), 0));
    for (size_t i = begins[p]; i < begins[p + 1]; i++) {
      repeats[p] |= std::exchange(seen[slot][records[i].word & (buckets_a_partition() - 1)], uint8_t{1});
    }
    return {};
  }));
  return std::find(repeats.begin(), repeats.end(), 1) == repeats.end();
}

// A counting sort of each partition by bucket, into the final place.
Status JoinTable::fill(const PodVector<sort::Record>& records, const std::vector<size_t>& begins, Workers& workers,
                       MemoryBudget* budget) {
  const size_t buckets = size_t{1} << bucket_bits_;
  if (unique_) {
    MILLRACE_TRY(slots_.resize(buckets));
    return workers.run(partitions(), [&](size_t p, uint32_t) -> Status {
      std::fill_n(slots_.data() + p * buckets_a_partition(), buckets_a_partition(), kNone);
      for (size_t i = begins[p]; i < begins[p + 1]; i++) {
        slots_[records[i].word] = static_cast<uint32_t>(records[i].row);
      }
      return {};
    });
  }
  MILLRACE_TRY(starts_.resize(buckets + 1));
  starts_[buckets] = static_cast<uint32_t>(records.size());
  MILLRACE_TRY(dense_ ? rows_.resize(records.size()) : entries_.resize(records.size()));
  std::vector<PodVector<uint32_t>> cursors;
  for (uint32_t slot = 0; slot < workers.slots(); slot++) cursors.emplace_back(budget);
  return workers.run(partitions(), [&](size_t p, uint32_t slot) -> Status {
    const size_t first_bucket = p * buckets_a_partition();
    PodVector<uint32_t>& next = cursors[slot];
    next.clear();
    MILLRACE_TRY(next.resize_fill(buckets_a_partition(), 0));
    for (size_t i = begins[p]; i < begins[p + 1]; i++) next[bucket_of(records[i].word) - first_bucket]++;
    auto at = static_cast<uint32_t>(begins[p]);
    for (size_t b = 0; b < next.size(); b++) {
      starts_[first_bucket + b] = at;
      at += std::exchange(next[b], at);
    }
    for (size_t i = begins[p]; i < begins[p + 1]; i++) {
      const uint32_t to = next[bucket_of(records[i].word) - first_bucket]++;
      if (dense_) {
        rows_[to] = static_cast<uint32_t>(records[i].row);
      } else {
        entries_[to] = records[i];
      }
    }
    return {};
  });
}

}  // namespace millrace::join
