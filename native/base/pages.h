// Memory straight from the system, for buffers of megabytes: aligned for huge pages, zeroed, resident only where
// touched.
#pragma once
#include <cstddef>

namespace millrace::pages {

inline constexpr size_t kHugePageBytes = size_t{2} << 20;
#if defined(__linux__)
inline constexpr bool kAvailable = true;
#else
inline constexpr bool kAvailable = false;  // then nothing below may be called
#endif

// Null when the system has none.
void* map(size_t bytes);
void unmap(void* address, size_t bytes);
// The same pages at the start of a larger mapping: nothing is copied. Null, with the old mapping intact, on failure.
void* grow(void* address, size_t old_bytes, size_t bytes);
void shrink(void* address, size_t old_bytes, size_t bytes);

// Gives the system back what the allocator keeps of memory that was freed. Milliseconds.
void trim_heap();

}  // namespace millrace::pages
