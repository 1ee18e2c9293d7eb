// What goes to disk comes back: files, keys, parts, and whole queries that are to give with their rows on disk what
// they give in memory.
#include "spill/parts.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "random_columns.h"
#include "run_query.h"
#include "sort/order_rows.h"
#include "spill/key_sample.h"

using namespace millrace;
using namespace millrace::testing;

namespace {

constexpr TypeId kTypes[] = {TypeId::Bool,    TypeId::Int8,    TypeId::Int32,       TypeId::Int64, TypeId::UInt64,
                             TypeId::Float32, TypeId::Float64, TypeId::TimestampUs, TypeId::Utf8,  TypeId::Date};

spill::SpillPolicy policy_of(spill::SpillSpace& space, MemoryBudget& budget) {
  return spill::make_policy(space, budget, 2, true);
}

int entries(const std::string& folder) {
  int out = 0;
  DIR* opened = ::opendir(folder.c_str());
  while (const dirent* entry = ::readdir(opened)) out += entry->d_name[0] != '.';
  ::closedir(opened);
  return out;
}

std::string fresh_folder() {
  std::string folder = "/tmp/millrace-test-XXXXXX";
  CHECK(::mkdtemp(folder.data()) != nullptr);
  return folder;
}

// Two tables: 0 has a key of few values, one of many, text, and a number; 1 the first two and a value.
exec::QueryInputs random_tables(Random& random, size_t rows) {
  const auto table = [&](std::vector<std::pair<std::string, std::pair<TypeId, size_t>>> columns, size_t count) {
    auto frame = std::make_shared<Frame>();
    frame->rows = static_cast<int64_t>(count);
    for (const auto& [name, kind] : columns) {
      frame->schema.push_back({name, kind.first, true});
      frame->columns.push_back(column_of(random_cells(random, kind.first, count, kind.second)));
    }
    return frame;
  };
  exec::QueryInputs out;
  out.frames.push_back(table({{"few", {TypeId::Int64, 5}},
                              {"many", {TypeId::Int64, rows + 1}},
                              {"text", {TypeId::Utf8, rows / 2 + 1}},
                              {"row number", {TypeId::Float64, 50}}},
                             rows));
  out.frames.push_back(
      table({{"few", {TypeId::Int64, 5}}, {"many", {TypeId::Int64, rows + 1}}, {"value", {TypeId::Float64, 1000}}},
            rows / 2));
  return out;
}

const char* const kSources = R"({"op":"memory","handle":0},{"op":"memory","handle":1,"inputs":[]})";

std::string join_step(const std::string& how, bool nulls_equal) {
  const bool existence = how == "semi" || how == "anti";
  return R"({"op":"join","inputs":[0,1],"how":")" + how +
         R"(","leftKeys":["many"],"rightKeys":["many"],"nullsEqual":)" + (nulls_equal ? "true" : "false") +
         R"(,"columns":[{"name":"few","side":"left","column":"few"},{"name":"text","side":"left","column":"text"},)" +
         R"({"name":"left row","side":"left","column":"row number"})" +
         (existence
              ? ""
              : R"(,{"name":"value","side":"right","column":"value"},{"name":"many","side":"right","column":"many"})") +
         "]}";
}

std::string group_step(const std::string& keys, const std::string& order, bool dropped = false) {
  std::string nodes;
  std::string names;
  int count = 0;
  for (size_t at = 0; at < keys.size();) {
    const size_t end = std::min(keys.find(',', at), keys.size());
    const std::string key = keys.substr(at, end - at);
    nodes += R"(["col",")" + key + "\"],";
    names += std::string(count ? "," : "") + R"({"name":")" + key + R"(","out":)" + std::to_string(count) + "}";
    count++;
    at = end + 1;
  }
  const std::string value = std::to_string(count);
  return R"({"op":"aggregate","input":0,"nodes":[)" + nodes + R"(["col","row number"]],"keys":[)" + names +
         R"(],"aggregates":[{"name":"n","function":"size"},{"name":"max","function":"max","out":)" + value +
         R"(},{"name":"nu","function":"nUnique","out":)" + value + R"(},{"name":"first","function":"first","out":)" +
         value + R"(}],"order":")" + order + "\",\"dropNulls\":" + (dropped ? "true" : "false") + "}";
}

