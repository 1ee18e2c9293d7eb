// Whole queries over random CSV text against naive code, swept over threads, chunk bytes, vector rows and SIMD levels.
#include <cmath>
#include <map>
#include <random>

#include "run_query.h"
#include "simd/kernels.h"

using namespace millrace;

namespace {

struct Row {
  std::string key;
  bool key_null;
  double value;
  bool value_null;
  int64_t count;
};

struct Sample {
  std::string text;
  std::vector<Row> rows;
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

Sample random_sample(std::mt19937& random, int rows) {
  static const char* const kKeys[] = {"",           "a",          "b",          "long key with words",
                                      "with,comma", "say \"hi\"", "two\nlines", "\xC3\xA4"};
  Sample out;
  out.text = "key,value,count\n";
  for (int i = 0; i < rows; i++) {
    Row row;
    row.key = kKeys[random() % 8];
    row.key_null = row.key.empty();
    row.value = static_cast<double>(static_cast<int>(random() % 2001) - 1000) / 8;
    row.value_null = random() % 10 == 0;
    row.count = static_cast<int64_t>(random() % 100);
    char number[32];
    std::snprintf(number, sizeof number, "%.3f", row.value);
    const bool quote = row.key.find_first_of(",\"\n") != std::string::npos || (random() % 3 == 0 && !row.key_null);
    out.text += (quote ? quoted(row.key) : row.key) + "," + (row.value_null ? "" : number) + "," +
                std::to_string(row.count) + (random() % 5 ? "\n" : "\r\n");
    out.rows.push_back(row);
  }
  return out;
}

std::string source_json(const std::string& more = "") {
  return R"({"op":"csv","bytes":0,"dialect":{"delimiter":",","quote":"\"","escape":"\"","header":true,"newline":"lf"},)"
         R"("columns":[{"name":"key","type":"utf8"},{"name":"value","type":"float64"},{"name":"count","type":"int64","inferred":true}],)"
         R"("project":[0,1,2])" +
         more + "}";
}

std::string plan_json(const std::string& ops, const std::string& options, const std::string& more = "") {
  return R"({"version":2,"steps":[)" + source_json(more) + (ops.empty() ? "" : ",") + ops + R"(],"options":{)" +
         options + "}}";
}

const char* const kFilter = R"({"op":"filter","nodes":[["col","value"],["lit","float64",0],["gt",0,1]],"out":2})";
const char* const kGroup =
    R"({"op":"aggregate","nodes":[["col","key"],["col","value"],["col","count"]],"keys":[{"name":"key","out":0}],)"
    R"("aggregates":[{"name":"sum","function":"sum","out":1},{"name":"n","function":"size"},{"name":"max","function":"max","out":2}],"order":"key"})";

// sum, rows, max of count by key, sorted, null last, of the rows with a positive value.
std::string naive_group(const std::vector<Row>& rows) {
  struct State {
    double sum = 0;
    int64_t rows = 0;
    int64_t max = INT64_MIN;
  };
  std::map<std::pair<bool, std::string>, State> groups;
  for (const Row& row : rows) {
    if (row.value_null || row.value <= 0) continue;
    State& state = groups[{row.key_null, row.key}];
    state.sum += row.value;
    state.rows++;
    state.max = std::max(state.max, row.count);
  }
  std::ostringstream out;
  out.precision(17);
  for (const auto& [key, state] : groups) {
    out << (key.first ? "~" : key.second) << "|" << state.sum << "|" << state.rows << "|" << state.max << "\n";
  }
  return out.str();
}

std::string naive_rows(const std::vector<Row>& rows, size_t limit) {
  std::ostringstream out;
  out.precision(17);
  size_t count = 0;
  for (const Row& row : rows) {
    if (row.value_null || row.value <= 0 || count == limit) continue;
    count++;
    out << (row.key_null ? "~" : row.key) << "|" << row.value << "|" << row.count << "\n";
  }
  return out.str();
}

