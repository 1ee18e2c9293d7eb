// Random access to the bytes of one input: a regular file through pread (no mmap: a file that shrinks must be an error,
// not a signal), or memory.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/memory.h"

namespace millrace::exec {

// What identifies the version of a file that a query started with.
struct FileStamp {
  int64_t size = 0;
  int64_t modified_ns = 0;
  uint64_t inode = 0;
  bool regular = true;
  bool operator==(const FileStamp&) const = default;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual int64_t size() const = 0;
  // Exactly `bytes` bytes from `offset`; precondition: offset + bytes <= size(). ERR_FILE_CHANGED when fewer are there.
  virtual Status read_at(int64_t offset, uint8_t* to, size_t bytes) = 0;
  // ERR_FILE_CHANGED when the file is no longer the one that was opened.
  virtual Status verify_unchanged() { return {}; }
};

// ERR_FILE_NOT_FOUND, ERR_FILE_ACCESS, ERR_FILE_IS_DIRECTORY, ERR_IO.
Result<FileStamp> stat_file(const std::string& path);
// The same, and ERR_FILE_CHANGED when the file differs from `expected`.
Result<std::unique_ptr<ByteSource>> open_file(const std::string& path, const FileStamp& expected);
// `bytes` must outlive the source.
std::unique_ptr<ByteSource> open_bytes(const uint8_t* bytes, int64_t size);

// Reads what a pipe or device gives, in order. Blocks at most `timeout_ms` a call.
class SequentialReader {
 public:
  static Result<std::unique_ptr<SequentialReader>> open(const std::string& path);
  ~SequentialReader();
  // Bytes read, 0 at the end, -1 when nothing came within the timeout.
  Result<int64_t> read(uint8_t* to, size_t bytes, int timeout_ms);

 private:
  explicit SequentialReader(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
  std::string path_;
};

// Test hook: the read after `countdown` more reads fails with EIO (kind 0), delivers half (1), or is interrupted (2);
// with `forever` so do all later ones.
void inject_read_failure(int kind, int64_t countdown, bool forever);

}  // namespace millrace::exec
