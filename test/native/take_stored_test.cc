// Columns of stored frames, unpacked, packed and gathered, against the plain columns that they were made of.
#include "store/take_stored_rows.h"

#include "exec/threads/pool_workers.h"
#include "store/packed_column.h"
#include "store/unpack_columns.h"
#include "stored_frames.h"

using namespace millrace;
using testing::check_row;
using testing::chunk_of;
using testing::make_frame;
using testing::Random;
using testing::TestColumn;

TEST("columns of stored frames are unpacked and gathered as the plain ones are, by any number of threads") {
  Random random(77);
  exec::QueryState query(INT64_MAX);
  for (int round = 0; round < check::rounds(48, 9); round++) {
    const size_t rows = round % 8 == 0 ? 70000 + random() % 9000 : random() % 500;
    const testing::MadeFrame made = make_frame(random, rows, round % 8 == 0 ? 9000 : 90);
    exec::PoolWorkers workers(query, std::vector<uint32_t>{3, 8, 1, 2}[static_cast<size_t>(round + round / 8) % 4]);
    std::vector<uint32_t> all;
    for (uint32_t c = 0; c < made.columns.size(); c++) all.push_back(c);
    auto unpacked = store::unpack_columns(made.frame, all, workers, &query.budget);
    CHECK(unpacked.ok());
    for (const uint32_t c : all) {
      for (uint32_t row = 0; row < rows; row++) check_row(unpacked.value()[c], row, made.columns[c], row);
    }
    // Few rows are looked up, many are gathered from packed columns.
    const bool misses = random() % 2 == 0;
    std::vector<uint32_t> picked(rows == 0 ? (misses ? 3 : 0) : round % 3 == 0 ? rows / 300 : rows + random() % 100);
    for (uint32_t& row : picked)
      row = rows == 0 || (misses && random() % 5 == 0) ? kNoRow : static_cast<uint32_t>(random() % rows);
    std::vector<store::TakeStored> takes;
    for (const uint32_t c : all) takes.push_back({c, picked.data(), misses});
    auto taken = store::take_stored_rows(made.frame, takes, picked.size(), workers, &query.budget);
    CHECK(taken.ok());
    for (const uint32_t c : all) {
      CHECK_EQ(taken.value()[c].rows, static_cast<int64_t>(picked.size()));
      for (size_t i = 0; i < picked.size(); i++) {
        check_row(taken.value()[c], static_cast<int64_t>(i), made.columns[c], picked[i]);
      }
    }
  }
}

TEST("a packed column is as narrow as all its chunks allow") {
  TestColumn cells{TypeId::Int64, {}};
  for (int64_t i = 0; i < 1000; i++) cells.cells.push_back({false, 5'000'000'000 + i % 200, 0, ""});
  store::StoredFrame frame;
  frame.schema = {{"a", TypeId::Int64, false}};
  frame.dictionaries.resize(1);
  frame.rows = 1000;
  for (size_t first = 0; first < 1000; first += 250) {
    frame.chunks.push_back({static_cast<int64_t>(first), 250, {}});
    frame.chunks.back().columns.push_back(chunk_of(cells, first, first + 250, nullptr));
  }
  SerialWorkers serial;
  auto packed = store::pack_column(frame, 0, serial, nullptr);
  CHECK(packed.ok());
  CHECK_EQ(packed.value().width, uint8_t{1});
  CHECK_EQ(packed.value().base, uint64_t{5'000'000'000});
}

TEST("gathering stored rows past the memory limit is an error") {
  Random random(5);
  const testing::MadeFrame made = make_frame(random, 3000, 100);
  std::vector<uint32_t> rows(3000, 7);
  for (uint32_t c = 0; c < made.columns.size(); c++) {
    MemoryBudget tight(100);
    SerialWorkers serial;
    auto taken = store::take_stored_rows(made.frame, {{c, rows.data(), false}}, rows.size(), serial, &tight);
    CHECK(!taken.ok());
    if (!taken.ok()) CHECK_EQ(taken.status().code(), Code::MemoryLimit);
    CHECK_EQ(tight.used_bytes(), int64_t{0});
  }
}
