#include "csv/convert_field.h"

#include <algorithm>
#include <cstring>

namespace millrace::csv {

NullTokens::NullTokens(const std::vector<std::string>* tokens)
    : tokens_(tokens && !tokens->empty() ? tokens : nullptr) {
  if (!tokens_) {
    lengths_ = 1;
    return;
  }
  for (const std::string& token : *tokens_) lengths_ |= uint64_t{1} << (token.size() & 63);
}

bool NullTokens::contains(std::string_view text) const {
  if (!(lengths_ >> (text.size() & 63) & 1)) return false;
  if (!tokens_) return text.empty();
  return std::find(tokens_->begin(), tokens_->end(), text) != tokens_->end();
}

namespace {

// Position of the quote that closes the field which begins with one, or npos.
size_t closing_quote(std::string_view field, char quote, char escape, bool& escaped) {
  size_t at = 1;
  if (escape == quote) {
    while ((at = field.find(quote, at)) != std::string_view::npos && at + 1 < field.size() && field[at + 1] == quote) {
      escaped = true;
      at += 2;
    }
    return at;
  }
  for (; at < field.size() && field[at] != quote; at++) {
    if (field[at] != escape) continue;
    escaped = true;
    at++;
  }
  return at < field.size() ? at : std::string_view::npos;
}

}  // namespace

UnquotedField unquote(std::string_view field, char quote, char escape) {
  UnquotedField out;
  out.text = field;
  if (quote == 0 || field.empty() || field[0] != quote) return out;
  out.quoted = true;
  out.malformed = closing_quote(field, quote, escape, out.escaped) != field.size() - 1 || field.size() < 2;
  if (!out.malformed) out.text = field.substr(1, field.size() - 2);
  return out;
}

size_t unescape(std::string_view text, char escape, char* out) {
  size_t size = 0;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == escape && i + 1 < text.size()) i++;
    out[size++] = text[i];
  }
  return size;
}

std::string_view trim_blanks(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

void Conversion::locate(uint32_t first, uint32_t rows, FieldSpan* spans) const {
  each_field(first, rows, [spans](uint32_t i, uint32_t begin, uint32_t size) { spans[i] = {begin, size}; });
}

void Conversion::set_null(uint32_t i) {
  if (!has_nulls) {
    std::memset(validity, 0xff, kValidityWords * sizeof(uint64_t));
    has_nulls = true;
  }
  validity[i >> 6] &= ~(uint64_t{1} << (i & 63));
}

bool Conversion::reject(uint32_t i, Reason reason) {
  if (options.nullify_bad) {
    nullified++;
    set_null(i);
    return true;
  }
  failure.reason = reason;
  failure.row = row(i);
  return false;
}

std::string field_text(const FieldSource& source, uint32_t row) {
  constexpr size_t kShownBytes = 200;
  const uint32_t begin = source.begin(row);
  std::string_view field(source.chunk + begin, source.end(row) - begin);
  if (source.trim_return && !field.empty() && field.back() == '\r') field.remove_suffix(1);
  const UnquotedField unquoted = unquote(field, source.quote, source.escape);
  if (unquoted.malformed || !unquoted.escaped) {
    return std::string((unquoted.malformed ? field : unquoted.text).substr(0, kShownBytes));
  }
  std::string text(unquoted.text.size(), '\0');
  text.resize(unescape(unquoted.text, source.escape, text.data()));
  return text.substr(0, kShownBytes);
}

}  // namespace millrace::csv
