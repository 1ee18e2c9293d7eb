// Memory that is counted. Everything whose size follows the data (buffers, tables, arenas) lives in a Buffer or a
// PodVector, which reserve from the query's MemoryBudget before they grow. Small fixed structures use the standard
// library and are not counted.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/status.h"

namespace millrace {

// A limit shared by all operators of one query. Thread-safe, lock-free. A null budget pointer means "uncounted".
class MemoryBudget {
 public:
  // What is reserved here is reserved of `whole` too, which outlives this.
  explicit MemoryBudget(int64_t limit_bytes = INT64_MAX, MemoryBudget* whole = nullptr)
      : limit_bytes_(limit_bytes), whole_(whole) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  [[nodiscard]] bool reserve(int64_t bytes);
  void release(int64_t bytes) {
    used_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    if (whole_) whole_->release(bytes);
  }
  int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  int64_t peak_bytes() const { return peak_bytes_.load(std::memory_order_relaxed); }
  int64_t limit_bytes() const { return limit_bytes_; }

 private:
  const int64_t limit_bytes_;
  MemoryBudget* const whole_;
  std::atomic<int64_t> used_bytes_{0};
  std::atomic<int64_t> peak_bytes_{0};
};

// Test hook: after `countdown` more successful allocations the next one fails; with `forever` so do all later ones.
// Negative disarms. Process-wide; a relaxed load an allocation.
void inject_allocation_failure(int64_t countdown, bool forever);

// Every Buffer has this many readable bytes behind its size, so that kernels may load whole vectors at the end.
inline constexpr size_t kBufferPadding = 64;

// 64-byte aligned, padded, budget-counted bytes. Contents are uninitialised after growth; padding reads are allowed,
// their values are unspecified.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(MemoryBudget* budget) : budget_(budget) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { reset(); }

  // Grows capacity to at least `bytes`, keeping the first size() bytes. ERR_MEMORY_LIMIT when refused.
  Status reserve(size_t bytes);
  // reserve() with doubling, for appenders; then size() = bytes.
  Status resize(size_t bytes);
  // Gives back what a large buffer has beyond its size.
  void trim();
  void reset();
  void swap(Buffer& other) noexcept;
  // The budget that later releases and growth go to: moves the accounting (used when a result outlives its query).
  void rebind(MemoryBudget* budget);

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  MemoryBudget* budget() const { return budget_; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  MemoryBudget* budget_ = nullptr;
};

// A growable array of trivially copyable T over a Buffer. reserve() first (a Status), then push_unchecked().
template <class T>
class PodVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  PodVector() = default;
  explicit PodVector(MemoryBudget* budget) : buffer_(budget) {}

  Status reserve(size_t count) { return count <= capacity() ? Status() : grow(count); }
  Status reserve_more(size_t extra) { return reserve(size_ + extra); }
  // New elements are uninitialised.
  Status resize(size_t count) {
    MILLRACE_TRY(reserve(count));
    size_ = count;
    return {};
  }
  Status resize_fill(size_t count, T value) {
    const size_t old = size_;
    MILLRACE_TRY(resize(count));
    for (size_t i = old; i < count; i++) data()[i] = value;
    return {};
  }
  void push_unchecked(T value) { data()[size_++] = value; }
  Status push(T value) {
    MILLRACE_TRY(reserve(size_ + 1));
    push_unchecked(value);
    return {};
  }
  Status append(const T* values, size_t count) {
    MILLRACE_TRY(reserve_more(count));
    if (count) std::memcpy(data() + size_, values, count * sizeof(T));
    size_ += count;
    return {};
  }
  void clear() { size_ = 0; }
  void reset() {
    buffer_.reset();
    size_ = 0;
  }
  void rebind(MemoryBudget* budget) { buffer_.rebind(budget); }

  T* data() { return reinterpret_cast<T*>(buffer_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(buffer_.data()); }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t capacity() const { return buffer_.capacity() / sizeof(T); }
  MemoryBudget* budget() const { return buffer_.budget(); }
  // Hands the bytes over as a Buffer of size() * sizeof(T) bytes and leaves this empty.
  Buffer take_buffer();

 private:
  Status grow(size_t count) {
    const size_t doubled = capacity() * 2;
    if (size_) MILLRACE_TRY(buffer_.resize(size_ * sizeof(T)));  // growth keeps what stands below the buffer's own size
    return buffer_.reserve((count > doubled ? count : doubled) * sizeof(T));
  }
  Buffer buffer_;
  size_t size_ = 0;
};

template <class T>
Buffer PodVector<T>::take_buffer() {
  Buffer out = std::move(buffer_);
  buffer_ = Buffer(out.budget());
  if (out.capacity() >= size_ * sizeof(T)) (void)out.resize(size_ * sizeof(T)).ok();
  size_ = 0;
  return out;
}

// Bump allocator for bytes that live as long as the arena (keys of group tables, unescaped fields). Pointers stay
// valid when it grows. Each block keeps kBufferPadding readable bytes at its end.
class Arena {
 public:
  explicit Arena(MemoryBudget* budget = nullptr) : budget_(budget) {}
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    swap(other);
    return *this;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { reset(); }

  // `bytes` uninitialised bytes, or null when the budget refuses (the caller returns memory_limit_error()).
  char* allocate(size_t bytes);
  // A copy of the bytes, or null as above. Zero bytes give a valid non-null pointer.
  const char* copy(const char* bytes, size_t size);
  // Forgets all contents but keeps the newest block for reuse.
  void clear();
  void reset();
  void swap(Arena& other) noexcept;
  int64_t bytes() const { return bytes_; }

 private:
  struct Block {
    Block* next;
    size_t capacity;
  };
  Block* head_ = nullptr;
  char* cursor_ = nullptr;
  char* end_ = nullptr;
  int64_t bytes_ = 0;
  MemoryBudget* budget_ = nullptr;
};

Status memory_limit_error(const MemoryBudget* budget, size_t wanted_bytes);

}  // namespace millrace
