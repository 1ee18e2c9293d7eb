// Waiting for words of shared memory without blocking the caller: on threads of its own, a few at most.
#pragma once
#include <cstdint>
#include <functional>

namespace millrace::exec {

inline constexpr int kMaxWordWaiters = 16;

// Calls `done` from another thread once *word != value (true, or early without a change) or `ms` have passed (false).
// False, and nothing done, when kMaxWordWaiters wait already: the caller then looks for itself. The word may be
// unmapped meanwhile: only the kernel reads it. Threads end when they have had nothing to do for a second.
bool wait_word_async(const int32_t* word, int32_t value, double ms, std::function<void(bool)> done);

// Threads that exist now, for tests.
int word_waiter_threads();

}  // namespace millrace::exec
