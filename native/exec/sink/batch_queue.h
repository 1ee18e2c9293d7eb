// Batches on their way to a reader that takes them one at a time, in order. Bounded: the stage pauses while the reader
// lags behind.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "column/column.h"

namespace millrace::exec {

// A batch, the end (ok and null), or the error that ended the query.
using BatchReply = std::function<void(const Status&, std::shared_ptr<Frame>)>;

class BatchQueue {
 public:
  void push(std::shared_ptr<Frame> batch);
  // No batch comes after this.
  void close(Status status);
  // Nobody takes batches any more: those that wait are given up, and so is what comes.
  void abandon();
  // Answers now or when a batch comes; replies keep the order of the calls. The reply runs on the caller's thread or on
  // a worker, outside all locks.
  void next(BatchReply reply);
  bool full() const;
  // How many rows there have been.
  int64_t rows() const;

 private:
  static constexpr size_t kBatches = 4;
  void deliver(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<Frame>> batches_;
  std::deque<BatchReply> waiting_;
  bool closed_ = false;
  bool abandoned_ = false;
  bool delivering_ = false;
  int64_t rows_ = 0;
  Status status_;
};

}  // namespace millrace::exec
