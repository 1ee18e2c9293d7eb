// Encoded chunks give back what was put in, whatever the encoding, from any row on.
#include <cmath>
#include <limits>
#include <random>

#include "check.h"
#include "column/bits.h"
#include "column/visit_fixed.h"
#include "store/column_chunk.h"

using namespace millrace;

namespace {

constexpr TypeId kTypes[] = {TypeId::Bool,    TypeId::Int8,   TypeId::Int16,  TypeId::Int32,  TypeId::Int64,
                             TypeId::UInt8,   TypeId::UInt16, TypeId::UInt32, TypeId::UInt64, TypeId::Float32,
                             TypeId::Float64, TypeId::Utf8,   TypeId::Dict,   TypeId::Date,   TypeId::TimestampUs};

template <class T>
T random_value(std::mt19937_64& random, unsigned spread_bits, T base) {
  if constexpr (std::is_floating_point_v<T>) {
    const T specials[] = {std::numeric_limits<T>::quiet_NaN(), T(-0.0), T(0), std::numeric_limits<T>::infinity()};
    if (random() % 8 == 0) return specials[random() % 4];
    return static_cast<T>(static_cast<int64_t>(random() % 1000)) / 8;
  } else {
    const uint64_t mask = spread_bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << spread_bits) - 1;
    return static_cast<T>(static_cast<uint64_t>(base) + (random() & mask));
  }
}

struct Made {
  ColumnBuilder builder;
  std::vector<std::string> bytes;  // of each value; empty under a null
  std::vector<bool> valid;
};

// Vectors of random sizes. `spread_bits` bounds how far integers lie apart; 0 makes all alike.
Made make_column(std::mt19937_64& random, TypeId type, int64_t rows, unsigned spread_bits, unsigned nulls_in_8) {
  Made out{ColumnBuilder(type, nullptr), {}, {}};
  const uint64_t base = random();
  const std::string word = std::to_string(base);
  while (out.builder.rows() < rows) {
    const auto count = static_cast<uint32_t>(std::min<int64_t>(rows - out.builder.rows(), 1 + random() % kVectorRows));
    std::vector<uint8_t> values(kVectorRows * sizeof(StringRef) + 64);
    std::vector<std::string> texts(count);
    uint64_t validity[kValidityWords] = {};
    for (uint32_t i = 0; i < count; i++) {
      const bool valid = random() % 8 >= nulls_in_8;
      validity[i >> 6] |= uint64_t{valid} << (i & 63);
      out.valid.push_back(valid);
      if (is_string(type)) {
        texts[i] = spread_bits ? word.substr(0, random() % 20) + std::to_string(random() >> (64 - spread_bits)) : word;
        texts[i].reserve(texts[i].size() + kStringPadding);
        reinterpret_cast<StringRef*>(values.data())[i] = {texts[i].data(), texts[i].size()};
        out.bytes.push_back(valid ? texts[i] : "");
        continue;
      }
      visit_fixed(type, [&](auto tag) {
        using T = decltype(tag);
        T value = type == TypeId::Bool
                      ? T(spread_bits ? random() % 2 : 1)
                      : random_value<T>(random, spread_bits, static_cast<T>(static_cast<int64_t>(base)));
        reinterpret_cast<T*>(values.data())[i] = value;
        out.bytes.push_back(valid ? std::string(reinterpret_cast<const char*>(&value), sizeof value) : "");
      });
    }
    Vector vector;
    vector.type = type;
    vector.data = values.data();
    vector.validity = nulls_in_8 ? validity : nullptr;
    CHECK(out.builder.append(vector, count).ok());
  }
  return out;
}

void check_rows(const Made& made, const store::ColumnChunk& chunk, TypeId type, int64_t first, uint32_t count,
                store::Scratch& scratch) {
  const Vector vector = store::read_chunk(chunk, type, nullptr, first, count, scratch);
  for (uint32_t i = 0; i < count; i++) {
    const auto row = static_cast<size_t>(first) + i;
    CHECK_EQ(vector.is_valid(i), static_cast<bool>(made.valid[row]));
    if (!made.valid[row]) continue;
    if (is_string(type)) {
      CHECK_EQ(std::string(vector.as<StringRef>()[i].view()), made.bytes[row]);
    } else {
      const size_t width = type_width(type);
      CHECK(std::memcmp(static_cast<const char*>(vector.data) + i * width, made.bytes[row].data(), width) == 0);
    }
  }
}

}  // namespace

