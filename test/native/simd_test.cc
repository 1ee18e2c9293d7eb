// Every SIMD level against the scalar one, byte for byte.
#include "simd/kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "column/text.h"
#include "simd/levels.h"

using namespace millrace;

namespace {

std::vector<const simd::KernelTable*> levels() {
  std::vector<const simd::KernelTable*> out;
  const simd::KernelTable& before = simd::kernels();
  for (const char* const* name = simd::available_levels(); *name; name++) {
    simd::select_level(*name);
    out.push_back(&simd::kernels());
  }
  simd::select_level(before.name);
  return out;
}

std::string random_text(std::mt19937& random, size_t size, const std::string& alphabet) {
  std::string out;
  for (size_t i = 0; i < size; i++) out.push_back(alphabet[random() % alphabet.size()]);
  return out + std::string(128, '\0');
}

// The bits of `word` where `mask` has ones, side by side.
uint64_t extracted(uint64_t word, uint64_t mask) {
  uint64_t out = 0;
  for (int bit = 0, at = 0; bit < 64; bit++) {
    if (mask >> bit & 1) out |= (word >> bit & 1) << at++;
  }
  return out;
}

}  // namespace

TEST(
    "every SIMD level finds the same delimiters and newlines as the scalar "
    "one") {
  std::mt19937 random(1);
  for (int round = 0; round < 400; round++) {
    const size_t size = random() % 700;
    const std::string text = random_text(random, size, round % 2 ? "ab,\n" : "abcdefghijklmnopqrst,\n;");
    const size_t begin = size ? random() % size : 0;
    std::vector<uint32_t> expected(size + 128);
    const auto want = simd::scalar_kernels()->index_plain(text.data(), begin, size, ',', expected.data());
    for (const simd::KernelTable* level : levels()) {
      std::vector<uint32_t> found(size + 128);
      const auto got = level->index_plain(text.data(), begin, size, ',', found.data());
      CHECK_EQ(got.positions, want.positions);
      CHECK_EQ(got.newlines, want.newlines);
      for (size_t i = 0; i < want.positions; i++) CHECK_EQ(found[i], expected[i]);
    }
  }
}

TEST(
    "every SIMD level agrees on quotes, on what it carries over, and on where "
    "it gives up") {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; round++) {
    const size_t size = random() % 400;
    const std::string text = random_text(random, size, round % 3 ? "a,\n\"" : "abcdefgh,\n\r\"\"");
    simd::QuoteState start;
    start.inside = random() % 2 ? ~uint64_t{0} : 0;
    start.opener_ok = start.inside ? 0 : random() % 2;
    simd::QuoteState expected_state = start;
    std::vector<uint32_t> expected(size + 128);
    const auto want =
        simd::scalar_kernels()->index_quoted(text.data(), 0, size, ',', '"', expected_state, expected.data());
    for (const simd::KernelTable* level : levels()) {
      simd::QuoteState state = start;
      std::vector<uint32_t> found(size + 128);
      const auto got = level->index_quoted(text.data(), 0, size, ',', '"', state, found.data());
      CHECK_EQ(got.positions, want.positions);
      CHECK_EQ(got.newlines, want.newlines);
      CHECK_EQ(got.end, want.end);
      CHECK_EQ(state.inside, expected_state.inside);
      CHECK_EQ(state.opener_ok, expected_state.opener_ok);
      CHECK_EQ(state.after_close, expected_state.after_close);
      for (size_t i = 0; i < want.positions; i++) CHECK_EQ(found[i], expected[i]);
    }
  }
}

TEST("counting a byte and testing for ASCII give the same at every level") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; round++) {
    const size_t size = random() % 300;
    std::string text = random_text(random, size, "xyz\n");
    if (size && round % 2) text[random() % size] = '\xC3';
    size_t newlines = 0;
    bool ascii = true;
    for (size_t i = 0; i < size; i++) {
      newlines += text[i] == '\n';
      ascii = ascii && static_cast<unsigned char>(text[i]) < 128;
    }
    for (const simd::KernelTable* level : levels()) {
      CHECK_EQ(level->count_byte(text.data(), size, '\n'), newlines);
      CHECK_EQ(level->is_ascii(text.data(), size), ascii);
    }
  }
}

