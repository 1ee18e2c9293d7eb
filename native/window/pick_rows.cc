#include "window/pick_rows.h"

#include "column/take_rows.h"
#include "column/visit_fixed.h"
#include "sort/order_word.h"

namespace millrace::window {

namespace {

// The places of one partition. A place is a number from 0; `row` says whose.
struct Places {
  const uint32_t* order;
  size_t begin;
  size_t count;
  uint32_t row(size_t place) const { return order ? order[begin + place] : static_cast<uint32_t>(begin + place); }
};

struct Pick {
  const WindowFunction& function;
  const Column& argument;
  uint32_t* picked;
  bool is_valid(uint32_t row) const { return argument.is_valid(row); }
};

void shift(const Pick& pick, const Places& places) {
  const int64_t offset = pick.function.parameters.offset;
  const auto count = static_cast<int64_t>(places.count);
  for (int64_t i = 0; i < count; i++) {
    // Offsets beyond the partition, however far, leave it.
    const bool inside = offset >= 0 ? i >= offset : i < count + offset;
    pick.picked[places.row(static_cast<size_t>(i))] = inside ? places.row(static_cast<size_t>(i - offset)) : kNoRow;
  }
}

void fill(const Pick& pick, const Places& places) {
  const bool backward = pick.function.function == Function::FillBackward;
  uint32_t last = kNoRow;
  int64_t gap = 0;
  for (size_t i = 0; i < places.count; i++) {
    const uint32_t row = places.row(backward ? places.count - 1 - i : i);
    const bool valid = pick.is_valid(row);
    gap = valid ? 0 : gap + 1;
    if (valid) last = row;
    pick.picked[row] = gap > pick.function.parameters.limit ? kNoRow : last;
  }
}

void first_or_last(const Pick& pick, const Places& places) {
  const bool last = pick.function.function == Function::Last;
  uint32_t found = kNoRow;
  for (size_t i = 0; i < places.count && found == kNoRow; i++) {
    const uint32_t row = places.row(last ? places.count - 1 - i : i);
    if (!pick.function.parameters.skip_nulls || pick.is_valid(row)) found = row;
  }
  for (size_t i = 0; i < places.count; i++) pick.picked[places.row(i)] = found;
}

// `key_of` gives what is compared; `better(a, b)` whether a takes b's place. The first of equals stays.
template <class KeyOf, class Better>
void extreme(const Pick& pick, const Places& places, KeyOf key_of, Better better) {
  const bool running = pick.function.function == Function::CumMin || pick.function.function == Function::CumMax;
  uint32_t best = kNoRow;
  decltype(key_of(0)) best_key{};
  for (size_t i = 0; i < places.count; i++) {
    const uint32_t row = places.row(i);
    const bool valid = pick.is_valid(row);
    if (valid) {
      const auto key = key_of(row);
      if (best == kNoRow || better(key, best_key)) {
        best = row;
        best_key = key;
      }
    }
    if (running) pick.picked[row] = valid ? best : kNoRow;
  }
  for (size_t i = 0; !running && i < places.count; i++) pick.picked[places.row(i)] = best;
}

// NaN is the worst of all, for either: its word is the largest, and is made the smallest for maxima.
void smallest_or_largest(const Pick& pick, const Places& places) {
  const bool largest = pick.function.function == Function::Max || pick.function.function == Function::CumMax;
  const Column& column = pick.argument;
  if (is_string(column.type)) {
    const auto key_of = [&](uint32_t row) { return column.string(row).view(); };
    if (largest) return extreme(pick, places, key_of, [](auto a, auto b) { return a > b; });
    return extreme(pick, places, key_of, [](auto a, auto b) { return a < b; });
  }
  visit_fixed(column.type, [&](auto tag) {
    const auto* values = column.values<decltype(tag)>();
    if (!largest) {
      return extreme(
          pick, places, [&](uint32_t row) { return sort::order_word(values[row]); },
          [](uint64_t a, uint64_t b) { return a < b; });
    }
    return extreme(
        pick, places,
        [&](uint32_t row) { return values[row] != values[row] ? uint64_t{0} : sort::order_word(values[row]); },
        [](uint64_t a, uint64_t b) { return a > b; });
  });
}

void pick_in_partition(const Pick& pick, const Places& places) {
  switch (pick.function.function) {
    case Function::Shift: return shift(pick, places);
    case Function::FillForward:
    case Function::FillBackward: return fill(pick, places);
    case Function::First:
    case Function::Last: return first_or_last(pick, places);
    default: return smallest_or_largest(pick, places);
  }
}

}  // namespace

bool picks_rows(Function function) {
  switch (function) {
    case Function::Shift:
    case Function::FillForward:
    case Function::FillBackward:
    case Function::First:
    case Function::Last:
    case Function::Min:
    case Function::Max:
    case Function::CumMin:
    case Function::CumMax: return true;
    default: return false;
  }
}

Status pick_rows(const WindowFunction& function, const Column& argument, const Partitions& partitions, Workers& workers,
                 PodVector<uint32_t>& picked) {
  MILLRACE_TRY(picked.resize(partitions.rows()));
  const Pick pick{function, argument, picked.data()};
  const std::vector<Partitions::Run> runs = partitions.runs();
  return workers.run(runs.size(), [&](size_t task, uint32_t) -> Status {
    for (size_t p = runs[task].first; p < runs[task].last; p++) {
      const size_t begin = partitions.start(p);
      pick_in_partition(pick, {partitions.order(), begin, partitions.start(p + 1) - begin});
    }
    return {};
  });
}

}  // namespace millrace::window