template <class Check>
void sweep(std::mt19937& random, Check check) {
  const std::string before = simd::kernels().name;
  // Sparse: one of the five sizes for each level and number of threads, the next one each time.
  int at = 0;
  for (const char* const* level = simd::available_levels(); *level; level++) {
    simd::select_level(*level);
    for (const int threads : {1, 2, 3, 8}) {
      for (const int chunk : {1, 7, 64, static_cast<int>(65 + random() % 300), 1 << 18}) {
        if (at++ % check::stride(5) != 0) continue;
        const int vector_rows = chunk % 2 ? 1 + static_cast<int>(random() % 70) : 1024;
        check("\"threads\":" + std::to_string(threads) + ",\"chunkBytes\":" + std::to_string(chunk) +
              ",\"vectorRows\":" + std::to_string(vector_rows));
      }
      at++;
    }
  }
  simd::select_level(before.c_str());
}

}  // namespace

TEST("a filtered group-by gives what naive code gives, for all threads, chunks, batches and levels") {
  std::mt19937 random(31);
  for (const int rows : {0, 1, 5, 300}) {
    const Sample sample = random_sample(random, rows);
    const std::string expected = naive_group(sample.rows);
    sweep(random, [&](const std::string& options) {
      const std::string partition = random() % 2 ? ",\"partitionGroups\":0" : "";
      auto result =
          run_query(plan_json(std::string(kFilter) + "," + kGroup, options + partition), inputs_of(sample.text));
      CHECK_EQ(result.status.message(), std::string());
      if (result.status.ok()) CHECK_EQ(text_of(*result.frame), expected);
    });
  }
}

TEST("filtered rows come out in file order, and head takes the first of them") {
  std::mt19937 random(32);
  for (const int rows : {1, 200}) {
    const Sample sample = random_sample(random, rows);
    sweep(random, [&](const std::string& options) {
      auto all = run_query(plan_json(kFilter, options), inputs_of(sample.text));
      CHECK(all.status.ok());
      if (all.status.ok()) CHECK_EQ(text_of(*all.frame), naive_rows(sample.rows, SIZE_MAX));
      auto some =
          run_query(plan_json(std::string(kFilter) + R"(,{"op":"slice","rows":7})", options), inputs_of(sample.text));
      CHECK(some.status.ok());
      if (some.status.ok()) CHECK_EQ(text_of(*some.frame), naive_rows(sample.rows, 7));
    });
  }
}

TEST("all keys colliding changes nothing") {
  std::mt19937 random(33);
  const Sample sample = random_sample(random, 300);
  auto result = run_query(plan_json(std::string(kFilter) + "," + kGroup, "\"hashMask\":\"0\""), inputs_of(sample.text));
  CHECK(result.status.ok());
  if (result.status.ok()) CHECK_EQ(text_of(*result.frame), naive_group(sample.rows));
}

TEST("strips that are read again are not kept from it by others that fill the memory") {
  std::mt19937 random(35);
  const Sample sample = random_sample(random, 4000);
  const std::string expected = naive_rows(sample.rows, SIZE_MAX);
  for (int64_t limit = 200'000; limit < 4'000'000; limit += limit / 4) {
    for (const int threads : {2, 3, 8}) {
      auto result = run_query(plan_json(kFilter, "\"chunkBytes\":64,\"threads\":" + std::to_string(threads) +
                                                     ",\"memoryLimit\":" + std::to_string(limit)),
                              inputs_of(sample.text));
      if (result.status.ok()) CHECK(text_of(*result.frame) == expected);
      if (!result.status.ok()) CHECK_EQ(std::string(code_name(result.status.code())), std::string("ERR_MEMORY_LIMIT"));
    }
  }
}

TEST("a bad cell is the same error, with its line, whatever runs it") {
  std::mt19937 random(34);
  Sample sample = random_sample(random, 200);
  int64_t line = 1;
  for (const char c : sample.text) line += c == '\n';
  sample.text += "a,oops,3\nb,1,2\nc,worse,1\n";
  sweep(random, [&](const std::string& options) {
    auto result = run_query(plan_json(kGroup, options), inputs_of(sample.text));
    CHECK_EQ(std::string(code_name(result.status.code())), std::string("ERR_CSV_TYPE"));
    CHECK_EQ(result.status.facts().text, std::string("oops"));
    CHECK_EQ(result.status.facts().column, std::string("value"));
    CHECK_EQ(result.status.facts().line, line);
  });
}

