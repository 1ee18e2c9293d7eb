// Strings from strings. Trimming and slicing only narrow the view; concat writes new bytes.
#include "expr/code_point.h"
#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

// What JavaScript's trim() removes: white space and line ends, with U+FEFF.
bool is_blank(uint32_t point) {
  if (point < 0x80) return point == ' ' || (point >= 0x09 && point <= 0x0D);
  if (point >= 0x2000 && point <= 0x200A) return true;
  return point == 0xA0 || point == 0x1680 || point == 0x2028 || point == 0x2029 || point == 0x202F || point == 0x205F ||
         point == 0x3000 || point == 0xFEFF;
}

StringRef without_leading_blanks(StringRef text) {
  const char* end = text.data + text.size;
  while (text.size > 0) {
    const CodePoint point = decode_code_point(text.data, end);
    if (!is_blank(point.value)) break;
    text.data += point.bytes;
    text.size -= point.bytes;
  }
  return text;
}

StringRef without_trailing_blanks(StringRef text) {
  while (text.size > 0) {
    const char* end = text.data + text.size;
    const char* at = end - 1;
    while (at > text.data && end - at < 4 && (static_cast<uint8_t>(*at) & 0xC0) == 0x80) at--;
    const CodePoint point = decode_code_point(at, end);
    if (!is_blank(point.value) || at + point.bytes != end) break;
    text.size -= point.bytes;
  }
  return text;
}

bool begins_code_point(char byte) { return static_cast<int8_t>(byte) >= -64; }

// The position `count` code points behind `at`, or `end`. Eight bytes of ASCII are eight code points.
const char* skip_forward(const char* at, const char* end, uint64_t count) {
  while (count >= 8 && end - at >= 8 && !(load_eight(at) & 0x8080808080808080u)) {
    at += 8;
    count -= 8;
  }
  for (; count > 0 && at < end; count--) {
    at++;
    while (at < end && !begins_code_point(*at)) at++;
  }
  return at;
}

// The position `count` code points before `end`, or `begin`.
const char* skip_backward(const char* begin, const char* end, uint64_t count) {
  for (; count > 0 && end > begin; count--) {
    end--;
    while (end > begin && !begins_code_point(*end)) end--;
  }
  return end;
}

StringRef slice_of(const StringRef& text, int64_t start, int64_t length) {
  const char* end = text.data + text.size;
  const char* from = start >= 0 ? skip_forward(text.data, end, static_cast<uint64_t>(start))
                                : skip_backward(text.data, end, uint64_t{0} - static_cast<uint64_t>(start));
  const char* to = length < 0 ? end : skip_forward(from, end, static_cast<uint64_t>(length));
  return {from, static_cast<uint64_t>(to - from)};
}

// What is copied past the end is overwritten by the next piece.
constexpr uint64_t kCopySlack = 16;

}  // namespace

Status trim(Call& call) {
  map_rows<StringRef, StringRef>(call,
                                 [](const StringRef& a) { return without_trailing_blanks(without_leading_blanks(a)); });
  return {};
}

Status trim_start(Call& call) {
  map_rows<StringRef, StringRef>(call, without_leading_blanks);
  return {};
}

Status trim_end(Call& call) {
  map_rows<StringRef, StringRef>(call, without_trailing_blanks);
  return {};
}

Status slice(Call& call) {
  const int64_t start = call.parameters.first, length = call.parameters.second;
  map_rows<StringRef, StringRef>(call, [start, length](const StringRef& a) { return slice_of(a, start, length); });
  return {};
}

Status concat(Call& call) {
  uint64_t total = kCopySlack;
  for (const Argument& argument : call.arguments) {
    for (uint32_t row = 0; row < call.rows; row++) total += call.is_valid(row) ? argument.at<StringRef>(row).size : 0;
  }
  char* at = call.arena->allocate(total);
  if (!at) return memory_limit_error(call.budget, total);
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    char* begin = at;
    if (call.is_valid(row)) {
      for (const Argument& argument : call.arguments) {
        const StringRef& text = argument.at<StringRef>(row);
        copy_past_end(at, text.data, text.size);
        at += text.size;
      }
    }
    out[row] = {begin, static_cast<uint64_t>(at - begin)};
  }
  return {};
}

}  // namespace millrace::expr
