// Stored frames of random chunks, beside the plain columns that they were made of.
#pragma once
#include "check.h"
#include "column/take_rows.h"
#include "random_columns.h"
#include "store/stored_frame.h"

namespace millrace::testing {

struct MadeFrame {
  store::StoredFrame frame;
  std::vector<Column> columns;
};

// The cells [begin, end) of a column as a chunk: codes of `dictionary` where there is one.
inline store::ColumnChunk chunk_of(const TestColumn& cells, size_t begin, size_t end, const Column* dictionary) {
  TestColumn part{cells.type,
                  {cells.cells.begin() + static_cast<std::ptrdiff_t>(begin),
                   cells.cells.begin() + static_cast<std::ptrdiff_t>(end)}};
  ColumnBuilder builder(cells.type, nullptr);
  std::vector<uint32_t> codes(part.cells.size(), 0);
  for (size_t at = 0; at < part.cells.size(); at += kVectorRows) {
    const size_t rows = std::min<size_t>(kVectorRows, part.cells.size() - at);
    const TestVector memory(part, at, rows);
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
inline Column distinct_strings(const TestColumn& cells) {
  TestColumn out{cells.type, {}};
  std::vector<std::string> seen;
  for (const auto& cell : cells.cells) {
    if (cell.null || std::find(seen.begin(), seen.end(), cell.text) != seen.end()) continue;
    seen.push_back(cell.text);
    out.cells.push_back(cell);
  }
  if (out.cells.empty()) out.cells.push_back({false, 0, 0, "none"});
  return column_of(out);
}

// Columns of every type in chunks of random sizes; strings with codes everywhere, nowhere, or in some chunks.
inline MadeFrame make_frame(Random& random, size_t rows, size_t largest_chunk) {
  MadeFrame out;
  std::vector<TestColumn> cells;
  std::vector<uint64_t> coded_in_4;
  for (size_t type = 0; type < kTypeCount; type++) {
    const auto id = static_cast<TypeId>(type);
    cells.push_back(random_cells(random, id, rows, 1 + random() % 40));
    out.frame.schema.push_back({"c" + std::to_string(type), id, true});
    out.columns.push_back(column_of(cells.back()));
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

inline void check_row(const Column& got, int64_t at, const Column& from, uint32_t row) {
  const bool valid = row != kNoRow && from.is_valid(row);
  CHECK_EQ(got.is_valid(at), valid);
  if (valid && got.is_valid(at)) CHECK(same_value(got, at, from, row));
  if (!valid && is_string(got.type)) CHECK_EQ(got.string(at).size, uint64_t{0});
}

}  // namespace millrace::testing
