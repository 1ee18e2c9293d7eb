// Leave to read memory that somebody else owns, until the owner takes it back.
#pragma once
#include <atomic>
#include <shared_mutex>

namespace millrace::exec {

// Readers enter for some microseconds at a time, so that the owner, which waits for those inside, never waits long.
// Thread-safe.
class Lease {
 public:
  // False, and nothing entered, once the lease is revoked.
  bool enter();
  void leave() { readers_.unlock_shared(); }
  // Returns when no reader is inside; none enters afterwards.
  void revoke();

 private:
  std::atomic<bool> revoked_{false};  // seen before the lock, as readers could keep it from a writer for ever
  std::shared_mutex readers_;
};

}  // namespace millrace::exec
