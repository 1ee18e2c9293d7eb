// The memory of all persisted frames of the process: one limit, past which the chunks that were read the longest ago go
// to a file, one for each frame.
//
// A chunk on disk that is needed is read by whoever needs it, into memory of its own: scans of more than the limit
// would else throw out what they are about to read, one chunk after another. It stays for all where there is room, or
// where the coldest one in memory was last read before the query that needed this one the last time (as in LRU-2,
// O'Neil et al. 1993): what is read over and over comes back, what is read in turn stays where it is.
//
// The lock is held for lists and numbers alone, never while a file is written or read: who disposes of a frame waits
// for nobody's disk.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>

#include "spill/parts.h"
#include "spill/spilled_values.h"
#include "store/stored_frame.h"

namespace millrace::exec {

// One frame as the keeper sees it.
struct KeptFrame final : store::KeptTotals {
  KeptFrame(std::shared_ptr<spill::SpillSpace> place, bool spills)
      : space(std::move(place)), file(*space), may_spill(spills) {}
  ~KeptFrame() override;

  const std::shared_ptr<spill::SpillSpace> space;
  spill::SharedFile file;
  const bool may_spill;
  // The query that persists it was told that there is no room. Another way to run it changes nothing about that.
  std::atomic<bool> refused{false};
  // When its disk refused a chunk the last time, by the clock of queries: it is not asked again before the next one.
  std::atomic<uint64_t> disk_failed_at{0};
};

class KeptColumn;

class ChunkKeeper {
 public:
  // Created at first use and never destroyed: frames may outlive every JavaScript environment.
  static ChunkKeeper& shared();

  // Takes the values of the chunk over, and makes room for them. ERR_MEMORY_LIMIT, and what `check` gives.
  Status adopt(store::RowChunk& chunk, const std::shared_ptr<KeptFrame>& frame, const store::ReadCheck& check);
  // The same for what never leaves memory.
  Status adopt(Dictionary& dictionary, KeptFrame& frame, const store::ReadCheck& check);
  // Until what is kept fits the limit; what is being read may go later. ERR_MEMORY_LIMIT where it cannot.
  Status make_room(const store::ReadCheck& check);
  bool fits() const { return used_bytes() <= limit_bytes(); }

  // Bytes; what lies in memory beyond a lower limit goes with the next make_room(). The default holds until
  // set_limit() is called; 0: half of the memory that the process may use.
  void set_limit(int64_t bytes) { limit_.store(bytes); }
  bool has_limit() const { return limit_.load() != 0; }
  void set_default(int64_t bytes) { default_.store(bytes); }
  int64_t limit_bytes() const;
  int64_t memory_bytes() const { return budget_.used_bytes(); }
  int64_t disk_bytes() const { return disk_bytes_.load(); }

 private:
  friend class KeptColumn;
  friend struct KeptFrame;
  struct Cold {
    KeptColumn* column;
    uint64_t read;  // the last time, when it was listed
  };

  void add(KeptColumn& column);
  void remove(KeptColumn& column);
  // True: the values are in memory for all, and pinned.
  bool admit(KeptColumn& column, store::ColumnChunk& values);
  // Lock held, for all of these. The column that was read the longest ago, if that was before `before`, marked as
  // leaving; null: none can go.
  std::shared_ptr<KeptColumn> coldest(uint64_t before);
  std::shared_ptr<KeptColumn> claim(KeptColumn& column);
  void list_cold();
  // Writes it where that has not been done, and frees its memory unless it is being read.
  Status evict(KeptColumn& column);
  // Without what is on its way out.
  int64_t used_bytes() const { return budget_.used_bytes() - leaving_bytes_.load(std::memory_order_relaxed); }
  // `disk`: what went wrong there, if it did.
  Status no_room(const std::string& disk) const;

  std::atomic<int64_t> limit_{0};  // 0: not set
  std::atomic<int64_t> default_{0};
  MemoryBudget budget_;  // counts, and refuses nothing
  std::atomic<int64_t> leaving_bytes_{0};
  std::atomic<int64_t> disk_bytes_{0};

  std::mutex mutex_;  // guards all below, and the lists' part of columns
  std::vector<KeptColumn*> columns_;
  std::vector<Cold> cold_;         // some of the coldest, the coldest last
  uint64_t coldest_read_ = 0;      // no column that could go was last read before
  bool some_are_busy_ = false;     // being read, or about to be freed
  bool some_are_leaving_ = false;  // by way of another thread
  std::condition_variable left_;   // one has gone, or could not
  std::string disk_failure_;
  uint64_t disk_failed_at_ = UINT64_MAX;  // by the clock of queries
};

}  // namespace millrace::exec
