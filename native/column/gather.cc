#include "column/gather.h"

namespace millrace {

namespace {

template <class T>
void gather_values(const Vector& from, const uint32_t* selection, uint32_t count, uint8_t* to) {
  const T* values = from.as<T>();
  T* out = reinterpret_cast<T*>(to);
  for (uint32_t i = 0; i < count; i++) out[i] = values[selection[i]];
}

}  // namespace

Status GatheredColumn::gather_data(const Vector& from, const uint32_t* selection, uint32_t count, Vector& out) {
  const size_t width = type_width(from.type);
  MILLRACE_TRY(data_.reserve(kVectorRows * width));
  uint8_t* to = data_.data();
  switch (width) {
    case 1: gather_values<uint8_t>(from, selection, count, to); break;
    case 2: gather_values<uint16_t>(from, selection, count, to); break;
    case 4: gather_values<uint32_t>(from, selection, count, to); break;
    case 8: gather_values<uint64_t>(from, selection, count, to); break;
    default: gather_values<StringRef>(from, selection, count, to); break;
  }
  out.data = to;
  return {};
}

Result<Vector> GatheredColumn::gather(const Vector& from, const uint32_t* selection, uint32_t count) {
  Vector out;
  out.type = from.type;
  if (from.data) MILLRACE_TRY(gather_data(from, selection, count, out));
  if (from.codes) {
    MILLRACE_TRY(codes_.reserve(kVectorRows * sizeof(uint32_t)));
    auto* codes = reinterpret_cast<uint32_t*>(codes_.data());
    for (uint32_t i = 0; i < count; i++) codes[i] = from.codes[selection[i]];
    out.codes = codes;
    out.dictionary = from.dictionary;
  }
  if (from.validity) {
    for (uint32_t word = 0; word * 64 < count; word++) {
      uint64_t bits = 0;
      const uint32_t left = count - word * 64 < 64 ? count - word * 64 : 64;
      for (uint32_t i = 0; i < left; i++) {
        const uint32_t row = selection[word * 64 + i];
        bits |= (from.validity[row >> 6] >> (row & 63) & 1) << i;
      }
      validity_[word] = bits;
    }
    out.validity = validity_;
  }
  return out;
}

}  // namespace millrace