TEST("ranges of integers and doubles are those of a plain loop") {
  std::mt19937_64 random(7);
  const double specials[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, -NAN, 5e-324, -1.5, 1.5};
  for (int round = 0; round < 2000; round++) {
    const size_t count = random() % 70;
    std::vector<int64_t> values(count);
    for (int64_t& value : values) {
      value = static_cast<int64_t>(random());
      if (round % 3 == 1) value >>= 40;
      if (round % 3 == 2) value = std::bit_cast<int64_t>(specials[random() % (round % 2 ? 9 : 4)]);
    }
    simd::Int64Range integers;
    double least = INFINITY, greatest = -INFINITY;
    bool nan = false;
    for (const int64_t value : values) {
      integers = {std::min(integers.min, value), std::max(integers.max, value)};
      const auto number = std::bit_cast<double>(value);
      nan |= std::isnan(number);
      least = std::min(least, number);
      greatest = std::max(greatest, number);
    }
    for (const simd::KernelTable* level : levels()) {
      const simd::Int64Range found = level->range_of_integers(values.data(), count);
      CHECK_EQ(found.min, integers.min);
      CHECK_EQ(found.max, integers.max);
      const simd::Int64Range bits = level->range_of_doubles(values.data(), count);
      if (count == 0) {
        CHECK(bits.min == INT64_MAX && bits.max == INT64_MIN);
        continue;
      }
      const auto min = std::bit_cast<double>(bits.min), max = std::bit_cast<double>(bits.max);
      CHECK_EQ(std::isnan(min) || std::isnan(max), nan);
      if (nan) continue;
      CHECK_EQ(min, least);
      CHECK_EQ(max, greatest);
      if (min == 0)
        CHECK_EQ(std::signbit(min),
                 std::any_of(values.begin(), values.end(), [](int64_t value) { return value == INT64_MIN; }));
    }
  }
}

TEST("strings are packed as bit by bit, at every level that can") {
  std::mt19937_64 random(11);
  constexpr size_t kStrings = 20, kRoom = 24 + kStringPadding;
  for (int round = 0; round < check::rounds(2000, 50); round++) {
    const std::string base(random() % 16, 'k');
    std::string bytes(kStrings * kRoom, '#');
    std::vector<StringRef> strings;
    for (size_t i = 0; i < kStrings; i++) {
      std::string text = base;
      for (char& byte : text) {
        if (random() % 3 == 0) byte = static_cast<char>(random() % (round % 2 ? 4 : 256));
      }
      if (random() % 8 == 0) text.resize(random() % 20, '\0');
      bytes.replace(i * kRoom, text.size(), text);
      strings.push_back({bytes.data() + i * kRoom, text.size()});
    }
    const auto words_of = [](const StringRef& text) {
      uint64_t words[2] = {0, 0};
      std::memcpy(words, text.data, std::min<size_t>(text.size, 15));
      return StringWords{words[0], words[1] | text.size << 56};
    };
    simd::StringPattern pattern{words_of({base.data(), base.size()}), {random() & random(), random() & random()}};
    if (round % 3 == 0) pattern.mask = {0, 0};
    if (round % 5 == 0) pattern.mask.high |= uint64_t{31} << 56;
    while (std::popcount(pattern.mask.low) + std::popcount(pattern.mask.high) > 60) pattern.mask.low &= random();
    for (const simd::KernelTable* level : levels()) {
      if (!level->pack_strings) continue;
      std::vector<uint64_t> packed(kStrings);
      level->pack_strings(strings.data(), kStrings, pattern, packed.data());
      for (size_t i = 0; i < kStrings; i++) {
        const StringWords words = words_of(strings[i]);
        const bool fits = strings[i].size < 16 && ((words.low ^ pattern.base.low) & ~pattern.mask.low) == 0 &&
                          ((words.high ^ pattern.base.high) & ~pattern.mask.high) == 0;
        const uint64_t want = extracted(words.low, pattern.mask.low) | extracted(words.high, pattern.mask.high)
                                                                           << std::popcount(pattern.mask.low);
        CHECK_EQ(packed[i], fits ? want : simd::kNotPacked);
      }
    }
  }
}

