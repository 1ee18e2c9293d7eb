#include "store/take_stored_rows.h"

#include <algorithm>
#include <bit>

#include "column/visit_fixed.h"
#include "store/packed_column.h"
#include "store/unpack_columns.h"

namespace millrace::store {

namespace {

// A multiple of 64, so that tasks share no word of a bitmap; the output of a task stays in L2.
constexpr size_t kTaskRows = size_t{1} << 16;
constexpr size_t kPrefetchRows = 24;
// Up to one row in so many is looked up in its chunk; more are worth laying the column out.
constexpr int64_t kRowsALookUp = 32;

inline void prefetch(const void* address) {
#if defined(__GNUC__)
  __builtin_prefetch(address);
#endif
}

const RowChunk& chunk_of(const StoredFrame& frame, int64_t row) {
  const auto after = std::upper_bound(frame.chunks.begin(), frame.chunks.end(), row,
                                      [](int64_t at, const RowChunk& chunk) { return at < chunk.first_row; });
  return *(after - 1);
}

Result<Column> look_up(const StoredFrame& frame, const TakeStored& take, size_t count, HeldColumn& held,
                       MemoryBudget* budget) {
  const TypeId type = frame.schema[take.column].type;
  static constexpr char kNoBytes[kStringPadding] = {};
  static constexpr StringRef kNothing[] = {{kNoBytes, 0}};
  static constexpr uint64_t kNull[kValidityWords] = {};
  const Vector missing{type, kNothing, kNull, nullptr, nullptr};
  const auto scratch = std::make_unique<Scratch>();
  const auto found = std::make_unique<Scratch>();  // a vector of them
  const size_t width = type_width(type);
  const Dictionary* dictionary = frame.dictionaries[take.column].get();
  const RowChunk* chunk = nullptr;
  const ColumnChunk* values = nullptr;
  ColumnBuilder builder(type, budget);
  uint32_t rows = 0;  // in `found`
  const auto flush = [&]() -> Status {
    if (rows == 0) return {};
    MILLRACE_TRY(builder.append({type, found->values, found->validity, nullptr, nullptr}, rows));
    rows = 0;
    return {};
  };
  for (size_t i = 0; i < count; i++) {
    const uint32_t row = take.rows[i];
    Vector one = missing;
    if (row != kNoRow) {
      if (!chunk || row < chunk->first_row || row >= chunk->first_row + chunk->rows) {
        // Texts without a dictionary lie in the chunk that is given up.
        if (values && is_string(type) && values->encoding != Encoding::Dictionary) MILLRACE_TRY(flush());
        chunk = &chunk_of(frame, row);
        auto next = held.hold(*chunk, take.column);
        MILLRACE_TRY(next);
        values = next.value();
      }
      one = read_chunk(*values, type, dictionary, row - chunk->first_row, 1, *scratch);
    }
    std::memcpy(found->values + rows * width, one.data, width);
    uint64_t& word = found->validity[rows >> 6];
    word = (rows & 63 ? word : 0) | uint64_t{one.is_valid(0)} << (rows & 63);
    if (++rows == kVectorRows) MILLRACE_TRY(flush());
  }
  MILLRACE_TRY(flush());
  held.release();
  return builder.finish();
}

// The same where chunks have to be read from a file: in their order, so that each is read once.
Result<Column> look_up_in_order(const StoredFrame& frame, const TakeStored& take, size_t count, HeldColumn& held,
                                MemoryBudget* budget) {
  PodVector<uint32_t> order(budget);
  MILLRACE_TRY(order.resize(count));
  for (size_t i = 0; i < count; i++) order[i] = static_cast<uint32_t>(i);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return take.rows[a] < take.rows[b]; });
  PodVector<uint32_t> rows(budget);
  MILLRACE_TRY(rows.resize(count));
  for (size_t i = 0; i < count; i++) rows[i] = take.rows[order[i]];
  auto sorted = look_up(frame, {take.column, rows.data(), take.may_miss}, count, held, budget);
  MILLRACE_TRY(sorted);
  for (size_t i = 0; i < count; i++) rows[order[i]] = static_cast<uint32_t>(i);
  SerialWorkers serial;
  auto taken = take_rows({{&sorted.value(), rows.data(), false}}, count, serial, budget);
  MILLRACE_TRY(taken);
  return std::move(taken.value()[0]);
}

