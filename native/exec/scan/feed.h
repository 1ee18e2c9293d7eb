// Rows that come while a query reads them: their maker pushes chunks, in order, and one scan takes them. The reader's
// stage waits without a thread until there is more.
#pragma once
#include <deque>
#include <functional>
#include <mutex>

#include "exec/scan/borrowed_frame.h"

namespace millrace::exec {

// Thread-safe. Not bounded: whoever pushes learns from the end of a chunk's owner that it has been read.
class Feed {
 public:
  // All chunks have these columns.
  explicit Feed(Schema schema) : schema_(std::move(schema)) {}

  const Schema& schema() const { return schema_; }

  // For the maker. Chunks that nobody wants any more are forgotten at once.
  void push(std::shared_ptr<const BorrowedFrame> chunk);
  // No chunk comes after this.
  void end();
  // Whether nobody reads any more.
  bool closed() const;

  // For the reader. Once: false when there is one already. `on_change` is called outside all locks, on the maker's
  // thread, whenever there is a chunk or the end where there was neither.
  bool claim(std::function<void()> on_change);
  // The next chunk and its number, from 0; null when none is there.
  std::shared_ptr<const BorrowedFrame> take(int64_t& index);
  // Whether the next chunk, or that there is none, is not known yet.
  bool waits() const;
  // How many chunks there were; -1 while one may be left to take.
  int64_t count() const;
  // Whether none has been taken.
  bool untouched() const;
  void close();

 private:
  const Schema schema_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<std::shared_ptr<const BorrowedFrame>> chunks_;
  std::function<void()> on_change_;
  int64_t taken_ = 0;
  bool claimed_ = false;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace millrace::exec
