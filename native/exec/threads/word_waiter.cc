#include "exec/threads/word_waiter.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "ipc/shared_memory.h"

namespace millrace::exec {

namespace {

constexpr auto kIdle = std::chrono::seconds(1);

struct Wait {
  const int32_t* word;
  int32_t value;
  double ms;
  std::function<void(bool)> done;
};

// Lives as long as the process: its threads may still wait when everything else is torn down.
struct Waiters {
  std::mutex mutex;
  std::condition_variable wakeup;
  std::vector<Wait> waits;  // not taken up yet
  int threads = 0;
  int idle = 0;
};

Waiters& waiters() {
  static auto* instance = new Waiters;
  return *instance;
}

void run() {
  Waiters& all = waiters();
  std::unique_lock lock(all.mutex);
  while (true) {
    all.idle++;
    const bool found = all.wakeup.wait_for(lock, kIdle, [&all] { return !all.waits.empty(); });
    all.idle--;
    if (!found) break;
    Wait wait = std::move(all.waits.back());
    all.waits.pop_back();
    lock.unlock();
    wait.done(ipc::wait_word(wait.word, wait.value, wait.ms));
    wait.done = nullptr;
    lock.lock();
  }
  all.threads--;
}

}  // namespace

bool wait_word_async(const int32_t* word, int32_t value, double ms, std::function<void(bool)> done) {
  Waiters& all = waiters();
  const std::lock_guard lock(all.mutex);
  const bool needs_thread = all.idle <= static_cast<int>(all.waits.size());
  if (needs_thread && all.threads >= kMaxWordWaiters) return false;
  all.waits.push_back({word, value, ms, std::move(done)});
  if (needs_thread) {
    try {
      std::thread(run).detach();
      all.threads++;
    } catch (const std::system_error&) {
      all.waits.pop_back();
      return false;
    }
  }
  all.wakeup.notify_one();
  return true;
}

int word_waiter_threads() {
  Waiters& all = waiters();
  const std::lock_guard lock(all.mutex);
  return all.threads;
}

}  // namespace millrace::exec
