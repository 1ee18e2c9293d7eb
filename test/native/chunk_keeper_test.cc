// Stored frames under a limit that is too small for them: what goes to disk, what comes back, and what may fail there.
#include "exec/disk/chunk_keeper.h"

#include <thread>

#include "exec/threads/pool_workers.h"
#include "store/packed_column.h"
#include "store/take_stored_rows.h"
#include "store/unpack_columns.h"
#include "stored_frames.h"

using namespace millrace;
using exec::ChunkKeeper;
using exec::KeptFrame;
using testing::check_row;
using testing::MadeFrame;
using testing::Random;

namespace {

constexpr int64_t kPlenty = int64_t{1} << 40;
Status nobody_aborts() { return {}; }

std::shared_ptr<KeptFrame> keep(store::StoredFrame& frame, bool spills = true, int64_t disk = INT64_MAX) {
  auto kept = std::make_shared<KeptFrame>(std::make_shared<spill::SpillSpace>("", disk), spills);
  frame.totals = kept;
  for (store::RowChunk& chunk : frame.chunks) CHECK(ChunkKeeper::shared().adopt(chunk, kept, nobody_aborts).ok());
  return kept;
}

// Whatever can go to disk does.
void push_out() {
  ChunkKeeper::shared().set_limit(1);
  (void)ChunkKeeper::shared().make_room(nobody_aborts);
  ChunkKeeper::shared().set_limit(kPlenty);
}

void next_query() { store::query_clock.fetch_add(1); }

// One column of int64, `rows` a chunk, as wide as they are.
store::StoredFrame wide_frame(int chunks, int64_t rows) {
  store::StoredFrame out;
  out.schema = {{"a", TypeId::Int64, false}};
  out.dictionaries.resize(1);
  for (int i = 0; i < chunks; i++) {
    testing::TestColumn cells{TypeId::Int64, {}};
    for (int64_t row = 0; row < rows; row++)
      cells.cells.push_back({false, static_cast<int64_t>(static_cast<uint64_t>(row + i) * 0x9e3779b97f4a7c15), 0, ""});
    out.chunks.push_back({out.rows, rows, {}});
    out.chunks.back().columns.push_back(testing::chunk_of(cells, 0, cells.cells.size(), nullptr));
    out.rows += rows;
  }
  return out;
}

// Bytes that came from the disk.
int64_t scan(const store::StoredFrame& frame) {
  MemoryBudget budget;
  store::HeldColumn held(&budget, nobody_aborts);
  for (const store::RowChunk& chunk : frame.chunks) CHECK(held.hold(chunk, 0).ok());
  return held.take_bytes_read();
}

}  // namespace

TEST("kept columns are unpacked and gathered as they were at every limit, by any number of threads") {
  Random random(177);
  exec::QueryState query(INT64_MAX);
  ChunkKeeper& keeper = ChunkKeeper::shared();
  for (int round = 0; round < check::rounds(24, 9); round++) {
    const size_t rows = round % 8 == 0 ? 70000 : 1 + random() % 500;
    MadeFrame made = testing::make_frame(random, rows, round % 8 == 0 ? 9000 : 90);
    keeper.set_limit(kPlenty);
    const auto kept = keep(made.frame);
    keeper.set_limit(keeper.memory_bytes() / static_cast<int64_t>(1 + random() % 4) + 1);
    (void)keeper.make_room(nobody_aborts);
    exec::PoolWorkers workers(query, std::vector<uint32_t>{3, 8, 1, 2}[static_cast<size_t>(round + round / 8) % 4]);
    std::vector<uint32_t> all;
    for (uint32_t c = 0; c < made.columns.size(); c++) all.push_back(c);
    auto unpacked = store::unpack_columns(made.frame, all, workers, &query.budget);
    CHECK(unpacked.ok());
    for (const size_t count : {rows / 300, rows}) {
      std::vector<uint32_t> picked(count);
      for (uint32_t& row : picked) row = random() % 9 == 0 ? kNoRow : static_cast<uint32_t>(random() % rows);
      std::vector<store::TakeStored> takes;
      for (const uint32_t c : all) takes.push_back({c, picked.data(), true});
      auto taken = store::take_stored_rows(made.frame, takes, count, workers, &query.budget);
      CHECK(taken.ok());
      for (const uint32_t c : all) {
        for (size_t i = 0; i < count; i++) {
          check_row(taken.value()[c], static_cast<int64_t>(i), made.columns[c], picked[i]);
        }
      }
    }
    for (const uint32_t c : all) {
      for (uint32_t row = 0; row < rows; row++) check_row(unpacked.value()[c], row, made.columns[c], row);
    }
  }
  CHECK_EQ(keeper.memory_bytes(), int64_t{0});
  CHECK_EQ(keeper.disk_bytes(), int64_t{0});
  keeper.set_limit(kPlenty);
}

