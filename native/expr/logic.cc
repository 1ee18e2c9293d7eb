// Kleene logic and null tests. Truth is computed on bytes and validity on bitmaps, so neither needs a branch a row.
#include "expr/bitmap.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

// A null constant shows as all-zero validity; a constant that is not null was simplified away by the binder.
uint64_t truth_word(const Argument& argument, uint32_t word, uint32_t rows) {
  return argument.constant ? 0 : pack_word(argument.as<uint8_t>(), word, rows);
}

// By words, where some operand has nulls: what is known to be true and what is known to be false decide. The byte under
// a null may say anything and is masked away first.
template <Logic kOp>
void kleene_with_nulls(Call& call) {
  const Argument &a = call.arguments[0], &b = call.arguments[1];
  auto* out = call.out<uint8_t>();
  for (uint32_t word = 0; word < word_count(call.rows); word++) {
    const uint64_t valid_a = a.validity ? a.validity[word] : ~uint64_t{0};
    const uint64_t valid_b = b.validity ? b.validity[word] : ~uint64_t{0};
    const uint64_t true_a = valid_a & truth_word(a, word, call.rows);
    const uint64_t true_b = valid_b & truth_word(b, word, call.rows);
    const uint64_t false_a = valid_a & ~true_a;
    const uint64_t false_b = valid_b & ~true_b;
    const uint64_t result = kOp == Logic::And ? true_a & true_b : true_a | true_b;
    call.validity[word] = result | (kOp == Logic::And ? false_a | false_b : false_a & false_b);
    unpack_words(&result, 64, out + word * 64);
  }
}

template <Logic kOp>
Status kleene(Call& call) {
  call.has_nulls = call.arguments[0].validity || call.arguments[1].validity;
  if (call.has_nulls) {
    kleene_with_nulls<kOp>(call);
    return {};
  }
  zip_rows<uint8_t, uint8_t, uint8_t>(
      call, [](uint8_t a, uint8_t b) -> uint8_t { return kOp == Logic::And ? a & b : a | b; });
  return {};
}

// Writes `null_value` for null rows and its opposite for the rest.
void write_nulls(Call& call, bool null_value) {
  const uint64_t* validity = call.arguments[0].validity;
  auto* out = call.out<uint8_t>();
  call.has_nulls = false;
  if (!validity) {
    std::memset(out, !null_value, call.rows);
    return;
  }
  unpack_words(validity, call.rows, out);
  if (null_value) {
    for (uint32_t row = 0; row < call.rows; row++) out[row] ^= 1;
  }
}

template <class T>
Status is_nan(Call& call) {
  map_rows<uint8_t, T>(call, [](T a) -> uint8_t { return a != a; });
  return {};
}

}  // namespace

Kernel logic_kernel(Logic op) { return op == Logic::And ? kleene<Logic::And> : kleene<Logic::Or>; }

Status logical_xor(Call& call) {
  zip_rows<uint8_t, uint8_t, uint8_t>(call, [](uint8_t a, uint8_t b) -> uint8_t { return a ^ b; });
  return {};
}

Status logical_not(Call& call) {
  map_rows<uint8_t, uint8_t>(call, [](uint8_t a) -> uint8_t { return a ^ 1; });
  return {};
}

Status is_null(Call& call) {
  write_nulls(call, true);
  return {};
}

Status is_not_null(Call& call) {
  write_nulls(call, false);
  return {};
}

Kernel is_nan_kernel(TypeId type) {
  if (type == TypeId::Float32) return is_nan<float>;
  return type == TypeId::Float64 ? is_nan<double> : nullptr;
}

}  // namespace millrace::expr
