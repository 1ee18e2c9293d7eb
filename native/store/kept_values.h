// Values of a persisted chunk, which have to make room for others when memory is short: then they are in a file, until
// somebody reads them again. Who reads them pins them; without a pin they may go at any time.
//
// A pin costs one atomic increment, and nothing is locked: the flag of those that went is in the same word.
#pragma once
#include <functional>

#include "store/column_chunk.h"

namespace millrace::store {

// Process-wide: how many queries have begun. A chunk that two of them read is warmer than one that one reads twice.
inline std::atomic<uint64_t> query_clock{1};

// ERR_ABORTED when the values are no longer wanted.
using ReadCheck = std::function<Status()>;

class KeptValues : public std::enable_shared_from_this<KeptValues> {
 public:
  explicit KeptValues(ColumnChunk values);
  virtual ~KeptValues() = default;
  KeptValues(const KeptValues&) = delete;
  KeptValues& operator=(const KeptValues&) = delete;

  // Null while they are in the file alone; else they stay until unpin(). Thread-safe.
  const ColumnChunk* pin() {
    if (!(word_.fetch_add(1, std::memory_order_acquire) & kAway)) return &values_;
    unpin();
    return nullptr;
  }
  void unpin() { word_.fetch_sub(1, std::memory_order_release); }
  // That the query in progress reads them.
  void mark_read() {
    const uint64_t now = query_clock.load(std::memory_order_relaxed);
    const uint64_t last = last_read_.load(std::memory_order_relaxed);
    if (now == last) return;
    read_before_.store(last, std::memory_order_relaxed);
    last_read_.store(now, std::memory_order_relaxed);
  }

  enum class Part : uint8_t { All, Validity };
  // For values that are not in memory. True: they are again, and pinned; false: the caller has them in `into`, counted
  // by `budget`, and nobody else. ERR_IO, ERR_MEMORY_LIMIT, and what `check` gives.
  virtual Result<bool> read_back(Part part, MemoryBudget* budget, const ReadCheck& check, ColumnChunk& into) = 0;

  const ChunkHeader& header() const { return values_; }
  // What they take in memory while they are there.
  int64_t memory_bytes() const { return memory_bytes_; }

 protected:
  bool is_away() const { return (word_.load(std::memory_order_acquire) & kAway) != 0; }
  bool is_pinned() const { return (word_.load(std::memory_order_relaxed) & ~kAway) != 0; }
  uint64_t last_read() const { return last_read_.load(std::memory_order_relaxed); }
  // By the query before.
  uint64_t read_before() const { return read_before_.load(std::memory_order_relaxed); }
  // Precondition of these: nobody else calls either. False: they are pinned.
  bool leave();
  // Precondition: they are away. Pins them.
  void come_back(ColumnChunk& values, MemoryBudget* budget);
  // Precondition: they are in memory, and nobody calls leave().
  const ColumnChunk& values() const { return values_; }

 private:
  static constexpr uint32_t kAway = uint32_t{1} << 31;

  ColumnChunk values_;  // without ranges
  const int64_t memory_bytes_;
  std::atomic<uint32_t> word_{0};  // pins, and kAway
  std::atomic<uint64_t> last_read_;
  std::atomic<uint64_t> read_before_{0};
};

// Of all values of a frame.
struct KeptTotals {
  virtual ~KeptTotals() = default;
  std::atomic<int64_t> memory_bytes{0};
  std::atomic<int64_t> disk_bytes{0};   // in the file, whether in memory too or not
  std::atomic<int64_t> away_chunks{0};  // in the file alone
};

}  // namespace millrace::store
