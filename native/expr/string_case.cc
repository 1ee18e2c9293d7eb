// toLower and toUpper by Unicode's simple case mappings: one code point becomes one code point. So unlike JavaScript,
// 'ß' stays 'ß' in upper case (not 'SS') and a final sigma is an ordinary one. Rows of ASCII, which cannot change in
// length, go through a loop that vectorises.
#include <algorithm>
#include <iterator>

#include "expr/code_point.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

// Every `step`-th code point from `first` to `last` maps to itself + `delta`.
struct CaseRange {
  uint32_t first;
  uint32_t last;
  int32_t delta;
  uint32_t step;
};

#include "expr/case_tables.inc"

template <size_t kCount>
uint32_t map_code_point(const CaseRange (&ranges)[kCount], uint32_t point) {
  const CaseRange* after = std::upper_bound(std::begin(ranges), std::end(ranges), point,
                                            [](uint32_t value, const CaseRange& range) { return value < range.first; });
  if (after == std::begin(ranges)) return point;
  const CaseRange& range = after[-1];
  if (point > range.last || (point - range.first) % range.step != 0) return point;
  return static_cast<uint32_t>(static_cast<int32_t>(point) + range.delta);
}

struct Lower {
  static constexpr char kFirst = 'A';
  static uint32_t map(uint32_t point) { return map_code_point(kToLower, point); }
};
struct Upper {
  static constexpr char kFirst = 'a';
  static uint32_t map(uint32_t point) { return map_code_point(kToUpper, point); }
};

// Flips bit 5 of the 26 letters of the other case; returns whether all bytes were ASCII.
template <class Case>
bool map_ascii(const StringRef& text, char* __restrict out) {
  uint8_t any = 0;
  const auto* from = reinterpret_cast<const uint8_t*>(text.data);
  for (uint64_t i = 0; i < text.size; i++) {
    const uint8_t byte = from[i];
    any |= byte;
    const bool letter = static_cast<uint8_t>(byte - Case::kFirst) < 26;
    out[i] = static_cast<char>(byte ^ (letter ? 0x20 : 0));
  }
  return any < 0x80;
}

// No simple mapping turns a character into one of more than 3/2 its bytes.
uint64_t most_bytes(uint64_t size) { return size + size / 2; }

constexpr uint32_t utf8_bytes(uint32_t point) { return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4; }

template <size_t kCount>
constexpr bool stays_in_bounds(const CaseRange (&ranges)[kCount]) {
  for (const CaseRange& range : ranges) {
    for (uint32_t point = range.first; point <= range.last; point += range.step) {
      const auto mapped = static_cast<uint32_t>(static_cast<int32_t>(point) + range.delta);
      if (utf8_bytes(mapped) * 2 > utf8_bytes(point) * 3) return false;
    }
  }
  return true;
}
static_assert(stays_in_bounds(kToLower) && stays_in_bounds(kToUpper));

template <class Case>
uint64_t map_unicode(const StringRef& text, char* out) {
  const char* at = text.data;
  const char* end = text.data + text.size;
  char* to = out;
  while (at < end) {
    const CodePoint point = decode_code_point(at, end);
    if (point.value == kNotACharacter) {
      *to++ = *at++;
      continue;
    }
    to += encode_code_point(Case::map(point.value), to);
    at += point.bytes;
  }
  return static_cast<uint64_t>(to - out);
}

template <class Case>
Status map_case(Call& call) {
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<StringRef>();
  auto room = room_for(call, texts);
  MILLRACE_TRY(room);
  char* at = room.value();
  for (uint32_t row = 0; row < call.rows; row++) {
    if (!call.is_valid(row)) {
      out[row] = {at, 0};
      continue;
    }
    const StringRef& text = texts[row];
    out[row] = {at, text.size};
    if (map_ascii<Case>(text, at)) {
      at += text.size;
      continue;
    }
    char* longer = call.arena->allocate(most_bytes(text.size));
    if (!longer) return memory_limit_error(call.budget, most_bytes(text.size));
    out[row] = {longer, map_unicode<Case>(text, longer)};
  }
  return {};
}

}  // namespace

Status to_lower(Call& call) { return map_case<Lower>(call); }

Status to_upper(Call& call) { return map_case<Upper>(call); }

}  // namespace millrace::expr
