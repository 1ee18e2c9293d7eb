#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "simd/levels.h"

namespace millrace::simd {

namespace {

// What these two ask for is exactly what the target regions of avx2.cc and avx512.cc name.
bool cpu_has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
#else
  return false;
#endif
}

bool cpu_has_avx512() {
#if defined(__x86_64__)
  return cpu_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
         __builtin_cpu_supports("avx512bitalg");
#else
  return false;
#endif
}

// Worst first. The compiler's own CPU test also asks the operating system whether it saves the wide registers.
struct Levels {
  std::array<const KernelTable*, 5> tables{};
  std::array<const char*, 6> names{};
  size_t count = 0;

  Levels() {
    add(scalar_kernels(), true);
    add(sse2_kernels(), true);
    add(neon_kernels(), true);
    add(avx2_kernels(), cpu_has_avx2());
    add(avx512_kernels(), cpu_has_avx512());
  }

  void add(const KernelTable* table, bool supported) {
    if (!table || !supported) return;
    tables[count] = table;
    names[count] = table->name;
    count++;
  }

  const KernelTable* find(const char* name) const {
    for (size_t i = 0; i < count; i++) {
      if (std::strcmp(names[i], name) == 0) return tables[i];
    }
    return nullptr;
  }
};

const Levels& levels() {
  static const Levels all;
  return all;
}

const KernelTable* initial_level() {
  const char* forced = std::getenv("MILLRACE_SIMD");
  const KernelTable* named = forced ? levels().find(forced) : nullptr;
  return named ? named : levels().tables[levels().count - 1];
}

std::atomic<const KernelTable*>& current() {
  static std::atomic<const KernelTable*> table{initial_level()};
  return table;
}

}  // namespace

const KernelTable& kernels() { return *current().load(std::memory_order_relaxed); }

bool extracts_bits_fast() {
#if defined(__x86_64__)
  static const bool slow = __builtin_cpu_is("znver1") || __builtin_cpu_is("znver2") || __builtin_cpu_is("bdver4");
  return !slow;
#else
  return false;
#endif
}

bool select_level(const char* name) {
  const KernelTable* table = levels().find(name);
  if (table) current().store(table);
  return table != nullptr;
}

const char* const* available_levels() { return levels().names.data(); }

}  // namespace millrace::simd
