#include "exec/threads/thread_pool.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <chrono>

#include "base/pages.h"

namespace millrace::exec {

namespace {

// A function as a job.
class Once final : public Job {
 public:
  explicit Once(std::function<void()> run) : run_(std::move(run)) {}
  bool work(uint32_t) override { return false; }
  uint32_t max_workers() const override { return 1; }
  void done() override { run_(); }

 private:
  const std::function<void()> run_;
};

// musl gives threads 128 KiB by default.
constexpr size_t kStackBytes = size_t{1} << 20;

}  // namespace

ThreadPool& ThreadPool::shared() {
  static ThreadPool* pool = new ThreadPool();
  return *pool;
}

ThreadPool::ThreadPool() : limit_(available_cores()) {
  pages::on_kept([] {
    ThreadPool& pool = shared();
    const std::lock_guard lock(pool.mutex_);
    pool.memory_kept_ = true;
    pool.wake_.notify_one();
  });
}

void ThreadPool::set_threads(uint32_t threads) {
  const std::lock_guard lock(mutex_);
  limit_ = std::max(1u, threads);
  wake_.notify_all();
}

uint32_t ThreadPool::threads() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

ThreadPool::Info ThreadPool::info() const {
  const std::lock_guard lock(mutex_);
  uint32_t running = 0;
  for (const auto& entry : entries_) running += entry->active;
  return {limit_, static_cast<uint32_t>(entries_.size()), running};
}

void ThreadPool::run(std::function<void()> function) { submit(std::make_shared<Once>(std::move(function))); }

void ThreadPool::submit(std::shared_ptr<Job> job) {
  const std::lock_guard lock(mutex_);
  auto entry = std::make_unique<Entry>();
  const uint32_t workers = std::max(1u, job->max_workers());
  entry->slot_taken.resize(workers);
  entry->job = std::move(job);
  entries_.push_back(std::move(entry));
  if (workers > limit_) limit_ = workers;
  start_threads(workers);
  if (workers == 1) {
    wake_.notify_one();
  } else {
    wake_.notify_all();
  }
}

// Lock held. As many threads as could work now, within the limit.
void ThreadPool::start_threads(uint32_t wanted) {
  uint32_t missing = wanted > idle_ ? wanted - idle_ : 0;
  while (missing > 0 && alive_ < limit_) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    const bool started = pthread_create(&thread, &attributes, thread_main, this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    if (!started) return;  // the threads that there are will do the work
    alive_++;
    missing--;
  }
}

void* ThreadPool::thread_main(void* pool) {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), "millrace");
#endif
  static_cast<ThreadPool*>(pool)->run_worker();
  return nullptr;
}

// Lock held. Round robin over the jobs, so that a long query does not hold up a short one.
ThreadPool::Entry* ThreadPool::pick() {
  const size_t count = entries_.size();
  for (size_t i = 0; i < count; i++) {
    Entry* entry = entries_[(next_entry_ + i) % count].get();
    if (entry->exhausted || entry->active >= entry->slot_taken.size()) continue;
    next_entry_ = (next_entry_ + i + 1) % count;
    return entry;
  }
  return nullptr;
}

// Until there may be work. As long as memory is kept, somebody looks whether it is still wanted.
void ThreadPool::rest(std::unique_lock<std::mutex>& lock) {
  if (!memory_kept_) {
    wake_.wait(lock);
    return;
  }
  const auto passed = wake_.wait_for(lock, std::chrono::milliseconds(pages::kKeptMilliseconds / 4));
  if (passed == std::cv_status::timeout) memory_kept_ = pages::drop_idle(pages::kKeptMilliseconds);
}

void ThreadPool::run_worker() {
  std::unique_lock lock(mutex_);
  while (alive_ <= limit_) {
    Entry* entry = pick();
    if (!entry) {
      idle_++;
      rest(lock);
      idle_--;
      continue;
    }
    uint32_t slot = 0;
    while (entry->slot_taken[slot]) slot++;
    entry->slot_taken[slot] = true;
    entry->active++;
    const uint64_t generation = entry->generation;
    lock.unlock();
    const bool more = entry->job->work(slot);
    lock.lock();
    entry->slot_taken[slot] = false;
    entry->active--;
    if (more) {
      entry->generation++;
      entry->exhausted = false;
      wake_.notify_one();
      continue;
    }
    if (generation == entry->generation) entry->exhausted = true;
    if (entry->active > 0 || !entry->exhausted) continue;
    auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) { return e.get() == entry; });
    const std::unique_ptr<Entry> finished = std::move(*at);
    entries_.erase(at);
    lock.unlock();
    finished->job->done();
    finished->job.reset();
    lock.lock();
  }
  alive_--;
  wake_.notify_one();
}

}  // namespace millrace::exec