TEST("a packed table finds what was put there, past full groups and around its end") {
  std::mt19937_64 random(12);
  using simd::PackedTable;
  for (int round = 0; round < check::rounds(200, 10); round++) {
    const size_t groups = size_t{1} << random() % 4;
    const size_t slots = groups * PackedTable::kGroup;
    std::vector<uint64_t> entries(slots, PackedTable::kEmpty);
    const uint64_t multiplier = round % 4 == 0 ? 0 : random();  // 0: all begin in one group
    const auto group_of = [&](uint64_t key) { return static_cast<uint32_t>((key * multiplier >> 40) & (groups - 1)); };
    std::map<uint64_t, uint32_t> want;
    // One empty entry ends the search for what is not there.
    for (size_t i = 0; i < std::min<size_t>(slots - 1, random() % (slots + slots / 2)); i++) {
      const uint64_t key = random() >> 25;
      if (!want.emplace(key, static_cast<uint32_t>(i)).second) continue;
      size_t slot = group_of(key) * PackedTable::kGroup;
      while (entries[slot] != PackedTable::kEmpty) slot = (slot + 1) % slots;
      entries[slot] = key << PackedTable::kIdBits | i;
    }
    std::vector<uint64_t> keys{simd::kNotPacked, random() >> 25, (uint64_t{1} << 39) - 1};
    for (const auto& [key, id] : want) keys.push_back(key);
    std::vector<uint32_t> begins;
    for (const uint64_t key : keys) begins.push_back(group_of(key));
    for (const simd::KernelTable* level : levels()) {
      if (!level->find_packed) continue;
      std::vector<uint32_t> ids(keys.size());
      const uint32_t missing =
          level->find_packed({entries.data(), groups - 1}, keys.data(), begins.data(), keys.size(), ids.data());
      for (size_t i = 0; i < keys.size(); i++) {
        const auto known = want.find(keys[i]);
        CHECK_EQ(ids[i], known == want.end() ? ~uint32_t{0} : known->second);
      }
      CHECK_EQ(missing, std::count(ids.begin(), ids.end(), ~uint32_t{0}));
    }
  }
}

TEST("an unknown SIMD level is refused and the old one stays") {
  const std::string before = simd::kernels().name;
  CHECK(!simd::select_level("mmx"));
  CHECK_EQ(std::string(simd::kernels().name), before);
}

TEST(
    "number kernels parse what the scalar parsers parse, and stop at "
    "everything else") {
  std::mt19937 random(4);
  const std::string alphabet = "0123456789012345678901234567890123456789..--+e ";
  for (int round = 0; round < 30000; round++) {
    std::string field;
    const size_t size = random() % 20;
    if (round % 2) {
      field = (random() % 3 ? "" : "-") + std::to_string(random() % (round % 4 == 1 ? 1000 : 100000000));
      if (random() % 3) field += "." + std::to_string(random() % 1000000);
    } else {
      for (size_t i = 0; i < size; i++) field.push_back(alphabet[random() % alphabet.size()]);
    }
    const std::string chunk = std::string(16, '7') + field + (random() % 2 ? "," : "\n") + std::string(32, '3');
    const simd::FieldSpan span{16, static_cast<uint32_t>(field.size())};
    for (const simd::KernelTable* level : levels()) {
      double decimal = 0;
      int64_t integer = 0;
      if (level->parse_decimals && level->parse_decimals(chunk.data(), &span, 1, 1, &decimal) == 1) {
        double expected = 0;
        CHECK(parse_float64(field, expected) == ParseResult::Ok);
        CHECK(std::memcmp(&decimal, &expected, sizeof decimal) == 0);
      }
      if (level->parse_integers && level->parse_integers(chunk.data(), &span, 1, 1, &integer) == 1) {
        int64_t expected = 0;
        CHECK(parse_int64(field, expected) == ParseResult::Ok);
        CHECK_EQ(integer, expected);
      }
    }
  }
}

