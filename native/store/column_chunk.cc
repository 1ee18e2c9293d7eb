#include "store/column_chunk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "column/bits.h"
#include "column/visit_fixed.h"
#include "simd/kernels.h"

namespace millrace::store {

namespace {

Status copy_into(Buffer& to, const void* from, size_t bytes) {
  MILLRACE_TRY(to.reserve(bytes));
  MILLRACE_TRY(to.resize(bytes));
  if (bytes) std::memcpy(to.data(), from, bytes);
  return {};
}

Status start_chunk(const ColumnBuilder& values, MemoryBudget* budget, ColumnChunk& out) {
  out.rows = values.rows();
  out.null_count = values.null_count();
  out.data = Buffer(budget);
  out.offsets = Buffer(budget);
  out.validity = Buffer(budget);
  out.ranges = Buffer(budget);
  if (out.null_count == 0) return {};
  return copy_into(out.validity, values.validity(), static_cast<size_t>(bits::words_for(out.rows)) * sizeof(uint64_t));
}

template <class T>
struct Range {
  T min{};
  T max{};
  bool any = false;
  bool has_nan = false;
};

// The kernel's answer; none where a value is NaN.
inline bool find_range(const int64_t* values, int64_t count, Range<int64_t>& out) {
  const simd::Int64Range found = simd::kernels().range_of_integers(values, static_cast<size_t>(count));
  out = {found.min, found.max, count > 0, false};
  return true;
}

inline bool find_range(const double* values, int64_t count, Range<double>& out) {
  const auto* bits = reinterpret_cast<const int64_t*>(values);
  const simd::Int64Range found = simd::kernels().range_of_doubles(bits, static_cast<size_t>(count));
  out = {std::bit_cast<double>(found.min), std::bit_cast<double>(found.max), count > 0, false};
  return !std::isnan(out.min) && !std::isnan(out.max);
}

// Four lanes, since a comparison waits for the one before it. NaN is neither smaller nor greater than anything.
template <class T>
Range<T> range_of_all(const T* values, int64_t count) {
  if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, double>) {
    if (Range<T> out; find_range(values, count, out)) return out;
  }
  constexpr int kLanes = 4;
  using Limits = std::numeric_limits<T>;
  T low[kLanes];
  T high[kLanes];
  bool nan[kLanes] = {};
  std::fill_n(low, kLanes, Limits::has_infinity ? Limits::infinity() : Limits::max());
  std::fill_n(high, kLanes, Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
  const auto add = [&](int lane, T value) {
    low[lane] = value < low[lane] ? value : low[lane];
    high[lane] = value > high[lane] ? value : high[lane];
    if constexpr (std::is_floating_point_v<T>) nan[lane] |= value != value;
  };
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int lane = 0; lane < kLanes; lane++) add(lane, values[i + lane]);
  }
  for (; i < count; i++) add(0, values[i]);
  Range<T> out{*std::min_element(low, low + kLanes), *std::max_element(high, high + kLanes), false, false};
  out.any = out.min <= out.max;
  out.has_nan = nan[0] || nan[1] || nan[2] || nan[3];
  return out.any ? out : Range<T>{{}, {}, false, out.has_nan};
}

// Of the values of rows [first, end) that are not null.
template <class T>
Range<T> range_of(const ColumnBuilder& values, int64_t first, int64_t end) {
  const T* from = values.values<T>();
  const uint64_t* validity = values.validity();
  if (!validity) return range_of_all(from + first, end - first);
  Range<T> out;
  for (int64_t i = first; i < end; i++) {
    if (!(validity[i >> 6] >> (i & 63) & 1)) continue;
    const T value = from[i];
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(value)) {
        out.has_nan = true;
        continue;
      }
    }
    out.min = out.any ? std::min(out.min, value) : value;
    out.max = out.any ? std::max(out.max, value) : value;
    out.any = true;
  }
  return out;
}

template <class T>
int64_t bits_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::bit_cast<int64_t>(static_cast<double>(value));
  } else {
    return static_cast<int64_t>(value);
  }
}

// Of every kRangeRows rows, and of all of them.
template <class T>
Result<Range<T>> find_ranges(const ColumnBuilder& values, ColumnChunk& out) {
  Range<T> all;
  const auto count = static_cast<size_t>((out.rows + kRangeRows - 1) / kRangeRows);
  MILLRACE_TRY(out.ranges.reserve(count * sizeof(ValueRange)));
  MILLRACE_TRY(out.ranges.resize(count * sizeof(ValueRange)));
  auto* ranges = reinterpret_cast<ValueRange*>(out.ranges.data());
  for (size_t i = 0; i < count; i++) {
    const auto first = static_cast<int64_t>(i) * kRangeRows;
    const Range<T> range = range_of<T>(values, first, std::min(out.rows, first + kRangeRows));
    ranges[i] = range.any ? ValueRange{bits_of(range.min), bits_of(range.max)} : ValueRange{};
    all.has_nan |= range.has_nan;
    if (!range.any) continue;
    all.min = all.any ? std::min(all.min, range.min) : range.min;
    all.max = all.any ? std::max(all.max, range.max) : range.max;
    all.any = true;
  }
  return all;
}

