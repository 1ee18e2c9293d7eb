// What is known of stored columns, and group keys made of it: places of a domain, and packed words.
#include "agg/domain_keys.h"
#include "agg/packed_keys.h"
#include "sort/argsort.h"
#include "store/unpack_columns.h"
#include "stored_frames.h"

using namespace millrace;

namespace {

using testing::MadeFrame;
using testing::make_frame;
using testing::Random;

bool same_key(const Column& a, int64_t row_a, const Column& b, int64_t row_b) {
  if (a.is_valid(row_a) != b.is_valid(row_b)) return false;
  return !a.is_valid(row_a) || testing::same_value(a, row_a, b, row_b);
}

// Calls f(keys, first row, rows) for the vectors of some columns.
template <class F>
void each_vector(const MadeFrame& made, const std::vector<uint32_t>& columns, F&& f) {
  std::vector<std::unique_ptr<store::Scratch>> scratch;
  for (size_t k = 0; k < columns.size(); k++) scratch.push_back(std::make_unique<store::Scratch>());
  for (const store::RowChunk& chunk : made.frame.chunks) {
    store::each_vector(chunk, [&](int64_t first, uint32_t count) {
      std::vector<Vector> keys;
      for (size_t k = 0; k < columns.size(); k++) {
        const uint32_t c = columns[k];
        keys.push_back(store::read_chunk(chunk.columns[c], made.frame.schema[c].type, made.frame.dictionaries[c].get(),
                                         first, count, *scratch[k], store::Wanted::Codes));
      }
      f(keys, chunk.first_row + first, count);
    });
  }
}

// Random columns of which something is known.
struct Keys {
  std::vector<uint32_t> columns;
  std::vector<Field> fields;
  std::vector<ColumnFacts> facts;
  std::vector<const Column*> plain;
};

Keys pick_keys(Random& random, const MadeFrame& made) {
  Keys out;
  for (size_t wanted = 1 + random() % 3, tries = 0; out.columns.size() < wanted && tries < 50; tries++) {
    const auto c = static_cast<uint32_t>(random() % made.columns.size());
    const ColumnFacts facts = store::facts_of(made.frame, c);
    if (!facts.dictionary && !facts.has_range) continue;
    out.columns.push_back(c);
    out.fields.push_back(made.frame.schema[c]);
    out.facts.push_back(facts);
    out.plain.push_back(&made.columns[c]);
  }
  return out;
}

}  // namespace

TEST("the facts of a stored column hold for all its rows, and its range is the narrowest") {
  Random random(501);
  int ranges = 0, dictionaries = 0, never_null = 0;
  for (int round = 0; round < 60; round++) {
    const MadeFrame made = make_frame(random, random() % (round % 2 ? 400 : 9), 1 + random() % 120);
    for (uint32_t c = 0; c < made.columns.size(); c++) {
      const Column& plain = made.columns[c];
      const ColumnFacts facts = store::facts_of(made.frame, c);
      CHECK_EQ(facts.rows, made.frame.rows);
      CHECK_EQ(facts.never_null, plain.null_count == 0);
      never_null += facts.never_null;
      bool all_coded = is_string(plain.type);
      for (const auto& chunk : made.frame.chunks) all_coded &= chunk.columns[c].encoding == store::Encoding::Dictionary;
      CHECK_EQ(facts.dictionary, all_coded ? made.frame.dictionaries[c].get() : nullptr);
      dictionaries += facts.dictionary != nullptr;
      CHECK_EQ(facts.has_range, !is_string(plain.type) && !is_float(plain.type));
      if (!facts.has_range) continue;
      visit_fixed(plain.type, [&](auto tag) {
        using T = decltype(tag);
        if constexpr (!std::is_floating_point_v<T>) {
          bool any = false;
          T low{}, high{};
          for (int64_t row = 0; row < plain.rows; row++) {
            if (!plain.is_valid(row)) continue;
            const T value = plain.values<T>()[row];
            low = any ? std::min(low, value) : value;
            high = any ? std::max(high, value) : value;
            any = true;
          }
          CHECK_EQ(facts.min, static_cast<int64_t>(low));
          CHECK_EQ(facts.max, static_cast<int64_t>(high));
          ranges += any;
        }
      });
    }
  }
  CHECK(ranges > 100 && dictionaries > 10 && never_null > 10);
}

