// Trimming: it only narrows the view.
#include "expr/code_point.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

// What JavaScript's trim() removes: white space and line ends, with U+FEFF.
struct Blanks {
  bool has(uint32_t point) const {
    if (point < 0x80) return point == ' ' || (point >= 0x09 && point <= 0x0D);
    if (point >= 0x2000 && point <= 0x200A) return true;
    return point == 0xA0 || point == 0x1680 || point == 0x2028 || point == 0x2029 || point == 0x202F ||
           point == 0x205F || point == 0x3000 || point == 0xFEFF;
  }
};

// The code points of a text: those of ASCII by bit, the few others one after the other.
class Characters {
 public:
  explicit Characters(const StringRef& text) : text_(text) {
    for (uint64_t i = 0; i < text.size; i++) {
      const auto byte = static_cast<uint8_t>(text.data[i]);
      if (byte < 0x80) ascii_[byte >> 6] |= uint64_t{1} << (byte & 63);
    }
  }
  bool has(uint32_t point) const {
    if (point < 0x80) return ascii_[point >> 6] >> (point & 63) & 1;
    if (point == kNotACharacter) return false;
    const char* end = text_.data + text_.size;
    for (const char* at = text_.data; at < end;) {
      const CodePoint own = decode_code_point(at, end);
      if (own.value == point) return true;
      at += own.bytes;
    }
    return false;
  }

 private:
  StringRef text_;
  uint64_t ascii_[2] = {};
};

template <class Set>
StringRef without_leading(StringRef text, const Set& set) {
  const char* end = text.data + text.size;
  while (text.size > 0) {
    const CodePoint point = decode_code_point(text.data, end);
    if (!set.has(point.value)) break;
    text.data += point.bytes;
    text.size -= point.bytes;
  }
  return text;
}

template <class Set>
StringRef without_trailing(StringRef text, const Set& set) {
  while (text.size > 0) {
    const char* end = text.data + text.size;
    const char* at = end - 1;
    while (at > text.data && end - at < 4 && !begins_code_point(*at)) at--;
    const CodePoint point = decode_code_point(at, end);
    if (!set.has(point.value) || at + point.bytes != end) break;
    text.size -= point.bytes;
  }
  return text;
}

template <bool kStart, bool kEnd, class Set>
void trim_rows(Call& call, const Set& set) {
  map_rows<StringRef, StringRef>(call, [&set](const StringRef& a) {
    StringRef text = a;
    if constexpr (kStart) text = without_leading(text, set);
    if constexpr (kEnd) text = without_trailing(text, set);
    return text;
  });
}

template <bool kStart, bool kEnd>
Status trim_call(Call& call) {
  if (call.parameters.text.size == 0)
    trim_rows<kStart, kEnd>(call, Blanks{});
  else
    trim_rows<kStart, kEnd>(call, Characters(call.parameters.text));
  return {};
}

}  // namespace

Status trim(Call& call) { return trim_call<true, true>(call); }

Status trim_start(Call& call) { return trim_call<true, false>(call); }

Status trim_end(Call& call) { return trim_call<false, true>(call); }

}  // namespace millrace::expr
