// Comparisons. Floats compare as IEEE 754 says: with NaN only `ne` is true.
#include <bit>

#include "expr/bitmap.h"
#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

struct Eq {
  template <class T>
  bool operator()(T a, T b) const {
    return a == b;
  }
};
struct Ne {
  template <class T>
  bool operator()(T a, T b) const {
    return a != b;
  }
};
struct Lt {
  template <class T>
  bool operator()(T a, T b) const {
    return a < b;
  }
};
struct Le {
  template <class T>
  bool operator()(T a, T b) const {
    return a <= b;
  }
};
struct Gt {
  template <class T>
  bool operator()(T a, T b) const {
    return a > b;
  }
};
struct Ge {
  template <class T>
  bool operator()(T a, T b) const {
    return a >= b;
  }
};

template <class Op, class T>
Status compare(Call& call) {
  zip_rows<uint8_t, T, T>(call, Op{});
  return {};
}

// int64 with uint64: a negative number is below every one of the other side, any other compares as unsigned. Not by way
// of a three-way order, (a > b) - (a < b): GCC 12 for AArch64 tests that with the flags of a signed comparison.
template <class Op>
Status compare_mixed(Call& call) {
  zip_rows<uint8_t, int64_t, uint64_t>(
      call, [](int64_t a, uint64_t b) { return a < 0 ? Op{}(-1, 0) : Op{}(static_cast<uint64_t>(a), b); });
  return {};
}

template <class Op>
Status compare_scaled(Call& call) {
  const __int128 factor = call.parameters.first;
  zip_rows<uint8_t, int64_t, int64_t>(
      call, [factor](int64_t coarse, int64_t fine) { return Op{}(coarse * factor, static_cast<__int128>(fine)); });
  return {};
}

template <class Op>
Status compare_strings(Call& call) {
  zip_rows<uint8_t, StringRef, StringRef>(call, [](const StringRef& a, const StringRef& b) {
    if constexpr (std::is_same_v<Op, Eq>)
      return equal_bytes(a, b);
    else if constexpr (std::is_same_v<Op, Ne>)
      return !equal_bytes(a, b);
    else
      return Op{}(compare_bytes(a, b), 0);
  });
  return {};
}

template <class Op>
Kernel typed_kernel(TypeId type) {
  switch (type) {
    case TypeId::Bool: return compare<Op, uint8_t>;
    case TypeId::Int32:
    case TypeId::Date: return compare<Op, int32_t>;
    case TypeId::Int64:
    case TypeId::TimestampMs:
    case TypeId::TimestampUs:
    case TypeId::TimestampNs: return compare<Op, int64_t>;
    case TypeId::UInt64: return compare<Op, uint64_t>;
    case TypeId::Float32: return compare<Op, float>;
    case TypeId::Float64: return compare<Op, double>;
    case TypeId::Utf8:
    case TypeId::Dict: return compare_strings<Op>;
    default: return nullptr;
  }
}

}  // namespace

Kernel compare_kernel(Comparison op, TypeId type) {
  switch (op) {
    case Comparison::Eq: return typed_kernel<Eq>(type);
    case Comparison::Ne: return typed_kernel<Ne>(type);
    case Comparison::Lt: return typed_kernel<Lt>(type);
    case Comparison::Le: return typed_kernel<Le>(type);
    case Comparison::Gt: return typed_kernel<Gt>(type);
    case Comparison::Ge: return typed_kernel<Ge>(type);
  }
  return nullptr;
}

Kernel compare_mixed_kernel(Comparison op) {
  static constexpr Kernel kKernels[] = {compare_mixed<Eq>, compare_mixed<Ne>, compare_mixed<Lt>,
                                        compare_mixed<Le>, compare_mixed<Gt>, compare_mixed<Ge>};
  return kKernels[static_cast<size_t>(op)];
}

Kernel compare_scaled_kernel(Comparison op) {
  static constexpr Kernel kKernels[] = {compare_scaled<Eq>, compare_scaled<Ne>, compare_scaled<Lt>,
                                        compare_scaled<Le>, compare_scaled<Gt>, compare_scaled<Ge>};
  return kKernels[static_cast<size_t>(op)];
}

Status eq_missing(Call& call) {
  const uint64_t* a = call.arguments[1].validity;
  const uint64_t* b = call.arguments[2].validity;
  const Argument& equal = call.arguments[0];
  auto* out = call.out<uint8_t>();
  uint64_t bits[kValidityWords];
  for (uint32_t word = 0; word < word_count(call.rows); word++) {
    const uint64_t valid_a = a ? a[word] : ~uint64_t{0};
    const uint64_t valid_b = b ? b[word] : ~uint64_t{0};
    // A constant "equal" is null: the comparison with a null constant.
    const uint64_t same = equal.constant ? 0 : pack_word(equal.as<uint8_t>(), word, call.rows);
    bits[word] = (valid_a & valid_b & same) | ~(valid_a | valid_b);
  }
  unpack_words(bits, call.rows, out);
  call.has_nulls = false;
  return {};
}

}  // namespace millrace::expr
