#include "join/join_rows.h"

#include <algorithm>
#include <atomic>

#include "join/join_table.h"
#include "sort/sort_key.h"

namespace millrace::join {

namespace {

constexpr size_t kBlockRows = size_t{1} << 16;

// What one block of left rows gives.
struct Block {
  PodVector<uint32_t> left;
  PodVector<uint32_t> right;
  bool each_once = true;
};

class Joiner {
 public:
  Joiner(const JoinTable& table, size_t left_rows, size_t right_rows, const JoinSpec& spec, Workers& workers,
         MemoryBudget* budget)
      : table_(table),
        left_rows_(left_rows),
        right_rows_(right_rows),
        spec_(spec),
        workers_(workers),
        budget_(budget),
        matched_(budget) {}

  Result<JoinedRows> run() {
    if (spec_.kind == Kind::Outer) MILLRACE_TRY(matched_.resize_fill(right_rows_, 0));
    for (size_t i = 0; i < pieces_of(left_rows_, kBlockRows); i++) {
      blocks_.push_back({PodVector<uint32_t>(budget_), PodVector<uint32_t>(budget_), true});
    }
    MILLRACE_TRY(workers_.run(blocks_.size(), [&](size_t i, uint32_t) { return join_block(i); }));
    return gather();
  }

 private:
  bool keeps_right() const { return spec_.kind != Kind::Semi && spec_.kind != Kind::Anti; }
  Status join_block(size_t i);
  Status join_some(size_t first, size_t count, Block& block);
  // The same where no left row has more than one partner: without a branch a row.
  Status join_unique(size_t first, size_t count, Block& block);
  Status add(Block& block, size_t left, uint32_t right);
  Result<JoinedRows> gather();
  Status add_unmatched(JoinedRows& out);

