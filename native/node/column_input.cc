#include "node/column_input.h"

#include "column/utf8.h"

namespace millrace::node {

bool view_of_array(const Napi::Value& value, ArrayView& out) {
  if (!value.IsTypedArray()) return false;
  void* data = nullptr;
  size_t offset = 0;
  if (napi_get_typedarray_info(value.Env(), value, &out.type, &out.count, &data, &out.buffer, &offset) != napi_ok) {
    return false;
  }
  const Napi::TypedArray array = value.As<Napi::TypedArray>();
  out.bytes = static_cast<const uint8_t*>(data);
  out.size = out.count * array.ElementSize();
  return true;
}

Status bad_column(const std::string& name, const std::string& what) {
  ErrorFacts facts;
  facts.column = name;
  return Status(Code::InvalidArgument, "column \"" + name + "\" " + what, std::move(facts));
}

Status copy_bytes(const uint8_t* bytes, size_t size, Buffer& out) {
  MILLRACE_TRY(out.resize(size));
  if (size) std::memcpy(out.data(), bytes, size);
  return {};
}

namespace {

// The positions relative to the first, as the engine has them.
template <class T>
bool copy_positions(const ArrayView& view, uint64_t limit, uint64_t& first, uint64_t* to) {
  const auto* from = reinterpret_cast<const T*>(view.bytes);
  uint64_t before = first = from[0];
  for (size_t i = 0; i < view.count; i++) {
    const uint64_t at = from[i];
    if (at > limit || at < before) return false;
    to[i] = at - first;
    before = at;
  }
  return true;
}

bool is_continuation(uint8_t byte) { return (byte & 0xc0) == 0x80; }

// Whether every text is valid by itself: what lies end to end is, and no text begins inside a character.
bool are_texts(const Column& column) {
  const size_t size = column.data.size();
  if (!is_utf8(reinterpret_cast<const char*>(column.data.data()), size)) return false;
  const auto* offsets = reinterpret_cast<const uint64_t*>(column.offsets.data());
  for (int64_t row = 0; row < column.rows; row++) {
    if (offsets[row] < size && is_continuation(column.data.data()[offsets[row]])) return false;
  }
  return true;
}

}  // namespace

Status copy_strings(const std::string& name, const ArrayView& data, const Napi::Value& offsets, Column& out) {
  ArrayView view;
  const bool known = view_of_array(offsets, view) &&
                     (view.type == napi_uint32_array || view.type == napi_biguint64_array) && view.count > 0;
  if (!known) return bad_column(name, "needs offsets: a Uint32Array or BigUint64Array of rows + 1 positions");
  out.rows = static_cast<int64_t>(view.count) - 1;
  MILLRACE_TRY(out.offsets.resize(view.count * sizeof(uint64_t)));
  auto* to = reinterpret_cast<uint64_t*>(out.offsets.data());
  uint64_t first = 0;
  const bool ordered = view.type == napi_uint32_array ? copy_positions<uint32_t>(view, data.size, first, to)
                                                      : copy_positions<uint64_t>(view, data.size, first, to);
  if (!ordered) return bad_column(name, "has offsets out of order");
  MILLRACE_TRY(copy_bytes(data.bytes + first, to[view.count - 1], out.data));
  return are_texts(out) ? Status() : bad_column(name, "is not valid UTF-8");
}

Status copy_validity(const std::string& name, const Napi::Value& value, Column& out) {
  ArrayView view;
  if (value.IsNull() || value.IsUndefined()) return {};
  const auto rows = static_cast<size_t>(out.rows);
  if (!view_of_array(value, view) || view.type != napi_uint8_array || view.size < (rows + 7) / 8) {
    return bad_column(name, "needs a validity bitmap with a bit for each row");
  }
  MILLRACE_TRY(out.validity.resize((rows + 63) / 64 * 8));
  std::memset(out.validity.data(), 0, out.validity.size());
  std::memcpy(out.validity.data(), view.bytes, (rows + 7) / 8);
  auto* words = reinterpret_cast<uint64_t*>(out.validity.data());
  if (rows % 64) words[rows / 64] &= (uint64_t{1} << (rows % 64)) - 1;
  int64_t valid = 0;
  for (size_t i = 0; i < (rows + 63) / 64; i++) valid += __builtin_popcountll(words[i]);
  out.null_count = out.rows - valid;
  if (out.null_count == 0) out.validity.reset();
  return {};
}

Status copy_numbers(const std::string& name, const ArrayView& data, Column& out) {
  if (data.size % type_width(out.type)) return bad_column(name, "has data of another width than its type");
  out.rows = static_cast<int64_t>(data.size / type_width(out.type));
  MILLRACE_TRY(copy_bytes(data.bytes, data.size, out.data));
  if (out.type == TypeId::Bool) {
    for (size_t i = 0; i < data.size; i++) out.data.data()[i] = out.data.data()[i] != 0;
  }
  return {};
}

}  // namespace millrace::node
