// Named segments of memory that processes share (POSIX shm_open and mmap), and waiting on a word of them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/status.h"

namespace millrace::ipc {

// A segment mapped into this process; unmapped by the destructor. The segment itself lives until unlink() and the end
// of the last mapping.
class Mapping {
 public:
  // A new segment of zeros, whose memory is allocated now: a full /dev/shm is an error here, not a SIGBUS later.
  static Result<Mapping> create(const std::string& name, size_t bytes);
  static Result<Mapping> attach(const std::string& name);
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping();

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  Mapping(uint8_t* data, size_t size) : data_(data), size_(size) {}
  static Result<Mapping> map(int descriptor, size_t bytes, const std::string& name);
  uint8_t* data_;
  size_t size_;
};

// Removes the name; false when there was none. Mappings stay.
Result<bool> unlink(const std::string& name);

// Blocks while *word == value, for `ms` at most; false when the time ran out. May return early without a change.
// The word may be in memory of several processes. Where the kernel has no futex this sleeps and looks.
bool wait_word(const int32_t* word, int32_t value, double ms);
// Wakes everyone, in every process, who waits for the word.
void wake_word(const int32_t* word);

}  // namespace millrace::ipc
