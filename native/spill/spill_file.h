// Where the rows of a query go that has too little memory: a file without a name, which the system forgets when the
// query ends, however it ends.
#pragma once
#include <memory>
#include <string>

#include "base/memory.h"

namespace millrace::spill {

// What one query may use of the disk. Outlives its files.
struct SpillSpace {
  SpillSpace(std::string folder, int64_t limit_bytes) : directory(std::move(folder)), disk(limit_bytes) {}
  const std::string directory;  // empty: the system's folder for temporary files
  MemoryBudget disk;            // counts bytes of files
};

// Readable and writable by this user alone, and by nobody who does not hold its descriptor. Thread-safe.
class SpillFile {
 public:
  // ERR_IO: no file can be made in the directory.
  static Result<std::unique_ptr<SpillFile>> create(SpillSpace& space);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  // Writes behind all that was written before; where it begins. ERR_SPILL_LIMIT; ERR_IO with the system's reason
  // (ENOSPC on a full disk).
  Result<int64_t> append(const uint8_t* bytes, size_t size);
  // ERR_IO.
  Status read(int64_t offset, uint8_t* to, size_t size) const;

 private:
  SpillFile(int descriptor, SpillSpace& space) : descriptor_(descriptor), space_(space) {}

  void give_back(int64_t offset, int64_t size);

  const int descriptor_;
  SpillSpace& space_;
  std::atomic<int64_t> size_{0};
};

// Tells bytes that were read from those that were written.
uint64_t checksum(const uint8_t* bytes, size_t size);

// Removes what processes that are no longer alive may have left in `directory` (between making a file and unlinking
// it, where the file system cannot make files without a name). Returns how many entries.
int remove_leftovers(const std::string& directory);

// Test hook: the write (kind 0: ENOSPC, 1: half of it is written, 2: EINTR), read (3: EIO, 4: a bit is flipped) or
// file without a name (5: the file system has none) after `countdown` more of them fails.
void inject_spill_failure(int kind, int64_t countdown);

}  // namespace millrace::spill
