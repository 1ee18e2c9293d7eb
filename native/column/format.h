// Values to text: casts to utf8, error messages. The inverse of column/text.h: every text parses back to the same
// value.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "column/dtype.h"

namespace millrace {

// Enough room for one formatted number, date or timestamp of any type.
inline constexpr size_t kFormatBytes = 40;

// Each writes at most kFormatBytes bytes, unterminated, and returns how many.
size_t format_int64(int64_t value, char* out);
size_t format_uint64(uint64_t value, char* out);
// The fewest digits that parse back to the same bits, laid out like JavaScript's String(x): exponents from 1e21 and
// below 1e-6, "NaN", "Infinity", and "0" for minus zero (the one value that does not come back).
size_t format_float64(double value, char* out);
size_t format_float32(float value, char* out);
// YYYY-MM-DD; years outside 0000-9999 as in ISO 8601's expanded form and JavaScript: a sign and at least 6 digits.
size_t format_date(int64_t days, char* out);
// YYYY-MM-DDTHH:MM:SS[.f]Z, with as many digits behind the point as the value has (none at a whole second).
size_t format_timestamp(int64_t ticks, TypeId unit, char* out);

// The text of the value at `value` (laid out as in a Vector), for error messages. Strings are quoted and cut to 60
// bytes.
std::string format_value(TypeId type, const void* value);

}  // namespace millrace
