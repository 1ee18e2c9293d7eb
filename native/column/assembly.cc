#include "column/assembly.h"

#include <algorithm>

#include "column/bits.h"

namespace millrace {

namespace {

// Half as much again: growth moves pages, so it is cheap. The budget counts what is reserved; when that is too much, an
// eighth, and in the end what is needed.
Status grow(Buffer& buffer, size_t bytes) {
  if (buffer.data() && bytes <= buffer.capacity()) return {};
  for (const size_t share : {2, 8}) {
    if (buffer.reserve(std::max(bytes, buffer.capacity() + buffer.capacity() / share)).ok()) return {};
  }
  return buffer.reserve(bytes);
}

}  // namespace

ColumnAssembly::ColumnAssembly(TypeId type, MemoryBudget* budget)
    : type_(type), data_(budget), offsets_(budget), validity_(budget) {}

size_t ColumnAssembly::bytes_of(const ColumnBuilder& piece, int64_t rows) {
  if (!is_string(piece.type_)) return static_cast<size_t>(rows) * type_width(piece.type_);
  return rows ? piece.offsets_[static_cast<size_t>(rows)] : 0;
}

bool ColumnAssembly::has_room(const ColumnBuilder& piece, int64_t rows) const {
  if (!data_.data() || bytes_ + bytes_of(piece, rows) > data_.capacity()) return false;
  return !is_string(type_) || static_cast<size_t>(rows_ + rows + 1) * sizeof(uint64_t) <= offsets_.capacity();
}

Status ColumnAssembly::reserve(const ColumnBuilder& piece, int64_t rows) {
  MILLRACE_TRY(grow(data_, bytes_ + bytes_of(piece, rows)));
  return is_string(type_) ? grow(offsets_, static_cast<size_t>(rows_ + rows + 1) * sizeof(uint64_t)) : Status();
}

Result<ColumnAssembly::Place> ColumnAssembly::place(const ColumnBuilder& piece, int64_t rows) {
  MILLRACE_TRY(place_nulls(piece, rows));
  const Place out{rows_, rows, bytes_};
  rows_ += rows;
  bytes_ += bytes_of(piece, rows);
  // The sizes are what growth has to keep.
  MILLRACE_TRY(data_.resize(bytes_));
  if (is_string(type_)) MILLRACE_TRY(offsets_.resize(static_cast<size_t>(rows_ + 1) * sizeof(uint64_t)));
  return out;
}

// Two pieces may share a word of the bitmap: it is written in order, which takes a hundredth of the copying.
Status ColumnAssembly::place_nulls(const ColumnBuilder& piece, int64_t rows) {
  const uint64_t* from = piece.null_count_ ? piece.validity_.data() : nullptr;
  const int64_t nulls = from ? bits::count_zeros(from, rows) : 0;
  if (nulls == 0 && null_count_ == 0) return {};
  MILLRACE_TRY(validity_.resize(static_cast<size_t>(bits::words_for(rows_ + rows))));
  if (null_count_ == 0) bits::append(validity_.data(), 0, nullptr, rows_);
  bits::append(validity_.data(), rows_, from, rows);
  null_count_ += nulls;
  return {};
}

void ColumnAssembly::copy(const ColumnBuilder& piece, const Place& place) {
  if (place.rows == 0) return;
  const auto first = static_cast<size_t>(place.first_row);
  if (!is_string(type_)) {
    std::memcpy(data_.data() + first * type_width(type_), piece.data_.data(), bytes_of(piece, place.rows));
    return;
  }
  std::memcpy(data_.data() + place.first_byte, piece.data_.data(), bytes_of(piece, place.rows));
  const uint64_t* from = piece.offsets_.data() + 1;
  uint64_t* to = reinterpret_cast<uint64_t*>(offsets_.data()) + first + 1;
  for (int64_t i = 0; i < place.rows; i++) to[i] = from[i] + place.first_byte;
}

Result<Column> ColumnAssembly::finish() {
  Column out;
  out.type = type_;
  out.rows = rows_;
  out.null_count = null_count_;
  MILLRACE_TRY(data_.resize(bytes_));
  data_.trim();
  out.data = std::move(data_);
  if (is_string(type_)) {
    MILLRACE_TRY(offsets_.resize(static_cast<size_t>(rows_ + 1) * sizeof(uint64_t)));
    *reinterpret_cast<uint64_t*>(offsets_.data()) = 0;
    offsets_.trim();
    out.offsets = std::move(offsets_);
  }
  if (null_count_) out.validity = validity_.take_buffer();
  return out;
}

}  // namespace millrace