// Rows of one packed column.
class PackedTaker {
 public:
  PackedTaker(const PackedColumn& from, const TakeStored& take, size_t count, Workers& workers, MemoryBudget* budget)
      : from_(from),
        rows_(take.rows),
        may_miss_(take.may_miss),
        count_(count),
        tasks_(pieces_of(count, kTaskRows)),
        workers_(workers),
        nulls_(budget),
        bytes_(budget) {
    out_.type = from.type;
    out_.rows = static_cast<int64_t>(count);
    out_.data = Buffer(budget);
    out_.offsets = Buffer(budget);
    out_.validity = Buffer(budget);
  }

  Result<Column> take() {
    if (from_.null_count > 0 || may_miss_) {
      MILLRACE_TRY(make_room(out_.validity, pieces_of(count_, 64) * sizeof(uint64_t)));
      MILLRACE_TRY(nulls_.resize_fill(tasks_, 0));
      MILLRACE_TRY(each_task([this](size_t task) { take_validity(task); }));
      for (const int64_t nulls : nulls_) out_.null_count += nulls;
      if (out_.null_count == 0) out_.validity.reset();
    }
    MILLRACE_TRY(from_.dictionary ? take_strings() : take_fixed());
    return std::move(out_);
  }

 private:
  template <class Pass>
  Status each_task(Pass pass) {
    return workers_.run(tasks_, [&](size_t task, uint32_t) -> Status {
      pass(task);
      return {};
    });
  }
  size_t begin(size_t task) const { return task * kTaskRows; }
  size_t end(size_t task) const { return std::min(count_, (task + 1) * kTaskRows); }

  static Status make_room(Buffer& buffer, size_t bytes) {
    MILLRACE_TRY(buffer.reserve(bytes));
    return buffer.resize(bytes);
  }

  // Calls visit with a value of the type in which values are packed.
  template <class Visit>
  void visit_width(Visit visit) const {
    switch (from_.width) {
      case 1: visit(uint8_t{}); break;
      case 2: visit(uint16_t{}); break;
      case 4: visit(uint32_t{}); break;
      default: visit(uint64_t{}); break;
    }
  }

  // out[i] = make(the packed value of rows_[i]), or make_missing() where there is no such row.
  template <class Stored, class Out, class Make>
  void gather(size_t task, Out* out, Out missing, Make make) const {
    const auto* from = reinterpret_cast<const Stored*>(from_.data.data());
    const size_t last = end(task);
    size_t i = begin(task);
    if (may_miss_) {
      for (; i < last; i++) out[i] = rows_[i] == kNoRow ? missing : make(from[rows_[i]]);
      return;
    }
    for (; i + kPrefetchRows + 8 <= last; i += 8) {
      for (size_t ahead = 0; ahead < 8; ahead++) prefetch(from + rows_[i + kPrefetchRows + ahead]);
      for (size_t j = 0; j < 8; j++) out[i + j] = make(from[rows_[i + j]]);
    }
    for (; i < last; i++) out[i] = make(from[rows_[i]]);
  }

  Status take_fixed() {
    MILLRACE_TRY(make_room(out_.data, count_ * type_width(out_.type)));
    return each_task([this](size_t task) {
      visit_width([&](auto stored) {
        visit_fixed(out_.type, [&](auto value) {
          // Floats are packed as they are: their bits are copied.
          using T = decltype(value);
          using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
          using Out = std::conditional_t<std::is_floating_point_v<T>, Bits, T>;
          const uint64_t base = from_.base;
          gather<decltype(stored)>(task, reinterpret_cast<Out*>(out_.data.data()), Out{},
                                   [base](auto packed) { return static_cast<Out>(base + packed); });
        });
      });
    });
  }

  // The codes go where the offsets will be, so that the second pass reads nothing at random but the dictionary.
  Status take_strings() {
    MILLRACE_TRY(make_room(out_.offsets, (count_ + 1) * sizeof(uint64_t)));
    auto* ends = reinterpret_cast<uint64_t*>(out_.offsets.data()) + 1;
    ends[-1] = 0;
    MILLRACE_TRY(bytes_.resize_fill(tasks_ + 1, 0));
    MILLRACE_TRY(each_task([&](size_t task) {
      visit_width([&](auto stored) {
        gather<decltype(stored)>(task, ends, kNoCode, [](auto code) { return static_cast<uint64_t>(code); });
      });
      if (out_.null_count > 0) clear_nulls(task, ends);
      bytes_[task + 1] = bytes_of(task, ends);
    }));
    for (size_t task = 0; task < tasks_; task++) bytes_[task + 1] += bytes_[task];
    MILLRACE_TRY(make_room(out_.data, bytes_[tasks_]));
    return each_task([&](size_t task) { copy_strings(task, ends); });
  }