std::string run(const std::string& ops, const std::string& options, const exec::QueryInputs& inputs) {
  auto result = run_query(
      std::string(R"({"version":2,"steps":[)") + kSources + "," + ops + R"(],"options":{)" + options + "}}", inputs);
  CHECK_EQ(result.status.message(), std::string());
  return result.status.ok() ? text_of(*result.frame) : std::string();
}

// Plans of every kind that goes to disk. Null keys that meet make many rows.
std::vector<std::string> spilling_plans(bool nulls_equal) {
  const std::string sorts[] = {
      R"({"op":"sort","input":0,"keys":[{"column":"few","descending":true},{"column":"text","nullsFirst":true}],"columns":["text","many"]})",
      R"({"op":"sort","input":0,"keys":[{"column":"few"}],"columns":["few","text","many","row number"]})"};
  const std::string window =
      R"({"op":"window","input":0,"keys":["few"],"order":[{"column":"many"}],"functions":[{"name":"n","function":"rowNumber"},)"
      R"({"name":"s","function":"count","column":"text"}]})";
  std::vector<std::string> plans = {sorts[0], sorts[1], window};
  for (const char* how : {"inner", "left", "right", "outer", "semi", "anti"})
    plans.push_back(join_step(how, nulls_equal));
  for (const char* order : {"key", "first"}) {
    for (const char* keys : {"few", "text,few", "many"}) plans.push_back(group_step(keys, order));
  }
  // Rows without columns, for two readers.
  const std::string count = R"("aggregates":[{"name":"n","function":"size"}],"keys":[],"nodes":[],"order":"none"})";
  plans.push_back(R"({"op":"project","input":0,"nodes":[],"columns":[]},{"op":"aggregate","input":2,)" + count +
                  R"(,{"op":"aggregate","input":2,)" + count + R"(,{"op":"concat","inputs":[3,4]})");
  plans.push_back(group_step("few,many", "key", true));
  // One after another, and one result that two read.
  plans.push_back(join_step("left", false) + R"(,{"op":"sort","keys":[{"column":"text"}],"columns":["text","value"]})");
  plans.push_back(sorts[1] + R"(,{"op":"slice","offset":3,"rows":40})");
  // First rows of an order, more than are looked for as rows come.
  for (const int rows : {1100, 5000, 17000}) {
    for (std::string sort : sorts) {
      plans.push_back(sort.insert(sort.size() - 1, ",\"rows\":" + std::to_string(rows)));
    }
  }
  plans.push_back(
      sorts[1] +
      R"(,{"op":"aggregate","nodes":[["col","text"]],"keys":[{"name":"text","out":0}],"aggregates":[{"name":"n","function":"size"}],"order":"first"},)" +
      R"({"op":"join","inputs":[2,3],"how":"inner","leftKeys":["text"],"rightKeys":["text"],"nullsEqual":true,"columns":[{"name":"few","side":"left","column":"few"},{"name":"n","side":"right","column":"n"}]})");
  return plans;
}

}  // namespace

TEST("keys as bytes have the order of the rows") {
  Random random(71);
  for (int round = 0; round < 60; round++) {
    const size_t rows = 1 + random() % 200;
    std::vector<Column> columns;
    std::vector<sort::KeyOrder> orders;
    for (size_t k = 0; k < 1 + random() % 3; k++) {
      columns.push_back(column_of(random_cells(random, kTypes[random() % std::size(kTypes)], rows, 1 + random() % 40)));
      orders.push_back({random() % 2 == 0, random() % 2 == 0});
    }
    std::vector<sort::SortKey> sort_keys;
    std::vector<Vector> vectors;
    std::vector<std::vector<StringRef>> strings(columns.size(), std::vector<StringRef>(kVectorRows));
    std::vector<std::vector<uint64_t>> validity(columns.size(), std::vector<uint64_t>(kValidityWords));
    for (size_t k = 0; k < columns.size(); k++) {
      sort_keys.push_back({&columns[k], orders[k].descending, orders[k].nulls_first});
      vectors.push_back(view_of(columns[k], 0, static_cast<uint32_t>(rows), strings[k].data(), validity[k].data()));
    }
    sort::RowKeys keys(orders);
    keys.encode(vectors.data(), static_cast<uint32_t>(rows));
    std::vector<uint32_t> by_bytes(rows);
    for (uint32_t i = 0; i < rows; i++) by_bytes[i] = i;
    std::stable_sort(by_bytes.begin(), by_bytes.end(),
                     [&](uint32_t a, uint32_t b) { return keys.key(a) < keys.key(b); });
    SerialWorkers serial;
    PodVector<uint32_t> order;
    CHECK(sort::order_rows(sort_keys, rows, serial, order).ok());
    CHECK(std::equal(order.begin(), order.end(), by_bytes.begin()));
  }
}

