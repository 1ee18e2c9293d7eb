// The process-wide workers. Never libuv's: a scan must not starve the service's file and DNS calls.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace millrace::exec {

// A unit that several workers may advance at once, each in a slot of its own.
class Job {
 public:
  virtual ~Job() = default;
  // Does some milliseconds of work. False: nothing is left that this call could take (others may still be busy and give
  // cause for more: their own calls then return true). Called by at most max_workers() threads at a time, with distinct
  // slots below that number.
  virtual bool work(uint32_t slot) = 0;
  virtual uint32_t max_workers() const = 0;
  // Called once, on a worker, when no work is left and no call is running.
  virtual void done() = 0;
};

class ThreadPool {
 public:
  // Created at first use and never destroyed: its threads may outlive every JavaScript environment.
  static ThreadPool& shared();

  void submit(std::shared_ptr<Job> job);
  // The function, once, on a worker.
  void run(std::function<void()> function);
  // How many threads there may be. Grows at once; shrinking takes effect as workers become idle.
  void set_threads(uint32_t threads);
  uint32_t threads() const;
  struct Info {
    uint32_t threads;
    uint32_t queued;
    uint32_t running;
  };
  Info info() const;

 private:
  struct Entry {
    std::shared_ptr<Job> job;
    std::vector<bool> slot_taken;
    uint32_t active = 0;
    bool exhausted = false;
    uint64_t generation = 0;  // counts the calls that left more work: an older "nothing left" does not count
  };
  ThreadPool();
  void start_threads(uint32_t wanted);
  void run_worker();
  void rest(std::unique_lock<std::mutex>& lock);
  Entry* pick();
  static void* thread_main(void* pool);

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<Entry>> entries_;
  size_t next_entry_ = 0;
  uint32_t limit_ = 1;
  uint32_t alive_ = 0;
  uint32_t idle_ = 0;
  bool memory_kept_ = false;  // by base/pages.h, when it was asked last
};

// Cores that this process may use: the smaller of its affinity mask and its cgroup quotas, at least 1.
uint32_t available_cores();

}  // namespace millrace::exec
