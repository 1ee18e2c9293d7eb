// Compiles what stands between MILLRACE_TARGET_BEGIN("avx2,...") and MILLRACE_TARGET_END for those CPU features, with
// no compiler flags: the rest of the binary stays at the baseline.
#pragma once

#define MILLRACE_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define MILLRACE_TARGET_BEGIN(features) \
  MILLRACE_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function))
#define MILLRACE_TARGET_END _Pragma("clang attribute pop")
#else
#define MILLRACE_TARGET_BEGIN(features) _Pragma("GCC push_options") MILLRACE_PRAGMA(GCC target(features))
#define MILLRACE_TARGET_END _Pragma("GCC pop_options")
#endif
