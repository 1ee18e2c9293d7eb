#include "exec/sink/batch_queue.h"

#include "check.h"

using namespace millrace;
using namespace millrace::exec;

TEST("batches that nobody will take are given up, before the end of their query and behind it") {
  for (const bool ended : {false, true}) {
    BatchQueue queue;
    std::weak_ptr<Frame> waiting;
    {
      auto batch = std::make_shared<Frame>();
      batch->rows = 3;
      waiting = batch;
      queue.push(std::move(batch));
    }
    if (ended) queue.close({});
    CHECK(!waiting.expired());
    queue.abandon();
    CHECK(waiting.expired());
    auto late = std::make_shared<Frame>();
    late->rows = 2;
    waiting = late;
    queue.push(std::move(late));
    CHECK(waiting.expired());
    CHECK_EQ(queue.rows(), int64_t{5});
    queue.close({});
    bool answered = false;
    queue.next([&](const Status& status, std::shared_ptr<Frame> batch) { answered = status.ok() && batch == nullptr; });
    CHECK(answered);
  }
}
