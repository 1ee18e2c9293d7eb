#include "column/column.h"

#include <bit>

namespace millrace {

namespace {

// Copies rows of one width through an optional selection.
template <class T>
void copy_values(const Vector& vector, const uint32_t* selection, uint32_t count, uint8_t* to) {
  const T* from = vector.as<T>();
  T* out = reinterpret_cast<T*>(to);
  if (!selection) {
    std::memcpy(out, from, count * sizeof(T));
    return;
  }
  for (uint32_t i = 0; i < count; i++) out[i] = from[selection[i]];
}

template <class T>
void take_values(const Column& column, const int64_t* rows, int64_t count, uint8_t* to) {
  const T* from = column.values<T>();
  T* out = reinterpret_cast<T*>(to);
  for (int64_t i = 0; i < count; i++) out[i] = from[rows[i]];
}

}  // namespace

Vector view_of(const Column& column, int64_t first, uint32_t count, StringRef* strings, uint64_t* validity) {
  Vector out{column.type, nullptr, nullptr};
  if (column.null_count) {
    const auto* words = reinterpret_cast<const uint64_t*>(column.validity.data()) + first / 64;
    const unsigned shift = first & 63;
    const auto available = (column.rows + 63) / 64 - first / 64;
    out.validity = shift ? validity : words;
    for (int64_t word = 0; shift && word * 64 < count; word++) {
      const uint64_t high = word + 1 < available ? words[word + 1] << (64 - shift) : 0;
      validity[word] = words[word] >> shift | high;
    }
  }
  if (is_string(column.type)) {
    for (uint32_t i = 0; i < count; i++) strings[i] = column.string(first + i);
    out.data = strings;
  } else {
    out.data = column.data.data() + static_cast<size_t>(first) * type_width(column.type);
  }
  return out;
}

ColumnBuilder::ColumnBuilder(TypeId type, MemoryBudget* budget)
    : type_(type), data_(budget), offsets_(budget), validity_(budget) {}

Status ColumnBuilder::append(const Vector& vector, uint32_t rows) {
  MILLRACE_TRY(append_values(vector, nullptr, rows));
  MILLRACE_TRY(append_validity(vector, nullptr, rows));
  rows_ += rows;
  return {};
}

Status ColumnBuilder::append_selected(const Vector& vector, const uint32_t* rows, uint32_t count) {
  MILLRACE_TRY(append_values(vector, rows, count));
  MILLRACE_TRY(append_validity(vector, rows, count));
  rows_ += count;
  return {};
}

Status ColumnBuilder::append_values(const Vector& vector, const uint32_t* selection, uint32_t count) {
  const size_t old = data_.size();
  if (!is_string(type_)) {
    const size_t width = type_width(type_);
    MILLRACE_TRY(data_.resize(old + count * width));
    uint8_t* to = data_.data() + old;
    if (width == 1) copy_values<uint8_t>(vector, selection, count, to);
    if (width == 2) copy_values<uint16_t>(vector, selection, count, to);
    if (width == 4) copy_values<uint32_t>(vector, selection, count, to);
    if (width == 8) copy_values<uint64_t>(vector, selection, count, to);
    return {};
  }
  if (offsets_.empty()) MILLRACE_TRY(offsets_.push(0));
  MILLRACE_TRY(offsets_.reserve_more(count));
  const auto* from = vector.as<StringRef>();
  size_t bytes = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t row = selection ? selection[i] : i;
    if (vector.is_valid(row)) bytes += from[row].size;
  }
  MILLRACE_TRY(data_.resize(old + bytes));
  uint8_t* to = data_.data() + old;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t row = selection ? selection[i] : i;
    if (vector.is_valid(row) && from[row].size) {
      std::memcpy(to, from[row].data, from[row].size);
      to += from[row].size;
    }
    offsets_.push_unchecked(static_cast<uint64_t>(to - data_.data()));
  }
  return {};
}

