// What a step of a plan did, for people who ask why a query takes its time.
#pragma once
#include <cstdint>
#include <vector>

namespace millrace::exec {

struct StepProfile {
  int64_t rows = 0;     // that left it
  int64_t time_ns = 0;  // of all threads together; an operator's own is that of the clock
  int64_t bytes = 0;    // read from files
  int64_t memory = 0;   // that its result holds, where a step collects one

  void add(const StepProfile& other) {
    rows += other.rows;
    time_ns += other.time_ns;
    bytes += other.bytes;
    memory += other.memory;
  }
};

using Profile = std::vector<StepProfile>;

inline void add(Profile& into, const Profile& more) {
  if (into.size() < more.size()) into.resize(more.size());
  for (size_t i = 0; i < more.size(); i++) into[i].add(more[i]);
}

}  // namespace millrace::exec
