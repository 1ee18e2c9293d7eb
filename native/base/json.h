// Reads the plan text: a small strict JSON reader (RFC 8259) with limits instead of trust. Never throws, never recurses
// past `max_depth`.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace millrace {

class Json {
 public:
  enum class Kind : uint8_t { Null, Bool, Number, String, Array, Object };

  // ERR_PLAN with the byte offset on malformed text, duplicate member names, or nesting past max_depth.
  static Result<Json> parse(std::string_view text, int max_depth = 64);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::Null; }
  bool is_string() const { return kind_ == Kind::String; }
  bool is_number() const { return kind_ == Kind::Number; }
  bool is_array() const { return kind_ == Kind::Array; }
  bool is_object() const { return kind_ == Kind::Object; }
  bool is_bool() const { return kind_ == Kind::Bool; }

  // Each returns the fallback when the value is of another kind.
  bool as_bool(bool fallback = false) const { return is_bool() ? number_ != 0 : fallback; }
  double as_number(double fallback = 0) const { return is_number() ? number_ : fallback; }
  int64_t as_int(int64_t fallback = 0) const;  // fallback also when not integral or out of range
  const std::string& as_string() const;        // "" when not a string

  const std::vector<Json>& items() const { return items_; }  // array elements, or object values
  size_t size() const { return items_.size(); }
  const Json& operator[](size_t index) const;           // a null Json past the end
  const Json& operator[](std::string_view name) const;  // a null Json when absent
  bool has(std::string_view name) const;
  const std::vector<std::string>& names() const { return names_; }  // object member names, in order

 private:
  friend class JsonReader;
  Kind kind_ = Kind::Null;
  double number_ = 0;
  std::string string_;
  std::vector<Json> items_;
  std::vector<std::string> names_;
};

}  // namespace millrace
