// Writes JSON strings.
#pragma once
#include <string>
#include <string_view>

namespace millrace {

// The text in double quotes, escaped. Bytes >= 0x80 pass unchanged: the text must be UTF-8.
std::string json_string(std::string_view text);

}  // namespace millrace
