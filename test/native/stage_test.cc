// Strips that are refused memory.
#include "exec/stage.h"

#include <algorithm>
#include <latch>
#include <thread>

#include "check.h"

using namespace millrace;
using namespace millrace::exec;

namespace {

constexpr int64_t kStrips = 6;

// What of the second strip is over when the first one ends: nothing, its beginning, or all of it.
enum class Beside : uint8_t { None, Both, SecondDone };

struct Meeting {
  std::latch first_began{1};
  std::latch second_began{1};
  std::latch second_is_done{1};
};

// Strips of one row, their number. Those of `refused` find no memory, as often as they are named.
class Strips final : public NumberedScan {
 public:
  Strips(std::vector<int64_t> refused, Beside beside, Meeting& meeting)
      : refused_(std::move(refused)), beside_(beside), meeting_(meeting) {}
  int64_t strip_count() const override { return kStrips; }
  std::unique_ptr<LocalScan> make_local() override { return std::make_unique<Local>(*this); }

 private:
  class Local final : public LocalScan {
   public:
    explicit Local(Strips& all) : all_(all) {}
    StripOutcome scan(const StripTask& task, const BatchConsumer& consume) override {
      StripOutcome out;
      out.starts_file = true;
      Batch batch;
      batch.rows = 1;
      batch.columns = {{TypeId::Int64, &task.index}};
      const auto pushed = consume(batch);
      CHECK(pushed.ok());
      if (all_.beside_ != Beside::None) all_.meet(task.index);
      if (all_.is_refused(task.index)) out.status = memory_limit_error(nullptr, 1);
      return out;
    }

   private:
    Strips& all_;
  };

  // The first time that each of them runs.
  void meet(int64_t index) {
    if (index > 1 || met_.fetch_add(1) > 1) return;
    if (index == 1) {
      meeting_.second_began.count_down();
      return;
    }
    meeting_.first_began.count_down();
    (beside_ == Beside::Both ? meeting_.second_began : meeting_.second_is_done).wait();
  }

  bool is_refused(int64_t index) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find(refused_.begin(), refused_.end(), index);
    if (found == refused_.end()) return false;
    refused_.erase(found);
    return true;
  }

  std::mutex mutex_;
  std::vector<int64_t> refused_;
  const Beside beside_;
  Meeting& meeting_;
  std::atomic<int64_t> met_{0};  // how many of the first two have been here
};

StageResult run(std::vector<int64_t> refused, Beside beside, bool spills) {
  QueryState query(INT64_MAX);
  Options options;
  auto stage = bind_stage({}, {{"n", TypeId::Int64, false}}, false, options, query);
  CHECK(stage.ok());
  stage.value()->spills = spills;
  Meeting meeting;
  Strips scan(std::move(refused), beside, meeting);
  StageResult result;
  auto job =
      std::make_shared<StageJob>(*stage.value(), scan, query, 2, [&](StageResult out) { result = std::move(out); });
  if (beside != Beside::None) {
    std::thread other([&] { job->work(1); });
    meeting.first_began.wait();
    job->work(0);
    meeting.second_is_done.count_down();
    other.join();
  }
  while (job->work(0)) {
  }
  job->done();
  if (result.frame) {
    for (Column& column : result.frame->columns) column.rebind(nullptr);  // the budget ends here
  }
  return result;
}

void check_all_rows(const StageResult& result, int64_t redone) {
  CHECK_EQ(result.status.message(), std::string());
  CHECK_EQ(result.stats.strips_redone, redone);
  CHECK(result.frame != nullptr);
  if (!result.frame) return;
  CHECK_EQ(result.frame->rows, kStrips);
  for (int64_t i = 0; i < result.frame->rows; i++) CHECK_EQ(result.frame->columns[0].values<int64_t>()[i], i);
}

}  // namespace

TEST("strips of a spilling query that are refused memory together run one after another") {
  check_all_rows(run({0, 1}, Beside::Both, true), 2);
}

TEST("strips that wait in memory for one that is refused it are dropped, and read again behind it") {
  check_all_rows(run({0}, Beside::SecondDone, true), 2);
}

TEST("a strip that is refused memory alone, or of a query that does not spill, ends it") {
  CHECK(run({2}, Beside::None, true).status.code() == Code::MemoryLimit);
  CHECK(run({0, 1}, Beside::Both, false).status.code() == Code::MemoryLimit);
}