TEST("long texts are cut without getting out of order") {
  const std::string stem(sort::kMostTextBytes, 'x');
  std::vector<std::string> texts = {stem + "b", stem, stem + "a", stem.substr(1), "y", stem + std::string(40, 'z')};
  for (std::string& text : texts) text.reserve(text.size() + kStringPadding);
  for (const bool descending : {false, true}) {
    sort::RowKeys keys({{descending, false}, {}});
    std::vector<StringRef> refs;
    std::vector<int64_t> second;
    for (size_t i = 0; i < texts.size(); i++) {
      refs.push_back({texts[i].data(), texts[i].size()});
      second.push_back(-static_cast<int64_t>(i));
    }
    const Vector vectors[] = {{TypeId::Utf8, refs.data(), nullptr}, {TypeId::Int64, second.data(), nullptr}};
    keys.encode(vectors, static_cast<uint32_t>(texts.size()));
    for (uint32_t a = 0; a < texts.size(); a++) {
      CHECK_EQ(keys.cut(a), texts[a].size() > sort::kMostTextBytes);
      for (uint32_t b = 0; b < texts.size(); b++) {
        const bool before = descending ? texts[a] > texts[b] : texts[a] < texts[b];
        if (before) CHECK(keys.key(a) <= keys.key(b));
      }
    }
  }
}

TEST("rows whose long keys differ only behind where they are cut are not taken for one key") {
  const std::string stem(2 * sort::kMostTextBytes, 'x');
  exec::QueryInputs inputs;
  auto frame = std::make_shared<Frame>();
  TestColumn cells{TypeId::Utf8, {}};
  for (int i = 0; i < 3000; i++) cells.cells.push_back({false, 0, 0, stem + std::to_string(i * 7919 % 3000)});
  frame->rows = 3000;
  frame->schema = {{"text", TypeId::Utf8, false}};
  frame->columns.push_back(column_of(cells));
  inputs.frames.push_back(frame);
  const std::string plan = R"({"version":2,"steps":[{"op":"memory","handle":0},)"
                           R"({"op":"sort","keys":[{"column":"text"}],"columns":["text"]}],"options":{"threads":2)";
  auto expected = run_query(plan + "}}", inputs);
  auto spilled = run_query(plan + ",\"spill\":\"always\",\"memoryLimit\":16000000}}", inputs);
  CHECK_EQ(spilled.status.message(), std::string());
  if (spilled.status.ok()) CHECK(text_of(*spilled.frame) == text_of(*expected.frame));
}

TEST("ranges of a sample part every row as comparing it with all splitters does, and heavy keys are alone") {
  Random random(72);
  for (int round = 0; round < 40; round++) {
    const bool heavy = round % 2;
    const TestColumn cells = random_cells(random, round % 3 ? TypeId::Utf8 : TypeId::Int64, 1500, heavy ? 4 : 900);
    const TestVector memory(cells, 0, 1500);
    const Vector vector = memory.vector();
    spill::KeySample sample(std::vector<sort::KeyOrder>(1));
    sample.add(&vector, 1500);
    const auto parts = sample.make_parts(16);
    CHECK(parts->parts() <= 16);
    std::vector<uint16_t> part(1500);
    parts->assign(&vector, 1500, part.data());
    sort::RowKeys keys(std::vector<sort::KeyOrder>(1));
    keys.encode(&vector, 1500);
    std::map<uint16_t, std::pair<std::string, std::string>> ranges;
    std::map<uint16_t, size_t> sizes;
    for (uint32_t i = 0; i < 1500; i++) {
      auto& [low, high] = ranges.try_emplace(part[i], keys.key(i), keys.key(i)).first->second;
      low = std::min(low, std::string(keys.key(i)));
      high = std::max(high, std::string(keys.key(i)));
      sizes[part[i]]++;
    }
    for (auto at = ranges.begin(); std::next(at) != ranges.end(); ++at) {
      CHECK(at->second.second < std::next(at)->second.first);
    }
    for (const auto& [at, range] : ranges) {
      if (parts->single_key(at)) CHECK(range.first == range.second);
      if (sizes[at] > 1500 / 4) CHECK(range.first == range.second);
    }
  }
}

