// How many cores this process may use. libuv honours cgroup quotas only from 1.49 on, which Node 20 does not have.
//
// Files are read through stdio: one stream of the standard library brings its locales along, a fifth of the addon.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "exec/thread_pool.h"

namespace millrace::exec {

namespace {

double unlimited() { return 1e9; }

// The whole of a small file; empty where it cannot be read.
std::string text_of(const std::string& path) {
  std::string out;
  std::FILE* const file = std::fopen(path.c_str(), "re");
  if (!file) return out;
  char bytes[4096];
  for (size_t read; (read = std::fread(bytes, 1, sizeof bytes, file)) > 0;) out.append(bytes, read);
  std::fclose(file);
  return out;
}

double share(double quota, double period) { return quota > 0 && period > 0 ? quota / period : unlimited(); }

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
  const std::string text = text_of("/proc/self/cgroup");
  double smallest = unlimited();
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
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
