// millrace_tests [--shard 1/2] [text]: runs every registered test, or those whose name contains the text; of those,
// every second from the first on.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
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

std::string show_real(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

double share() {
  static const char* const text = std::getenv("MILLRACE_TEST_SHARE");
  static const double value = text ? std::strtod(text, nullptr) : 1;
  return value > 0 ? value : 1;
}

int rounds(int full, int least) { return std::max(least, static_cast<int>(full * share())); }

int stride(int sparse) { return share() < 0.5 ? sparse : 1; }

namespace {

struct Shard {
  unsigned number = 1;
  unsigned count = 1;
};

int run_all(const char* filter, Shard shard) {
  using Clock = std::chrono::steady_clock;
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // so that what a run that is ended has printed is seen
  int passed = 0;
  int failed = 0;
  unsigned wanted = 0;
  for (const Test& test : tests()) {
    if (filter != nullptr && std::strstr(test.name, filter) == nullptr) continue;
    if (wanted++ % shard.count != shard.number - 1) continue;
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
  return failed == 0 && wanted > 0 ? 0 : 1;
}

}  // namespace
}  // namespace millrace::check

int main(int argc, char** argv) {
  millrace::check::Shard shard;
  int next = 1;
  if (argc > 2 && std::strcmp(argv[1], "--shard") == 0) {
    if (std::sscanf(argv[2], "%u/%u", &shard.number, &shard.count) != 2 || shard.number < 1 ||
        shard.number > shard.count) {
      std::fprintf(stderr, "--shard takes a number and a count, such as 1/2; received %s\n", argv[2]);
      return 2;
    }
    next = 3;
  }
  return millrace::check::run_all(argc > next ? argv[next] : nullptr, shard);
}
