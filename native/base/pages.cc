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

#include <cstdint>

namespace millrace::pages {

namespace {

size_t whole_pages(size_t bytes) {
  static const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) & ~(page - 1);
}

}  // namespace

void* map(size_t bytes) {
  const size_t size = whole_pages(bytes);
  const size_t reach = size + kHugePageBytes;
  void* reserved = mmap(nullptr, reach, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<uintptr_t>(reserved);
  const uintptr_t aligned = (begin + kHugePageBytes - 1) & ~(kHugePageBytes - 1);
  if (aligned > begin) munmap(reserved, aligned - begin);
  if (begin + reach > aligned + size) munmap(reinterpret_cast<void*>(aligned + size), begin + reach - aligned - size);
  void* out = reinterpret_cast<void*>(aligned);
#ifdef MADV_HUGEPAGE
  (void)madvise(out, size, MADV_HUGEPAGE);  // a wish: kernels without them refuse
#endif
  return out;
}

void unmap(void* address, size_t bytes) { munmap(address, whole_pages(bytes)); }

void* grow(void* address, size_t old_bytes, size_t bytes) {
  void* place = map(bytes);
  if (!place) return nullptr;
  // In one call, so that the result is one mapping: another growth could not move two.
  void* moved = mremap(address, whole_pages(old_bytes), whole_pages(bytes), MREMAP_MAYMOVE | MREMAP_FIXED, place);
  if (moved != MAP_FAILED) return place;
  unmap(place, bytes);
  return nullptr;
}

void shrink(void* address, size_t old_bytes, size_t bytes) {
  const size_t size = whole_pages(bytes);
  const size_t old_size = whole_pages(old_bytes);
  if (size < old_size) munmap(static_cast<char*>(address) + size, old_size - size);
}

}  // namespace millrace::pages

#endif
