// Functions on their way from the workers to the thread that asked.
#pragma once
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace::exec {

template <class Context>
class CallQueue {
 public:
  using Call = std::function<void(Context)>;

  // From any thread: keeps the call and runs `wake`, or does neither when the queue is closed.
  template <class Wake>
  bool post(Call call, Wake wake) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    calls_.push_back(std::move(call));
    wake();
    return true;
  }
  // On the receiving thread: all calls since the last time.
  std::vector<Call> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }
  // Drops what waits; no `wake` runs from here on.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    calls_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<Call> calls_;
  bool closed_ = false;
};

}  // namespace millrace::exec