TEST("threads read chunks at random while others are kept, dropped, and pushed to disk and back") {
  Random random(178);
  ChunkKeeper& keeper = ChunkKeeper::shared();
  keeper.set_limit(kPlenty);
  MadeFrame made = testing::make_frame(random, 4000, 300);
  const auto kept = keep(made.frame);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 8; seed++) {
    threads.emplace_back([&, seed] {
      Random own(seed);
      MemoryBudget budget;
      const auto scratch = std::make_unique<store::Scratch>();
      for (int i = 0; i < 3000; i++) {
        const auto c = static_cast<uint32_t>(own() % made.columns.size());
        const store::RowChunk& chunk = made.frame.chunks[own() % made.frame.chunks.size()];
        if (own() % 50 == 0) next_query();
        store::HeldColumn held(&budget, nobody_aborts);
        auto values = held.hold(chunk, c);
        CHECK(values.ok());
        if (!values.ok()) continue;
        const auto rows = static_cast<uint32_t>(chunk.rows);
        const Vector vector = store::read_chunk(*values.value(), made.columns[c].type, made.frame.dictionaries[c].get(),
                                                0, rows, *scratch);
        for (uint32_t row = 0; row < rows; row++) {
          CHECK_EQ(vector.is_valid(row), made.columns[c].is_valid(chunk.first_row + row));
        }
      }
      CHECK_EQ(budget.used_bytes(), int64_t{0});
    });
  }
  std::thread pusher([&] {
    Random own(99);
    while (!stop.load()) {
      keeper.set_limit(static_cast<int64_t>(1 + own() % 400000));
      (void)keeper.make_room(nobody_aborts);
    }
  });
  std::thread owner([&] {
    for (int64_t i = 0; !stop.load(); i++) {
      store::StoredFrame other = wide_frame(4, 200 + i % 100);
      const auto its = std::make_shared<KeptFrame>(std::make_shared<spill::SpillSpace>("", INT64_MAX), true);
      for (store::RowChunk& chunk : other.chunks) (void)keeper.adopt(chunk, its, nobody_aborts);
      (void)scan(other);
    }
  });
  for (std::thread& thread : threads) thread.join();
  stop.store(true);
  pusher.join();
  owner.join();
  keeper.set_limit(kPlenty);
  // Every number is back where it was.
  int64_t bytes = 0;
  for (const auto& chunk : made.frame.chunks) {
    for (const auto& column : chunk.kept) bytes += column ? column->memory_bytes() : 0;
  }
  next_query();
  scan(made.frame);
  for (uint32_t c = 0; c < made.columns.size(); c++) {
    MemoryBudget budget;
    store::HeldColumn held(&budget, nobody_aborts);
    for (const store::RowChunk& chunk : made.frame.chunks) CHECK(held.hold(chunk, c).ok());
  }
  CHECK_EQ(kept->away_chunks.load(), int64_t{0});
  CHECK_EQ(kept->memory_bytes.load(), bytes);
}

TEST("the coldest goes first, what is read in turn stays where it is, and what is read twice comes back") {
  ChunkKeeper& keeper = ChunkKeeper::shared();
  keeper.set_limit(kPlenty);
  store::StoredFrame a = wide_frame(8, 4000);
  store::StoredFrame b = wide_frame(8, 4000);
  const auto of_a = keep(a);
  next_query();
  const auto of_b = keep(b);
  const int64_t whole = of_a->memory_bytes.load();
  next_query();
  CHECK_EQ(scan(a), int64_t{0});
  keeper.set_limit(keeper.memory_bytes() - whole / 2);
  CHECK(keeper.make_room(nobody_aborts).ok());
  CHECK_EQ(of_a->memory_bytes.load(), whole);
  CHECK_EQ(of_b->away_chunks.load(), int64_t{4});
  // Each of both in turn: nothing moves.
  for (int i = 0; i < 5; i++) {
    next_query();
    CHECK_EQ(scan(a), int64_t{0});
    CHECK_EQ(scan(b), whole / 2);
  }
  // b alone: its second scan finds a cold.
  next_query();
  CHECK_EQ(scan(b), whole / 2);
  next_query();
  CHECK_EQ(scan(b), whole / 2);
  next_query();
  CHECK_EQ(scan(b), int64_t{0});
  CHECK_EQ(of_a->away_chunks.load(), int64_t{4});
  // A pinned chunk stays, whatever the limit; room is made when it is let go.
  {
    MemoryBudget budget;
    store::HeldColumn held(&budget, nobody_aborts);
    CHECK(held.hold(b.chunks[0], 0).ok());
    keeper.set_limit(1);
    CHECK(keeper.make_room(nobody_aborts).ok());
    CHECK_EQ(of_b->away_chunks.load(), int64_t{7});
    CHECK_EQ(of_b->memory_bytes.load(), whole / 8);
  }
  CHECK(!keeper.make_room(nobody_aborts).ok());
  CHECK_EQ(of_b->memory_bytes.load(), int64_t{0});
  keeper.set_limit(kPlenty);
}