TEST("number kernels take the common shapes and report where they stop") {
  const std::string chunk = std::string(16, 'x') + "12.5,-3,7,abc,1.25,\n" + std::string(32, 'x');
  const simd::FieldSpan spans[] = {{16, 4}, {21, 2}, {24, 1}, {26, 3}, {30, 4}};
  for (const simd::KernelTable* level : levels()) {
    double decimals[5];
    int64_t integers[5];
    if (level->parse_decimals) {
      CHECK_EQ(level->parse_decimals(chunk.data(), spans, 5, 1, decimals), size_t{3});
      CHECK_EQ(decimals[0], 12.5);
      CHECK_EQ(decimals[1], -3.0);
      CHECK_EQ(level->parse_decimals(chunk.data(), spans, 5, 1 | 1 << 2, decimals), size_t{1});
    }
    if (level->parse_integers) {
      CHECK_EQ(level->parse_integers(chunk.data(), spans + 1, 4, 1, integers), size_t{2});
      CHECK_EQ(integers[0], int64_t{-3});
    }
  }
}

TEST(
    "number kernels take every length that they promise, whatever stands "
    "around the field") {
  for (const simd::KernelTable* level : levels()) {
    for (size_t digits = 1; digits <= 17; digits++) {
      for (const std::string sign : {"", "-"}) {
        for (const char around : {'0', '9', ',', '\xFF'}) {
          const std::string field = sign + std::string("12345678901234567").substr(0, digits);
          const std::string chunk = std::string(16, around) + field + std::string(64, around);
          const simd::FieldSpan span{16, static_cast<uint32_t>(field.size())};
          int64_t integer = 0;
          if (level->parse_integers) {
            CHECK_EQ(level->parse_integers(chunk.data(), &span, 1, 1, &integer), size_t{digits <= 16});
            if (digits <= 16) CHECK_EQ(integer, std::stoll(field));
          }
          const std::string decimal_field = field + "." + std::string("87654321").substr(0, digits % 9);
          const std::string decimal_chunk = std::string(16, around) + decimal_field + std::string(64, around);
          const simd::FieldSpan decimal_span{16, static_cast<uint32_t>(decimal_field.size())};
          double decimal = 0;
          if (level->parse_decimals) {
            CHECK_EQ(level->parse_decimals(decimal_chunk.data(), &decimal_span, 1, 1, &decimal), size_t{digits <= 7});
            if (digits <= 7) CHECK_EQ(decimal, std::stod(decimal_field));
          }
        }
      }
    }
  }
}

namespace {

// A field of one of the shapes that columns of numbers and dates have, now and
// then with a fault in it.
std::string random_field(std::mt19937& random, int shape, bool signs = true) {
  std::string field = !signs || random() % 3 ? "" : "-";
  if (shape == 0) {
    field += std::to_string(random() % (random() % 2 ? 1000 : 10000000)) + (random() % 4 ? "." : "");
    if (field.back() == '.') field += std::to_string(random() % (random() % 2 ? 100 : 100000000));
  } else if (shape == 1) {
    field += std::to_string(random() % 4 ? random() % 100000 : random());
  } else {
    const auto two = [&](uint32_t below) { return std::to_string(100 + random() % below).substr(1); };
    field = two(100) + two(100) + "-" + two(random() % 8 ? 14 : 100) + "-" + two(random() % 8 ? 33 : 100);
  }
  if (random() % 24 == 0) field.insert(random() % (field.size() + 1), 1, ".-+e 1/:\xB0"[random() % 9]);
  if (random() % 24 == 0) field.erase(random() % field.size(), 1);
  return field;
}

// Parses the fields one by one with `kernel` until one stops it; then all of
// them in one call, which is to do as many, bit for bit.
template <class Value>
size_t same_in_one_call(size_t (*kernel)(const char*, const simd::FieldSpan*, size_t, uint64_t, Value*),
                        const std::string& chunk, const std::vector<simd::FieldSpan>& spans, uint64_t refused_sizes) {
  std::vector<Value> alone(spans.size());
  size_t taken = 0;
  while (taken < spans.size() && kernel(chunk.data(), &spans[taken], 1, refused_sizes, &alone[taken]) == 1) taken++;
  std::vector<Value> together(spans.size());
  CHECK_EQ(kernel(chunk.data(), spans.data(), spans.size(), refused_sizes, together.data()), taken);
  CHECK(taken == 0 || std::memcmp(alone.data(), together.data(), taken * sizeof(Value)) == 0);
  return taken;
}

}  // namespace

