#include "sort/key_range.h"

#include <algorithm>
#include <cstring>

#include "column/visit_fixed.h"
#include "sort/order_word.h"

namespace millrace::sort {

namespace {

constexpr size_t kPieceRows = size_t{1} << 18;

// One Range a piece, put together by `add`.
template <class Range, class Look, class Add>
Result<Range> survey(size_t rows, Workers& workers, MemoryBudget* budget, Look look, Add add) {
  PodVector<Range> pieces(budget);
  MILLRACE_TRY(pieces.resize_fill(pieces_of(rows, kPieceRows), Range{}));
  MILLRACE_TRY(workers.run(pieces.size(), [&](size_t i, uint32_t) -> Status {
    pieces[i] = look(i * kPieceRows, std::min(rows, (i + 1) * kPieceRows));
    return {};
  }));
  Range out;
  for (const Range& piece : pieces) add(out, piece);
  return out;
}

template <class T>
FixedRange look_at_fixed(const Column& column, size_t begin, size_t end) {
  const T* values = column.values<T>();
  FixedRange out;
  for (size_t i = begin; i < end; i++) {
    if (column.null_count > 0 && !column.is_valid(static_cast<int64_t>(i))) continue;
    const uint64_t word = order_word(values[i]);
    out.smallest = std::min(out.smallest, word);
    out.largest = std::max(out.largest, word);
  }
  return out;
}

// `model` is any valid string of the column.
StringRange look_at_strings(const Column& column, StringRef model, size_t begin, size_t end) {
  StringRange out;
  out.prefix = model.size;
  for (size_t i = begin; i < end; i++) {
    if (!column.is_valid(static_cast<int64_t>(i))) continue;
    const StringRef string = column.string(static_cast<int64_t>(i));
    out.shortest = std::min(out.shortest, string.size);
    out.longest = std::max(out.longest, string.size);
    out.prefix = std::min(out.prefix, string.size);
    out.zero_ended |= string.size > 0 && string.data[string.size - 1] == 0;
    if (std::memcmp(model.data, string.data, out.prefix) == 0) continue;
    out.prefix = 0;
    while (model.data[out.prefix] == string.data[out.prefix]) out.prefix++;
  }
  return out;
}

}  // namespace

Result<FixedRange> fixed_range(const Column& column, size_t rows, Workers& workers, MemoryBudget* budget) {
  auto range = visit_fixed(column.type, [&](auto tag) {
    return survey<FixedRange>(
        rows, workers, budget,
        [&](size_t begin, size_t end) { return look_at_fixed<decltype(tag)>(column, begin, end); },
        [](FixedRange& sum, const FixedRange& piece) {
          sum.smallest = std::min(sum.smallest, piece.smallest);
          sum.largest = std::max(sum.largest, piece.largest);
        });
  });
  MILLRACE_TRY(range);
  return range.value().smallest > range.value().largest ? FixedRange{0, 0} : range.value();
}

Result<StringRange> string_range(const Column& column, size_t rows, Workers& workers, MemoryBudget* budget) {
  size_t valid = 0;
  while (valid < rows && !column.is_valid(static_cast<int64_t>(valid))) valid++;
  if (valid == rows) return StringRange{0, 0, 0, false, -1};
  const StringRef model = column.string(static_cast<int64_t>(valid));
  auto range = survey<StringRange>(
      rows, workers, budget, [&](size_t begin, size_t end) { return look_at_strings(column, model, begin, end); },
      [](StringRange& sum, const StringRange& piece) {
        sum.prefix = std::min(sum.prefix, piece.prefix);
        sum.shortest = std::min(sum.shortest, piece.shortest);
        sum.longest = std::max(sum.longest, piece.longest);
        sum.zero_ended |= piece.zero_ended;
      });
  MILLRACE_TRY(range);
  range.value().model = static_cast<int64_t>(valid);
  return range;
}

}  // namespace millrace::sort
