// Memory straight from the system, for buffers of megabytes: aligned for huge pages, resident only where touched.
//
// What is freed is kept for some seconds, for the next buffers: the system clears every page that it gives, and a
// virtual machine may have to ask its host for it first (a result of 1 GB took 1.24 s in fresh memory and 0.29 s in
// memory that was there). What is kept and what is in use are together never more than what was in use at once lately,
// and the system may take kept pages back at any time, so a process is no larger for it.
#pragma once
#include <cstddef>

namespace millrace::pages {

inline constexpr size_t kHugePageBytes = size_t{2} << 20;
#if defined(__linux__)
inline constexpr bool kAvailable = true;
#else
inline constexpr bool kAvailable = false;  // then nothing is mapped, and nothing kept
#endif

// Null when the system has none. Contents are unspecified.
void* map(size_t bytes);
void unmap(void* address, size_t bytes);
// The same pages at the start of a larger mapping: nothing is copied. Null, with the old mapping intact, on failure.
void* grow(void* address, size_t old_bytes, size_t bytes);
void shrink(void* address, size_t old_bytes, size_t bytes);

size_t kept_bytes();
// Calls `wake` whenever there is something kept after there was nothing: somebody should call drop_idle() in a while.
void on_kept(void (*wake)());
// Gives back what is kept if nothing was mapped or freed for so long. False: nothing is kept any more.
bool drop_idle(int milliseconds);
inline constexpr int kKeptMilliseconds = 5000;

// While one of these exists nothing is kept: for queries whose limit is on what the process has.
class KeepNothing {
 public:
  KeepNothing();
  ~KeepNothing();
  KeepNothing(const KeepNothing&) = delete;
  KeepNothing& operator=(const KeepNothing&) = delete;
};

// Gives the system back what the allocator keeps of memory that was freed. Milliseconds.
void trim_heap();

}  // namespace millrace::pages
