#include <cmath>
#include <limits>
#include <unordered_map>

#include "node/delivery.h"

namespace millrace::node {

namespace {

template <class T>
void fill_nulls(Column& column, T value) {
  T* values = reinterpret_cast<T*>(column.data.data());
  for (int64_t row = 0; row < column.rows; row++) {
    if (!column.is_valid(row)) values[row] = value;
  }
}

// The values under nulls are seen by whoever reads the typed array without the bitmap: NaN makes that visible.
void fill_nulls(Column& column) {
  if (column.null_count == 0) return;
  switch (column.type) {
    case TypeId::Float64: return fill_nulls(column, std::numeric_limits<double>::quiet_NaN());
    case TypeId::Float32: return fill_nulls(column, std::numeric_limits<float>::quiet_NaN());
    default: break;
  }
  switch (type_width(column.type)) {
    case 1: return fill_nulls<uint8_t>(column, 0);
    case 2: return fill_nulls<uint16_t>(column, 0);
    case 4: return fill_nulls<uint32_t>(column, 0);
    case 8: return fill_nulls<uint64_t>(column, 0);
    default: return;
  }
}

// In place: T is no wider than what it replaces, and fresh memory would cost more than the conversion.
template <class T>
void convert_offsets(Column& column) {
  const auto count = static_cast<size_t>(column.rows) + 1;
  uint8_t* bytes = column.offsets.data();
  for (size_t i = 0; i < count; i++) {
    uint64_t offset;
    std::memcpy(&offset, bytes + i * sizeof(offset), sizeof(offset));
    const auto converted = static_cast<T>(offset);
    std::memcpy(bytes + i * sizeof(T), &converted, sizeof(T));
  }
  (void)column.offsets.resize(count * sizeof(T)).ok();  // cannot fail: it shrinks
  column.offsets.trim();
}

Status prepare_column(Column& column, PreparedColumn& out) {
  out.type = column.type;
  out.rows = column.rows;
  out.null_count = column.null_count;
  if (column.type == TypeId::Dict) {
    PodVector<int32_t> codes;
    MILLRACE_TRY(encode_dictionary(column, codes, out.categories));
    out.data = codes.take_buffer();
  } else {
    fill_nulls(column);
    if (is_string(column.type)) {
      out.wide_offsets = column.data.size() > UINT32_MAX;
      out.wide_offsets ? convert_offsets<double>(column) : convert_offsets<uint32_t>(column);
      out.offsets = std::move(column.offsets);
    }
    out.data = std::move(column.data);
  }
  out.validity = std::move(column.validity);
  return {};
}

}  // namespace

Status encode_dictionary(const Column& column, PodVector<int32_t>& codes, std::vector<std::string>& categories) {
  std::unordered_map<std::string_view, int32_t> known;
  MILLRACE_TRY(codes.resize(static_cast<size_t>(column.rows)));
  for (int64_t row = 0; row < column.rows; row++) {
    codes[static_cast<size_t>(row)] = -1;
    if (!column.is_valid(row)) continue;
    const std::string_view text = column.string(row).view();
    const auto [at, fresh] = known.try_emplace(text, static_cast<int32_t>(known.size()));
    if (fresh) categories.emplace_back(text);
    codes[static_cast<size_t>(row)] = at->second;
  }
  return {};
}

Result<std::shared_ptr<PreparedResult>> prepare(Frame& frame) {
  auto out = std::make_shared<PreparedResult>();
  out->rows = frame.rows;
  out->columns.resize(frame.columns.size());
  for (size_t c = 0; c < frame.columns.size(); c++) {
    out->columns[c].name = frame.schema[c].name;
    MILLRACE_TRY(prepare_column(frame.columns[c], out->columns[c]));
  }
  return out;
}

}  // namespace millrace::node
