// Frames over memory of others: rows in order across chunks of any size, and nothing read once the lease is revoked.
#include <atomic>
#include <random>
#include <thread>

#include "run_query.h"

using namespace millrace;
using exec::BorrowedColumn;
using exec::BorrowedFrame;

namespace {

// What the caller keeps: values at odd addresses, right up to the end of their memory.
struct Memory {
  std::vector<std::vector<uint8_t>> numbers;
  std::vector<std::vector<uint8_t>> flags;
};

Buffer bits_of(const std::vector<bool>& valid) {
  Buffer out;
  CHECK(out.resize((valid.size() + 63) / 64 * 8 + 8).ok());
  std::memset(out.data(), 0, out.size());
  for (size_t i = 0; i < valid.size(); i++) out.data()[i / 8] |= static_cast<uint8_t>(uint8_t{valid[i]} << (i % 8));
  return out;
}

std::shared_ptr<Dictionary> make_words() {
  ColumnBuilder builder(TypeId::Utf8, nullptr);
  static constexpr char kText[64] = "zeroonetwo";
  const StringRef words[] = {{kText, 4}, {kText + 4, 3}, {kText + 7, 3}};
  Vector vector;
  vector.type = TypeId::Utf8;
  vector.data = words;
  CHECK(builder.append(vector, 3).ok());
  auto column = builder.finish();
  CHECK(column.ok());
  auto made = make_dictionary(column.take(), nullptr);
  CHECK(made.ok());
  return made.take();
}

BorrowedColumn lent(TypeId type, int64_t rows, std::vector<uint8_t>& memory) {
  BorrowedColumn out;
  out.values = BorrowedColumn::Values::Borrowed;
  out.column.type = type;
  out.column.rows = rows;
  out.borrowed = memory.data() + 1;
  return out;
}

// Columns n (rows counted up, null where n % 5 == 3), flag (n % 3, any but 0 is true), word (n % 3), none.
std::shared_ptr<BorrowedFrame> make_frame(const std::vector<int64_t>& sizes, Memory& memory, std::string& expected) {
  auto frame = std::make_shared<BorrowedFrame>();
  frame->schema = {{"n", TypeId::Int64, true},
                   {"flag", TypeId::Bool, false},
                   {"word", TypeId::Dict, false},
                   {"none", TypeId::Int64, true}};
  frame->dictionaries = {nullptr, nullptr, make_words(), nullptr};
  frame->lease = std::make_shared<exec::Lease>();
  memory.numbers.resize(sizes.size());
  memory.flags.resize(sizes.size());
  std::ostringstream text;
  for (size_t c = 0; c < sizes.size(); c++) {
    const int64_t rows = sizes[c];
    memory.numbers[c].resize(static_cast<size_t>(rows) * 8 + 1);
    memory.flags[c].resize(static_cast<size_t>(rows) + 1);
    exec::BorrowedChunk chunk;
    chunk.first_row = frame->rows;
    chunk.rows = rows;
    BorrowedColumn word, none;
    std::vector<bool> valid;
    for (int64_t i = 0; i < rows; i++) {
      const int64_t n = frame->rows + i;
      std::memcpy(memory.numbers[c].data() + 1 + i * 8, &n, sizeof n);
      memory.flags[c][static_cast<size_t>(i) + 1] = static_cast<uint8_t>(n % 3);
      valid.push_back(n % 5 != 3);
      CHECK(word.codes.push(static_cast<uint32_t>(n % 3)).ok());
      const char* const words[] = {"zero", "one", "two"};
      text << (n % 5 == 3 ? "~" : std::to_string(n)) << "|" << (n % 3 != 0) << "|" << words[n % 3] << "|~\n";
    }
    chunk.columns.push_back(lent(TypeId::Int64, rows, memory.numbers[c]));
    chunk.columns[0].column.validity = bits_of(valid);
    for (const bool bit : valid) chunk.columns[0].column.null_count += !bit;
    chunk.columns.push_back(lent(TypeId::Bool, rows, memory.flags[c]));
    word.values = BorrowedColumn::Values::Coded;
    word.column.type = TypeId::Dict;
    word.column.rows = rows;
    chunk.columns.push_back(std::move(word));
    none.values = BorrowedColumn::Values::Missing;
    none.column.type = TypeId::Int64;
    none.column.rows = none.column.null_count = rows;
    chunk.columns.push_back(std::move(none));
    frame->rows += rows;
    frame->chunks.push_back(std::move(chunk));
  }
  expected = text.str();
  return frame;
}

exec::QueryInputs inputs_of(std::shared_ptr<const BorrowedFrame> frame) {
  exec::QueryInputs out;
  out.bytes.push_back(nullptr);
  out.frames.push_back(nullptr);
  out.stored.push_back(nullptr);
  out.borrowed.push_back(std::move(frame));
  return out;
}

std::string plan(const std::string& steps, const std::string& options) {
  return R"({"version":)" + std::to_string(exec::kPlanVersion) + R"(,"steps":[{"op":"memory","handle":0})" + steps +
         R"(],"options":{)" + options + "}}";
}

}  // namespace

TEST("rows of borrowed chunks of any size come in order") {
  std::mt19937_64 random(5);
  for (int round = 0; round < check::rounds(30, 10); round++) {
    std::vector<int64_t> sizes;
    for (size_t chunk = 0; chunk < 1 + random() % 6; chunk++)
      sizes.push_back(static_cast<int64_t>(round < 3 ? 0 : 1 + random() % 5000));
    if (round >= 3 && round % 3 == 0) sizes.push_back(150'000);
    Memory memory;
    std::string expected;
    const auto frame = make_frame(sizes, memory, expected);
    for (const char* options : {R"("threads":1)", R"("threads":3,"vectorRows":7)"}) {
      auto all = run_query(plan("", options), inputs_of(frame));
      CHECK(all.status.ok());
      if (all.status.ok()) CHECK(text_of(*all.frame) == expected);
    }
    if (frame->rows < 100) continue;
    auto cut = run_query(plan(R"(,{"op":"slice","offset":40,"rows":50})", ""), inputs_of(frame));
    CHECK(cut.status.ok());
    if (cut.status.ok()) CHECK(expected.find(text_of(*cut.frame)) != std::string::npos);
  }
}

TEST("a revoked lease ends the queries, and waits for those inside") {
  Memory memory;
  std::string expected;
  const auto frame = make_frame({100'000, 400'000}, memory, expected);
  std::atomic<bool> stop{false};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; i++) {
    threads.emplace_back([&] {
      while (!stop.load()) {
        const auto result = run_query(plan("", R"("threads":2)"), inputs_of(frame));
        if (!result.status.ok()) CHECK_EQ(result.status.code(), Code::Aborted);
        done.fetch_add(1);
      }
    });
  }
  while (done.load() < 6) std::this_thread::yield();
  frame->lease->revoke();
  // Whoever owns the memory may give it away now.
  memory = {};
  const int before = done.load();
  while (done.load() < before + 6) std::this_thread::yield();
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
  const auto after = run_query(plan("", ""), inputs_of(frame));
  CHECK_EQ(after.status.code(), Code::Aborted);
}
