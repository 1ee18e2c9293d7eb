#include "column/take_rows.h"

#include <algorithm>
#include <bit>

namespace millrace {

namespace {

// A multiple of 64, so that tasks share no word of a bitmap; the output of a task stays in L2.
constexpr size_t kTaskRows = size_t{1} << 16;
constexpr size_t kPrefetchRows = 24;

inline void prefetch(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#endif
}

// One column on its way. Strings take two passes: lengths, then bytes.
struct Taking {
  TakeColumn spec;
  Column out;
  size_t fixed_length = 0;  // of all strings, when they have one
  bool fixed = false;
  PodVector<int64_t> nulls;  // by task
  PodVector<uint64_t> bytes;
};

class RowTaker {
 public:
  RowTaker(const std::vector<TakeColumn>& columns, size_t count, Workers& workers, MemoryBudget* budget)
      : count_(count), tasks_(pieces_of(count, kTaskRows)), workers_(workers), budget_(budget) {
    for (const TakeColumn& column : columns) taking_.push_back(Taking{column, {}, 0, false, {}, {}});
  }

  Result<std::vector<Column>> take() {
    for (Taking& column : taking_) MILLRACE_TRY(prepare(column));
    MILLRACE_TRY(each_task([this](Taking& column, size_t task) { return first_pass(column, task); }));
    for (Taking& column : taking_) MILLRACE_TRY(between_passes(column));
    MILLRACE_TRY(each_task([this](Taking& column, size_t task) { return second_pass(column, task); }));
    std::vector<Column> out;
    for (Taking& column : taking_) out.push_back(std::move(column.out));
    return out;
  }

 private:
  template <class Pass>
  Status each_task(Pass pass) {
    return workers_.run(taking_.size() * tasks_,
                        [&](size_t i, uint32_t) -> Status { return pass(taking_[i / tasks_], i % tasks_); });
  }
  size_t begin(size_t task) const { return task * kTaskRows; }
  size_t end(size_t task) const { return std::min(count_, (task + 1) * kTaskRows); }

  Status prepare(Taking& column);
  Status find_fixed_length(Taking& column);
  Status first_pass(Taking& column, size_t task);
  Status between_passes(Taking& column);
  Status second_pass(Taking& column, size_t task);
  void take_validity(Taking& column, size_t task);
  void take_lengths(Taking& column, size_t task);
  void copy_strings(Taking& column, size_t task);
  void copy_fixed_strings(Taking& column, size_t task);
  template <class T>
  void take_values(Taking& column, size_t task);