TEST("rows come back from the disk as they went there, part by part") {
  Random random(73);
  for (int round = 0; round < 12; round++) {
    const size_t rows = round ? 1 + random() % 30000 : 0;
    spill::SpillSpace space("", INT64_MAX);
    MemoryBudget budget(int64_t{4} << 20);
    {
      Schema schema;
      std::vector<Column> columns;
      for (const TypeId type : kTypes) {
        schema.push_back({"c" + std::to_string(schema.size()), type, true});
        columns.push_back(column_of(random_cells(random, type, rows, 1 + random() % 500)));
      }
      spill::SharedFile file(space);
      const size_t count = 1 + random() % 20;
      spill::PartWriter writer(schema, count, file, policy_of(space, budget));
      std::vector<std::vector<int64_t>> expected(count);
      for (size_t first = 0; first < rows; first += 1000) {
        const auto size = static_cast<uint32_t>(std::min<size_t>(1000, rows - first));
        std::vector<Vector> vectors;
        std::vector<std::vector<StringRef>> strings(schema.size(), std::vector<StringRef>(kVectorRows));
        std::vector<std::vector<uint64_t>> validity(schema.size(), std::vector<uint64_t>(kValidityWords));
        for (size_t c = 0; c < columns.size(); c++) {
          vectors.push_back(
              view_of(columns[c], static_cast<int64_t>(first), size, strings[c].data(), validity[c].data()));
        }
        std::vector<uint16_t> part(size);
        for (uint32_t i = 0; i < size; i++) {
          part[i] = static_cast<uint16_t>(random() % count);
          expected[part[i]].push_back(static_cast<int64_t>(first + i));
        }
        CHECK(writer.append(vectors.data(), part.data(), size).ok());
      }
      spill::Parts parts;
      auto taken = writer.take();
      CHECK(taken.ok());
      parts.schema = schema;
      parts.parts = taken.take();
      parts.file = file.made();
      CHECK_EQ(parts.file != nullptr, rows > 0);
      store::Scratch scratch;
      for (size_t p = 0; p < count; p++) {
        size_t at = 0;
        CHECK_EQ(parts.parts[p].rows, static_cast<int64_t>(expected[p].size()));
        for (spill::PartChunk& chunk : parts.parts[p].chunks) {
          CHECK(!chunk.columns);
          CHECK(spill::load(chunk, parts, &budget).ok());
          for (size_t c = 0; c < schema.size(); c++) {
            auto builder = ColumnBuilder(schema[c].type, nullptr);
            for (int64_t first = 0; first < chunk.rows; first += kVectorRows) {
              const auto size = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, chunk.rows - first));
              const Vector read = store::read_chunk((*chunk.columns)[c], schema[c].type, nullptr, first, size, scratch);
              CHECK(builder.append(read, size).ok());
            }
            auto column = builder.finish();
            CHECK(column.ok());
            for (int64_t i = 0; i < chunk.rows; i++) {
              const int64_t row = expected[p][at + static_cast<size_t>(i)];
              CHECK_EQ(column.value().is_valid(i), columns[c].is_valid(row));
              if (columns[c].is_valid(row)) CHECK(same_value(column.value(), i, columns[c], row));
            }
          }
          at += static_cast<size_t>(chunk.rows);
          spill::unload(chunk);
        }
      }
    }
    CHECK_EQ(budget.used_bytes(), int64_t{0});
    CHECK_EQ(space.disk.used_bytes(), int64_t{0});
  }
}

TEST("queries with their rows on disk give what they give in memory, for all threads, limits and hashes") {
  Random random(74);
  for (const size_t rows : {0, 1, 700, 20000}) {
    const exec::QueryInputs inputs = random_tables(random, rows);
    size_t plans = 0;
    for (const std::string& plan : spilling_plans(rows < 1000)) {
      plans++;
      const std::string expected = run(plan, "\"threads\":2,\"spill\":\"never\"", inputs);
      for (const int threads : {1, 2, 3, 8}) {
        // Sparse: all small plans by all threads, the large ones by one or two numbers of them, others each.
        if (rows > 1000 && (plans + static_cast<size_t>(threads)) % static_cast<size_t>(check::stride(3)) != 0)
          continue;
        const bool collide = rows < 1000 && random() % 4 == 0;
        // The limit sets the size of the parts: with little memory they are split again and again.
        const int64_t limit = int64_t{1} << (21 + random() % 4 + (rows > 1000 ? 2 : 0));
        const std::string options = "\"spill\":\"always\",\"threads\":" + std::to_string(threads) +
                                    ",\"vectorRows\":" + std::to_string(1 + random() % 2048) +
                                    ",\"memoryLimit\":" + std::to_string(limit * threads) +
                                    (collide ? ",\"hashMask\":\"0\"" : "");
        if (run(plan, options, inputs) != expected) {
          std::printf("differs: %s\n  %s, %zu rows\n", plan.c_str(), options.c_str(), rows);
          CHECK(false);
        }
      }
    }
  }
}

