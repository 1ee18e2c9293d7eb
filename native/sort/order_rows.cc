#include "sort/order_rows.h"

#include <algorithm>

#include "sort/range_sorter.h"
#include "sort/word_layout.h"

namespace millrace::sort {

namespace {

constexpr size_t kEncodeRows = 1024;    // words in L1
constexpr size_t kBlockRows = 1 << 15;  // a task of the scatter
constexpr size_t kMostBlocks = 512;     // bounds the histograms
constexpr size_t kBucketRows = 8192;    // aimed at: records and scratch in L2
constexpr size_t kMostBuckets = 1024;   // more write streams than that thrash the TLB
constexpr size_t kOneBucketRows = 1 << 14;
constexpr size_t kSamplesPerBucket = 32;

// Sorted words that divide the rows evenly; the bucket of a word is the number of splitters that are not above it.
struct Splitters {
  PodVector<uint64_t> words;  // 2^levels - 1
  uint32_t levels = 0;

  // Without branches: which way a search goes is a coin toss. Written as a multiplication by a comparison, since GCC 12
  // turns `? :` back into a branch (measured: 70 ns a row with it, 5 without).
  void classify(const uint64_t* in, size_t count, uint16_t* buckets) const {
    const uint64_t* const tree = words.data();
    size_t i = 0;
    for (; i + kAtOnce <= count; i += kAtOnce) classify_some<kAtOnce>(tree, in + i, buckets + i);
    for (; i < count; i++) classify_some<1>(tree, in + i, buckets + i);
  }

 private:
  static constexpr size_t kAtOnce = 16;  // independent searches hide each other's latency
  template <size_t N>
  void classify_some(const uint64_t* tree, const uint64_t* in, uint16_t* buckets) const {
    uint32_t at[N] = {};
    for (uint32_t level = levels; level > 0; level--) {
      const uint32_t step = 1u << (level - 1);
      for (size_t j = 0; j < N; j++) at[j] += step * static_cast<uint32_t>(tree[at[j] + step - 1] <= in[j]);
    }
    for (size_t j = 0; j < N; j++) buckets[j] = static_cast<uint16_t>(at[j]);
  }
};

class RowOrder {
 public:
  RowOrder(const std::vector<SortKey>& keys, const WordLayout& layout, size_t rows, Workers& workers,
           PodVector<uint32_t>& order, PodVector<uint8_t>* changes)
      : keys_(keys),
        layout_(layout),
        rows_(rows),
        block_rows_(std::max(kBlockRows, pieces_of(rows, kMostBlocks))),
        blocks_(pieces_of(rows, block_rows_)),
        workers_(workers),
        order_(order),
        changes_(layout.exact() ? changes : nullptr),
        budget_(order.budget()),
        buckets_of_rows_(budget_),
        starts_(budget_),
        records_(budget_) {
    splitters_.words = PodVector<uint64_t>(budget_);
  }

  Status run() {
    MILLRACE_TRY(records_.resize(rows_));
    if (rows_ <= kOneBucketRows) {
      MILLRACE_TRY(records_of_all());
    } else {
      MILLRACE_TRY(choose_splitters());
      MILLRACE_TRY(classify());
      if (in_order_) return identity();
      MILLRACE_TRY(scatter());
    }
    MILLRACE_TRY(order_.resize(rows_));
    if (changes_) MILLRACE_TRY(changes_->resize(rows_));
    return sort_buckets();
  }

 private:
  Status records_of_all();
  Status choose_splitters();
  Status classify();
  Status scatter();
  Status identity();
  Status sort_buckets();
  Status sort_bucket(size_t begin, size_t end, PodVector<Record>& scratch);
  size_t buckets() const { return size_t{1} << splitters_.levels; }
  size_t bucket_begin(size_t bucket) const { return bucket == buckets() ? rows_ : starts_[bucket * blocks_]; }