TEST("an encoded chunk gives back its values bit for bit, from any row on") {
  std::mt19937_64 random(50);
  const auto scratch = std::make_unique<store::Scratch>();
  size_t seen[4] = {};
  for (int round = 0; round < 600; round++) {
    const TypeId type = kTypes[static_cast<size_t>(round) % std::size(kTypes)];
    const auto rows = static_cast<int64_t>(1 + random() % 3000);
    const unsigned spreads[] = {0, 1, 7, 8, 9, 16, 20, 32, 40, 64};
    const Made made = make_column(random, type, rows, spreads[random() % 10], round % 3 ? 0 : 1 + random() % 8);
    auto chunk = store::encode_chunk(made.builder, nullptr);
    CHECK(chunk.ok());
    seen[static_cast<size_t>(chunk.value().encoding)]++;
    CHECK_EQ(chunk.value().rows, rows);
    for (int read = 0; read < 8; read++) {
      const auto first = static_cast<int64_t>(random() % static_cast<uint64_t>(rows));
      const auto count = static_cast<uint32_t>(std::min<int64_t>(rows - first, 1 + random() % kVectorRows));
      check_rows(made, chunk.value(), type, first, count, *scratch);
    }
  }
  CHECK(seen[static_cast<size_t>(store::Encoding::Constant)] > 20);
  CHECK(seen[static_cast<size_t>(store::Encoding::Narrow)] > 20);
  CHECK(seen[static_cast<size_t>(store::Encoding::Plain)] > 20);
}

TEST("integers take as few bytes as they lie apart, and the range of a chunk is that of its values") {
  for (const auto& [spread, width] :
       {std::pair<int64_t, int>{255, 1}, {256, 2}, {65535, 2}, {65536, 4}, {1LL << 32, 8}}) {
    ColumnBuilder builder(TypeId::Int64, nullptr);
    const int64_t values[3] = {-7, -7 + spread, 0};
    Vector vector;
    vector.type = TypeId::Int64;
    vector.data = values;
    CHECK(builder.append(vector, 3).ok());
    auto chunk = store::encode_chunk(builder, nullptr);
    CHECK(chunk.ok());
    CHECK_EQ(static_cast<int>(chunk.value().width), width);
    CHECK(chunk.value().has_range);
    CHECK_EQ(chunk.value().min, -7);
    CHECK_EQ(chunk.value().max, -7 + spread);
  }
}

TEST("codes come back with their strings, nulls whatever their code, at every width") {
  std::mt19937_64 random(51);
  const auto scratch = std::make_unique<store::Scratch>();
  for (const uint32_t size : {1u, 2u, 256u, 257u, 70000u}) {
    ColumnBuilder strings(TypeId::Utf8, nullptr);
    for (uint32_t i = 0; i < size; i++) {
      std::string text = "text " + std::to_string(i);
      text.reserve(text.size() + kStringPadding);
      const StringRef ref{text.data(), text.size()};
      Vector one;
      one.type = TypeId::Utf8;
      one.data = &ref;
      CHECK(strings.append(one, 1).ok());
    }
    auto column = strings.finish();
    CHECK(column.ok());
    auto dictionary = make_dictionary(column.take(), nullptr);
    CHECK(dictionary.ok());
    ColumnBuilder nulls(TypeId::Utf8, nullptr);
    std::vector<uint32_t> codes(3000);
    uint64_t validity[kValidityWords];
    for (uint32_t done = 0; done < codes.size(); done += 1000) {
      for (uint64_t& word : validity) word = random() | random();
      Vector vector;
      vector.validity = validity;
      CHECK(nulls.append_nulls(vector, 1000).ok());
    }
    for (uint32_t& code : codes) code = static_cast<uint32_t>(random() % size);
    auto chunk = store::encode_codes(codes.data(), nulls, nullptr);
    CHECK(chunk.ok());
    for (int64_t first : {0, 1, 64, 1999}) {
      const Vector got =
          store::read_chunk(chunk.value(), TypeId::Utf8, dictionary.value().get(), first, 1000, *scratch);
      for (uint32_t i = 0; i < 1000; i++) {
        const auto row = static_cast<size_t>(first) + i;
        CHECK_EQ(got.is_valid(i), bits::count_zeros(nulls.validity(), static_cast<int64_t>(row) + 1) ==
                                      bits::count_zeros(nulls.validity(), static_cast<int64_t>(row)));
        CHECK_EQ(got.codes[i], codes[row]);
        CHECK_EQ(std::string(got.as<StringRef>()[i].view()), "text " + std::to_string(codes[row]));
      }
    }
  }
}