// What lies under a null becomes anything, as long as it is something.
template <class T, class Stored>
Status narrow(const ColumnBuilder& values, T base, ColumnChunk& out) {
  const auto rows = static_cast<size_t>(out.rows);
  out.encoding = Encoding::Narrow;
  out.width = sizeof(Stored);
  out.base = bits_of(base);
  MILLRACE_TRY(out.data.reserve(rows * sizeof(Stored)));
  MILLRACE_TRY(out.data.resize(rows * sizeof(Stored)));
  const T* from = values.values<T>();
  auto* to = reinterpret_cast<Stored*>(out.data.data());
  for (size_t i = 0; i < rows; i++)
    to[i] = static_cast<Stored>(static_cast<uint64_t>(from[i]) - static_cast<uint64_t>(base));
  return {};
}

template <class T>
Status encode_integers(const ColumnBuilder& values, const Range<T>& range, ColumnChunk& out) {
  const uint64_t spread = static_cast<uint64_t>(range.max) - static_cast<uint64_t>(range.min);
  if (sizeof(T) > 1 && spread <= UINT8_MAX) return narrow<T, uint8_t>(values, range.min, out);
  if (sizeof(T) > 2 && spread <= UINT16_MAX) return narrow<T, uint16_t>(values, range.min, out);
  if (sizeof(T) > 4 && spread <= UINT32_MAX) return narrow<T, uint32_t>(values, range.min, out);
  out.width = sizeof(T);
  return copy_into(out.data, values.values<T>(), static_cast<size_t>(out.rows) * sizeof(T));
}

template <class T>
bool all_alike(const ColumnBuilder& values, const Range<T>& range) {
  if (range.any && range.min != range.max) return false;
  if constexpr (std::is_floating_point_v<T>) {
    // NaN and -0 are values of their own.
    if (range.has_nan || range.min == 0) return !range.any && !range.has_nan;
  }
  return values.rows() > 0;
}

template <class T>
Status encode_fixed(const ColumnBuilder& values, ColumnChunk& out) {
  auto found = find_ranges<T>(values, out);
  MILLRACE_TRY(found);
  const Range<T>& range = found.value();
  out.has_range = range.any;
  out.has_nan = range.has_nan;
  out.min = bits_of(range.min);
  out.max = bits_of(range.max);
  if (all_alike(values, range)) {
    out.encoding = Encoding::Constant;
    std::memcpy(&out.base, &range.min, sizeof(T));
    out.ranges.reset();
    return {};
  }
  if constexpr (std::is_floating_point_v<T>) {
    out.width = sizeof(T);
    return copy_into(out.data, values.values<T>(), static_cast<size_t>(out.rows) * sizeof(T));
  } else {
    return encode_integers(values, range, out);
  }
}

// Offsets of 4 bytes wherever they suffice.
Status encode_strings(const ColumnBuilder& values, ColumnChunk& out) {
  const auto rows = static_cast<size_t>(out.rows);
  const uint64_t* offsets = values.offsets();
  const uint64_t bytes = rows ? offsets[rows] : 0;
  MILLRACE_TRY(copy_into(out.data, values.values<uint8_t>(), bytes));
  out.width = bytes <= UINT32_MAX ? 4 : 8;
  if (out.width == 8) return copy_into(out.offsets, offsets, (rows + 1) * 8);
  MILLRACE_TRY(out.offsets.reserve((rows + 1) * 4));
  MILLRACE_TRY(out.offsets.resize((rows + 1) * 4));
  auto* to = reinterpret_cast<uint32_t*>(out.offsets.data());
  for (size_t i = 0; i <= rows; i++) to[i] = rows ? static_cast<uint32_t>(offsets[i]) : 0;
  return {};
}

template <class Stored>
Status store_codes(const uint32_t* codes, ColumnChunk& out) {
  const auto rows = static_cast<size_t>(out.rows);
  out.width = sizeof(Stored);
  MILLRACE_TRY(out.data.reserve(rows * sizeof(Stored)));
  MILLRACE_TRY(out.data.resize(rows * sizeof(Stored)));
  auto* to = reinterpret_cast<Stored*>(out.data.data());
  for (size_t i = 0; i < rows; i++) to[i] = static_cast<Stored>(codes[i]);
  return {};
}

template <class T>
void fill(void* to, T value, uint32_t count) {
  std::fill_n(static_cast<T*>(to), count, value);
}

template <class T, class Stored>
void widen(const ColumnChunk& chunk, int64_t first, uint32_t count, void* into) {
  const auto* from = reinterpret_cast<const Stored*>(chunk.data.data()) + first;
  T* to = static_cast<T*>(into);
  const auto base = static_cast<uint64_t>(chunk.base);
  for (uint32_t i = 0; i < count; i++) to[i] = static_cast<T>(base + from[i]);
}