TEST("what fails on the disk fails that reader or that persist alone, and nothing is lost") {
  ChunkKeeper& keeper = ChunkKeeper::shared();
  keeper.set_limit(kPlenty);
  store::StoredFrame frame = wide_frame(4, 2000);
  const auto kept = keep(frame);
  spill::inject_spill_failure(0, 0);
  keeper.set_limit(keeper.memory_bytes() - 1);
  Status full = keeper.make_room(nobody_aborts);
  spill::inject_spill_failure(0, -1);
  CHECK_EQ(full.code(), Code::MemoryLimit);
  CHECK(full.message().find("ENOSPC") != std::string::npos);
  CHECK(full.facts().hint.find("spillDirectory") != std::string::npos);
  CHECK_EQ(kept->away_chunks.load(), int64_t{0});
  CHECK_EQ(kept->space->disk.used_bytes(), int64_t{0});
  CHECK_EQ(scan(frame), int64_t{0});
  // The next query asks the disk again. Half writes and interruptions are no failures.
  for (const int kind : {1, 2}) {
    next_query();
    spill::inject_spill_failure(kind, 0);
    push_out();
    spill::inject_spill_failure(kind, -1);
  }
  CHECK_EQ(kept->away_chunks.load(), int64_t{4});
  CHECK_EQ(kept->space->disk.used_bytes(), kept->disk_bytes.load());
  const std::pair<int, const char*> kinds[] = {{3, "Input/output error"}, {4, "does not give back"}};
  keeper.set_limit(1);
  for (const auto& [kind, reason] : kinds) {
    MemoryBudget budget;
    store::HeldColumn held(&budget, nobody_aborts);
    spill::inject_spill_failure(kind, 0);
    auto failed = held.hold(frame.chunks[1], 0);
    spill::inject_spill_failure(kind, -1);
    CHECK(!failed.ok());
    CHECK_EQ(failed.status().code(), Code::Io);
    CHECK(failed.status().message().find(reason) != std::string::npos);
    CHECK(held.hold(frame.chunks[1], 0).ok());
    held.release();
    CHECK_EQ(budget.used_bytes(), int64_t{0});
  }
  // Nor does a reader without memory, or one who is no longer wanted.
  MemoryBudget tight(100);
  store::HeldColumn poor(&tight, nobody_aborts);
  CHECK_EQ(poor.hold(frame.chunks[0], 0).status().code(), Code::MemoryLimit);
  MemoryBudget budget;
  store::HeldColumn aborted(&budget, exec::aborted_error);
  CHECK_EQ(aborted.hold(frame.chunks[0], 0).status().code(), Code::Aborted);
  keeper.set_limit(kPlenty);
}

TEST("frames that may not go to disk, or not that far, make persist fail; dropping one gives all back") {
  ChunkKeeper& keeper = ChunkKeeper::shared();
  keeper.set_limit(kPlenty);
  {
    store::StoredFrame stays = wide_frame(4, 2000);
    store::StoredFrame some = wide_frame(4, 2000);
    const auto first = keep(stays, false);
    const auto second = keep(some, true, 20000);
    const int64_t whole = first->memory_bytes.load();
    keeper.set_limit(1);
    Status status = keeper.make_room(nobody_aborts);
    CHECK_EQ(status.code(), Code::MemoryLimit);
    CHECK(status.message().find("spill limit of 20000") != std::string::npos);
    CHECK_EQ(first->memory_bytes.load(), whole);
    CHECK_EQ(second->away_chunks.load(), int64_t{1});
    CHECK(!second->refused.load());
    store::StoredFrame more = wide_frame(1, 2000);
    const auto third = std::make_shared<KeptFrame>(std::make_shared<spill::SpillSpace>("", INT64_MAX), false);
    CHECK(!keeper.adopt(more.chunks[0], third, nobody_aborts).ok());
    CHECK(third->refused.load());
    keeper.set_limit(kPlenty);
    CHECK_EQ(scan(stays), int64_t{0});
    CHECK_EQ(scan(some), whole / 4);
  }
  CHECK_EQ(keeper.memory_bytes(), int64_t{0});
  CHECK_EQ(keeper.disk_bytes(), int64_t{0});
}
