// What the tests of the text parsers share.
#pragma once
#include <cstring>
#include <string>

#include "check.h"
#include "column/text.h"

namespace millrace {

// How many random numbers a differential test tries.
inline int number_count() { return check::rounds(200'000); }

// The fast parsers want 32 readable bytes, whatever stands in them.
template <class Parse>
bool run_padded(const std::string& text, const char* after, Parse parse) {
  char padded[96];
  std::memset(padded, '7', sizeof(padded));
  std::memcpy(padded, text.data(), text.size());
  std::memcpy(padded + text.size(), after, std::strlen(after));
  return parse(padded, text.size());
}

struct Parsed {
  ParseResult result;
  int64_t value;
  bool operator==(const Parsed&) const = default;
};

inline constexpr Parsed kMalformed{ParseResult::Malformed, 0};
inline constexpr Parsed kOutOfRange{ParseResult::OutOfRange, 0};

inline Parsed ok(int64_t value) { return {ParseResult::Ok, value}; }

}  // namespace millrace
