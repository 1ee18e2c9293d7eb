// UTF-8 validation, and the way there from latin1.
#pragma once
#include <cstddef>

namespace millrace {

// No byte >= 0x80. Reads nothing past the end.
bool is_ascii(const char* text, size_t size);

// Well-formed by table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(const char* text, size_t size);

// Writes ISO 8859-1 text as UTF-8 to `out`, which has room for 2 * size bytes; returns the bytes written.
size_t latin1_to_utf8(const char* text, size_t size, char* out);

}  // namespace millrace
