#include <ctime>

#include "ipc/shared_memory.h"
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#endif

namespace millrace::ipc {

#ifdef _WIN32

bool wait_word(const int32_t*, int32_t, double) { return false; }
void wake_word(const int32_t*) {}

#else

static timespec duration(double ms) {
  const auto seconds = static_cast<time_t>(ms / 1e3);
  return {seconds, static_cast<long>((ms - static_cast<double>(seconds) * 1e3) * 1e6)};
}

#ifdef __linux__

bool wait_word(const int32_t* word, int32_t value, double ms) {
  const timespec timeout = duration(ms);
  // Without FUTEX_PRIVATE_FLAG: waiters and wakers may be in different processes.
  return ::syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, nullptr, 0) == 0 || errno != ETIMEDOUT;
}

void wake_word(const int32_t* word) { ::syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }

#else

bool wait_word(const int32_t* word, int32_t value, double ms) {
  const timespec pause = duration(0.5);
  for (double waited = 0; __atomic_load_n(word, __ATOMIC_SEQ_CST) == value; waited += 0.5) {
    if (waited >= ms) return false;
    ::nanosleep(&pause, nullptr);
  }
  return true;
}

void wake_word(const int32_t*) {}

#endif

#endif

}  // namespace millrace::ipc