  const JoinTable& table_;
  const size_t left_rows_;
  const size_t right_rows_;
  const JoinSpec& spec_;
  Workers& workers_;
  MemoryBudget* budget_;
  std::vector<Block> blocks_;
  PodVector<uint8_t> matched_;  // by right row; several threads may set one
};

Status Joiner::join_block(size_t i) {
  Block& block = blocks_[i];
  const size_t end = std::min(left_rows_, (i + 1) * kBlockRows);
  MILLRACE_TRY(block.left.reserve(end - i * kBlockRows));
  if (keeps_right()) MILLRACE_TRY(block.right.reserve(end - i * kBlockRows));
  for (size_t first = i * kBlockRows; first < end; first += JoinTable::kProbeRows) {
    MILLRACE_TRY(workers_.check());
    const size_t count = std::min(JoinTable::kProbeRows, end - first);
    MILLRACE_TRY(table_.unique() && keeps_right() ? join_unique(first, count, block) : join_some(first, count, block));
  }
  return {};
}

Status Joiner::join_unique(size_t first, size_t count, Block& block) {
  uint32_t partners[JoinTable::kProbeRows];
  table_.probe_unique(first, count, partners);
  const size_t before = block.left.size();
  MILLRACE_TRY(block.left.resize(before + count));
  MILLRACE_TRY(block.right.resize(before + count));
  uint32_t* left = block.left.data() + before;
  uint32_t* right = block.right.data() + before;
  size_t joined = 0;
  for (size_t i = 0; i < count; i++) {
    left[joined] = static_cast<uint32_t>(first + i);
    right[joined] = partners[i];
    joined += spec_.kind != Kind::Inner || partners[i] != kNoRow;
  }
  block.each_once &= joined == count;
  for (size_t i = 0; !matched_.empty() && i < count; i++) {
    if (partners[i] != kNoRow) std::atomic_ref<uint8_t>(matched_[partners[i]]).store(1, std::memory_order_relaxed);
  }
  MILLRACE_TRY(block.left.resize(before + joined));
  return block.right.resize(before + joined);
}

inline Status Joiner::add(Block& block, size_t left, uint32_t right) {
  MILLRACE_TRY(block.left.push(static_cast<uint32_t>(left)));
  return keeps_right() ? block.right.push(right) : Status();
}

Status Joiner::join_some(size_t first, size_t count, Block& block) {
  uint32_t matches[JoinTable::kProbeRows] = {};
  if (!keeps_right()) {
    table_.probe(first, count, [&](size_t i, uint32_t) { matches[i] = 1; });
    for (size_t i = 0; i < count; i++) {
      if ((matches[i] > 0) == (spec_.kind == Kind::Semi)) block.left.push_unchecked(static_cast<uint32_t>(first + i));
    }
    return {};
  }
  Status status;
  const bool keeps_left = spec_.kind != Kind::Inner;
  size_t next = 0;  // the first row that nothing was said of yet
  const auto pass = [&](size_t upto) {
    for (; next < upto; next++) {
      if (keeps_left && status.ok()) status = add(block, first + next, kNoRow);
      block.each_once &= keeps_left;
    }
  };
  table_.probe(first, count, [&](size_t i, uint32_t row) {
    if (!status.ok()) return;
    if (next <= i) {
      pass(i);
      next = i + 1;
    } else {
      block.each_once = false;
    }
    if (status.ok()) status = add(block, first + i, row);
    if (!matched_.empty()) std::atomic_ref<uint8_t>(matched_[row]).store(1, std::memory_order_relaxed);
  });
  pass(count);
  return status;
}

Result<JoinedRows> Joiner::gather() {
  JoinedRows out{PodVector<uint32_t>(budget_), PodVector<uint32_t>(budget_)};
  out.right_may_miss = spec_.kind == Kind::Left || spec_.kind == Kind::Outer;
  std::vector<size_t> begins;
  size_t total = 0;
  out.all_left_once = keeps_right();
  for (const Block& block : blocks_) {
    begins.push_back(total);
    total += block.left.size();
    out.all_left_once &= block.each_once;
  }
  MILLRACE_TRY(sort::check_rows(static_cast<int64_t>(total), "a join"));
  if (keeps_right()) MILLRACE_TRY(out.right.resize(total));
  // Rows 0, 1, 2, ... need no list: the left columns are passed on as they are.
  out.all_left_once &= spec_.kind != Kind::Outer;
  if (!out.all_left_once) MILLRACE_TRY(out.left.resize(total));
  MILLRACE_TRY(workers_.run(blocks_.size(), [&](size_t i, uint32_t) -> Status {
    Block& block = blocks_[i];
    if (!out.all_left_once) std::copy(block.left.begin(), block.left.end(), out.left.data() + begins[i]);
    if (keeps_right()) std::copy(block.right.begin(), block.right.end(), out.right.data() + begins[i]);
    block.left.reset();
    block.right.reset();
    return {};
  }));
  if (spec_.kind == Kind::Outer) MILLRACE_TRY(add_unmatched(out));
  return out;
}

Status Joiner::add_unmatched(JoinedRows& out) {
  for (size_t row = 0; row < right_rows_; row++) {
    if (matched_[row]) continue;
    MILLRACE_TRY(out.left.push(kNoRow));
    MILLRACE_TRY(out.right.push(static_cast<uint32_t>(row)));
    out.left_may_miss = true;
  }
  return sort::check_rows(static_cast<int64_t>(out.left.size()), "a join");
}

// A side is unique when each of its rows with a key finds just itself.
Status check_unique(const std::vector<KeyPair>& pairs, bool left, size_t rows, const JoinSpec& spec, Workers& workers,
                    MemoryBudget* budget) {
  std::vector<KeyPair> own;
  for (const KeyPair& pair : pairs) {
    const Column* column = left ? pair.probe : pair.build;
    own.push_back({column, column});
  }
  auto keys = JoinKeys::make(std::move(own), rows, spec.nulls_equal, workers, budget);
  MILLRACE_TRY(keys);
  auto table = JoinTable::make(keys.value(), rows, spec.hash_mask, workers, budget);
  MILLRACE_TRY(table);
  return workers.run(pieces_of(rows, kBlockRows), [&](size_t i, uint32_t) -> Status {
    const size_t end = std::min(rows, (i + 1) * kBlockRows);
    bool repeats = false;
    for (size_t first = i * kBlockRows; first < end && !repeats; first += JoinTable::kProbeRows) {
      const size_t count = std::min(JoinTable::kProbeRows, end - first);
      table.value().probe(first, count, [&](size_t at, uint32_t row) { repeats |= row != first + at; });
    }
    if (!repeats) return {};
    ErrorFacts facts;
    facts.hint = "drop the repeats with distinct(...), or relax the option `validate`";
    return Status(Code::JoinCardinality,
                  std::string("the keys of the ") + (left ? "left" : "right") + " side of the join are not unique",
                  std::move(facts));
  });
}

}  // namespace

Result<JoinedRows> join_rows(const std::vector<KeyPair>& pairs, size_t left_rows, size_t right_rows,
                             const JoinSpec& spec, Workers& workers, MemoryBudget* budget) {
  if (spec.left_unique) MILLRACE_TRY(check_unique(pairs, true, left_rows, spec, workers, budget));
  if (spec.right_unique) MILLRACE_TRY(check_unique(pairs, false, right_rows, spec, workers, budget));
  auto keys = JoinKeys::make(pairs, right_rows, spec.nulls_equal, workers, budget);
  MILLRACE_TRY(keys);
  auto table = JoinTable::make(keys.value(), right_rows, spec.hash_mask, workers, budget);
  MILLRACE_TRY(table);
  return Joiner(table.value(), left_rows, right_rows, spec, workers, budget).run();
}

Result<JoinedRows> cross_rows(size_t left_rows, size_t right_rows, Workers& workers, MemoryBudget* budget) {
  JoinedRows out{PodVector<uint32_t>(budget), PodVector<uint32_t>(budget)};
  const bool many = right_rows > 0 && left_rows > static_cast<size_t>(sort::kMostRows) / right_rows;
  MILLRACE_TRY(sort::check_rows(many ? INT64_MAX : static_cast<int64_t>(left_rows * right_rows), "a cross join"));
  MILLRACE_TRY(out.left.resize(left_rows * right_rows));
  MILLRACE_TRY(out.right.resize(left_rows * right_rows));
  const size_t total = left_rows * right_rows;
  MILLRACE_TRY(workers.run(pieces_of(total, kBlockRows), [&](size_t piece, uint32_t) -> Status {
    const size_t end = std::min(total, (piece + 1) * kBlockRows);
    for (size_t i = piece * kBlockRows; i < end; i++) {
      out.left[i] = static_cast<uint32_t>(i / right_rows);
      out.right[i] = static_cast<uint32_t>(i % right_rows);
    }
    return {};
  }));
  return out;
}

}  // namespace millrace::join
