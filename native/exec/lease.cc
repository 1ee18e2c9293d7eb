#include "exec/lease.h"

namespace millrace::exec {

bool Lease::enter() {
  if (revoked_.load(std::memory_order_relaxed)) return false;
  readers_.lock_shared();
  if (!revoked_.load(std::memory_order_relaxed)) return true;
  readers_.unlock_shared();
  return false;
}

void Lease::revoke() {
  revoked_.store(true);
  readers_.lock();
  readers_.unlock();
}

}  // namespace millrace::exec
