// Rows that come while a query reads them: in order, however they come; let go of as they are read; and no thread, and
// no query, waits for rows that nobody wants or that never come.
#include <atomic>
#include <random>
#include <thread>

#include "exec/scan/feed.h"
#include "run_query.h"

using namespace millrace;
using exec::BorrowedColumn;
using exec::BorrowedFrame;
using exec::Feed;

namespace {

const Schema kSchema = {{"n", TypeId::Int64, false}, {"x", TypeId::Float64, false}};

struct Values {
  std::vector<int64_t> n;
  std::vector<double> x;
};

// Row r of all: n is r * 7919 % 1009, x is r / 3. `alive` counts the chunks that somebody keeps.
std::shared_ptr<BorrowedFrame> make_chunk(int64_t first, int64_t rows, std::atomic<int>& alive) {
  auto* values = new Values();
  for (int64_t row = first; row < first + rows; row++) {
    values->n.push_back(row * 7919 % 1009);
    values->x.push_back(static_cast<double>(row) / 3);
  }
  alive++;
  auto frame = std::make_shared<BorrowedFrame>();
  frame->owner = std::shared_ptr<const Values>(values, [&alive](const Values* held) {
    delete held;
    alive--;
  });
  frame->schema = kSchema;
  frame->dictionaries.resize(2);
  frame->lease = std::make_shared<exec::Lease>();
  frame->rows = rows;
  exec::BorrowedChunk chunk;
  chunk.rows = rows;
  const void* memory[] = {values->n.data(), values->x.data()};
  for (size_t c = 0; c < 2; c++) {
    BorrowedColumn column;
    column.values = BorrowedColumn::Values::Borrowed;
    column.column.type = kSchema[c].type;
    column.column.rows = rows;
    column.borrowed = static_cast<const uint8_t*>(memory[c]);
    chunk.columns.push_back(std::move(column));
  }
  frame->chunks.push_back(std::move(chunk));
  return frame;
}

exec::QueryInputs inputs_of(std::shared_ptr<Feed> feed, std::shared_ptr<const BorrowedFrame> borrowed = nullptr) {
  exec::QueryInputs out;
  out.bytes.push_back(nullptr);
  out.frames.push_back(nullptr);
  out.stored.push_back(nullptr);
  out.borrowed.push_back(std::move(borrowed));
  out.feeds.push_back(std::move(feed));
  return out;
}

std::string plan(const std::string& steps, const std::string& options) {
  return R"({"version":)" + std::to_string(exec::kPlanVersion) + R"(,"steps":[{"op":"memory","handle":0})" + steps +
         R"(],"options":{)" + options + "}}";
}

const std::string kSums =
    R"(,{"op":"aggregate","nodes":[["col","n"],["col","x"]],"keys":[{"name":"n","out":0}],"aggregates":[)"
    R"({"name":"rows","function":"size"},{"name":"least","function":"min","out":1}],"order":"key"})";
const std::string kSort = R"(,{"op":"sort","keys":[{"column":"n","descending":true}],"columns":["n","x"]})";
const std::string kSelfJoin =
    R"(,{"op":"filter","input":0,"nodes":[["col","x"],["lit","float64",20],["lt",0,1]],"out":2},)"
    R"({"op":"join","inputs":[1,0],"how":"inner","leftKeys":["x"],"rightKeys":["x"],"columns":[)"
    R"({"name":"a","side":"left","column":"n"},{"name":"b","side":"right","column":"n"}]})";

// Pushes chunks of those sizes from a thread of its own, at most `most` ahead of the reader.
class Pusher {
 public:
  Pusher(std::shared_ptr<Feed> feed, std::vector<int64_t> sizes, std::atomic<int>& alive, int most)
      : thread_([this, feed = std::move(feed), sizes = std::move(sizes), &alive, most] {
          int64_t first = 0;
          for (const int64_t rows : sizes) {
            while (alive.load() >= most) std::this_thread::yield();
            feed->push(make_chunk(first, rows, alive));
            first += rows;
            peak_ = std::max(peak_, alive.load());
          }
          feed->end();
        }) {}
  int peak() {
    thread_.join();
    return peak_;
  }

