// The test runner of the engine, small enough to compile under every sanitizer in no time.
//
//   TEST("a sum of nothing is zero") {
//     CHECK(total.valid);
//     CHECK_EQ(total.value, 0);
//   }
//
// A failed check is printed with its place and values and the test goes on, so that one run shows them all.
#pragma once
#include <cstdint>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace millrace::check {

struct Test {
  const char* name;
  void (*run)();
};

std::vector<Test>& tests();
bool add(const char* name, void (*run)());
// Counts the failure and prints it; only the first few of a test are printed. Any thread may call it.
void fail(const char* file, int line, const std::string& what);

template <typename T>
std::string show(const T& value) {
  std::ostringstream out;
  out.precision(17);
  if constexpr (std::is_same_v<T, bool>) {
    out << (value ? "true" : "false");
  } else if constexpr (std::is_enum_v<T>) {
    out << static_cast<int64_t>(value);
  } else if constexpr (std::is_integral_v<T> && sizeof(T) == 1) {
    out << static_cast<int>(value);
  } else if constexpr (requires { out << value; }) {
    out << value;
  } else if constexpr (requires { value.begin() != value.end(); }) {
    out << '[';
    for (const auto& item : value) out << show(item) << ' ';
    out << ']';
  } else {
    out << "(a value that cannot be printed)";
  }
  return out.str();
}

// Integers are compared by value whatever their types, as a reader of the test expects.
template <typename A, typename B>
bool equal(const A& a, const B& b) {
  if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
    return (a < A{}) == (b < B{}) && static_cast<uint64_t>(a) == static_cast<uint64_t>(b);
  } else {
    return a == b;
  }
}

}  // namespace millrace::check

#define MILLRACE_JOIN_(a, b) a##b
#define MILLRACE_JOIN(a, b) MILLRACE_JOIN_(a, b)
#define MILLRACE_TEST(name, id)                                                                        \
  static void MILLRACE_JOIN(test_, id)();                                                              \
  static const bool MILLRACE_JOIN(added_, id) = millrace::check::add(name, &MILLRACE_JOIN(test_, id)); \
  static void MILLRACE_JOIN(test_, id)()

#define TEST(name) MILLRACE_TEST(name, __COUNTER__)

#define CHECK(condition)                                                     \
  do {                                                                       \
    if (!(condition)) millrace::check::fail(__FILE__, __LINE__, #condition); \
  } while (0)

#define CHECK_EQ(a, b)                                                                                   \
  do {                                                                                                   \
    const auto& left_ = (a);                                                                             \
    const auto& right_ = (b);                                                                            \
    if (!millrace::check::equal(left_, right_)) {                                                        \
      millrace::check::fail(__FILE__, __LINE__,                                                          \
                            std::string(#a " == " #b "\n      left:  ") + millrace::check::show(left_) + \
                                "\n      right: " + millrace::check::show(right_));                      \
    }                                                                                                    \
  } while (0)
