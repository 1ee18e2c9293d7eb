// States of strips that were merged, for strips to come: megabytes that need not be fetched from the system again.
#pragma once
#include <array>
#include <atomic>

#include "agg/group_states.h"

namespace millrace::agg {

// Thread-safe.
class SpareStates {
 public:
  SpareStates() = default;
  ~SpareStates() {
    while (take()) {
    }
  }
  SpareStates(const SpareStates&) = delete;
  SpareStates& operator=(const SpareStates&) = delete;

  // Null when there are none.
  std::unique_ptr<GroupStates> take() {
    for (auto& place : places_) {
      GroupStates* found = place.exchange(nullptr, std::memory_order_acq_rel);
      if (found) return std::unique_ptr<GroupStates>(found);
    }
    return nullptr;
  }
  void give(GroupStates states) {
    auto spare = std::make_unique<GroupStates>(std::move(states));
    for (auto& place : places_) {
      GroupStates* none = nullptr;
      if (!place.compare_exchange_strong(none, spare.get(), std::memory_order_acq_rel)) continue;
      (void)spare.release();
      return;
    }
  }

 private:
  std::array<std::atomic<GroupStates*>, 4> places_{};
};

}  // namespace millrace::agg