  const std::vector<SortKey>& keys_;
  const WordLayout& layout_;
  const size_t rows_;
  const size_t block_rows_;
  const size_t blocks_;
  Workers& workers_;
  PodVector<uint32_t>& order_;
  PodVector<uint8_t>* const changes_;  // null: nobody asks, or equal words do not tell equal keys
  MemoryBudget* budget_;
  Splitters splitters_;
  PodVector<uint16_t> buckets_of_rows_;
  PodVector<uint32_t> starts_;  // [bucket][block]: sizes, then where the block's records of the bucket begin
  PodVector<Record> records_;
  bool in_order_ = false;
};

Status RowOrder::records_of_all() {
  uint64_t words[kEncodeRows];
  for (size_t first = 0; first < rows_; first += kEncodeRows) {
    const size_t count = std::min(kEncodeRows, rows_ - first);
    layout_.encode(first, count, words);
    for (size_t i = 0; i < count; i++) records_[first + i] = {words[i], static_cast<int64_t>(first + i)};
  }
  return {};
}

Status RowOrder::choose_splitters() {
  while (splitters_.levels < 10 && (kBucketRows << splitters_.levels) < rows_) splitters_.levels++;
  static_assert(size_t{1} << 10 == kMostBuckets);
  PodVector<uint64_t> sample(budget_);
  MILLRACE_TRY(sample.resize(kSamplesPerBucket * buckets()));
  // Rows at a stride, each moved by a hash, so that periods in the data do not fool the sample.
  const size_t stride = rows_ / sample.size();
  for (size_t i = 0; i < sample.size(); i++) {
    const uint64_t hash = (i + 1) * 0x9e3779b97f4a7c15;
    layout_.encode(i * stride + (hash >> 32) % stride, 1, &sample[i]);
  }
  std::sort(sample.begin(), sample.end());
  MILLRACE_TRY(splitters_.words.reserve(buckets()));
  for (size_t i = 1; i < buckets(); i++) {
    const uint64_t word = sample[i * kSamplesPerBucket];
    if (splitters_.words.empty() || splitters_.words[splitters_.words.size() - 1] < word) {
      splitters_.words.push_unchecked(word);
    }
  }
  // Many equal words need fewer buckets; what is left of the full tree is never reached, or holds the largest word.
  while (splitters_.levels > 1 && splitters_.words.size() < buckets() / 2) splitters_.levels--;
  while (splitters_.words.size() < buckets() - 1) splitters_.words.push_unchecked(UINT64_MAX);
  return {};
}

Status RowOrder::classify() {
  MILLRACE_TRY(buckets_of_rows_.resize(rows_));
  MILLRACE_TRY(starts_.resize_fill(buckets() * blocks_, 0));
  PodVector<uint64_t> ends(budget_);  // by block: first word, last word, whether in order between
  MILLRACE_TRY(ends.resize(blocks_ * 3));
  MILLRACE_TRY(workers_.run(blocks_, [&](size_t block, uint32_t) -> Status {
    uint64_t words[kEncodeRows];
    uint32_t sizes[kMostBuckets] = {};
    const size_t end = std::min(rows_, (block + 1) * block_rows_);
    bool in_order = true;
    uint64_t before = 0;
    for (size_t first = block * block_rows_; first < end; first += kEncodeRows) {
      const size_t count = std::min(kEncodeRows, end - first);
      uint16_t* buckets = buckets_of_rows_.data() + first;
      layout_.encode(first, count, words);
      splitters_.classify(words, count, buckets);
      for (size_t i = 0; i < count; i++) sizes[buckets[i]]++;
      if (first == block * block_rows_) ends[block * 3] = before = words[0];
      for (size_t i = 0; in_order && i < count; i++) {
        in_order = before <= words[i];
        before = words[i];
      }
      ends[block * 3 + 1] = words[count - 1];
    }
    ends[block * 3 + 2] = in_order;
    for (size_t bucket = 0; bucket < buckets(); bucket++) starts_[bucket * blocks_ + block] = sizes[bucket];
    return {};
  }));
  uint32_t at = 0;
  for (uint32_t& start : starts_) at += std::exchange(start, at);
  in_order_ = layout_.exact();
  for (size_t block = 0; in_order_ && block < blocks_; block++) {
    in_order_ = ends[block * 3 + 2] && (block == 0 || ends[block * 3 - 2] <= ends[block * 3]);
  }
  return {};
}

Status RowOrder::identity() {
  MILLRACE_TRY(order_.resize(rows_));
  return workers_.run(blocks_, [&](size_t block, uint32_t) -> Status {
    const size_t end = std::min(rows_, (block + 1) * block_rows_);
    for (size_t i = block * block_rows_; i < end; i++) order_[i] = static_cast<uint32_t>(i);
    return {};
  });
}

Status RowOrder::scatter() {
  MILLRACE_TRY(workers_.run(blocks_, [&](size_t block, uint32_t) -> Status {
    uint64_t words[kEncodeRows];
    uint32_t next[kMostBuckets];
    for (size_t bucket = 0; bucket < buckets(); bucket++) next[bucket] = starts_[bucket * blocks_ + block];
    const size_t end = std::min(rows_, (block + 1) * block_rows_);
    for (size_t first = block * block_rows_; first < end; first += kEncodeRows) {
      const size_t count = std::min(kEncodeRows, end - first);
      const uint16_t* buckets = buckets_of_rows_.data() + first;
      layout_.encode(first, count, words);
      for (size_t i = 0; i < count; i++) {
        records_[next[buckets[i]]++] = {words[i], static_cast<int64_t>(first + i)};
      }
    }
    return {};
  }));
  buckets_of_rows_.reset();
  return {};
}

Status RowOrder::sort_buckets() {
  const bool one = starts_.empty();
  std::vector<PodVector<Record>> scratch;
  for (uint32_t slot = 0; slot < workers_.slots(); slot++) scratch.emplace_back(budget_);
  return workers_.run(one ? 1 : buckets(), [&](size_t bucket, uint32_t slot) -> Status {
    if (one) return sort_bucket(0, rows_, scratch[slot]);
    return sort_bucket(bucket_begin(bucket), bucket_begin(bucket + 1), scratch[slot]);
  });
}

Status RowOrder::sort_bucket(size_t begin, size_t end, PodVector<Record>& scratch) {
  if (begin == end) return {};
  if (scratch.size() < end - begin) {
    scratch.reset();
    MILLRACE_TRY(scratch.resize(end - begin));
  }
  Record* const records = records_.data();
  radix_sort(records + begin, scratch.data(), end - begin);
  if (!layout_.exact()) {
    RangeSorter ties(keys_, budget_);
    for (size_t first = begin; first < end;) {
      size_t last = first + 1;
      const uint64_t word = records[first].word;
      while (last < end && records[last].word == word) last++;
      if (last - first > 1) MILLRACE_TRY(ties.sort(records + first, scratch.data(), last - first, layout_.tie_key()));
      first = last;
    }
  }
  for (size_t i = begin; i < end; i++) order_[i] = static_cast<uint32_t>(records[i].row);
  if (!changes_) return {};
  // Equal words share a bucket.
  uint8_t* const changes = changes_->data();
  changes[begin] = 1;
  for (size_t i = begin + 1; i < end; i++) changes[i] = records[i].word != records[i - 1].word;
  return {};
}

}  // namespace

[[gnu::cold]] Status check_rows(int64_t rows, const char* operation) {
  if (rows <= kMostRows) return {};
  ErrorFacts facts;
  facts.hint = "filter, aggregate or split the rows first";
  return Status(Code::InvalidArgument,
                std::string(operation) + " takes at most " + std::to_string(kMostRows) + " rows at once, not " +
                    std::to_string(rows),
                std::move(facts));
}

Status order_rows(const std::vector<SortKey>& keys, size_t rows, Workers& workers, PodVector<uint32_t>& order) {
  auto layout = WordLayout::make(keys, rows, workers, order.budget());
  MILLRACE_TRY(layout);
  return RowOrder(keys, layout.value(), rows, workers, order, nullptr).run();
}

Status order_and_mark(const std::vector<SortKey>& keys, size_t rows, Workers& workers, PodVector<uint32_t>& order,
                      PodVector<uint8_t>& changes) {
  auto layout = WordLayout::make(keys, rows, workers, order.budget());
  MILLRACE_TRY(layout);
  return RowOrder(keys, layout.value(), rows, workers, order, &changes).run();
}

}  // namespace millrace::sort
