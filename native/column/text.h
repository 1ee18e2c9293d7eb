// Whole-text parsers. Each takes exactly the text (no surrounding blanks) and says whether all of it is one value.
// Shared by the CSV converter, casts from utf8, and type inference: one grammar everywhere, independent of the locale.
#pragma once
#include <cstdint>
#include <string_view>

#include "column/dtype.h"

namespace millrace {

enum class ParseResult : uint8_t { Ok, Malformed, OutOfRange };

// [+-]digits, no blanks. OutOfRange when all digits but too large.
ParseResult parse_int64(std::string_view text, int64_t& value);
ParseResult parse_uint64(std::string_view text, uint64_t& value);
// [+-] decimal with optional exponent, or NaN / nan / Infinity / inf with sign (any case). Correctly rounded: the same
// bits as JavaScript's Number(text). Too large gives +-Infinity as Number does (Ok).
ParseResult parse_float64(std::string_view text, double& value);
// The same text as the nearest float, rounded once.
ParseResult parse_float32(std::string_view text, float& value);
// true/false, True/False, TRUE/FALSE.
ParseResult parse_bool(std::string_view text, bool& value);
// YYYY-MM-DD (proleptic Gregorian, years 0000-9999), checked calendar -> days since 1970-01-01.
ParseResult parse_date(std::string_view text, int32_t& days);
// Date, then 'T' or ' ', HH:MM[:SS[.fraction up to 9]], then optional Z or +HH:MM / -HH:MM / +HHMM. Without a zone it
// is UTC. A bare date is midnight. -> ticks of `unit` (a timestamp type); finer digits are floored. OutOfRange where
// int64 does not hold the ticks (nanoseconds before 1677-09-21 or after 2262-04-11).
ParseResult parse_timestamp(std::string_view text, TypeId unit, int64_t& ticks);

}  // namespace millrace
