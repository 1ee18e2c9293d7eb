#include "base/memory.h"

#include <new>

#include "base/pages.h"

namespace millrace {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kArenaFirstBlock = 4096;
constexpr size_t kArenaLargestBlock = 1 << 20;

// From this size on a buffer is pages of its own: huge ones where the system has them, which spares nine faults in ten
// (a CSV of 510 MB into memory spent half of its time in them), and growth moves them instead of copying.
bool is_mapped(size_t total_bytes) { return pages::kAvailable && total_bytes >= pages::kHugePageBytes; }

std::atomic<int64_t> failure_countdown{-1};
std::atomic<bool> failure_forever{false};

bool injected_failure() {
  if (failure_countdown.load(std::memory_order_relaxed) < 0) return false;
  if (failure_countdown.fetch_sub(1, std::memory_order_relaxed) > 0) return false;
  failure_countdown.store(failure_forever.load() ? 0 : -1, std::memory_order_relaxed);
  return true;
}

void* allocate_aligned(size_t bytes) {
  if (injected_failure()) return nullptr;
  return ::operator new (bytes, std::align_val_t{kAlignment}, std::nothrow);
}

void free_aligned(void* data) { ::operator delete (data, std::align_val_t{kAlignment}); }

void* allocate_buffer(size_t total_bytes) {
  if (!is_mapped(total_bytes)) return allocate_aligned(total_bytes);
  return injected_failure() ? nullptr : pages::map(total_bytes);
}

void free_buffer(void* data, size_t total_bytes) {
  is_mapped(total_bytes) ? pages::unmap(data, total_bytes) : free_aligned(data);
}

// The first `kept` bytes in a place of `total` bytes; null, with the old place intact, when there is none.
void* grow_buffer(void* old, size_t old_total, size_t kept, size_t total) {
  if (old && is_mapped(old_total) && is_mapped(total)) {
    return injected_failure() ? nullptr : pages::grow(old, old_total, total);
  }
  void* grown = allocate_buffer(total);
  if (!grown) return nullptr;
  if (kept) std::memcpy(grown, old, kept);
  if (old) free_buffer(old, old_total);
  return grown;
}

}  // namespace

void inject_allocation_failure(int64_t countdown, bool forever) {
  failure_forever.store(forever);
  failure_countdown.store(countdown);
}

