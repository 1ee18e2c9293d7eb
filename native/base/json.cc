#include "base/json.h"

#include <charconv>
#include <cmath>
#include <unordered_set>

namespace millrace {

namespace {

// Below this many members a linear look for a duplicate name is cheaper than a set.
constexpr size_t kLinearNames = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

// The length of the well-formed UTF-8 sequence (2 to 4 bytes) at the front of `text`, or 0.
size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t lead = byte(0);
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

const Json& null_json() {
  static const Json value;
  return value;
}

}  // namespace

// Recursive descent; the depth of the C++ stack is the depth of the value, which max_depth bounds.
class JsonReader {
 public:
  JsonReader(std::string_view text, int max_depth) : text_(text), max_depth_(max_depth) {}

  Result<Json> read() {
    Json value;
    MILLRACE_TRY(read_value(value, 0));
    skip_blanks();
    if (at_ != text_.size()) return fail("text after the end of the value");
    return value;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      at_++;
    }
  }

  Status fail(const char* what) const {
    ErrorFacts facts;
    facts.offset = static_cast<int64_t>(at_);
    facts.hint =
        "the plan text is not well-formed JSON; the package and its native library may be of different versions";
    return Status(Code::Plan, std::string("malformed plan text: ") + what + " at byte " + std::to_string(at_),
                  std::move(facts));
  }

  Status read_value(Json& out, int depth) {
    if (depth > max_depth_) return fail("nesting is too deep");
    skip_blanks();
    switch (peek()) {
      case '{': return read_object(out, depth);
      case '[': return read_array(out, depth);
      case '"': out.kind_ = Json::Kind::String; return read_string(out.string_);
      case 't': return read_word("true", out, Json::Kind::Bool, 1);
      case 'f': return read_word("false", out, Json::Kind::Bool, 0);
      case 'n': return read_word("null", out, Json::Kind::Null, 0);
      default: return read_number(out);
    }
  }

  Status read_word(std::string_view word, Json& out, Json::Kind kind, double number) {
    if (text_.substr(at_, word.size()) != word) return fail("an unknown word");
    at_ += word.size();
    out.kind_ = kind;
    out.number_ = number;
    return {};
  }

  // Checks the grammar of RFC 8259 first: from_chars is laxer in some places (leading zeros, "inf").
  Status read_number(Json& out) {
    const size_t begin = at_;
    if (peek() == '-') at_++;
    if (!is_digit(peek())) return fail("a value is missing");
    if (peek() == '0') {
      at_++;
    } else {
      skip_digits();
    }
    if (peek() == '.') {
      at_++;
      if (!skip_digits()) return fail("a digit is missing in a number");
    }
    if (peek() == 'e' || peek() == 'E') {
      at_++;
      if (peek() == '+' || peek() == '-') at_++;
      if (!skip_digits()) return fail("a digit is missing in a number");
    }
    out.kind_ = Json::Kind::Number;
    const auto parsed = std::from_chars(text_.data() + begin, text_.data() + at_, out.number_);
    if (parsed.ec != std::errc()) return fail("a number is out of range");
    return {};
  }

  bool skip_digits() {
    const size_t begin = at_;
    while (is_digit(peek())) at_++;
    return at_ > begin;
  }

