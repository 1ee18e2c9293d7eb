#include "exec/scan/feed.h"

namespace millrace::exec {

void Feed::push(std::shared_ptr<const BorrowedFrame> chunk) {
  std::function<void()> on_change;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || ended_) return;
    chunks_.push_back(std::move(chunk));
    on_change = on_change_;
  }
  if (on_change) on_change();
}

void Feed::end() {
  std::function<void()> on_change;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    on_change = on_change_;
  }
  if (on_change) on_change();
}

bool Feed::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool Feed::claim(std::function<void()> on_change) {
  const std::lock_guard lock(mutex_);
  if (claimed_) return false;
  claimed_ = true;
  on_change_ = std::move(on_change);
  return true;
}

std::shared_ptr<const BorrowedFrame> Feed::take(int64_t& index) {
  const std::lock_guard lock(mutex_);
  if (chunks_.empty()) return nullptr;
  auto chunk = std::move(chunks_.front());
  chunks_.pop_front();
  index = taken_++;
  return chunk;
}

bool Feed::waits() const {
  const std::lock_guard lock(mutex_);
  return chunks_.empty() && !ended_ && !closed_;
}

int64_t Feed::count() const {
  const std::lock_guard lock(mutex_);
  return ended_ && chunks_.empty() ? taken_ : -1;
}

bool Feed::untouched() const {
  const std::lock_guard lock(mutex_);
  return taken_ == 0;
}

void Feed::close() {
  std::deque<std::shared_ptr<const BorrowedFrame>> dropped;  // outside the lock
  const std::lock_guard lock(mutex_);
  closed_ = true;
  chunks_.swap(dropped);
  on_change_ = nullptr;
}

}  // namespace millrace::exec