TEST("number kernels take fields together as they take each alone") {
  std::mt19937 random(5);
  size_t taken = 0;
  for (int round = 0; round < 20000; round++) {
    std::string chunk(16, '7');
    std::vector<simd::FieldSpan> spans;
    for (size_t count = random() % 80; spans.size() < count;) {
      const std::string field = random_field(random, round % 2, round % 4 < 2);
      spans.push_back({static_cast<uint32_t>(chunk.size()), static_cast<uint32_t>(field.size())});
      chunk += field + ",.\n"[random() % 3];
    }
    chunk += std::string(64, round % 3 ? '8' : '.');
    const uint64_t refused_sizes = random() % 4 ? 1 : 1 | uint64_t{1} << random() % 12;
    for (const simd::KernelTable* level : levels()) {
      if (level->parse_decimals) taken += same_in_one_call(level->parse_decimals, chunk, spans, refused_sizes);
      if (level->parse_integers) taken += same_in_one_call(level->parse_integers, chunk, spans, refused_sizes);
    }
  }
  CHECK(taken > 100000 || !simd::kernels().parse_decimals);
}

TEST(
    "the date kernel takes what the scalar parser takes, and stops before a "
    "group with anything else") {
  std::mt19937 random(6);
  size_t taken = 0;
  for (int round = 0; round < 20000; round++) {
    const bool clean = round % 2;
    std::string chunk(16, '-');
    std::vector<std::string> texts;
    std::vector<simd::FieldSpan> spans;
    for (size_t count = random() % 40; spans.size() < count;) {
      const std::string field = random_field(random, 2).substr(0, 30);
      int32_t day;
      if (clean && parse_date(field, day) != ParseResult::Ok) continue;
      spans.push_back({static_cast<uint32_t>(chunk.size()), static_cast<uint32_t>(field.size())});
      texts.push_back(field);
      chunk += field + ",\n0"[random() % 3];
    }
    chunk += std::string(64, '0');
    for (const simd::KernelTable* level : levels()) {
      if (!level->parse_dates) continue;
      std::vector<int32_t> days(spans.size() + 8);
      const size_t done = level->parse_dates(chunk.data(), spans.data(), spans.size(), 1, days.data());
      if (clean) CHECK_EQ(done, spans.size() / 8 * 8);
      CHECK_EQ(level->parse_dates(chunk.data(), spans.data(), spans.size(), 1 << 10, days.data()), size_t{0});
      for (size_t i = 0; i < done; i++) {
        int32_t expected = 0;
        CHECK(parse_date(texts[i], expected) == ParseResult::Ok);
        CHECK_EQ(days[i], expected);
      }
      taken += done;
    }
  }
  CHECK(taken > 50000 || !simd::kernels().parse_dates);
}

TEST("the level in use is the one that MILLRACE_SIMD names, or the best") {
  std::string expected;
  const char* const forced = std::getenv("MILLRACE_SIMD");
  for (const char* const* name = simd::available_levels(); *name; name++) {
    if (forced && std::strcmp(forced, *name) == 0) {
      expected = forced;
      break;
    }
    expected = *name;
  }
  CHECK_EQ(std::string(simd::kernels().name), expected);
#if defined(__aarch64__)
  CHECK(simd::select_level("neon"));
  CHECK(simd::select_level(expected.c_str()));
#endif
}
