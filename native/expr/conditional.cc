// Choosing between values by row. Values are moved by their width, so one loop serves all types of that width.
#include "expr/bitmap.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

// out[i] = mask[i] ? a[i] : b[i], where a and b may be constants.
template <class T>
void blend_rows(const Call& call, const uint8_t* mask, const Argument& a, const Argument& b) {
  T* __restrict out = call.out<T>();
  const T* from_a = a.as<T>();
  const T* from_b = b.as<T>();
  const uint32_t rows = call.rows;
  if (a.constant && b.constant) {
    const T value_a = *from_a, value_b = *from_b;
    for (uint32_t i = 0; i < rows; i++) out[i] = mask[i] ? value_a : value_b;
  } else if (a.constant) {
    const T value = *from_a;
    for (uint32_t i = 0; i < rows; i++) out[i] = mask[i] ? value : from_b[i];
  } else if (b.constant) {
    const T value = *from_b;
    for (uint32_t i = 0; i < rows; i++) out[i] = mask[i] ? from_a[i] : value;
  } else {
    for (uint32_t i = 0; i < rows; i++) out[i] = mask[i] ? from_a[i] : from_b[i];
  }
}

uint64_t validity_word(const Argument& argument, uint32_t word) {
  return argument.validity ? argument.validity[word] : ~uint64_t{0};
}

// `mask` as bytes for the values and as bits for the validity.
template <class T>
void choose(Call& call, const uint8_t* mask, const Argument& a, const Argument& b) {
  blend_rows<T>(call, mask, a, b);
  call.has_nulls = a.validity || b.validity;
  if (!call.has_nulls) return;
  for (uint32_t word = 0; word < word_count(call.rows); word++) {
    const uint64_t bits = pack_word(mask, word, call.rows);
    call.validity[word] = (bits & validity_word(a, word)) | (~bits & validity_word(b, word));
  }
}

// A condition that is null counts as false.
template <class T>
Status select_rows(Call& call) {
  const Argument& condition = call.arguments[0];
  const auto* mask = condition.as<uint8_t>();
  alignas(64) uint8_t known[kVectorRows];
  if (condition.validity) {
    unpack_words(condition.validity, call.rows, known);
    for (uint32_t i = 0; i < call.rows; i++) known[i] &= mask[i];
    mask = known;
  }
  choose<T>(call, mask, call.arguments[1], call.arguments[2]);
  return {};
}

template <class T>
Status coalesce_rows(Call& call) {
  const Argument &a = call.arguments[0], &b = call.arguments[1];
  if (!a.validity) {
    std::memcpy(call.data, a.data, call.rows * sizeof(T));
    call.has_nulls = false;
    return {};
  }
  alignas(64) uint8_t mask[kVectorRows] = {};
  unpack_words(a.validity, call.rows, mask);
  blend_rows<T>(call, mask, a, b);
  call.has_nulls = b.validity != nullptr;
  if (call.has_nulls) {
    for (uint32_t word = 0; word < word_count(call.rows); word++)
      call.validity[word] = a.validity[word] | b.validity[word];
  }
  return {};
}

// Bytes under a null may look like NaN or not: both ways the row stays null.
template <class T>
Status fill_nan_rows(Call& call) {
  const Argument &a = call.arguments[0], &b = call.arguments[1];
  alignas(64) uint8_t keep[kVectorRows];
  const T* values = a.as<T>();
  for (uint32_t i = 0; i < call.rows; i++) keep[i] = values[i] == values[i];
  blend_rows<T>(call, keep, a, b);
  call.has_nulls = a.validity || b.validity;
  if (!call.has_nulls) return {};
  for (uint32_t word = 0; word < word_count(call.rows); word++) {
    call.validity[word] = validity_word(a, word) & (pack_word(keep, word, call.rows) | validity_word(b, word));
  }
  return {};
}

struct Select {
  template <class T>
  static constexpr Kernel kKernel = select_rows<T>;
};
struct Coalesce {
  template <class T>
  static constexpr Kernel kKernel = coalesce_rows<T>;
};

template <class Op>
Kernel kernel_by_width(TypeId type) {
  switch (type_width(type)) {
    case 1: return Op::template kKernel<uint8_t>;
    case 2: return Op::template kKernel<uint16_t>;
    case 4: return Op::template kKernel<uint32_t>;
    case 8: return Op::template kKernel<uint64_t>;
    case 16: return Op::template kKernel<StringRef>;
    default: return nullptr;
  }
}

}  // namespace

Kernel select_kernel(TypeId type) { return kernel_by_width<Select>(type); }

Kernel coalesce_kernel(TypeId type) { return kernel_by_width<Coalesce>(type); }

Kernel fill_nan_kernel(TypeId type) {
  if (type == TypeId::Float32) return fill_nan_rows<float>;
  return type == TypeId::Float64 ? fill_nan_rows<double> : nullptr;
}

}  // namespace millrace::expr