TEST("a query that is refused memory starts over on disk, and says so when it may not") {
  Random random(75);
  const exec::QueryInputs inputs = random_tables(random, 60000);
  const std::string plan =
      std::string(R"({"version":2,"steps":[)") + kSources + "," + group_step("many", "key") +
      R"(,{"op":"aggregate","nodes":[["col","n"]],"keys":[],"aggregates":[{"name":"n","function":"sum","out":0}],"order":"none"}],"options":{"threads":2,"memoryLimit":6000000)";
  auto never = run_query(plan + ",\"spill\":\"never\"}}", inputs);
  CHECK_EQ(std::string(code_name(never.status.code())), std::string("ERR_MEMORY_LIMIT"));
  auto result = run_query(plan + "}}", inputs);
  CHECK_EQ(result.status.message(), std::string());
  if (result.status.ok()) CHECK_EQ(text_of(*result.frame), std::string("60000\n"));
  CHECK(result.peak_bytes <= 6000000);
  auto limited = run_query(plan + ",\"spillLimit\":100000}}", inputs);
  CHECK_EQ(std::string(code_name(limited.status.code())), std::string("ERR_SPILL_LIMIT"));
  CHECK(limited.status.facts().hint.find("spillLimit") != std::string::npos);
}

TEST("at every limit a query gives its rows or says that memory is short") {
  Random random(79);
  const exec::QueryInputs inputs = random_tables(random, 6000);
  size_t given = 0;
  for (const std::string& plan : spilling_plans(false)) {
    const std::string expected = run(plan, "\"threads\":2,\"spill\":\"never\"", inputs);
    int limits = 0;
    for (int64_t limit = 300'000; limit < 5'000'000; limit += check::stride(3) * (limit / 3), limits++) {
      for (const int threads : {1, 3}) {
        const std::string options = "\"threads\":" + std::to_string(threads) +
                                    ",\"memoryLimit\":" + std::to_string(limit) +
                                    (limits % 2 ? ",\"spill\":\"always\"" : "");
        auto result = run_query(
            std::string(R"({"version":2,"steps":[)") + kSources + "," + plan + R"(],"options":{)" + options + "}}",
            inputs);
        if (!result.status.ok()) {
          CHECK_EQ(std::string(code_name(result.status.code())), std::string("ERR_MEMORY_LIMIT"));
          continue;
        }
        given++;
        if (text_of(*result.frame) != expected) std::printf("differs: %s\n  %s\n", plan.c_str(), options.c_str());
        CHECK(text_of(*result.frame) == expected);
      }
    }
  }
  CHECK(given > (check::stride(2) == 1 ? 100 : 30));
}

TEST("a join of more rows than memory holds passes them on in pieces") {
  Random random(78);
  const exec::QueryInputs inputs = random_tables(random, 3000 / static_cast<size_t>(check::stride(2)));
  // A quarter of the pairs in a quarter of the memory.
  const std::string limited = R"("threads":2,"memoryLimit":)" + std::to_string(8'000'000 / check::stride(4));
  for (const char* how : {"inner", "left", "right", "outer"}) {
    const std::string plan =
        std::string(R"({"op":"join","inputs":[0,1],"how":")") + how +
        R"(","leftKeys":["few"],"rightKeys":["few"],"columns":[{"name":"text","side":"left","column":"text"},)"
        R"({"name":"many","side":"left","column":"many"},{"name":"value","side":"right","column":"value"}]},)"
        R"({"op":"aggregate","nodes":[["col","text"],["col","value"]],"keys":[],"aggregates":[)"
        R"({"name":"n","function":"size"},{"name":"t","function":"count","out":0},{"name":"v","function":"max","out":1},)"
        R"({"name":"first","function":"first","out":0},{"name":"last","function":"last","out":1}],"order":"none"})";
    const std::string expected = run(plan, "\"threads\":2", inputs);
    CHECK_EQ(run(plan, limited, inputs), expected);
    auto never = run_query(std::string(R"({"version":2,"steps":[)") + kSources + "," + plan + R"(],"options":{)" +
                               limited + R"(,"spill":"never"}})",
                           inputs);
    CHECK_EQ(std::string(code_name(never.status.code())), std::string("ERR_MEMORY_LIMIT"));
  }
}

