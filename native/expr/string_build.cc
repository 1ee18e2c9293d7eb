// Strings from strings. Slicing only narrows the view; the others write new bytes.
#include "expr/code_point.h"
#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

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

Status concat_present(Call& call) {
  const StringRef separator = call.parameters.text;
  uint64_t total = 0;
  for (const Argument& argument : call.arguments) {
    for (uint32_t row = 0; row < call.rows; row++) {
      total += argument.is_valid(row) ? argument.at<StringRef>(row).size + separator.size : 0;
    }
  }
  char* at = call.arena->allocate(total);
  if (!at) return memory_limit_error(call.budget, total);
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    char* begin = at;
    bool any = false;
    for (const Argument& argument : call.arguments) {
      if (!argument.is_valid(row)) continue;
      if (any) at = append_bytes(at, separator);
      at = append_bytes(at, argument.at<StringRef>(row));
      any = true;
    }
    out[row] = {begin, static_cast<uint64_t>(at - begin)};
  }
  return {};
}

namespace {

// The bytes of the first `count` code points of the fill, over and over.
uint64_t fill_bytes(const StringRef& fill, uint64_t fill_points, uint64_t count) {
  const char* rest = skip_forward(fill.data, fill.data + fill.size, count % fill_points);
  return count / fill_points * fill.size + static_cast<uint64_t>(rest - fill.data);
}

char* repeat_bytes(char* to, const StringRef& text, uint64_t bytes) {
  for (; bytes >= text.size && bytes > 0; bytes -= text.size) to = append_bytes(to, text);
  return append_bytes(to, {text.data, bytes});
}

template <bool kAtStart>
Status pad(Call& call) {
  const StringRef fill = call.parameters.text;
  const int64_t width = call.parameters.first;
  const auto fill_points = static_cast<uint64_t>(count_code_points(fill));
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    const StringRef& text = texts[row];
    const int64_t missing = call.is_valid(row) ? width - count_code_points(text) : 0;
    out[row] = text;
    if (missing <= 0) continue;
    const uint64_t added = fill_bytes(fill, fill_points, static_cast<uint64_t>(missing));
    char* begin = call.arena->allocate(added + text.size);
    if (!begin) return memory_limit_error(call.budget, added + text.size);
    char* at = kAtStart ? repeat_bytes(begin, fill, added) : append_bytes(begin, text);
    if (kAtStart)
      append_bytes(at, text);
    else
      repeat_bytes(at, fill, added);
    out[row] = {begin, added + text.size};
  }
  return {};
}

void reverse_into(const StringRef& text, char* to) {
  const char* at = text.data;
  const char* end = text.data + text.size;
  char* back = to + text.size;
  while (at < end) {
    const uint32_t bytes = decode_code_point(at, end).bytes;
    back -= bytes;
    for (uint32_t i = 0; i < bytes; i++) back[i] = at[i];
    at += bytes;
  }
}

}  // namespace

Status pad_start(Call& call) { return pad<true>(call); }

Status pad_end(Call& call) { return pad<false>(call); }

Status reverse(Call& call) {
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<StringRef>();
  auto room = room_for(call, texts);
  MILLRACE_TRY(room);
  char* at = room.value();
  for (uint32_t row = 0; row < call.rows; row++) {
    const StringRef text{texts[row].data, call.is_valid(row) ? texts[row].size : 0};
    reverse_into(text, at);
    out[row] = {at, text.size};
    at += text.size;
  }
  return {};
}

Status repeat_text(Call& call) {
  const auto times = static_cast<uint64_t>(call.parameters.first);
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    const StringRef text{texts[row].data, call.is_valid(row) ? texts[row].size : 0};
    const uint64_t bytes = text.size * times;
    char* begin = call.arena->allocate(bytes);
    if (!begin) return memory_limit_error(call.budget, bytes);
    repeat_bytes(begin, text, bytes);
    out[row] = {begin, bytes};
  }
  return {};
}

}  // namespace millrace::expr
