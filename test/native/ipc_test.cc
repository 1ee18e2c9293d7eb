#include "ipc/shared_memory.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "check.h"
#include "exec/threads/word_waiter.h"

namespace millrace::ipc {

static std::string test_name() {
  static int count = 0;
  return "/millrace-test." + std::to_string(::getpid()) + "." + std::to_string(count++);
}

TEST("two mappings of a segment are one memory, which outlives its name") {
  const std::string name = test_name();
  auto made = Mapping::create(name, 10'000);
  CHECK(made.ok());
  CHECK_EQ(made.value().size(), size_t{10'000});
  CHECK_EQ(made.value().data()[9'999], 0);
  auto attached = Mapping::attach(name);
  CHECK(attached.ok());
  CHECK(Mapping::create(name, 1).status().code() == Code::Io);
  CHECK(unlink(name).value());
  CHECK(!unlink(name).value());
  made.value().data()[5] = 42;
  CHECK_EQ(attached.value().data()[5], 42);
  CHECK(Mapping::attach(name).status().code() == Code::FileNotFound);
}

TEST("a segment larger than the memory is refused and leaves no name") {
  const std::string name = test_name();
  CHECK(!Mapping::create(name, size_t{1} << 46).ok());
  CHECK(Mapping::attach(name).status().code() == Code::FileNotFound);
}

TEST("waiting for a word ends by time, by another value, and by a wake from a thread") {
  const std::string name = test_name();
  auto made = Mapping::create(name, 64);
  auto* word = reinterpret_cast<int32_t*>(made.value().data());
  CHECK(!wait_word(word, 0, 5));
  CHECK(wait_word(word, 1, 60'000));
  std::thread waker([word] {
    std::atomic_ref(*word).store(7);
    wake_word(word);
  });
  while (std::atomic_ref(*word).load() == 0) wait_word(word, 0, 1000);
  waker.join();
  CHECK_EQ(*word, 7);
  CHECK(unlink(name).value());
}

TEST("waiting for a word is ended by a wake from another process") {
  const std::string name = test_name();
  auto made = Mapping::create(name, 64);
  auto* word = reinterpret_cast<int32_t*>(made.value().data());
  const pid_t child = ::fork();
  if (child == 0) {
    __atomic_store_n(word, 9, __ATOMIC_SEQ_CST);
    wake_word(word);
    ::_exit(0);
  }
  while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0) wait_word(word, 0, 1000);
  ::waitpid(child, nullptr, 0);
  CHECK_EQ(*word, 9);
  CHECK(unlink(name).value());
}

TEST("waits on threads of their own end by time and by a wake, never more than the limit at once") {
  const std::string name = test_name();
  auto made = Mapping::create(name, 4096);
  auto* words = reinterpret_cast<int32_t*>(made.value().data());
  for (int round = 0; round < 50; round++) {
    std::atomic<int> changed = 0;
    std::atomic<int> ended = 0;
    const auto done = [&](bool was_changed) {
      changed += was_changed ? 1 : 0;
      ended++;
    };
    const int value = std::atomic_ref(words[0]).load();
    int started = 0;
    for (int i = 0; i < exec::kMaxWordWaiters + 4; i++) {
      // One in four waits for a word that nobody changes.
      if (exec::wait_word_async(&words[i % 4], i % 4 == 3 ? 0 : value, i % 4 == 3 ? 1 : 10'000, done)) started++;
    }
    // Later, threads of the round before may not be idle yet.
    CHECK(started >= (round == 0 ? exec::kMaxWordWaiters : 1));
    CHECK(exec::word_waiter_threads() <= exec::kMaxWordWaiters);
    for (int i = 0; i < 3; i++) {
      std::atomic_ref(words[i]).store(value + 1);
      wake_word(&words[i]);
    }
    while (ended.load() < started) {
      // A waiter that a thread had not taken up yet sees the change by itself; a wake more does no harm.
      for (int i = 0; i < 3; i++) wake_word(&words[i]);
      std::this_thread::yield();
    }
    CHECK(changed.load() > 0);
  }
  CHECK(unlink(name).value());
}

}  // namespace millrace::ipc
