// Builders and assemblies against plain vectors of optional texts and numbers.
#include <optional>
#include <random>

#include "check.h"
#include "column/assembly.h"
#include "column/bits.h"

namespace millrace {

namespace {

using Random = std::mt19937_64;
using Cells = std::vector<std::optional<std::string>>;

Cells random_cells(Random& random, size_t rows, int nulls_in_ten) {
  Cells out(rows);
  for (auto& cell : out) {
    if (static_cast<int>(random() % 10) < nulls_in_ten) continue;
    cell = std::string(random() % 4 ? random() % 17 : random() % 60, static_cast<char>('a' + random() % 26));
  }
  return out;
}

// Appends cells [from, from + count) as one vector; numbers are the texts' sizes.
void append(ColumnBuilder& builder, TypeId type, const Cells& cells, size_t from, uint32_t count) {
  std::vector<std::string> padded;
  std::vector<StringRef> strings;
  std::vector<int64_t> numbers;
  uint64_t validity[kValidityWords];
  for (uint64_t& word : validity) word = 0x5555555555555555u;  // bits behind the rows may be anything
  bool nulls = false;
  for (uint32_t i = 0; i < count; i++) {
    const auto& cell = cells[from + i];
    validity[i / 64] = (validity[i / 64] & ~(uint64_t{1} << i % 64)) | uint64_t{cell.has_value()} << i % 64;
    nulls |= !cell;
    padded.push_back(cell.value_or("null") + std::string(kStringPadding, '#'));
    numbers.push_back(cell ? static_cast<int64_t>(cell->size()) : 77);
  }
  for (const std::string& text : padded) strings.push_back({text.data(), text.size() - kStringPadding});
  Vector vector{type, numbers.data(), nulls ? validity : nullptr};
  if (is_string(type)) vector.data = strings.data();
  CHECK(builder.append(vector, count).ok());
}

void append_all(Random& random, ColumnBuilder& builder, TypeId type, const Cells& cells) {
  for (size_t at = 0; at < cells.size();) {
    const auto count = static_cast<uint32_t>(std::min<size_t>(1 + random() % kVectorRows, cells.size() - at));
    append(builder, type, cells, at, count);
    at += count;
  }
}

void check_column(const Column& column, const Cells& cells) {
  CHECK_EQ(column.rows, static_cast<int64_t>(cells.size()));
  int64_t nulls = 0;
  for (size_t row = 0; row < cells.size(); row++) {
    const auto at = static_cast<int64_t>(row);
    CHECK_EQ(column.is_valid(at), cells[row].has_value());
    nulls += !cells[row];
    if (!cells[row]) continue;
    if (is_string(column.type)) {
      CHECK_EQ(column.string(at).view(), std::string_view(*cells[row]));
    } else {
      CHECK_EQ(column.values<int64_t>()[row], static_cast<int64_t>(cells[row]->size()));
    }
  }
  CHECK_EQ(column.null_count, nulls);
}

}  // namespace

TEST("column builder holds what was appended and is reusable") {
  Random random(1);
  for (const TypeId type : {TypeId::Int64, TypeId::Utf8}) {
    ColumnBuilder builder(type, nullptr);
    for (const int nulls : {0, 0, 5, 10, 0}) {
      const Cells cells = random_cells(random, random() % 9000, nulls);
      builder.clear();
      append_all(random, builder, type, cells);
      const size_t wanted = random() % (cells.size() + 1);
      auto column = builder.finish(static_cast<int64_t>(wanted));
      CHECK(column.ok());
      check_column(column.value(), Cells(cells.begin(), cells.begin() + static_cast<ptrdiff_t>(wanted)));
      builder = ColumnBuilder(type, nullptr);
    }
  }
}

TEST("column assembly joins pieces whose nulls begin anywhere") {
  Random random(2);
  for (int round = 0; round < 20; round++) {
    const TypeId type = round % 2 ? TypeId::Utf8 : TypeId::Int64;
    ColumnAssembly assembly(type, nullptr);
    Cells all;
    std::vector<ColumnBuilder> pieces;
    std::vector<ColumnAssembly::Place> places;
    for (size_t piece = 0; piece < 1 + random() % 8; piece++) {
      const Cells cells = random_cells(random, random() % 300, piece < 2 || random() % 2 ? 0 : 4);
      pieces.emplace_back(type, nullptr);
      append_all(random, pieces.back(), type, cells);
      const size_t wanted = random() % 3 ? cells.size() : random() % (cells.size() + 1);
      const auto rows = static_cast<int64_t>(wanted);
      // Growth keeps what has been copied: every other piece is copied at once.
      if (!assembly.has_room(pieces.back(), rows)) CHECK(assembly.reserve(pieces.back(), rows).ok());
      auto place = assembly.place(pieces.back(), rows);
      CHECK(place.ok());
      places.push_back(place.value());
      if (piece % 2) assembly.copy(pieces.back(), places.back());
      all.insert(all.end(), cells.begin(), cells.begin() + static_cast<ptrdiff_t>(wanted));
    }
    for (size_t piece = pieces.size(); piece-- > 0;) {
      if (piece % 2 == 0) assembly.copy(pieces[piece], places[piece]);
    }
    auto column = assembly.finish();
    CHECK(column.ok());
    check_column(column.value(), all);
  }
}

TEST("buffer of many pages keeps its bytes and its account as it grows and shrinks") {
  MemoryBudget budget;
  Buffer buffer(&budget);
  size_t filled = 0;
  for (size_t bytes = 100; bytes < size_t{40} << 20; bytes = bytes * 3 + 17) {
    CHECK(buffer.resize(bytes).ok());
    for (; filled < bytes; filled++) buffer.data()[filled] = static_cast<uint8_t>(filled * 7);
    CHECK_EQ(budget.used_bytes(), static_cast<int64_t>(buffer.capacity() + kBufferPadding));
  }
  for (const size_t bytes : {filled - 1, filled / 3, size_t{5} << 20, size_t{10}}) {
    CHECK(buffer.resize(bytes).ok());
    buffer.trim();
    CHECK_EQ(budget.used_bytes(), static_cast<int64_t>(buffer.capacity() + kBufferPadding));
    for (size_t i = 0; i < bytes; i++) CHECK_EQ(buffer.data()[i], static_cast<uint8_t>(i * 7));
  }
  buffer.reset();
  CHECK_EQ(budget.used_bytes(), int64_t{0});
}

}  // namespace millrace
