// A value that an expression holds as such: a literal, or what was computed from literals.
#pragma once
#include <array>
#include <cstring>

#include "column/vector.h"

namespace millrace::expr {

// The bytes of an empty string, which must be readable too.
inline constexpr char kNoText[kStringPadding] = {};

// One value, laid out as in a Vector. Strings point into the program's literals.
struct Constant {
  TypeId type = TypeId::Bool;
  bool is_null = false;
  alignas(16) std::array<unsigned char, 16> bytes{};

  template <class T>
  T get() const {
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  template <class T>
  static Constant of(TypeId type, const T& value) {
    Constant out;
    out.type = type;
    std::memcpy(out.bytes.data(), &value, sizeof(T));
    return out;
  }
  static Constant null_of(TypeId type) {
    Constant out = is_string(type) ? of(type, StringRef{kNoText, 0}) : of(type, uint64_t{0});
    out.is_null = true;
    return out;
  }
};

}  // namespace millrace::expr