bool MemoryBudget::reserve(int64_t bytes) {
  const int64_t now = used_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (now > limit_bytes_ || (whole_ && !whole_->reserve(bytes))) {
    used_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  int64_t peak = peak_bytes_.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return true;
}

[[gnu::cold]] Status memory_limit_error(const MemoryBudget* budget, size_t wanted_bytes) {
  std::string message = "the query needs " + std::to_string(wanted_bytes) + " more bytes of memory";
  if (budget && budget->limit_bytes() != INT64_MAX) {
    message += ", but " + std::to_string(budget->used_bytes()) + " of its memory limit of " +
               std::to_string(budget->limit_bytes()) + " bytes are in use";
  } else {
    message += " than the system gives";
  }
  ErrorFacts facts;
  facts.hint = "raise `memoryLimit`, select fewer columns, or read the rows piece by piece with `batches()`";
  return Status(Code::MemoryLimit, std::move(message), std::move(facts));
}

Status Buffer::reserve(size_t bytes) {
  if (bytes <= capacity_ && data_) return {};
  if (bytes > size_t{1} << 46) return memory_limit_error(budget_, bytes);
  const size_t wanted = (bytes + kAlignment - 1) & ~(kAlignment - 1);
  const auto delta = static_cast<int64_t>(wanted - capacity_ + (data_ ? 0 : kBufferPadding));
  if (budget_ && !budget_->reserve(delta)) return memory_limit_error(budget_, wanted);
  auto* grown = static_cast<uint8_t*>(grow_buffer(data_, capacity_ + kBufferPadding, size_, wanted + kBufferPadding));
  if (!grown) {
    if (budget_) budget_->release(delta);
    return memory_limit_error(nullptr, wanted);
  }
  if (!is_mapped(wanted + kBufferPadding)) std::memset(grown + wanted, 0, kBufferPadding);
  data_ = grown;
  capacity_ = wanted;
  return {};
}

Status Buffer::resize(size_t bytes) {
  if (bytes > capacity_ || !data_) MILLRACE_TRY(reserve(bytes > capacity_ * 2 ? bytes : capacity_ * 2));
  size_ = bytes;
  return {};
}

void Buffer::trim() {
  const size_t wanted = (size_ + kAlignment - 1) & ~(kAlignment - 1);
  if (!data_ || !is_mapped(capacity_ + kBufferPadding) || !is_mapped(wanted + kBufferPadding)) return;
  pages::shrink(data_, capacity_ + kBufferPadding, wanted + kBufferPadding);
  if (budget_) budget_->release(static_cast<int64_t>(capacity_ - wanted));
  capacity_ = wanted;
}

void Buffer::reset() {
  if (!data_) return;
  free_buffer(data_, capacity_ + kBufferPadding);
  if (budget_) budget_->release(static_cast<int64_t>(capacity_ + kBufferPadding));
  data_ = nullptr;
  size_ = capacity_ = 0;
}

void Buffer::swap(Buffer& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(budget_, other.budget_);
}

void Buffer::rebind(MemoryBudget* budget) {
  const auto bytes = static_cast<int64_t>(data_ ? capacity_ + kBufferPadding : 0);
  if (budget_) budget_->release(bytes);
  budget_ = budget;
  if (budget_) (void)budget_->reserve(bytes);
}

char* Arena::allocate(size_t bytes) {
  if (cursor_ && bytes <= static_cast<size_t>(end_ - cursor_)) {
    char* out = cursor_;
    cursor_ += bytes;
    return out;
  }
  size_t capacity = head_ ? head_->capacity * 2 : kArenaFirstBlock;
  if (capacity > kArenaLargestBlock) capacity = kArenaLargestBlock;
  if (capacity < bytes) capacity = bytes;
  const size_t total = sizeof(Block) + capacity + kBufferPadding;
  if (budget_ && !budget_->reserve(static_cast<int64_t>(total))) return nullptr;
  void* memory = allocate_aligned(total);
  if (!memory) {
    if (budget_) budget_->release(static_cast<int64_t>(total));
    return nullptr;
  }
  head_ = new (memory) Block{head_, capacity};
  char* first = reinterpret_cast<char*>(head_ + 1);
  std::memset(first + capacity, 0, kBufferPadding);
  bytes_ += static_cast<int64_t>(total);
  cursor_ = first + bytes;
  end_ = first + capacity;
  return first;
}

const char* Arena::copy(const char* bytes, size_t size) {
  char* out = allocate(size);
  if (out && size) std::memcpy(out, bytes, size);
  return out;
}

void Arena::clear() {
  if (!head_) return;
  while (Block* older = head_->next) {
    head_->next = older->next;
    const auto total = static_cast<int64_t>(sizeof(Block) + older->capacity + kBufferPadding);
    free_aligned(older);
    if (budget_) budget_->release(total);
    bytes_ -= total;
  }
  cursor_ = reinterpret_cast<char*>(head_ + 1);
}

void Arena::reset() {
  while (head_) {
    Block* next = head_->next;
    free_aligned(head_);
    head_ = next;
  }
  if (budget_) budget_->release(bytes_);
  bytes_ = 0;
  cursor_ = end_ = nullptr;
}

void Arena::swap(Arena& other) noexcept {
  std::swap(head_, other.head_);
  std::swap(cursor_, other.cursor_);
  std::swap(end_, other.end_);
  std::swap(bytes_, other.bytes_);
  std::swap(budget_, other.budget_);
}

}  // namespace millrace
