// Columns of stored frames, unpacked, packed and gathered, against the plain columns that they were made of.
#include "store/take_stored_rows.h"

#include "check.h"
#include "exec/pool_workers.h"
#include "random_columns.h"
#include "store/packed_column.h"
#include "store/unpack_columns.h"

using namespace millrace;

namespace {

using testing::Random;
using testing::TestColumn;

struct Made {
  store::StoredFrame frame;
  std::vector<Column> columns;
};

// The cells [begin, end) of a column as a chunk: codes of `dictionary` where there is one.
store::ColumnChunk chunk_of(const TestColumn& cells, size_t begin, size_t end, const Column* dictionary) {
  TestColumn part{cells.type,
                  {cells.cells.begin() + static_cast<std::ptrdiff_t>(begin),
                   cells.cells.begin() + static_cast<std::ptrdiff_t>(end)}};
  ColumnBuilder builder(cells.type, nullptr);
  std::vector<uint32_t> codes(part.cells.size(), 0);
  for (size_t at = 0; at < part.cells.size(); at += kVectorRows) {
    const size_t rows = std::min<size_t>(kVectorRows, part.cells.size() - at);
    const testing::TestVector memory(part, at, rows);
    const Vector vector = memory.vector();
    CHECK((dictionary ? builder.append_nulls(vector, static_cast<uint32_t>(rows))
                      : builder.append(vector, static_cast<uint32_t>(rows)))
              .ok());
    if (!dictionary) continue;
    for (size_t i = 0; i < rows; i++) {
      if (part.cells[at + i].null) continue;
      while (dictionary->string(codes[at + i]).view() != vector.as<StringRef>()[i].view()) codes[at + i]++;
    }
  }
  auto chunk = dictionary ? store::encode_codes(codes.data(), builder, nullptr) : store::encode_chunk(builder, nullptr);
  CHECK(chunk.ok());
  return chunk.take();
}

// Distinct strings of the cells; at least one.
Column distinct_strings(const TestColumn& cells) {
  TestColumn out{cells.type, {}};
  std::vector<std::string> seen;
  for (const auto& cell : cells.cells) {
    if (cell.null || std::find(seen.begin(), seen.end(), cell.text) != seen.end()) continue;
    seen.push_back(cell.text);
    out.cells.push_back(cell);
  }
  if (out.cells.empty()) out.cells.push_back({false, 0, 0, "none"});
  return testing::column_of(out);
}

// Columns of every type in chunks of random sizes; strings with codes everywhere, nowhere, or in some chunks.
Made make_frame(Random& random, size_t rows, size_t largest_chunk) {
  Made out;
  std::vector<TestColumn> cells;
  std::vector<uint64_t> coded_in_4;
  for (size_t type = 0; type < kTypeCount; type++) {
    const auto id = static_cast<TypeId>(type);
    cells.push_back(testing::random_cells(random, id, rows, 1 + random() % 40));
    out.frame.schema.push_back({"c" + std::to_string(type), id, true});
    out.columns.push_back(testing::column_of(cells.back()));
    out.frame.dictionaries.emplace_back();
    const uint64_t picked[] = {0, 2, 4};
    coded_in_4.push_back(is_string(id) ? picked[random() % 3] : 0);
    if (coded_in_4.back() == 0) continue;
    auto dictionary = make_dictionary(distinct_strings(cells.back()), nullptr);
    CHECK(dictionary.ok());
    out.frame.dictionaries.back() = dictionary.take();
  }
  while (out.frame.rows < static_cast<int64_t>(rows)) {
    const auto begin = static_cast<size_t>(out.frame.rows);
    const size_t end = std::min(rows, begin + 1 + random() % largest_chunk);
    store::RowChunk chunk{out.frame.rows, static_cast<int64_t>(end - begin), {}};
    for (size_t c = 0; c < cells.size(); c++) {
      const bool coded = random() % 4 < coded_in_4[c];
      chunk.columns.push_back(chunk_of(cells[c], begin, end, coded ? &out.frame.dictionaries[c]->strings : nullptr));
    }
    out.frame.rows = static_cast<int64_t>(end);
    out.frame.chunks.push_back(std::move(chunk));
  }
  return out;
}

void check_row(const Column& got, int64_t at, const Column& from, uint32_t row) {
  const bool valid = row != kNoRow && from.is_valid(row);
  CHECK_EQ(got.is_valid(at), valid);
  if (valid && got.is_valid(at)) CHECK(testing::same_value(got, at, from, row));
  if (!valid && is_string(got.type)) CHECK_EQ(got.string(at).size, uint64_t{0});
}

}  // namespace

TEST("columns of stored frames are unpacked and gathered as the plain ones are, by any number of threads") {
  Random random(77);
  exec::QueryState query(INT64_MAX);
  for (int round = 0; round < 48; round++) {
    const size_t rows = round % 8 == 0 ? 70000 + random() % 9000 : random() % 500;
    const Made made = make_frame(random, rows, round % 8 == 0 ? 9000 : 90);
    exec::PoolWorkers workers(query, std::vector<uint32_t>{1, 2, 3, 8}[static_cast<size_t>(round) % 4]);
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
  const Made made = make_frame(random, 3000, 100);
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
