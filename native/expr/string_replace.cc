// Replacing and splitting by a text that is looked for as it is. What does not change is passed on as a view.
#include "expr/kernels.h"
#include "expr/loops.h"
#include "expr/string_bytes.h"

namespace millrace::expr {

namespace {

template <bool kAll>
class Replacement {
 public:
  Replacement(const StringRef& needle, const StringRef& with) : needle_(needle), with_(with) {}

  // An upper bound, which is exact where the text grows.
  uint64_t bytes(const StringRef& text, const char* match) const {
    if (with_.size <= needle_.size) return text.size;
    const uint64_t growth = with_.size - needle_.size;
    if (!kAll) return text.size + growth;
    uint64_t matches = 0;
    const char* end = text.data + text.size;
    for (; match; match = find_bytes(match + needle_.size, end, needle_)) matches++;
    return text.size + matches * growth;
  }

  // Returns the end of what was written.
  char* write(const StringRef& text, const char* match, char* to) const {
    const char* at = text.data;
    const char* end = text.data + text.size;
    while (match) {
      to = append_bytes(to, {at, static_cast<uint64_t>(match - at)});
      to = append_bytes(to, with_);
      at = match + needle_.size;
      match = kAll ? find_bytes(at, end, needle_) : nullptr;
    }
    return append_bytes(to, {at, static_cast<uint64_t>(end - at)});
  }

 private:
  const StringRef needle_;
  const StringRef with_;
};

template <bool kAll>
Status replace_rows(Call& call) {
  const StringRef needle = call.parameters.text;
  const Replacement<kAll> replacement(needle, call.parameters.other_text);
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    const StringRef& text = texts[row];
    out[row] = text;
    if (!call.is_valid(row)) continue;
    const char* match = find_bytes(text.data, text.data + text.size, needle);
    if (!match) continue;
    const uint64_t bytes = replacement.bytes(text, match);
    char* begin = call.arena->allocate(bytes);
    if (!begin) return memory_limit_error(call.budget, bytes);
    out[row] = {begin, static_cast<uint64_t>(replacement.write(text, match, begin) - begin)};
  }
  return {};
}

// The piece before the separator at `from`, and where the next piece begins, or null behind the last.
struct Piece {
  StringRef text;
  const char* next;
};

Piece piece_at(const char* from, const char* end, const StringRef& separator) {
  const char* match = find_bytes(from, end, separator);
  return {{from, static_cast<uint64_t>((match ? match : end) - from)}, match ? match + separator.size : nullptr};
}

int64_t count_pieces(const StringRef& text, const StringRef& separator) {
  const char* end = text.data + text.size;
  int64_t count = 0;
  for (const char* at = text.data; at; at = piece_at(at, end, separator).next) count++;
  return count;
}

// False when there are fewer pieces.
bool find_piece(const StringRef& text, const StringRef& separator, int64_t index, StringRef& out) {
  const char* end = text.data + text.size;
  if (index < 0) index += count_pieces(text, separator);
  if (index < 0) return false;
  Piece piece = piece_at(text.data, end, separator);
  for (; index > 0 && piece.next; index--) piece = piece_at(piece.next, end, separator);
  out = piece.text;
  return index == 0;
}

}  // namespace

Status replace(Call& call) { return replace_rows<false>(call); }

Status replace_all(Call& call) { return replace_rows<true>(call); }

Status split(Call& call) {
  const StringRef separator = call.parameters.text;
  const auto* texts = call.arguments[0].as<StringRef>();
  auto* out = call.out<StringRef>();
  for (uint32_t row = 0; row < call.rows; row++) {
    out[row] = {kNoText, 0};
    if (!call.is_valid(row)) continue;
    if (!find_piece(texts[row], separator, call.parameters.first, out[row])) {
      out[row] = {kNoText, 0};
      set_null(call, row);
    }
  }
  return {};
}

}  // namespace millrace::expr
