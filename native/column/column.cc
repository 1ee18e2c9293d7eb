#include "column/column.h"

#include "column/bits.h"

namespace millrace {

namespace {

template <class T>
void take_values(const Column& column, const int64_t* rows, int64_t count, uint8_t* to) {
  const T* from = column.values<T>();
  T* out = reinterpret_cast<T*>(to);
  for (int64_t i = 0; i < count; i++) out[i] = from[rows[i]];
}

}  // namespace

Vector view_of(const Column& column, int64_t first, uint32_t count, StringRef* strings, uint64_t* validity) {
  Vector out;
  out.type = column.type;
  if (column.null_count) {
    out.validity =
        bits::range(reinterpret_cast<const uint64_t*>(column.validity.data()), column.rows, first, count, validity);
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

void ColumnBuilder::clear() {
  rows_ = null_count_ = 0;
  if (data_.data()) (void)data_.resize(0).ok();  // cannot fail: it does not grow
  offsets_.clear();
  validity_.clear();
}

Status ColumnBuilder::append(const Vector& vector, uint32_t rows) {
  if (is_string(type_)) {
    MILLRACE_TRY(append_strings(vector, rows));
  } else {
    const size_t old = data_.size();
    const size_t bytes = rows * type_width(type_);
    MILLRACE_TRY(data_.resize(old + bytes));
    std::memcpy(data_.data() + old, vector.data, bytes);
  }
  return append_nulls(vector, rows);
}

Status ColumnBuilder::append_nulls(const Vector& vector, uint32_t rows) {
  MILLRACE_TRY(append_validity(vector, rows));
  rows_ += rows;
  return {};
}

// Short texts, which most are, are one store of 16 bytes: both sides have that much room behind them.
Status ColumnBuilder::append_strings(const Vector& vector, uint32_t rows) {
  static_assert(kStringPadding >= 16 && kBufferPadding >= 16);
  const size_t old = data_.size();
  if (offsets_.empty()) MILLRACE_TRY(offsets_.push(0));
  MILLRACE_TRY(offsets_.reserve_more(rows));
  const auto* from = vector.as<StringRef>();
  size_t bytes = 0;
  for (uint32_t i = 0; i < rows; i++) bytes += from[i].size;
  MILLRACE_TRY(data_.resize(old + bytes));
  uint8_t* const begin = data_.data();
  uint8_t* to = begin + old;
  uint64_t* ends = offsets_.data() + offsets_.size();
  for (uint32_t i = 0; i < rows; i++) {
    const uint64_t size = vector.is_valid(i) ? from[i].size : 0;
    if (size <= 16) [[likely]] {
      std::memcpy(to, from[i].data, 16);
    } else {
      std::memcpy(to, from[i].data, size);
    }
    to += size;
    ends[i] = static_cast<uint64_t>(to - begin);
  }
  (void)offsets_.resize(offsets_.size() + rows).ok();  // cannot fail: reserved above
  (void)data_.resize(static_cast<size_t>(to - begin)).ok();
  return {};
}

// There is no bitmap before the first null.
Status ColumnBuilder::reserve(int64_t rows) {
  const auto count = static_cast<size_t>(rows);
  return is_string(type_) ? offsets_.reserve(count + 1) : data_.reserve(count * type_width(type_));
}

Status ColumnBuilder::append_validity(const Vector& vector, uint32_t rows) {
  const int64_t nulls = vector.validity ? bits::count_zeros(vector.validity, rows) : 0;
  if (nulls == 0 && null_count_ == 0) return {};
  MILLRACE_TRY(validity_.resize(static_cast<size_t>(bits::words_for(rows_ + rows))));
  if (null_count_ == 0) bits::append(validity_.data(), 0, nullptr, rows_);
  bits::append(validity_.data(), rows_, vector.validity, rows);
  null_count_ += nulls;
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

Result<Column> ColumnBuilder::finish(int64_t rows) {
  Column out;
  out.type = type_;
  out.rows = rows;
  if (null_count_) out.null_count = bits::count_zeros(validity_.data(), rows);
  if (is_string(type_) && offsets_.empty()) MILLRACE_TRY(offsets_.push(0));
  const auto count = static_cast<size_t>(rows);
  MILLRACE_TRY(data_.resize(is_string(type_) ? offsets_[count] : count * type_width(type_)));
  data_.trim();
  out.data = std::move(data_);
  if (is_string(type_)) {
    MILLRACE_TRY(offsets_.resize(count + 1));
    out.offsets = offsets_.take_buffer();
  }
  if (out.null_count) {
    MILLRACE_TRY(validity_.resize(static_cast<size_t>(bits::words_for(rows))));
    out.validity = validity_.take_buffer();
  }
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
