// Searching and measuring strings.
#include "expr/code_point.h"
#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

bool has_substring(const StringRef& text, const StringRef& needle) {
  return needle.size == 0 || find_bytes(text.data, text.data + text.size, needle);
}

int64_t count_of(const StringRef& text, const StringRef& needle) {
  const char* end = text.data + text.size;
  int64_t count = 0;
  for (const char* at = text.data; (at = find_bytes(at, end, needle)); at += needle.size) count++;
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

Status count_text(Call& call) {
  const StringRef needle = call.parameters.text;
  map_rows<int64_t, StringRef>(call, [needle](const StringRef& a) { return count_of(a, needle); });
  return {};
}

Status find_text(Call& call) {
  const StringRef needle = call.parameters.text;
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<int64_t>();
  for (uint32_t row = 0; row < call.rows; row++) {
    const StringRef& text = texts[row];
    const char* at = needle.size == 0 ? text.data : find_bytes(text.data, text.data + text.size, needle);
    out[row] = at ? count_code_points({text.data, static_cast<uint64_t>(at - text.data)}) : 0;
    if (!at && call.is_valid(row)) set_null(call, row);
  }
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