TEST("bad cells become nulls or drop their row when asked, and are counted") {
  const std::string text = "key,value,count\na,1,1\nb,oops,2\nc,3,3\nd\ne,5,5,5\n";
  auto nulls = run_query(plan_json("", "", R"(,"onError":"null")"), inputs_of(text));
  CHECK(nulls.status.ok());
  CHECK_EQ(text_of(*nulls.frame), std::string("a|1|1\nb|~|2\nc|3|3\nd|~|~\ne|5|5\n"));
  CHECK_EQ(nulls.stats.cells_nulled, 1);
  CHECK_EQ(nulls.stats.rows_repaired, 2);
  auto skips = run_query(plan_json("", "", R"(,"onError":"skip")"), inputs_of(text));
  CHECK(skips.status.ok());
  CHECK_EQ(text_of(*skips.frame), std::string("a|1|1\nc|3|3\n"));
  CHECK_EQ(skips.stats.rows_skipped, 3);
}

TEST("an inferred integer column widens when a decimal comes late, and the query starts over") {
  std::string text = "key,value,count\n";
  for (int i = 0; i < 500; i++) text += "k,1,2\n";
  text += "k,1,2.5\n";
  auto result = run_query(
      plan_json(
          R"({"op":"aggregate","nodes":[["col","count"]],"keys":[],"aggregates":[{"name":"s","function":"sum","out":0}],"order":"key"})",
          "\"chunkBytes\":50"),
      inputs_of(text));
  CHECK(result.status.ok());
  if (result.status.ok()) {
    CHECK_EQ(text_of(*result.frame), std::string("1002.5\n"));
    CHECK_EQ(result.stats.rows_scanned, 501);
  }
}

TEST("float sums repeat bit for bit whatever the threads") {
  std::mt19937 random(35);
  std::string text = "key,value,count\n";
  for (int i = 0; i < check::rounds(5000, 1500); i++) {
    char number[64];
    std::snprintf(number, sizeof number, "%.15g",
                  std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 60) - 30));
    text += std::string(1, static_cast<char>('a' + random() % 3)) + "," + number + ",1\n";
  }
  std::string first;
  const int rounds = check::rounds(40, 16);
  for (int round = 0; round < rounds; round++) {
    const bool partitioned = round >= rounds / 2;
    const std::string options = "\"chunkBytes\":256,\"partitionGroups\":" + std::to_string(partitioned ? 0 : 1000) +
                                ",\"threads\":" + std::to_string(1 + round % 8);
    auto result = run_query(plan_json(kGroup, options), inputs_of(text));
    CHECK(result.status.ok());
    if (!result.status.ok()) continue;
    if (round % (rounds / 2) == 0) first = text_of(*result.frame);
    CHECK_EQ(text_of(*result.frame), first);
  }
}

TEST("a memory limit that is too small is an error of its own, and the next query is right") {
  std::mt19937 random(36);
  const Sample sample = random_sample(random, 2000);
  for (const int limit : {0, 1000, 100000}) {
    auto result = run_query(plan_json("", "\"memoryLimit\":" + std::to_string(limit)), inputs_of(sample.text));
    CHECK_EQ(std::string(code_name(result.status.code())), std::string("ERR_MEMORY_LIMIT"));
    CHECK(result.peak_bytes <= limit);
  }
  auto result = run_query(plan_json(std::string(kFilter) + "," + kGroup, ""), inputs_of(sample.text));
  CHECK(result.status.ok());
  if (result.status.ok()) CHECK_EQ(text_of(*result.frame), naive_group(sample.rows));
}

TEST("very many groups are partitioned after a sample, and worked off in turns when memory is short") {
  std::mt19937 random(40);
  std::string text = "key,value,count\n";
  std::map<std::string, std::pair<double, int64_t>> groups;
  for (int i = 0; i < 400000; i++) {
    const std::string key = "k" + std::to_string(random() % 20000);
    groups[key].first += i % 7;
    groups[key].second++;
    text += key + "," + std::to_string(i % 7) + ",1\n";
  }
  std::string expected;
  for (const auto& [key, group] : groups) {
    std::ostringstream row;
    row << key << "|" << group.first << "|" << group.second << "\n";
    expected += row.str();
  }
  const std::string group =
      R"({"op":"aggregate","nodes":[["col","key"],["col","value"]],"keys":[{"name":"key","out":0}],"aggregates":[)"
      R"({"name":"s","function":"sum","out":1},{"name":"n","function":"size"}],"order":"key"})";
  std::vector<int64_t> peaks;
  // One thread under the limit: with three on two cores, what waits for a strip whose thread is not running is by
  // chance.
  for (const char* run : {"\"threads\":3", "\"threads\":1,\"memoryLimit\":9000000"}) {
    const std::string options = R"("chunkBytes":1024,"partitionGroups":15000,)" + std::string(run);
    auto result = run_query(plan_json(group, options), inputs_of(text));
    CHECK_EQ(result.status.message(), std::string());
    if (!result.status.ok()) continue;
    CHECK_EQ(text_of(*result.frame), expected);
    CHECK_EQ(result.stats.rows_scanned, 400000);  // the sample is not counted
    peaks.push_back(result.peak_bytes);
  }
  CHECK(peaks.size() == 2 && peaks[0] > 9000000);  // with room, all rows wait for the end
}

