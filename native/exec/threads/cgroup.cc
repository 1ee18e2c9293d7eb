// Files are read through stdio: one stream of the standard library brings its locales along, a fifth of the addon.
#include "base/cold.h"

#include "exec/threads/cgroup.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace millrace::exec {

namespace {

double smallest_up(const std::string& mount, std::string path, LimitReader limit_of) {
  double smallest = kUnlimited;
  while (true) {
    smallest = std::min(smallest, limit_of(mount + path));
    if (path.empty() || path == "/") return smallest;
    path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
  }
}

// "max" is no number: 0, as where there is no such file. v1 has a number past all memory for it.
double bytes_in(const std::string& file) {
  const double bytes = std::atof(text_of(file).c_str());
  return bytes > 0 ? bytes : kUnlimited;
}

}  // namespace

std::string text_of(const std::string& path) {
  std::string out;
  std::FILE* const file = std::fopen(path.c_str(), "re");
  if (!file) return out;
  char bytes[4096];
  for (size_t read; (read = std::fread(bytes, 1, sizeof bytes, file)) > 0;) out.append(bytes, read);
  std::fclose(file);
  return out;
}

double smallest_in_groups(const std::string& controller, LimitReader of_v2, LimitReader of_v1) {
  const std::string text = text_of("/proc/self/cgroup");
  double smallest = kUnlimited;
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
      smallest = std::min(smallest, smallest_up("/sys/fs/cgroup", path, of_v2));
    } else if (("," + controllers + ",").find("," + controller + ",") != std::string::npos) {
      smallest = std::min(smallest, smallest_up("/sys/fs/cgroup/" + controller, path, of_v1));
    }
  }
  return smallest;
}

int64_t available_memory() {
  const double pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES));
  const double installed = pages > 0 ? pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) : kUnlimited;
  const double allowed = smallest_in_groups(
      "memory", [](const std::string& folder) { return bytes_in(folder + "/memory.max"); },
      [](const std::string& folder) { return bytes_in(folder + "/memory.limit_in_bytes"); });
  return static_cast<int64_t>(std::min(installed, allowed));
}

}  // namespace millrace::exec