  const size_t count_;
  const size_t tasks_;
  Workers& workers_;
  MemoryBudget* budget_;
  std::vector<Taking> taking_;
};

Status RowTaker::prepare(Taking& column) {
  Column& out = column.out;
  const Column& from = *column.spec.from;
  out.type = from.type;
  out.rows = static_cast<int64_t>(count_);
  out.data = Buffer(budget_);
  out.offsets = Buffer(budget_);
  out.validity = Buffer(budget_);
  column.nulls = PodVector<int64_t>(budget_);
  column.bytes = PodVector<uint64_t>(budget_);
  if (from.null_count > 0 || column.spec.may_miss) {
    MILLRACE_TRY(out.validity.reserve(pieces_of(count_, 64) * 8));
    MILLRACE_TRY(out.validity.resize(pieces_of(count_, 64) * 8));
    MILLRACE_TRY(column.nulls.resize_fill(tasks_, 0));
  }
  if (!is_string(from.type)) {
    MILLRACE_TRY(out.data.reserve(count_ * type_width(from.type)));
    return out.data.resize(count_ * type_width(from.type));
  }
  MILLRACE_TRY(find_fixed_length(column));
  MILLRACE_TRY(out.offsets.reserve((count_ + 1) * 8));
  MILLRACE_TRY(out.offsets.resize((count_ + 1) * 8));
  reinterpret_cast<uint64_t*>(out.offsets.data())[0] = 0;
  return column.bytes.resize_fill(tasks_, 0);
}

// Whether every string, nulls included, has the length of the first. A look at the offsets in order costs a fraction of
// what it saves.
Status RowTaker::find_fixed_length(Taking& column) {
  const Column& from = *column.spec.from;
  if (from.rows == 0 || column.spec.may_miss) return {};
  const auto* offsets = reinterpret_cast<const uint64_t*>(from.offsets.data());
  const uint64_t length = offsets[1] - offsets[0];
  const auto rows = static_cast<size_t>(from.rows);
  if (length > 32 || offsets[rows] - offsets[0] != length * rows) return {};
  PodVector<uint8_t> differs(budget_);
  const size_t pieces = pieces_of(rows, kTaskRows * 4);
  MILLRACE_TRY(differs.resize_fill(pieces, 0));
  MILLRACE_TRY(workers_.run(pieces, [&](size_t piece, uint32_t) -> Status {
    uint64_t wrong = 0;
    const size_t last = std::min(rows, (piece + 1) * kTaskRows * 4);
    for (size_t i = piece * kTaskRows * 4; i < last; i++) wrong |= (offsets[i + 1] - offsets[i]) ^ length;
    differs[piece] = wrong != 0;
    return {};
  }));
  column.fixed = std::find(differs.begin(), differs.end(), 1) == differs.end();
  column.fixed_length = length;
  return {};
}

Status RowTaker::first_pass(Taking& column, size_t task) {
  if (!column.nulls.empty()) take_validity(column, task);
  switch (column.fixed ? 0 : is_string(column.out.type) ? 16 : type_width(column.out.type)) {
    case 1: take_values<uint8_t>(column, task); break;
    case 2: take_values<uint16_t>(column, task); break;
    case 4: take_values<uint32_t>(column, task); break;
    case 8: take_values<uint64_t>(column, task); break;
    case 16: take_lengths(column, task); break;
    default: break;
  }
  return {};
}

template <class T>
void RowTaker::take_values(Taking& column, size_t task) {
  const uint32_t* rows = column.spec.rows;
  const T* from = column.spec.from->values<T>();
  T* out = reinterpret_cast<T*>(column.out.data.data());
  if (column.spec.may_miss) {
    for (size_t i = begin(task); i < end(task); i++) out[i] = rows[i] == kNoRow ? T{} : from[rows[i]];
    return;
  }
  const size_t last = end(task);
  size_t i = begin(task);
  for (; i + kPrefetchRows + 8 <= last; i += 8) {
    for (size_t ahead = 0; ahead < 8; ahead++) prefetch(from + rows[i + kPrefetchRows + ahead]);
    for (size_t j = 0; j < 8; j++) out[i + j] = from[rows[i + j]];
  }
  for (; i < last; i++) out[i] = from[rows[i]];
}

void RowTaker::take_validity(Taking& column, size_t task) {
  const uint32_t* rows = column.spec.rows;
  const auto* from = reinterpret_cast<const uint64_t*>(column.spec.from->validity.data());
  const bool all_valid = column.spec.from->null_count == 0;
  auto* out = reinterpret_cast<uint64_t*>(column.out.validity.data());
  int64_t valid = 0;
  for (size_t first = begin(task); first < end(task); first += 64) {
    const size_t left = std::min<size_t>(64, end(task) - first);
    uint64_t bits = 0;
    for (size_t i = 0; i < left; i++) {
      const uint32_t row = rows[first + i];
      const bool present = row != kNoRow && (all_valid || (from[row >> 6] >> (row & 63) & 1));
      bits |= uint64_t{present} << i;
    }
    out[first / 64] = bits;
    valid += std::popcount(bits);
  }
  column.nulls[task] = static_cast<int64_t>(end(task) - begin(task)) - valid;
}

// The lengths go where the offsets will be.
void RowTaker::take_lengths(Taking& column, size_t task) {
  const uint32_t* rows = column.spec.rows;
  const auto* from = reinterpret_cast<const uint64_t*>(column.spec.from->offsets.data());
  auto* out = reinterpret_cast<uint64_t*>(column.out.offsets.data()) + 1;
  uint64_t bytes = 0;
  for (size_t i = begin(task); i < end(task); i++) {
    const size_t ahead = std::min(i + kPrefetchRows, end(task) - 1);
    if (rows[ahead] != kNoRow) prefetch(from + rows[ahead]);
    out[i] = rows[i] == kNoRow ? 0 : from[rows[i] + 1] - from[rows[i]];
    bytes += out[i];
  }
  column.bytes[task] = bytes;
}

Status RowTaker::between_passes(Taking& column) {
  Column& out = column.out;
  for (const int64_t nulls : column.nulls) out.null_count += nulls;
  if (out.null_count == 0) out.validity.reset();
  if (!is_string(out.type)) return {};
  uint64_t total = 0;
  for (size_t task = 0; task < tasks_; task++) {
    const uint64_t bytes = column.fixed ? (end(task) - begin(task)) * column.fixed_length : column.bytes[task];
    column.bytes[task] = total;
    total += bytes;
  }
  MILLRACE_TRY(out.data.reserve(total));
  return out.data.resize(total);
}

Status RowTaker::second_pass(Taking& column, size_t task) {
  if (!is_string(column.out.type)) return {};
  if (column.fixed) {
    copy_fixed_strings(column, task);
  } else {
    copy_strings(column, task);
  }
  return {};
}

// Whole blocks of 16 bytes where that is safe: the padding of the buffers allows reading past the end, and what is
// written past a string is overwritten by the next one, but not across the end of the task.
void RowTaker::copy_fixed_strings(Taking& column, size_t task) {
  const uint32_t* rows = column.spec.rows;
  const auto* offsets = reinterpret_cast<const uint64_t*>(column.spec.from->offsets.data());
  const uint8_t* from = column.spec.from->data.data() + offsets[0];
  const size_t length = column.fixed_length;
  uint8_t* to = column.out.data.data() + column.bytes[task];
  auto* ends = reinterpret_cast<uint64_t*>(column.out.offsets.data()) + 1;
  const size_t last = end(task);
  // The last rows, whose 32 bytes could reach past the task.
  const size_t safe = last - std::min<size_t>(last - begin(task), length == 0 ? last : 32 / length + 1);
  size_t i = begin(task);
  for (; i < safe; i++, to += length) {
    prefetch(from + rows[i + std::min(kPrefetchRows, last - 1 - i)] * length);
    std::memcpy(to, from + rows[i] * length, 16);
    if (length > 16) std::memcpy(to + 16, from + rows[i] * length + 16, 16);
  }
  for (; i < last; i++, to += length) std::memcpy(to, from + rows[i] * length, length);
  for (i = begin(task); i < last; i++) ends[i] = (i + 1) * length;
}

void RowTaker::copy_strings(Taking& column, size_t task) {
  const uint32_t* rows = column.spec.rows;
  const auto* offsets = reinterpret_cast<const uint64_t*>(column.spec.from->offsets.data());
  const uint8_t* from = column.spec.from->data.data();
  auto* ends = reinterpret_cast<uint64_t*>(column.out.offsets.data()) + 1;
  uint8_t* const base = column.out.data.data();
  uint64_t at = column.bytes[task];
  const uint64_t task_end = task + 1 < tasks_ ? column.bytes[task + 1] : column.out.data.size();
  // Two stages of prefetching: the offset of a row far ahead, then its bytes.
  for (size_t i = begin(task); i < end(task); i++) {
    const size_t far = std::min(i + 2 * kPrefetchRows, end(task) - 1);
    const size_t near = std::min(i + kPrefetchRows, end(task) - 1);
    if (rows[far] != kNoRow) prefetch(offsets + rows[far]);
    if (rows[near] != kNoRow) prefetch(from + offsets[rows[near]]);
    const uint64_t length = ends[i];
    if (length > 0) {
      const uint8_t* bytes = from + offsets[rows[i]];
      if (length <= 16 && at + 16 <= task_end) {
        std::memcpy(base + at, bytes, 16);
      } else {
        std::memcpy(base + at, bytes, length);
      }
    }
    at += length;
    ends[i] = at;
  }
}

}  // namespace

Result<std::vector<Column>> take_rows(const std::vector<TakeColumn>& columns, size_t count, Workers& workers,
                                      MemoryBudget* budget) {
  return RowTaker(columns, count, workers, budget).take();
}

}  // namespace millrace