TEST("every allocation that fails ends the query with an error and nothing else") {
  std::mt19937 random(37);
  const Sample sample = random_sample(random, 300);
  const std::string expected = naive_group(sample.rows);
  for (const int round : {0, 1, 2, 3}) {
    const bool forever = round % 2;
    const std::string partition = round < 2 ? "" : ",\"partitionGroups\":0";
    const std::string plan =
        plan_json(std::string(kFilter) + "," + kGroup, "\"threads\":2,\"chunkBytes\":64" + partition);
    for (int64_t at = 0; at < 3000; at += check::stride(5) * (1 + at / 50)) {
      inject_allocation_failure(at, forever);
      auto result = run_query(plan, inputs_of(sample.text));
      inject_allocation_failure(-1, false);
      if (result.status.ok()) {
        CHECK_EQ(text_of(*result.frame), expected);
      } else {
        CHECK_EQ(std::string(code_name(result.status.code())), std::string("ERR_MEMORY_LIMIT"));
      }
    }
  }
}

TEST("batches keep the rows and their order, and a slow reader holds the query back") {
  std::mt19937 random(38);
  const Sample sample = random_sample(random, 1000);
  const std::string options = R"("mode":"stream","batchRows":10,"chunkBytes":64,"threads":3)";
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  auto query = exec::Query::create(plan_json(kFilter, options), inputs_of(sample.text)).take();
  query->start([&](exec::QueryResult result) {
    const std::lock_guard lock(mutex);
    CHECK(result.status.ok());
    done = true;
    changed.notify_one();
  });
  std::string rows;
  bool ended = false;
  while (!ended) {
    bool answered = false;
    query->next_batch([&](const Status& status, std::shared_ptr<Frame> batch) {
      const std::lock_guard lock(mutex);
      CHECK(status.ok());
      ended = batch == nullptr;
      if (batch) rows += text_of(*batch);
      if (batch) CHECK(batch->rows <= 10);
      answered = true;
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return answered; });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return done; });
  CHECK_EQ(rows, naive_rows(sample.rows, SIZE_MAX));
}

TEST("an aborted query ends with ERR_ABORTED, running or paused") {
  std::mt19937 random(39);
  const Sample sample = random_sample(random, 3000);
  for (const char* mode : {"", R"("mode":"stream","batchRows":5,)"}) {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    Status status;
    auto query = exec::Query::create(plan_json("", std::string(mode) + "\"chunkBytes\":1,\"vectorRows\":1"),
                                     inputs_of(sample.text))
                     .take();
    query->start([&](exec::QueryResult result) {
      const std::lock_guard lock(mutex);
      status = result.status;
      done = true;
      changed.notify_one();
    });
    query->cancel();
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
    CHECK_EQ(std::string(code_name(status.code())), std::string("ERR_ABORTED"));
  }
}

