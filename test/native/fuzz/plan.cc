// Any text as a plan: an error or a result, never more. The part behind the first NUL is the CSV that it reads.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "exec/query.h"

using namespace millrace;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const uint8_t* const split = std::find(data, data + size, 0);
  const std::string_view plan(reinterpret_cast<const char*>(data), static_cast<size_t>(split - data));
  // Plans name files; only those over bytes run here.
  if (plan.find("files") != std::string_view::npos || plan.find("threads") != std::string_view::npos) return 0;
  exec::QueryInputs inputs;
  inputs.bytes.push_back(
      std::make_shared<const std::vector<uint8_t>>(split < data + size ? split + 1 : split, data + size));
  inputs.frames.push_back(nullptr);
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  auto query = exec::Query::create(plan, std::move(inputs));
  if (!query.ok() || query.value()->streams()) return 0;
  query.value()->start([&](exec::QueryResult) {
    const std::lock_guard lock(mutex);
    done = true;
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done; });
  return 0;
}