  Status read_string(std::string& out) {
    at_++;
    for (;;) {
      const size_t begin = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<uint8_t>(text_[at_]) >= 0x20) {
        if (static_cast<uint8_t>(text_[at_]) < 0x80) {
          at_++;
          continue;
        }
        const size_t length = utf8_sequence(text_.substr(at_));
        if (!length) return fail("invalid UTF-8");
        at_ += length;
      }
      out.append(text_.data() + begin, at_ - begin);
      if (at_ >= text_.size()) return fail("an unterminated string");
      if (text_[at_] == '"') {
        at_++;
        return {};
      }
      if (text_[at_] != '\\') return fail("a control character in a string");
      at_++;
      MILLRACE_TRY(read_escape(out));
    }
  }

  Status read_escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = peek();
    if (letter == 'u') return read_unicode_escape(out);
    const size_t index = at_ < text_.size() ? kLetters.find(letter) : std::string_view::npos;
    if (index == std::string_view::npos) return fail("an unknown escape");
    out += kMeanings[index];
    at_++;
    return {};
  }

  // A lone surrogate is legal JSON (JSON.stringify writes them so) but no character: it becomes U+FFFD, as TextEncoder
  // does it.
  Status read_unicode_escape(std::string& out) {
    uint32_t point = 0;
    MILLRACE_TRY(read_hex4(point));
    if (point >= 0xD800 && point <= 0xDFFF) {
      const size_t after = at_;
      uint32_t low = 0;
      const bool high_then_escape = point < 0xDC00 && text_.substr(at_, 2) == "\\u";
      if (high_then_escape) {
        at_++;
        MILLRACE_TRY(read_hex4(low));
      }
      if (low >= 0xDC00 && low <= 0xDFFF) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      } else {
        point = 0xFFFD;
        at_ = after;
      }
    }
    append_utf8(out, point);
    return {};
  }

  // At the 'u' of an escape.
  Status read_hex4(uint32_t& value) {
    at_++;
    value = 0;
    for (int i = 0; i < 4; i++) {
      const int digit = hex_value(peek());
      if (digit < 0) return fail("a bad \\u escape");
      value = value << 4 | static_cast<uint32_t>(digit);
      at_++;
    }
    return {};
  }

  Status read_array(Json& out, int depth) {
    out.kind_ = Json::Kind::Array;
    at_++;
    skip_blanks();
    if (peek() == ']') {
      at_++;
      return {};
    }
    for (;;) {
      out.items_.emplace_back();
      MILLRACE_TRY(read_value(out.items_.back(), depth + 1));
      skip_blanks();
      if (peek() == ']') {
        at_++;
        return {};
      }
      if (peek() != ',') return fail("a comma or ']' is missing");
      at_++;
    }
  }

  Status read_object(Json& out, int depth) {
    out.kind_ = Json::Kind::Object;
    at_++;
    skip_blanks();
    if (peek() == '}') {
      at_++;
      return {};
    }
    std::unordered_set<std::string> seen;
    for (;;) {
      MILLRACE_TRY(read_member(out, seen, depth));
      skip_blanks();
      if (peek() == '}') {
        at_++;
        return {};
      }
      if (peek() != ',') return fail("a comma or '}' is missing");
      at_++;
    }
  }

  Status read_member(Json& out, std::unordered_set<std::string>& seen, int depth) {
    skip_blanks();
    if (peek() != '"') return fail("a member name is missing");
    std::string name;
    MILLRACE_TRY(read_string(name));
    if (is_duplicate(out, seen, name)) return fail("a duplicate member name");
    skip_blanks();
    if (peek() != ':') return fail("a colon is missing");
    at_++;
    out.names_.push_back(std::move(name));
    out.items_.emplace_back();
    return read_value(out.items_.back(), depth + 1);
  }

  static bool is_duplicate(const Json& object, std::unordered_set<std::string>& seen, const std::string& name) {
    if (object.names_.size() < kLinearNames) return object.has(name);
    if (seen.empty()) seen.insert(object.names_.begin(), object.names_.end());
    return !seen.insert(name).second;
  }

  std::string_view text_;
  size_t at_ = 0;
  int max_depth_;
};

Result<Json> Json::parse(std::string_view text, int max_depth) { return JsonReader(text, max_depth).read(); }

int64_t Json::as_int(int64_t fallback) const {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (!is_number() || !(number_ >= -kTwoTo63 && number_ < kTwoTo63) || number_ != std::trunc(number_)) return fallback;
  return static_cast<int64_t>(number_);
}

const std::string& Json::as_string() const {
  static const std::string empty;
  return is_string() ? string_ : empty;
}

const Json& Json::operator[](size_t index) const { return index < items_.size() ? items_[index] : null_json(); }

const Json& Json::operator[](std::string_view name) const {
  for (size_t i = 0; i < names_.size(); i++) {
    if (names_[i] == name) return items_[i];
  }
  return null_json();
}

bool Json::has(std::string_view name) const {
  for (const std::string& known : names_) {
    if (known == name) return true;
  }
  return false;
}

}  // namespace millrace
