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
#include <string_view>
#include <type_traits>
#include <utility>
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

// How much of its random rounds a test runs: MILLRACE_TEST_SHARE, 1 when it is not set. Less where each takes ten times
// as long, under ThreadSanitizer or an emulator; more for a long run.
double share();
// How many of `full` rounds to run; `least` where those are what meets every case once.
int rounds(int full, int least = 1);
// The distance between the cases of a sweep that run: 1, or `sparse` where the share is below a half.
int stride(int sparse);

// Numbers with all their digits.
std::string show_real(double value);

// Streams alone, where there is no other way: every use of them is a kilobyte of instrumented code.
template <typename T>
std::string show(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<int64_t>(value));
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return show_real(static_cast<double>(value));
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return std::string(std::string_view(value));
  } else if constexpr (requires { std::declval<std::ostream&>() << value; }) {
    std::ostringstream out;
    out << value;
    return out.str();
  } else if constexpr (requires { value.begin() != value.end(); }) {
    std::string out = "[";
    for (const auto& item : value) out += show(item) + " ";
    return out + "]";
  } else {
    return "(a value that cannot be printed)";
  }
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

// A function of its own, not the macro's text: tests compile in two thirds of the time under sanitizers.
template <typename A, typename B>
void check_equal(const A& a, const B& b, const char* text, const char* file, int line) {
  if (!equal(a, b)) fail(file, line, std::string(text) + "\n      left:  " + show(a) + "\n      right: " + show(b));
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

#define CHECK_EQ(a, b) millrace::check::check_equal((a), (b), #a " == " #b, __FILE__, __LINE__)
