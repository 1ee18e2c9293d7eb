// How many cores this process may use. libuv honours cgroup quotas only from 1.49 on, which Node 20 does not have.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "exec/threads/cgroup.h"
#include "exec/threads/thread_pool.h"

namespace millrace::exec {

namespace {

double share(double quota, double period) { return quota > 0 && period > 0 ? quota / period : kUnlimited; }

// "max 100000" or "150000 100000" of one cgroup v2 folder. "max" is no number: 0.
double quota_of_v2(const std::string& folder) {
  const std::string text = text_of(folder + "/cpu.max");
  char* end = nullptr;
  const double quota = std::strtod(text.c_str(), &end);
  return share(quota, std::strtod(end, nullptr));
}

double quota_of_v1(const std::string& folder) {
  return share(std::atof(text_of(folder + "/cpu.cfs_quota_us").c_str()),
               std::atof(text_of(folder + "/cpu.cfs_period_us").c_str()));
}

uint32_t affinity_cores() {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<uint32_t>(CPU_COUNT(&set));
#endif
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<uint32_t>(online) : 1;
}

}  // namespace

uint32_t available_cores() {
  const double quota = smallest_in_groups("cpu", quota_of_v2, quota_of_v1);
  const auto cores = affinity_cores();
  // A quota of 1.5 cores and more is worth a second thread.
  const auto allowed = static_cast<uint32_t>(std::min(1024.0, std::max(1.0, std::floor(quota + 0.5))));
  return std::max(1u, std::min(cores, allowed));
}

}  // namespace millrace::exec