TEST("a step with two readers runs once, and a join of its results is right for all threads and chunks") {
  std::mt19937 random(40);
  const Sample sample = random_sample(random, 200);
  // Every row beside the number of rows with its key, null keys meeting each other, in file order.
  std::map<std::pair<bool, std::string>, int> sizes;
  for (const Row& row : sample.rows) sizes[{row.key_null, row.key}]++;
  std::ostringstream expected;
  expected.precision(17);
  for (const Row& row : sample.rows) {
    const int size = sizes[{row.key_null, row.key}];
    expected << (row.key_null ? "~" : row.key) << "|" << row.count << "|" << size << "\n";
  }
  const std::string steps =
      R"({"op":"aggregate","input":0,"nodes":[["col","key"]],"keys":[{"name":"key","out":0}],)"
      R"("aggregates":[{"name":"n","function":"size"}],"order":"none"},)"
      R"({"op":"join","inputs":[0,1],"how":"inner","leftKeys":["key"],"rightKeys":["key"],"nullsEqual":true,)"
      R"("columns":[{"name":"key","side":"left","column":"key"},{"name":"count","side":"left","column":"count"},)"
      R"({"name":"n","side":"right","column":"n"}]})";
  sweep(random, [&](const std::string& options) {
    auto result = run_query(plan_json(steps, options), inputs_of(sample.text));
    CHECK_EQ(result.status.message(), std::string());
    if (!result.status.ok()) return;
    CHECK_EQ(text_of(*result.frame), expected.str());
    // The file once, its rows again for the groups, and what guesses at the ends of quoted strips cost.
    CHECK(result.stats.rows_scanned < 600);
  });
}

TEST("sorted rows are cut, numbered and sampled as the plan says") {
  const std::string text = "key,value,count\nb,2,1\na,3,2\nc,1,3\na,,4\n";
  const auto run = [&](const std::string& ops) {
    auto result = run_query(plan_json(ops, "\"threads\":2"), inputs_of(text));
    CHECK_EQ(result.status.message(), std::string());
    return result.status.ok() ? text_of(*result.frame) : std::string();
  };
  const std::string sort = R"({"op":"sort","keys":[{"column":"value","descending":true}],"columns":["key","count"]})";
  CHECK_EQ(run(sort), std::string("a|2\nb|1\nc|3\na|4\n"));
  CHECK_EQ(run(sort + R"(,{"op":"slice","offset":1,"rows":2})"), std::string("b|1\nc|3\n"));
  CHECK_EQ(run(sort + R"(,{"op":"tail","rows":1})"), std::string("a|4\n"));
  CHECK_EQ(run(sort + R"(,{"op":"rowIndex","name":"i"})"), std::string("0|a|2\n1|b|1\n2|c|3\n3|a|4\n"));
  CHECK_EQ(run(R"({"op":"concat","inputs":[0,0]},{"op":"slice","offset":3,"rows":2})"), std::string("a|~|4\nb|2|1\n"));
  CHECK_EQ(run(R"({"op":"sample","rows":9,"seed":1},{"op":"slice","rows":1})"), std::string("b|2|1\n"));
}

TEST("plans that name wrong inputs, keys or columns are errors") {
  const auto code = [&](const std::string& ops) {
    return std::string(code_name(run_query(plan_json(ops, ""), inputs_of("key,value,count\na,1,1\n")).status.code()));
  };
  CHECK_EQ(code(R"({"op":"slice","input":1,"rows":1})"), std::string("ERR_PLAN"));
  CHECK_EQ(code(R"({"op":"slice","input":-1,"rows":1})"), std::string("ERR_PLAN"));
  CHECK_EQ(code(R"({"op":"slice","rows":-1})"), std::string("ERR_PLAN"));
  CHECK_EQ(code(R"({"op":"join","inputs":[0],"how":"inner"})"), std::string("ERR_PLAN"));
  CHECK_EQ(code(R"({"op":"join","inputs":[0,0],"how":"inner"})"), std::string("ERR_PLAN"));
  CHECK_EQ(code(R"({"op":"join","inputs":[0,0],"how":"full","leftKeys":["key"],"rightKeys":["key"]})"),
           std::string("ERR_PLAN"));
  CHECK_EQ(code(R"({"op":"join","inputs":[0,0],"how":"inner","leftKeys":["kye"],"rightKeys":["key"]})"),
           std::string("ERR_COLUMN_NOT_FOUND"));
  CHECK_EQ(code(R"({"op":"join","inputs":[0,0],"how":"inner","leftKeys":["key"],"rightKeys":["value"]})"),
           std::string("ERR_TYPE"));
  CHECK_EQ(code(R"({"op":"sort","keys":[],"columns":[]})"), std::string("ERR_PLAN"));
  CHECK_EQ(code(R"({"op":"sort","keys":[{"column":"x"}],"columns":["key"]})"), std::string("ERR_COLUMN_NOT_FOUND"));
  CHECK_EQ(code(R"({"op":"concat","inputs":[]})"), std::string("ERR_PLAN"));
}