 private:
  int peak_ = 0;
  std::thread thread_;
};

std::vector<int64_t> random_sizes(std::mt19937_64& random) {
  std::vector<int64_t> out;
  for (size_t chunks = random() % 30; chunks > 0; chunks--) {
    out.push_back(static_cast<int64_t>(random() % (random() % 4 ? 300 : 5000)));
  }
  return out;
}

int64_t total(const std::vector<int64_t>& sizes) {
  int64_t out = 0;
  for (const int64_t rows : sizes) out += rows;
  return out;
}

}  // namespace

TEST("what comes of a feed is what comes of its rows in memory, however they come") {
  std::mt19937_64 random(11);
  const std::string plans[] = {"",
                               R"(,{"op":"filter","nodes":[["col","n"],["lit","int64",500],["lt",0,1]],"out":2})",
                               kSums,
                               kSort,
                               R"(,{"op":"slice","offset":70,"rows":1000})",
                               R"(,{"op":"tail","rows":50,"leaveOut":7})",
                               R"(,{"op":"concat","inputs":[0,0]})",
                               kSelfJoin};
  for (int round = 0; round < check::rounds(40, 8); round++) {
    const auto sizes = random_sizes(random);
    std::atomic<int> alive{0};
    for (const std::string& steps : plans) {
      const auto expected = run_query(plan(steps, ""), inputs_of(nullptr, make_chunk(0, total(sizes), alive)));
      CHECK(expected.status.ok());
      const char* const threads[] = {"1", "2", "3", "8"};
      std::string options = std::string(R"("threads":)") + threads[random() % 4];
      if (random() % 2) options += R"(,"vectorRows":7)";
      if (random() % 4 == 0) options += R"(,"spill":"always","memoryLimit":16000000)";
      if (random() % 4 == 0) options += R"(,"partitionGroups":0)";
      const auto feed = std::make_shared<Feed>(kSchema);
      Pusher pusher(feed, sizes, alive, random() % 2 ? 3 : 1000);
      const auto result = run_query(plan(steps, options), inputs_of(feed));
      pusher.peak();
      CHECK(result.status.ok());
      if (!result.status.ok() || !expected.status.ok()) continue;
      CHECK_EQ(text_of(*result.frame), text_of(*expected.frame));
      CHECK_EQ(alive.load(), 0);
    }
  }
}

TEST("chunks are let go of as they are read, so that all rows need not fit") {
  std::atomic<int> alive{0};
  for (const char* threads : {"1", "2", "8"}) {
    const auto feed = std::make_shared<Feed>(kSchema);
    Pusher pusher(feed, std::vector<int64_t>(400, 5000), alive, 4);  // 32 MB
    const auto result =
        run_query(plan(kSums, std::string(R"("memoryLimit":8000000,"threads":)") + threads), inputs_of(feed));
    CHECK(pusher.peak() <= 4);
    CHECK(result.status.ok());
    if (result.status.ok()) CHECK_EQ(result.frame->rows, 1009);
    CHECK_EQ(result.stats.spilled_bytes, 0);
    CHECK_EQ(result.stats.rows_scanned, 2'000'000);
    CHECK_EQ(alive.load(), 0);
  }
}