  void clear_nulls(size_t task, uint64_t* codes) const {
    for (size_t i = begin(task); i < end(task); i++) {
      if (!out_.is_valid(static_cast<int64_t>(i))) codes[i] = kNoCode;
    }
  }

  uint64_t bytes_of(size_t task, const uint64_t* codes) const {
    const StringRef* refs = from_.dictionary->refs.data();
    uint64_t bytes = 0;
    for (size_t i = begin(task); i < end(task); i++) bytes += codes[i] == kNoCode ? 0 : refs[codes[i]].size;
    return bytes;
  }

  // Blocks of 16 bytes wherever they stay inside the task: what they write past a string the next one overwrites.
  void copy_strings(size_t task, uint64_t* ends) {
    const StringRef* refs = from_.dictionary->refs.data();
    uint8_t* const base = out_.data.data();
    uint64_t at = bytes_[task];
    const uint64_t last = bytes_[task + 1];
    for (size_t i = begin(task); i < end(task); i++) {
      const StringRef string = ends[i] == kNoCode ? StringRef{"", 0} : refs[ends[i]];
      if (string.size > 0 && string.size <= 16 && at + 16 <= last) {
        std::memcpy(base + at, string.data, 16);
      } else if (string.size > 0) {
        std::memcpy(base + at, string.data, string.size);
      }
      at += string.size;
      ends[i] = at;
    }
  }

  void take_validity(size_t task) {
    const auto* from = reinterpret_cast<const uint64_t*>(from_.validity.data());
    auto* out = reinterpret_cast<uint64_t*>(out_.validity.data());
    int64_t valid = 0;
    for (size_t first = begin(task); first < end(task); first += 64) {
      uint64_t word = 0;
      for (size_t i = first; i < std::min(first + 64, end(task)); i++) {
        const uint32_t row = rows_[i];
        const bool present = row != kNoRow && (from_.null_count == 0 || (from[row >> 6] >> (row & 63) & 1));
        word |= uint64_t{present} << (i - first);
      }
      out[first / 64] = word;
      valid += std::popcount(word);
    }
    nulls_[task] = static_cast<int64_t>(end(task) - begin(task)) - valid;
  }

  static constexpr uint64_t kNoCode = UINT64_MAX;

  const PackedColumn& from_;
  const uint32_t* const rows_;
  const bool may_miss_;
  const size_t count_;
  const size_t tasks_;
  Workers& workers_;
  PodVector<int64_t> nulls_;   // by task
  PodVector<uint64_t> bytes_;  // strings: where a task's begin
  Column out_;
};

Result<Column> take_packed(const StoredFrame& frame, const TakeStored& take, size_t count, Workers& workers,
                           MemoryBudget* budget) {
  auto packed = pack_column(frame, take.column, workers, budget);
  MILLRACE_TRY(packed);
  return PackedTaker(packed.value(), take, count, workers, budget).take();
}

Result<Column> take_unpacked(const StoredFrame& frame, const TakeStored& take, size_t count, Workers& workers,
                             MemoryBudget* budget) {
  auto unpacked = unpack_columns(frame, {take.column}, workers, budget);
  MILLRACE_TRY(unpacked);
  auto taken = take_rows({{unpacked.value().data(), take.rows, take.may_miss}}, count, workers, budget);
  MILLRACE_TRY(taken);
  return std::move(taken.value()[0]);
}

}  // namespace

Result<std::vector<Column>> take_stored_rows(const StoredFrame& frame, const std::vector<TakeStored>& columns,
                                             size_t count, Workers& workers, MemoryBudget* budget) {
  std::vector<Column> out(columns.size());
  if (static_cast<int64_t>(count) <= frame.rows / kRowsALookUp) {
    std::vector<HeldColumn> held = held_columns(workers, budget);
    const bool on_disk = frame.is_on_disk();
    MILLRACE_TRY(workers.run(columns.size(), [&](size_t i, uint32_t slot) -> Status {
      auto column = on_disk ? look_up_in_order(frame, columns[i], count, held[slot], budget)
                            : look_up(frame, columns[i], count, held[slot], budget);
      MILLRACE_TRY(column);
      out[i] = column.take();
      return {};
    }));
    return out;
  }
  for (size_t i = 0; i < columns.size(); i++) {
    auto column = can_pack(frame, columns[i].column) ? take_packed(frame, columns[i], count, workers, budget)
                                                     : take_unpacked(frame, columns[i], count, workers, budget);
    MILLRACE_TRY(column);
    out[i] = column.take();
  }
  return out;
}

}  // namespace millrace::store
