#include "csv/convert_text.h"

#include <algorithm>

#include "column/swar.h"
#include "column/utf8.h"

namespace millrace::csv {

namespace {

// Fields are looked at for bytes >= 0x80 a block at a time: one test a block while all is ASCII.
class TextConverter {
 public:
  TextConverter(Conversion& conversion, StringRef* values, Arena& arena)
      : conversion_(conversion), values_(values), arena_(arena) {}

  Status run() {
    if (conversion_.source.ascii) {
      read_ascii();
      return {};
    }
    const bool quoted = conversion_.source.quoted && conversion_.source.quote != 0;
    for (uint32_t first = 0; first < conversion_.count && going_; first += kBlockRows) {
      const uint32_t rows = std::min(kBlockRows, conversion_.count - first);
      conversion_.locate(first, rows, spans_);
      stopped_at_ = first + rows;
      const uint64_t high_bits = quoted ? read_block<true>(first, rows) : read_block<false>(first, rows);
      if (high_bits) check_encoding(first, stopped_at_);
      if (refused_bytes_) return memory_limit_error(nullptr, refused_bytes_);
    }
    return {};
  }

 private:
  void read_ascii();
  template <bool quoted>
  uint64_t read_block(uint32_t first, uint32_t rows);
  bool read_slow(uint32_t i, std::string_view field);
  void check_encoding(uint32_t first, uint32_t last);
  bool transcode(StringRef& value);
  char* allocate(size_t bytes);

  Conversion& conversion_;
  StringRef* values_;
  Arena& arena_;
  FieldSpan spans_[kBlockRows];
  uint32_t stopped_at_ = 0;  // the values of the block before it are set
  bool going_ = true;
  size_t refused_bytes_ = 0;  // an allocation that the budget refused
};

// Bytes of a text past its first 16, or-ed into one word.
[[gnu::noinline]] uint64_t or_of_rest(const char* text, uint64_t size) {
  uint64_t bits = swar::load64(text + size - 8);
  for (uint64_t at = 16; at + 8 <= size; at += 8) bits |= swar::load64(text + at);
  return bits;
}

// The high bits of a text's bytes, or-ed.
uint64_t high_bits_of(const StringRef& text) {
  const auto [low, high] = first_words(text.data, text.size);
  uint64_t bits = low | high;
  if (text.size > 16) bits |= or_of_rest(text.data, text.size);
  return bits & swar::kHighBits;
}

// Returns the high bits of the block's bytes, or-ed. A quoted field of up to 16 bytes with nothing to unescape stays
// inside the loop; `"` at both ends and none between is all that has to hold.
template <bool quoted>
uint64_t TextConverter::read_block(uint32_t first, uint32_t rows) {
  const char* const chunk = conversion_.source.chunk;
  const char quote = conversion_.source.quote;
  const uint64_t null_lengths = conversion_.tokens.lengths();
  const uint64_t quotes = swar::repeat(quote);
  const uint64_t escapes = swar::repeat(conversion_.source.escape);
  StringRef* const values = values_ + first;
  uint64_t all_bytes = 0;
  for (uint32_t i = 0; i < rows; i++) {
    const char* text = chunk + spans_[i].begin;
    uint64_t size = spans_[i].size;
    bool slow = null_lengths >> (size & 63) & 1;
    uint64_t is_quoted = 0;
    if constexpr (quoted) {
      is_quoted = *text == quote && size > 0;
      slow |= is_quoted && (size < 2 || text[size - 1] != quote);
      text += is_quoted;
      size -= 2 * is_quoted;
    }
    const auto [low, high] = first_words(text, size);
    all_bytes |= low | high;
    if constexpr (quoted) {
      const uint64_t marks = swar::zero_bytes(low ^ quotes) | swar::zero_bytes(high ^ quotes) |
                             swar::zero_bytes(low ^ escapes) | swar::zero_bytes(high ^ escapes);
      slow |= is_quoted && (marks != 0 || size > 16);
    }
    if (slow) [[unlikely]] {
      if (!read_slow(first + i, {chunk + spans_[i].begin, spans_[i].size})) {
        stopped_at_ = first + i;
        going_ = false;
        break;
      }
      all_bytes |= high_bits_of(values[i]);
      continue;
    }
    values[i] = {text, size};
    if (size > 16) all_bytes |= or_of_rest(text, size);
  }
  return all_bytes & swar::kHighBits;
}

// Where the chunk has neither quotes nor other bytes than ASCII, nobody looks at a text: a field is one, or a null.
void TextConverter::read_ascii() {
  const char* const chunk = conversion_.source.chunk;
  const uint64_t null_lengths = conversion_.tokens.lengths();
  conversion_.each_field(0, conversion_.count, [&](uint32_t i, uint32_t begin, uint32_t size) {
    values_[i] = {chunk + begin, size};
    if (!(null_lengths >> (size & 63) & 1)) [[likely]]
      return;
    if (!conversion_.tokens.contains(values_[i].view())) return;
    values_[i].size = 0;
    conversion_.set_null(i);
  });
}

// Nulls, and quoted fields that are long or escaped. False stops the loop.
[[gnu::noinline]] bool TextConverter::read_slow(uint32_t i, std::string_view field) {
  const FieldSource& source = conversion_.source;
  values_[i] = {field.data(), 0};
  const UnquotedField unquoted = unquote(field, source.quote, source.escape);
  if (unquoted.malformed) return conversion_.reject(i, Reason::BadQuote);
  if (!unquoted.quoted && conversion_.tokens.contains(field)) {
    conversion_.set_null(i);
    return true;
  }
  values_[i] = {unquoted.text.data(), unquoted.text.size()};
  if (!unquoted.escaped) return true;
  char* text = allocate(unquoted.text.size());
  if (!text) return false;
  values_[i] = {text, unescape(unquoted.text, source.escape, text)};
  return true;
}

// Validates, or transcodes from latin1, the values of a block in which some byte is not ASCII.
void TextConverter::check_encoding(uint32_t first, uint32_t last) {
  for (uint32_t i = first; i < last; i++) {
    StringRef& value = values_[i];
    if (high_bits_of(value) == 0) continue;
    if (conversion_.options.latin1) {
      if (!transcode(value)) return;
    } else if (!is_utf8(value.data, value.size)) {
      value.size = 0;
      if (!conversion_.reject(i, Reason::BadUtf8)) {
        going_ = false;
        return;
      }
    }
  }
}

bool TextConverter::transcode(StringRef& value) {
  char* text = allocate(value.size * 2);
  if (!text) return false;
  value = {text, latin1_to_utf8(value.data, value.size, text)};
  return true;
}

char* TextConverter::allocate(size_t bytes) {
  char* memory = arena_.allocate(bytes);
  if (!memory) {
    refused_bytes_ = bytes;
    going_ = false;
  }
  return memory;
}

}  // namespace

Status convert_text(Conversion& conversion, StringRef* values, Arena& arena) {
  return TextConverter(conversion, values, arena).run();
}

}  // namespace millrace::csv