TEST("rows that are needed whole go to disk when they do not fit, as nobody can ask for them again") {
  std::atomic<int> alive{0};
  const std::vector<int64_t> sizes(100, 5000);
  const std::string totals =
      R"(,{"op":"aggregate","nodes":[["col","n"],["col","x"]],"keys":[],"aggregates":[)"
      R"({"name":"first","function":"first","out":1},{"name":"last","function":"last","out":1}],"order":"key"})";
  const auto expected = run_query(plan(kSort + totals, ""), inputs_of(nullptr, make_chunk(0, 500'000, alive)));
  for (const char* options : {R"("memoryLimit":4000000)", R"("memoryLimit":4000000,"threads":1)"}) {
    const auto feed = std::make_shared<Feed>(kSchema);
    Pusher pusher(feed, sizes, alive, 4);
    const auto result = run_query(plan(kSort + totals, options), inputs_of(feed));
    CHECK(result.status.ok());
    if (result.status.ok()) CHECK_EQ(text_of(*result.frame), text_of(*expected.frame));
    CHECK(result.stats.spilled_bytes > 0);
    CHECK(pusher.peak() <= 4);
  }
  const auto feed = std::make_shared<Feed>(kSchema);
  Pusher pusher(feed, sizes, alive, 4);
  const auto never = run_query(plan(kSort, R"("memoryLimit":4000000,"spill":"never")"), inputs_of(feed));
  CHECK_EQ(never.status.code(), Code::MemoryLimit);
  pusher.peak();
  CHECK_EQ(alive.load(), 0);
}

TEST("a query that has enough rows ends without the end of its feed, and lets go of the rest") {
  std::atomic<int> alive{0};
  const auto feed = std::make_shared<Feed>(kSchema);
  for (int64_t chunk = 0; chunk < 20; chunk++) feed->push(make_chunk(chunk * 100, 100, alive));
  const auto result = run_query(plan(R"(,{"op":"slice","offset":150,"rows":10})", ""), inputs_of(feed));
  CHECK(result.status.ok());
  if (result.status.ok()) CHECK_EQ(result.frame->rows, 10);
  CHECK(feed->closed());
  CHECK_EQ(alive.load(), 0);
  feed->push(make_chunk(0, 100, alive));
  CHECK_EQ(alive.load(), 0);
}

TEST("a query that waits for rows can be cancelled, also when it streams") {
  for (const char* mode : {"collect", "stream"}) {
    std::atomic<int> alive{0};
    std::atomic<bool> done{false};
    Code code = Code::Ok;
    const auto feed = std::make_shared<Feed>(kSchema);
    feed->push(make_chunk(0, 100, alive));
    auto query = exec::Query::create(plan("", std::string(R"("mode":")") + mode + "\""), inputs_of(feed));
    CHECK(query.ok());
    query.value()->start([&](exec::QueryResult result) {
      code = result.status.code();
      done.store(true);
    });
    while (feed->untouched()) std::this_thread::yield();
    query.value()->cancel();
    while (!done.load()) std::this_thread::yield();
    CHECK_EQ(code, Code::Aborted);
    CHECK(feed->closed());
    CHECK_EQ(alive.load(), 0);
  }
}

TEST("a reader that lags behind holds up the feed, and gets every row") {
  std::atomic<int> alive{0};
  const auto feed = std::make_shared<Feed>(kSchema);
  Pusher pusher(feed, std::vector<int64_t>(200, 1000), alive, 5);
  auto query = exec::Query::create(plan("", R"("mode":"stream","batchRows":700)"), inputs_of(feed));
  CHECK(query.ok());
  query.value()->start([](exec::QueryResult) {});
  int64_t rows = 0;
  for (bool more = true; more;) {
    std::atomic<bool> got{false};
    query.value()->next_batch([&](const Status& status, std::shared_ptr<Frame> batch) {
      CHECK(status.ok());
      more = batch != nullptr;
      if (batch) {
        CHECK_EQ(batch->columns[1].values<double>()[0], static_cast<double>(rows) / 3);
        rows += batch->rows;
      }
      got.store(true);
    });
    while (!got.load()) std::this_thread::yield();
  }
  CHECK_EQ(rows, 200'000);
  CHECK(pusher.peak() <= 5);
}

TEST("a feed has one reader") {
  const auto feed = std::make_shared<Feed>(kSchema);
  feed->end();
  CHECK(run_query(plan("", ""), inputs_of(feed)).status.ok());
  CHECK_EQ(run_query(plan("", ""), inputs_of(feed)).status.code(), Code::SourceConsumed);
}