TEST("whatever fails on the disk fails that query alone, with its reason") {
  Random random(76);
  const exec::QueryInputs inputs = random_tables(random, 5000);
  const std::string sort = R"({"op":"sort","input":0,"keys":[{"column":"text"}],"columns":["text","many"]})";
  const std::string plan = std::string(R"({"version":2,"steps":[)") + kSources + "," + sort +
                           R"(],"options":{"threads":2,"spill":"always","memoryLimit":8000000}})";
  const std::string expected = run(sort, "\"threads\":1", inputs);
  const std::pair<int, const char*> kinds[] = {{0, "ENOSPC"}, {3, "Input/output error"}, {4, "does not give back"}};
  for (const auto& [kind, reason] : kinds) {
    for (int countdown = 0; countdown < 6; countdown++) {
      spill::inject_spill_failure(kind, countdown);
      auto result = run_query(plan, inputs);
      spill::inject_spill_failure(kind, -1);
      CHECK_EQ(std::string(code_name(result.status.code())), std::string("ERR_IO"));
      CHECK(result.status.message().find(reason) != std::string::npos);
      CHECK(!result.status.facts().hint.empty());
    }
  }
  // Half writes and interruptions are no failures.
  for (const int kind : {1, 2}) {
    spill::inject_spill_failure(kind, 2);
    CHECK_EQ(run(sort, "\"threads\":2,\"spill\":\"always\"", inputs), expected);
  }
  spill::inject_spill_failure(0, -1);
  auto nowhere = run_query(std::string(R"({"version":2,"steps":[)") + kSources + "," + sort +
                               R"(],"options":{"spill":"always","spillDirectory":"/nonexistent/folder"}})",
                           inputs);
  CHECK_EQ(std::string(code_name(nowhere.status.code())), std::string("ERR_IO"));
  CHECK(nowhere.status.message().find("/nonexistent/folder") != std::string::npos);
}

TEST("a spill file has no name, belongs to this user alone, and what dead processes left is removed") {
  const std::string folder = fresh_folder();
  {
    spill::SpillSpace space(folder, INT64_MAX);
    auto file = spill::SpillFile::create(space);
    CHECK(file.ok());
    const uint8_t bytes[] = {1, 2, 3};
    auto at = file.value()->append(bytes, 3);
    CHECK(at.ok());
    CHECK_EQ(entries(folder), 0);
    CHECK_EQ(space.disk.used_bytes(), int64_t{3});
    // Where the file system cannot make such a file, one is unlinked at once.
    spill::inject_spill_failure(5, 0);
    auto named = spill::SpillFile::create(space);
    spill::inject_spill_failure(5, -1);
    CHECK(named.ok());
    CHECK_EQ(entries(folder), 0);
    auto there = named.value()->append(bytes, 3);
    CHECK(there.ok());
    uint8_t read[3] = {};
    CHECK(named.value()->read(there.value(), read, 3).ok());
    CHECK(std::equal(bytes, bytes + 3, read));
  }
  // Pids end far below this one.
  const std::string left = folder + "/millrace-spill-999999999-abcdef";
  const std::string mine = folder + "/millrace-spill-" + std::to_string(::getpid()) + "-abcdef";
  for (const std::string& path : {left, mine}) CHECK_EQ(::mkdir(path.c_str(), 0700), 0);
  const std::string rows = left + "/rows";
  std::fclose(std::fopen(rows.c_str(), "w"));
  CHECK_EQ(spill::remove_leftovers(folder), 1);
  CHECK_EQ(entries(folder), 1);
  ::rmdir(mine.c_str());
  ::rmdir(folder.c_str());
}

TEST("checksums tell any two bits apart") {
  Random random(77);
  for (size_t size : {1, 7, 31, 32, 33, 100, 4096}) {
    std::vector<uint8_t> bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    const uint64_t sum = spill::checksum(bytes.data(), size);
    for (size_t bit = 0; bit < size * 8; bit += 1 + random() % 5) {
      bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      CHECK(spill::checksum(bytes.data(), size) != sum);
      bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    }
    CHECK_EQ(spill::checksum(bytes.data(), size), sum);
  }
}