TEST("places of a domain are one for one with the keys, and are walked in the order of the keys") {
  Random random(502);
  int made_domains = 0;
  for (int round = 0; round < 600; round++) {
    const MadeFrame made = make_frame(random, 1 + random() % 300, 1 + random() % 120);
    const Keys keys = pick_keys(random, made);
    const auto domain = agg::DomainKeys::make(keys.fields, keys.facts, 100000);
    if (!domain) continue;
    made_domains++;
    std::vector<uint32_t> places(static_cast<size_t>(made.frame.rows));
    each_vector(made, keys.columns, [&](const std::vector<Vector>& vectors, int64_t first, uint32_t rows) {
      domain->encode(vectors.data(), rows, places.data() + first);
    });
    for (const uint32_t place : places) CHECK(place < domain->places());
    auto gathered = domain->gather(places.data(), made.frame.rows, nullptr);
    CHECK(gathered.ok());
    for (size_t k = 0; k < keys.plain.size(); k++) {
      for (int64_t row = 0; row < made.frame.rows; row++) {
        CHECK(same_key(gathered.value()[k], row, *keys.plain[k], row));
      }
    }
    // All places, once each, in the order that a sort of their keys has.
    auto ordered = domain->ordered(nullptr);
    CHECK(ordered.ok());
    CHECK_EQ(ordered.value().size(), static_cast<size_t>(domain->places()));
    auto all = domain->gather(ordered.value().data(), domain->places(), nullptr);
    CHECK(all.ok());
    std::vector<const Column*> columns;
    for (const Column& column : all.value()) columns.push_back(&column);
    PodVector<int64_t> order;
    CHECK(sort::argsort(columns, domain->places(), order).ok());
    for (size_t i = 0; i < order.size(); i++) CHECK_EQ(order[i], static_cast<int64_t>(i));
  }
  CHECK(made_domains > 60);
}

TEST("a domain is refused where it is too large, or nothing is known of a key") {
  const std::vector<Field> fields = {{"a", TypeId::Int64, true}, {"b", TypeId::Int32, false}};
  ColumnFacts a, b;
  a.has_range = b.has_range = true;
  b.never_null = true;
  a.min = INT64_MIN;
  a.max = INT64_MAX;
  CHECK(!agg::DomainKeys::make(fields, {a, b}, 1000));
  a.min = -5;
  a.max = 4;  // ten values and null
  b.min = b.max = 7;
  CHECK_EQ(agg::DomainKeys::make(fields, {a, b}, 11)->places(), uint32_t{11});
  CHECK(!agg::DomainKeys::make(fields, {a, b}, 10));
  CHECK(!agg::DomainKeys::make(fields, {a, {}}, 1000));
  CHECK(!agg::DomainKeys::make({}, {}, 1000));
}

TEST("packed words are one for one with the keys, in their order where that is asked for") {
  Random random(503);
  SerialWorkers workers;
  int packed_count = 0, unordered = 0;
  for (int round = 0; round < 400; round++) {
    const MadeFrame made = make_frame(random, 1 + random() % 300, 1 + random() % 120);
    const Keys keys = pick_keys(random, made);
    const bool in_order = round % 2 == 0;
    auto packed = agg::PackedKeys::make(keys.fields, keys.facts, in_order, nullptr);
    CHECK(packed.ok());
    if (!packed.value()) continue;
    packed_count++;
    PodVector<uint64_t> words;
    CHECK(words.resize(static_cast<size_t>(made.frame.rows)).ok());
    each_vector(made, keys.columns, [&](const std::vector<Vector>& vectors, int64_t first, uint32_t rows) {
      packed.value()->encode(vectors.data(), rows, words.data() + first);
    });
    auto unpacked = packed.value()->unpack(words.data(), made.frame.rows, workers, nullptr);
    CHECK(unpacked.ok());
    for (size_t k = 0; k < keys.plain.size(); k++) {
      for (int64_t row = 0; row < made.frame.rows; row++) {
        CHECK(same_key(unpacked.value()[k], row, *keys.plain[k], row));
      }
    }
    PodVector<int64_t> order;
    CHECK(sort::argsort(keys.plain, made.frame.rows, order).ok());
    for (size_t i = 1; i < order.size(); i++) {
      const uint64_t before = words[static_cast<size_t>(order[i - 1])];
      const uint64_t after = words[static_cast<size_t>(order[i])];
      if (in_order) CHECK(before <= after);
      unordered += before > after;
    }
  }
  CHECK(packed_count > 100);
  CHECK(unordered > 0);  // codes by themselves are in no order
}

TEST("keys of 64 bits are packed, and of 65 are not") {
  ColumnFacts wide;
  wide.has_range = true;
  wide.never_null = true;
  wide.max = (int64_t{1} << 32) - 1;
  ColumnFacts bit = wide;
  bit.max = 1;
  const Field field{"k", TypeId::Int64, false};
  CHECK(agg::PackedKeys::make({field, field}, {wide, wide}, true, nullptr).value().has_value());
  CHECK(!agg::PackedKeys::make({field, field, field}, {wide, bit, wide}, true, nullptr).value().has_value());
  // A key of one value takes no bits, wherever it stands.
  ColumnFacts one = wide;
  one.max = one.min = 9;
  const auto packed = agg::PackedKeys::make({field, field, field}, {one, wide, wide}, true, nullptr);
  CHECK(packed.value().has_value());
  const int64_t values[3][2] = {{9, 9}, {0, (int64_t{1} << 32) - 1}, {5, (int64_t{1} << 32) - 1}};
  std::vector<Vector> keys;
  for (const auto& column : values) keys.push_back({TypeId::Int64, column, nullptr, nullptr, nullptr});
  uint64_t words[2];
  packed.value()->encode(keys.data(), 2, words);
  CHECK_EQ(words[1], ~uint64_t{0});
  SerialWorkers workers;
  auto back = packed.value()->unpack(words, 2, workers, nullptr);
  CHECK(back.ok());
  for (size_t k = 0; k < 3; k++) {
    for (size_t row = 0; row < 2; row++) CHECK_EQ(back.value()[k].values<int64_t>()[row], values[k][row]);
  }
}
