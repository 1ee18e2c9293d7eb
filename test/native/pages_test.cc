// Large buffers that were freed lately lend their pages to the next ones.
#include "base/pages.h"

#include <thread>

#include "base/memory.h"
#include "check.h"

namespace millrace {

namespace {

constexpr size_t kLarge = size_t{24} << 20;

void fill(Buffer& buffer, size_t bytes) {
  CHECK(buffer.resize(bytes).ok());
  for (size_t at = 0; at < bytes; at += 4096) buffer.data()[at] = 1;
}

}  // namespace

TEST("pages are kept until nobody has wanted them for a while, and never more than were in use") {
  if (!pages::kAvailable) return;
  CHECK(!pages::drop_idle(0));
  const size_t none = pages::kept_bytes();
  CHECK_EQ(none, size_t{0});
  Buffer buffer;
  fill(buffer, kLarge);
  buffer.reset();
  const size_t kept = pages::kept_bytes();
  CHECK(kept >= kLarge && kept < kLarge + pages::kHugePageBytes);

  // A part of them, and the rest stays; then more than there is, for which what is left makes room.
  Buffer part;
  fill(part, kLarge / 3);
  CHECK(pages::kept_bytes() < kept - kLarge / 3 + 1);
  CHECK(pages::kept_bytes() > kLarge / 3);
  Buffer more;
  fill(more, kLarge);
  CHECK_EQ(pages::kept_bytes(), size_t{0});

  // What is kept and in use stays within what was in use at once.
  more.reset();
  part.reset();
  CHECK(pages::kept_bytes() <= kLarge + kLarge / 3 + 2 * pages::kHugePageBytes);
  CHECK(pages::drop_idle(60000));
  CHECK(!pages::drop_idle(0));
  CHECK_EQ(pages::kept_bytes(), size_t{0});
}

TEST("nothing is kept while a query counts what the process has") {
  if (!pages::kAvailable) return;
  Buffer buffer;
  fill(buffer, kLarge);
  buffer.reset();
  CHECK(pages::kept_bytes() > 0);
  {
    const pages::KeepNothing frugal;
    CHECK_EQ(pages::kept_bytes(), size_t{0});
    fill(buffer, kLarge);
    buffer.reset();
    CHECK_EQ(pages::kept_bytes(), size_t{0});
  }
  fill(buffer, kLarge);
  buffer.reset();
  CHECK(pages::kept_bytes() > 0);
  CHECK(!pages::drop_idle(0));
}

TEST("buffers of many threads take and leave kept pages without meeting") {
  if (!pages::kAvailable) return;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([t, &wrong] {
      for (int round = 0; round < check::rounds(40, 14); round++) {
        Buffer buffer;
        const size_t bytes = (size_t{2} << 20) + static_cast<size_t>(round % 7) * 1234567;
        if (!buffer.reserve(bytes).ok()) return;
        const auto mark = static_cast<uint8_t>(t * 40 + round);
        for (size_t at = 0; at < bytes; at += 1024) buffer.data()[at] = mark;
        if (round % 3 == 0) {
          if (!buffer.resize(bytes).ok() || !buffer.reserve(bytes * 2).ok()) return;
        }
        for (size_t at = 0; at < bytes; at += 1024) wrong += buffer.data()[at] != mark;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(wrong.load(), 0);
  (void)pages::drop_idle(0);
}

}  // namespace millrace