Status ColumnBuilder::append_validity(const Vector& vector, const uint32_t* selection, uint32_t count) {
  const size_t words = static_cast<size_t>(rows_ + count + 63) / 64;
  MILLRACE_TRY(validity_.resize_fill(words, 0));
  uint64_t* bits = validity_.data();
  if (!selection && rows_ % 64 == 0) {
    uint64_t* out = bits + rows_ / 64;
    for (uint32_t word = 0; word * 64 < count; word++) {
      const uint32_t left = count - word * 64;
      const uint64_t mask = left >= 64 ? ~uint64_t{0} : (uint64_t{1} << left) - 1;
      out[word] = (vector.validity ? vector.validity[word] : ~uint64_t{0}) & mask;
      null_count_ += std::popcount(mask) - std::popcount(out[word]);
    }
    return {};
  }
  for (uint32_t i = 0; i < count; i++) {
    const bool valid = vector.is_valid(selection ? selection[i] : i);
    bits[(rows_ + i) >> 6] |= uint64_t{valid} << ((rows_ + i) & 63);
    null_count_ += !valid;
  }
  return {};
}

Status ColumnBuilder::append_range(const Column& column, int64_t first, int64_t count) {
  StringRef strings[kVectorRows];
  uint64_t validity[kValidityWords];
  for (const int64_t end = first + count; first < end; first += kVectorRows) {
    const auto rows = static_cast<uint32_t>(end - first < kVectorRows ? end - first : kVectorRows);
    MILLRACE_TRY(append(view_of(column, first, rows, strings, validity), rows));
  }
  return {};
}

Result<Column> ColumnBuilder::finish() {
  Column out;
  out.type = type_;
  out.rows = rows_;
  out.null_count = null_count_;
  if (!data_.data()) MILLRACE_TRY(data_.reserve(1));
  if (is_string(type_) && offsets_.empty()) MILLRACE_TRY(offsets_.push(0));
  out.data = std::move(data_);
  out.offsets = offsets_.take_buffer();
  if (null_count_) out.validity = validity_.take_buffer();
  return out;
}

Result<Column> take(const Column& column, const int64_t* rows, int64_t count, MemoryBudget* budget) {
  Column out;
  out.type = column.type;
  out.rows = count;
  out.data = Buffer(budget);
  const auto n = static_cast<size_t>(count);
  if (is_string(column.type)) {
    PodVector<uint64_t> offsets(budget);
    MILLRACE_TRY(offsets.resize(n + 1));
    offsets[0] = 0;
    for (size_t i = 0; i < n; i++) offsets[i + 1] = offsets[i] + column.string(rows[i]).size;
    MILLRACE_TRY(out.data.resize(offsets[n]));
    for (size_t i = 0; i < n; i++) {
      const StringRef s = column.string(rows[i]);
      if (s.size) std::memcpy(out.data.data() + offsets[i], s.data, s.size);
    }
    out.offsets = offsets.take_buffer();
  } else {
    const size_t width = type_width(column.type);
    MILLRACE_TRY(out.data.resize(n * width));
    uint8_t* to = out.data.data();
    if (width == 1) take_values<uint8_t>(column, rows, count, to);
    if (width == 2) take_values<uint16_t>(column, rows, count, to);
    if (width == 4) take_values<uint32_t>(column, rows, count, to);
    if (width == 8) take_values<uint64_t>(column, rows, count, to);
  }
  if (column.null_count) {
    PodVector<uint64_t> bits(budget);
    MILLRACE_TRY(bits.resize_fill((n + 63) / 64, 0));
    for (size_t i = 0; i < n; i++) {
      const bool valid = column.is_valid(rows[i]);
      bits[i >> 6] |= uint64_t{valid} << (i & 63);
      out.null_count += !valid;
    }
    if (out.null_count) out.validity = bits.take_buffer();
  }
  return out;
}

}  // namespace millrace
