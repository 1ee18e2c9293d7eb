#include "base/pages.h"

#include <cstdlib>  // __GLIBC__
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace millrace::pages {

void trim_heap() {
#if defined(__GLIBC__)
  (void)malloc_trim(0);
#endif
}

}  // namespace millrace::pages

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>

namespace millrace::pages {

namespace {

using Clock = std::chrono::steady_clock;

size_t whole_pages(size_t bytes) {
  static const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) & ~(page - 1);
}

uintptr_t whole_huge_pages(uintptr_t address) { return (address + kHugePageBytes - 1) & ~(kHugePageBytes - 1); }

void* map_fresh(size_t size) {
  const size_t reach = size + kHugePageBytes;
  void* reserved = mmap(nullptr, reach, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<uintptr_t>(reserved);
  const uintptr_t aligned = whole_huge_pages(begin);
  if (aligned > begin) munmap(reserved, aligned - begin);
  if (begin + reach > aligned + size) munmap(reinterpret_cast<void*>(aligned + size), begin + reach - aligned - size);
  void* out = reinterpret_cast<void*>(aligned);
#ifdef MADV_HUGEPAGE
  (void)madvise(out, size, MADV_HUGEPAGE);  // a wish: kernels without them refuse
#endif
  return out;
}

void give_back(uintptr_t begin, size_t size) { munmap(reinterpret_cast<void*>(begin), size); }

// Thread-safe. Never destroyed: buffers may be freed while the process ends.
class Keeper {
 public:
  static Keeper& shared() {
    static auto* keeper = new Keeper();
    return *keeper;
  }

  // Of a kept region that is large enough, or null.
  void* take(size_t size) {
    const std::lock_guard lock(mutex_);
    used_at_ = Clock::now();
    const auto at = regions_.lower_bound(size);
    void* out = nullptr;
    if (at != regions_.end()) {
      const auto [whole, begin] = *at;
      regions_.erase(at);
      kept_ -= whole;
      out = reinterpret_cast<void*>(begin);
      keep_rest(begin + size, begin + whole);
    }
    use(size);
    return out;
  }

  // Of a mapping that take() counted and the system then refused.
  void forget(size_t size) {
    const std::lock_guard lock(mutex_);
    in_use_ -= size;
  }
  void use_more(size_t size) {
    const std::lock_guard lock(mutex_);
    use(size);
  }

  void put(void* address, size_t size) {
    void (*wake)() = nullptr;
    {
      const std::lock_guard lock(mutex_);
      used_at_ = Clock::now();
      in_use_ -= size;
      if (frugal_ > 0 || size < kHugePageBytes || in_use_ + kept_ + size > most_in_use_) {
        give_back(reinterpret_cast<uintptr_t>(address), size);
        return;
      }
      if (regions_.empty()) wake = wake_;
#ifdef MADV_FREE
      (void)madvise(address, size, MADV_FREE);
#endif
      regions_.emplace(size, reinterpret_cast<uintptr_t>(address));
      kept_ += size;
    }
    if (wake) wake();
  }

  size_t kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }
  void on_kept(void (*wake)()) {
    const std::lock_guard lock(mutex_);
    wake_ = wake;
  }
  bool drop_idle(int milliseconds) {
    const std::lock_guard lock(mutex_);
    if (Clock::now() - used_at_ >= std::chrono::milliseconds(milliseconds)) drop_to(0);
    if (kept_ == 0) most_in_use_ = in_use_;
    return kept_ > 0;
  }
  void be_frugal(int change) {
    const std::lock_guard lock(mutex_);
    frugal_ += change;
    if (frugal_ > 0) drop_to(0);
  }

 private:
  // Lock held, here and below.
  void use(size_t size) {
    in_use_ += size;
    most_in_use_ = std::max(most_in_use_, in_use_);
    drop_to(most_in_use_ - in_use_);
  }

  // What follows a buffer, from a huge page on.
  void keep_rest(uintptr_t begin, uintptr_t end) {
    const uintptr_t aligned = std::min(whole_huge_pages(begin), end);
    if (aligned > begin) give_back(begin, aligned - begin);
    if (end - aligned >= kHugePageBytes) {
      regions_.emplace(end - aligned, aligned);
      kept_ += end - aligned;
    } else if (end > aligned) {
      give_back(aligned, end - aligned);
    }
  }

  // The smallest ones go first.
  void drop_to(size_t bytes) {
    while (kept_ > bytes) {
      const auto [size, begin] = *regions_.begin();
      regions_.erase(regions_.begin());
      kept_ -= size;
      give_back(begin, size);
    }
  }

  std::mutex mutex_;
  std::multimap<size_t, uintptr_t> regions_;  // by size
  size_t kept_ = 0;
  size_t in_use_ = 0;
  size_t most_in_use_ = 0;  // since nothing was kept last
  int frugal_ = 0;
  Clock::time_point used_at_;
  void (*wake_)() = nullptr;
};

}  // namespace

void* map(size_t bytes) {
  const size_t size = whole_pages(bytes);
  void* kept = Keeper::shared().take(size);
  if (kept) return kept;
  void* fresh = map_fresh(size);
  if (!fresh) Keeper::shared().forget(size);
  return fresh;
}

void unmap(void* address, size_t bytes) { Keeper::shared().put(address, whole_pages(bytes)); }

void* grow(void* address, size_t old_bytes, size_t bytes) {
  const size_t old_size = whole_pages(old_bytes);
  const size_t size = whole_pages(bytes);
  void* place = map_fresh(size);
  if (!place) return nullptr;
  // In one call, so that the result is one mapping: another growth could not move two.
  void* moved = mremap(address, old_size, size, MREMAP_MAYMOVE | MREMAP_FIXED, place);
  if (moved == MAP_FAILED) {
    give_back(reinterpret_cast<uintptr_t>(place), size);
    return nullptr;
  }
  Keeper::shared().use_more(size - old_size);
  return place;
}

void shrink(void* address, size_t old_bytes, size_t bytes) {
  const size_t size = whole_pages(bytes);
  const size_t old_size = whole_pages(old_bytes);
  if (size < old_size) Keeper::shared().put(static_cast<char*>(address) + size, old_size - size);
}

size_t kept_bytes() { return Keeper::shared().kept(); }
void on_kept(void (*wake)()) { Keeper::shared().on_kept(wake); }
bool drop_idle(int milliseconds) { return Keeper::shared().drop_idle(milliseconds); }

KeepNothing::KeepNothing() { Keeper::shared().be_frugal(1); }
KeepNothing::~KeepNothing() { Keeper::shared().be_frugal(-1); }

}  // namespace millrace::pages

#else

namespace millrace::pages {

size_t kept_bytes() { return 0; }
void on_kept(void (*)()) {}
bool drop_idle(int) { return false; }
KeepNothing::KeepNothing() {}
KeepNothing::~KeepNothing() {}

}  // namespace millrace::pages

#endif
