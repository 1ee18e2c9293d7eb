// Searching and measuring strings.
#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

// memchr, which the C library vectorises, finds candidates by the needle's first byte.
bool has_substring(const StringRef& text, const StringRef& needle) {
  if (needle.size == 0) return true;
  if (text.size < needle.size) return false;
  const char* at = text.data;
  const char* last = text.data + (text.size - needle.size);
  while (at <= last) {
    at = static_cast<const char*>(std::memchr(at, needle.data[0], static_cast<size_t>(last - at) + 1));
    if (!at) return false;
    if (equal_bytes(at, needle.data, needle.size)) return true;
    at++;
  }
  return false;
}

// All bytes but continuation bytes (10xxxxxx) begin a code point.
int64_t count_code_points(const StringRef& text) {
  int64_t count = 0;
  for (uint64_t i = 0; i < text.size; i++) count += static_cast<int8_t>(text.data[i]) >= -64;
  return count;
}

}  // namespace

Status contains(Call& call) {
  const StringRef needle = call.parameters.text;
  map_rows<uint8_t, StringRef>(call, [needle](const StringRef& a) { return has_substring(a, needle); });
  return {};
}

Status starts_with(Call& call) {
  const StringRef prefix = call.parameters.text;
  map_rows<uint8_t, StringRef>(call, [prefix](const StringRef& a) {
    return a.size >= prefix.size && equal_bytes(a.data, prefix.data, prefix.size);
  });
  return {};
}

Status ends_with(Call& call) {
  const StringRef suffix = call.parameters.text;
  map_rows<uint8_t, StringRef>(call, [suffix](const StringRef& a) {
    return a.size >= suffix.size && equal_bytes(a.data + (a.size - suffix.size), suffix.data, suffix.size);
  });
  return {};
}

Status byte_length(Call& call) {
  map_rows<int64_t, StringRef>(call, [](const StringRef& a) { return static_cast<int64_t>(a.size); });
  return {};
}

Status code_points(Call& call) {
  map_rows<int64_t, StringRef>(call, count_code_points);
  return {};
}

}  // namespace millrace::expr
