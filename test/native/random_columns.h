// Random columns of every type, hostile values included, and their materialised form.
#pragma once
#include <algorithm>
#include <cmath>
#include <random>

#include "agg_table.h"
#include "check.h"
#include "column/column.h"

namespace millrace::testing {

using agg::testing::Cell;
using agg::testing::TestColumn;
using agg::testing::TestVector;

using Random = std::mt19937_64;

inline Cell random_cell(Random& random, TypeId type, size_t distinct) {
  if (random() % 15 == 0) return {};
  const uint64_t pick = random() % distinct;
  if (is_string(type)) {
    Random own(pick);
    std::string text(own() % 3 * 9, 'p');
    for (uint64_t i = own() % 12; i > 0; i--) text += static_cast<char>(own() % 4 == 0 ? 0 : own() % 2 ? 'a' : 0xc3);
    return {false, 0, 0, text};
  }
  if (is_float(type)) {
    const double special[] = {std::nan(""), -0.0, 0.0, HUGE_VAL, -HUGE_VAL};
    if (random() % 20 == 0) return {false, 0, special[random() % 5], ""};
    return {false, 0, (static_cast<double>(pick) - static_cast<double>(distinct) / 2) / 8, ""};
  }
  if (type == TypeId::Bool) return {false, static_cast<int64_t>(pick & 1), 0, ""};
  // A value that the width can hold, from all over its range.
  const uint64_t bits = pick * 0x9e3779b97f4a7c15;
  return visit_fixed(type, [&](auto tag) -> Cell {
    using T = decltype(tag);
    if constexpr (std::is_floating_point_v<T>)
      return {};
    else
      return {false, static_cast<int64_t>(static_cast<T>(bits >> 7)), 0, ""};
  });
}

inline TestColumn random_cells(Random& random, TypeId type, size_t rows, size_t distinct) {
  TestColumn out{type, {}};
  for (size_t row = 0; row < rows; row++) out.cells.push_back(random_cell(random, type, distinct));
  return out;
}

inline Column column_of(const TestColumn& from, MemoryBudget* budget = nullptr) {
  ColumnBuilder builder(from.type, budget);
  for (size_t begin = 0; begin < from.cells.size(); begin += kVectorRows) {
    const size_t rows = std::min<size_t>(kVectorRows, from.cells.size() - begin);
    const TestVector memory(from, begin, rows);
    CHECK(builder.append(memory.vector(), static_cast<uint32_t>(rows)).ok());
  }
  auto column = builder.finish();
  CHECK(column.ok());
  return column.take();
}

// Whether two rows hold the same bytes. Precondition: both are valid.
inline bool same_value(const Column& a, int64_t row_a, const Column& b, int64_t row_b) {
  if (is_string(a.type)) return a.string(row_a).view() == b.string(row_b).view();
  const size_t width = type_width(a.type);
  return std::memcmp(a.data.data() + static_cast<size_t>(row_a) * width,
                     b.data.data() + static_cast<size_t>(row_b) * width, width) == 0;
}

}  // namespace millrace::testing