template <class T>
const void* read_fixed(const ColumnChunk& chunk, int64_t first, uint32_t count, uint8_t* into) {
  if (chunk.encoding == Encoding::Plain) return chunk.data.data() + static_cast<size_t>(first) * sizeof(T);
  if (chunk.encoding == Encoding::Constant) {
    T value;
    std::memcpy(&value, &chunk.base, sizeof(T));
    fill(into, value, count);
  } else if constexpr (!std::is_floating_point_v<T>) {
    if (chunk.width == 1) widen<T, uint8_t>(chunk, first, count, into);
    if (chunk.width == 2) widen<T, uint16_t>(chunk, first, count, into);
    if (chunk.width == 4) widen<T, uint32_t>(chunk, first, count, into);
  }
  return into;
}

template <class Offset>
void read_strings(const ColumnChunk& chunk, int64_t first, uint32_t count, StringRef* into) {
  const auto* offsets = reinterpret_cast<const Offset*>(chunk.offsets.data()) + first;
  const auto* bytes = reinterpret_cast<const char*>(chunk.data.data());
  for (uint32_t i = 0; i < count; i++) into[i] = {bytes + offsets[i], offsets[i + 1] - offsets[i]};
}

template <class Stored>
void read_codes(const ColumnChunk& chunk, int64_t first, uint32_t count, uint32_t* into) {
  const auto* from = reinterpret_cast<const Stored*>(chunk.data.data()) + first;
  for (uint32_t i = 0; i < count; i++) into[i] = from[i];
}

void read_dictionary(const ColumnChunk& chunk, const Dictionary& dictionary, int64_t first, uint32_t count,
                     Scratch& scratch, Wanted wanted, Vector& out) {
  read_chunk_codes(chunk, first, count, scratch.codes);
  out.codes = scratch.codes;
  out.dictionary = &dictionary;
  if (wanted == Wanted::Codes) return;
  auto* strings = reinterpret_cast<StringRef*>(scratch.values);
  const StringRef* refs = dictionary.refs.data();
  for (uint32_t i = 0; i < count; i++) strings[i] = refs[scratch.codes[i]];
  out.data = strings;
}

}  // namespace

Result<ColumnChunk> encode_chunk(const ColumnBuilder& values, MemoryBudget* budget) {
  ColumnChunk out;
  MILLRACE_TRY(start_chunk(values, budget, out));
  Status status = is_string(values.type())
                      ? encode_strings(values, out)
                      : visit_fixed(values.type(), [&](auto tag) { return encode_fixed<decltype(tag)>(values, out); });
  MILLRACE_TRY(std::move(status));
  return out;
}

Result<ColumnChunk> encode_codes(const uint32_t* codes, const ColumnBuilder& nulls, MemoryBudget* budget) {
  ColumnChunk out;
  MILLRACE_TRY(start_chunk(nulls, budget, out));
  out.encoding = Encoding::Dictionary;
  const uint32_t first = out.rows ? codes[0] : 0;
  uint32_t any_bits = 0;
  uint32_t other_bits = 0;  // than those of the first one
  for (int64_t i = 0; i < out.rows; i++) {
    any_bits |= codes[i];
    other_bits |= codes[i] ^ first;
  }
  out.base = first;
  if (other_bits == 0) return out;
  MILLRACE_TRY(any_bits <= UINT8_MAX    ? store_codes<uint8_t>(codes, out)
               : any_bits <= UINT16_MAX ? store_codes<uint16_t>(codes, out)
                                        : store_codes<uint32_t>(codes, out));
  return out;
}

void read_chunk_codes(const ColumnChunk& chunk, int64_t first, uint32_t count, uint32_t* codes) {
  if (chunk.width == 0) fill(codes, static_cast<uint32_t>(chunk.base), count);
  if (chunk.width == 1) read_codes<uint8_t>(chunk, first, count, codes);
  if (chunk.width == 2) read_codes<uint16_t>(chunk, first, count, codes);
  if (chunk.width == 4) read_codes<uint32_t>(chunk, first, count, codes);
}

const uint64_t* read_chunk_validity(const ColumnChunk& chunk, int64_t first, uint32_t count, uint64_t* into) {
  if (chunk.null_count == 0) return nullptr;
  const auto* words = reinterpret_cast<const uint64_t*>(chunk.validity.data());
  return bits::range(words, chunk.rows, first, count, into);
}

Vector read_chunk(const ColumnChunk& chunk, TypeId type, const Dictionary* dictionary, int64_t first, uint32_t count,
                  Scratch& scratch, Wanted wanted) {
  Vector out;
  out.type = type;
  out.validity = read_chunk_validity(chunk, first, count, scratch.validity);
  if (chunk.encoding == Encoding::Dictionary) {
    read_dictionary(chunk, *dictionary, first, count, scratch, wanted, out);
  } else if (is_string(type)) {
    auto* strings = reinterpret_cast<StringRef*>(scratch.values);
    chunk.width == 4 ? read_strings<uint32_t>(chunk, first, count, strings)
                     : read_strings<uint64_t>(chunk, first, count, strings);
    out.data = strings;
  } else {
    out.data =
        visit_fixed(type, [&](auto tag) { return read_fixed<decltype(tag)>(chunk, first, count, scratch.values); });
  }
  return out;
}

}  // namespace millrace::store
