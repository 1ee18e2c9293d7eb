// The loops that kernels are made of. `f` is inlined; results never overlap arguments, which lets the compiler use the
// vector unit.
#pragma once
#include "expr/instruction.h"

namespace millrace::expr {

// out[i] = f(a[i])
template <class Out, class A, class F>
void map_rows(const Call& call, F f) {
  const A* a = call.arguments[0].as<A>();
  Out* __restrict out = call.out<Out>();
  const uint32_t rows = call.rows;
  for (uint32_t i = 0; i < rows; i++) out[i] = f(a[i]);
}

// out[i] = f(a[i], b[i]), where one of the two may be a constant.
template <class Out, class A, class B, class F>
void zip_rows(const Call& call, F f) {
  const A* a = call.arguments[0].as<A>();
  const B* b = call.arguments[1].as<B>();
  Out* __restrict out = call.out<Out>();
  const uint32_t rows = call.rows;
  if (call.arguments[1].constant) {
    const B value = *b;
    for (uint32_t i = 0; i < rows; i++) out[i] = f(a[i], value);
  } else if (call.arguments[0].constant) {
    const A value = *a;
    for (uint32_t i = 0; i < rows; i++) out[i] = f(value, b[i]);
  } else {
    for (uint32_t i = 0; i < rows; i++) out[i] = f(a[i], b[i]);
  }
}

// The first row whose result is not null and for which `bad(row)` holds, or call.rows. The slow second look of kernels
// that found some suspicious row in the loop over all rows, nulls included. The call remembers it.
template <class F>
uint32_t first_bad_row(Call& call, F bad) {
  for (uint32_t row = 0; row < call.rows; row++) {
    if (call.is_valid(row) && bad(row)) return call.bad_row = row;
  }
  return call.rows;
}

// Marks a row null.
inline void set_null(Call& call, uint32_t row) {
  if (!call.has_nulls) {
    std::memset(call.validity, 0xFF, kValidityWords * sizeof(uint64_t));
    call.has_nulls = true;
  }
  call.validity[row >> 6] &= ~(uint64_t{1} << (row & 63));
}

// For results as long as the texts that they are made of, without those of null rows. ERR_MEMORY_LIMIT.
inline Result<char*> room_for(Call& call, const StringRef* texts) {
  uint64_t total = 0;
  for (uint32_t row = 0; row < call.rows; row++) total += call.is_valid(row) ? texts[row].size : 0;
  char* at = call.arena->allocate(total);
  if (!at) return memory_limit_error(call.budget, total);
  return at;
}

}  // namespace millrace::expr
