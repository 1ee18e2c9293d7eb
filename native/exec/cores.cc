// How many cores this process may use. libuv honours cgroup quotas only from 1.49 on, which Node 20 does not have.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "exec/thread_pool.h"

namespace millrace::exec {

namespace {

double unlimited() { return 1e9; }

// "max 100000" or "150000 100000" of one cgroup v2 folder.
double quota_of_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return unlimited();
  return std::stod(quota) / period;
}

double quota_of_v1(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us");
  std::ifstream period_file(folder + "/cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  if (!(quota_file >> quota) || !(period_file >> period) || quota <= 0 || period <= 0) return unlimited();
  return quota / period;
}

// The smallest quota from the process's cgroup up to the root.
double smallest_quota(const std::string& mount, std::string path, double (*quota_of)(const std::string&)) {
  double smallest = unlimited();
  while (true) {
    smallest = std::min(smallest, quota_of(mount + path));
    if (path.empty() || path == "/") return smallest;
    path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
  }
}

double cgroup_quota() {
  std::ifstream file("/proc/self/cgroup");
  double smallest = unlimited();
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      smallest = std::min(smallest, smallest_quota("/sys/fs/cgroup", path, quota_of_v2));
    } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
      smallest = std::min(smallest, smallest_quota("/sys/fs/cgroup/cpu", path, quota_of_v1));
    }
  }
  return smallest;
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
  const double quota = cgroup_quota();
  const auto cores = affinity_cores();
  // A quota of 1.5 cores and more is worth a second thread.
  const auto allowed = static_cast<uint32_t>(std::min(1024.0, std::max(1.0, std::floor(quota + 0.5))));
  return std::max(1u, std::min(cores, allowed));
}

}  // namespace millrace::exec
