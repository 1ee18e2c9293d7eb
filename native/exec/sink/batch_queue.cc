#include "exec/sink/batch_queue.h"

namespace millrace::exec {

void BatchQueue::push(std::shared_ptr<Frame> batch) {
  std::unique_lock lock(mutex_);
  rows_ += batch->rows;
  if (abandoned_) return;
  batches_.push_back(std::move(batch));
  deliver(lock);
}

void BatchQueue::close(Status status) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  closed_ = true;
  status_ = std::move(status);
  if (!status_.ok()) batches_.clear();
  deliver(lock);
}

void BatchQueue::abandon() {
  std::deque<std::shared_ptr<Frame>> given_up;
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  batches_.swap(given_up);
}

void BatchQueue::next(BatchReply reply) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(std::move(reply));
  deliver(lock);
}

bool BatchQueue::full() const {
  const std::lock_guard lock(mutex_);
  return !closed_ && batches_.size() >= kBatches;
}

int64_t BatchQueue::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

// One thread at a time answers, so that replies cannot overtake each other.
void BatchQueue::deliver(std::unique_lock<std::mutex>& lock) {
  if (delivering_) return;
  delivering_ = true;
  while (!waiting_.empty() && (!batches_.empty() || closed_)) {
    const BatchReply reply = std::move(waiting_.front());
    waiting_.pop_front();
    std::shared_ptr<Frame> batch;
    Status status;
    if (!batches_.empty()) {
      batch = std::move(batches_.front());
      batches_.pop_front();
    } else {
      status = status_;
    }
    lock.unlock();
    reply(status, std::move(batch));
    lock.lock();
  }
  delivering_ = false;
}

}  // namespace millrace::exec
