// The tables of the levels that this build contains. Null when the target architecture has no such level.
#pragma once
#include "simd/kernels.h"

namespace millrace::simd {

const KernelTable* scalar_kernels();
const KernelTable* sse2_kernels();
const KernelTable* avx2_kernels();
const KernelTable* avx512_kernels();
const KernelTable* neon_kernels();

}  // namespace millrace::simd
