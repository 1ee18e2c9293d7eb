// Runs every registered test, or those whose name contains the first argument.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "check.h"

namespace millrace::check {
namespace {

constexpr int kShownPerTest = 10;
std::mutex mutex;
int failures_of_test = 0;
const char* current = "";

}  // namespace

std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

bool add(const char* name, void (*run)()) {
  tests().push_back({name, run});
  return true;
}

void fail(const char* file, int line, const std::string& what) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (failures_of_test == 0) std::printf("FAILED %s\n", current);
  if (failures_of_test < kShownPerTest) std::printf("  %s:%d: %s\n", file, line, what.c_str());
  if (failures_of_test == kShownPerTest) std::printf("  ... and more\n");
  std::fflush(stdout);
  ++failures_of_test;
}

namespace {

int run_all(const char* filter) {
  using Clock = std::chrono::steady_clock;
  int passed = 0;
  int failed = 0;
  for (const Test& test : tests()) {
    if (filter != nullptr && std::strstr(test.name, filter) == nullptr) continue;
    current = test.name;
    failures_of_test = 0;
    const auto start = Clock::now();
    test.run();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds > 2) std::printf("slow (%.1f s): %s\n", seconds, test.name);
    (failures_of_test == 0 ? passed : failed)++;
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  // A filter that matches nothing, or a binary without tests, must not look like success.
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace millrace::check

int main(int argc, char** argv) { return millrace::check::run_all(argc > 1 ? argv[1] : nullptr); }
