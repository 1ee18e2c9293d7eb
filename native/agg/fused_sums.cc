#include "agg/fused_sums.h"

#include <array>
#include <utility>

#include "column/visit_fixed.h"

namespace millrace::agg {

namespace {

struct Columns {
  std::array<const int64_t*, FusedSums::kMostOfAKind> ints;
  std::array<const double*, FusedSums::kMostOfAKind> doubles;
  std::array<size_t, FusedSums::kMostOfAKind> int_offsets;
  std::array<size_t, FusedSums::kMostOfAKind> double_offsets;
  size_t rows_offset;
};

template <size_t kInts, size_t kDoubles, bool kRows>
void add_rows(const Columns& given, uint8_t* states, size_t stride, const uint32_t* slots, uint32_t rows) {
  const Columns columns = given;  // in registers, as nothing else can point there
  for (uint32_t i = 0; i < rows; i++) {
    uint8_t* const state = states + slots[i] * stride;
    for (size_t c = 0; c < kInts; c++) {
      *reinterpret_cast<int64_t*>(state + columns.int_offsets[c]) += columns.ints[c][i];
    }
    for (size_t c = 0; c < kDoubles; c++) {
      *reinterpret_cast<double*>(state + columns.double_offsets[c]) += columns.doubles[c][i];
    }
    if constexpr (kRows) *reinterpret_cast<int64_t*>(state + columns.rows_offset) += 1;
  }
}

using Kernel = void (*)(const Columns&, uint8_t*, size_t, const uint32_t*, uint32_t);
constexpr size_t kWays = FusedSums::kMostOfAKind + 1;

template <size_t... kIndex>
constexpr std::array<Kernel, sizeof...(kIndex)> make_kernels(std::index_sequence<kIndex...>) {
  return {add_rows<kIndex / 2 / kWays, kIndex / 2 % kWays, kIndex % 2 == 1>...};
}
constexpr auto kKernels = make_kernels(std::make_index_sequence<kWays * kWays * 2>());

// The values as T, in `scratch` where they are not that already.
template <class T>
const T* widen(const Vector& vector, uint32_t begin, uint32_t rows, T* scratch) {
  return visit_fixed(vector.type, [&](auto tag) -> const T* {
    using From = decltype(tag);
    const From* values = vector.as<From>() + begin;
    if constexpr (std::is_same_v<From, T>) {
      return values;
    } else {
      for (uint32_t i = 0; i < rows; i++) scratch[i] = static_cast<T>(values[i]);
      return scratch;
    }
  });
}

}  // namespace

bool FusedSums::add(SumKind kind, size_t offset, size_t feed) {
  if (kind == SumKind::Rows) {
    if (counts_rows_) return false;
    counts_rows_ = true;
    rows_offset_ = offset;
    return true;
  }
  if (kind == SumKind::None) return false;
  std::vector<Member>& members = kind == SumKind::Int64 ? ints_ : doubles_;
  if (members.size() == kMostOfAKind) return false;
  members.push_back({offset, feed});
  return true;
}

bool FusedSums::takes(const Vector* arguments) const {
  for (const Member& member : ints_) {
    if (arguments[member.feed].validity) return false;
  }
  for (const Member& member : doubles_) {
    if (arguments[member.feed].validity) return false;
  }
  return true;
}

void FusedSums::update(uint8_t* states, size_t stride, const uint32_t* slots, const Vector* arguments, uint32_t begin,
                       uint32_t rows) const {
  int64_t ints[kMostOfAKind][kVectorRows];
  double doubles[kMostOfAKind][kVectorRows];
  Columns columns{};
  for (size_t c = 0; c < ints_.size(); c++) {
    columns.ints[c] = widen(arguments[ints_[c].feed], begin, rows, ints[c]);
    columns.int_offsets[c] = ints_[c].offset;
  }
  for (size_t c = 0; c < doubles_.size(); c++) {
    columns.doubles[c] = widen(arguments[doubles_[c].feed], begin, rows, doubles[c]);
    columns.double_offsets[c] = doubles_[c].offset;
  }
  columns.rows_offset = rows_offset_;
  kKernels[(ints_.size() * kWays + doubles_.size()) * 2 + (counts_rows_ ? 1 : 0)](columns, states, stride, slots, rows);
}

void FusedSums::merge(uint8_t* into, const uint8_t* from, size_t stride, uint32_t count) const {
  const auto add = [](auto* sum, const auto* more) { *sum += *more; };
  for (uint32_t slot = 0; slot < count; slot++, into += stride, from += stride) {
    for (const Member& member : ints_) {
      add(reinterpret_cast<int64_t*>(into + member.offset), reinterpret_cast<const int64_t*>(from + member.offset));
    }
    for (const Member& member : doubles_) {
      add(reinterpret_cast<double*>(into + member.offset), reinterpret_cast<const double*>(from + member.offset));
    }
    if (!counts_rows_) continue;
    add(reinterpret_cast<int64_t*>(into + rows_offset_), reinterpret_cast<const int64_t*>(from + rows_offset_));
  }
}

}  // namespace millrace::agg
