// The number parsers against the C library's correctly rounded strtod and strtof, behind a grammar written out here.
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "column/text.h"

namespace {

using millrace::ParseResult;

size_t skip_digits(const std::string& text, size_t at) {
  while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]))) at++;
  return at;
}

bool is_decimal(const std::string& text) {
  size_t at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const size_t whole = skip_digits(text, at);
  size_t digits = whole - at;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const size_t end = skip_digits(text, at + 1);
    digits += end - (at + 1);
    at = end;
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    at++;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) at++;
    const size_t end = skip_digits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

bool is_special(std::string text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.erase(0, 1);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text == "nan" || text == "inf" || text == "infinity";
}

template <class Bits, class Float>
bool same_bits(Float a, Float b) {
  Bits left;
  Bits right;
  std::memcpy(&left, &a, sizeof a);
  std::memcpy(&right, &b, sizeof b);
  return left == right || (std::isnan(a) && std::isnan(b));
}

void expect(bool holds, const char* what, const std::string& text) {
  if (holds) return;
  std::fprintf(stderr, "%s: '%s'\n", what, text.c_str());
  std::abort();
}

void check_floats(const std::string& text) {
  const bool valid = is_decimal(text) || is_special(text);
  double wide = 0;
  float narrow = 0;
  expect((millrace::parse_float64(text, wide) == ParseResult::Ok) == valid, "float64 grammar", text);
  expect((millrace::parse_float32(text, narrow) == ParseResult::Ok) == valid, "float32 grammar", text);
  if (!valid) return;
  expect(same_bits<uint64_t>(wide, std::strtod(text.c_str(), nullptr)), "float64 value", text);
  expect(same_bits<uint32_t>(narrow, std::strtof(text.c_str(), nullptr)), "float32 value", text);
}

void check_integers(const std::string& text) {
  const size_t sign = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const bool valid = text.size() > sign && skip_digits(text, sign) == text.size();
  __int128 exact = 0;
  for (size_t at = sign; valid && at < text.size() && exact < (__int128{1} << 100); at++)
    exact = exact * 10 + (text[at] - '0');
  if (sign == 1 && text[0] == '-') exact = -exact;

  int64_t value = 0;
  const ParseResult result = millrace::parse_int64(text, value);
  const bool fits = exact >= INT64_MIN && exact <= INT64_MAX;
  expect(result == (!valid ? ParseResult::Malformed
                    : fits ? ParseResult::Ok
                           : ParseResult::OutOfRange),
         "int64 grammar", text);
  if (valid && fits) expect(value == exact, "int64 value", text);

  uint64_t natural = 0;
  const bool natural_fits = exact >= 0 && exact <= UINT64_MAX;
  const bool natural_ok = millrace::parse_uint64(text, natural) == ParseResult::Ok;
  if (natural_ok) expect(valid && natural_fits && natural == exact, "uint64 value", text);
  if (valid && natural_fits && text[0] != '-') expect(natural_ok, "uint64 grammar", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;
  check_floats(text);
  check_integers(text);
  return 0;
}
