// Which kernel does what, by operation and type. Types are physical: what the binder has converted the operands to.
// Every lookup returns null for a type that it has no kernel for.
#pragma once
#include "expr/instruction.h"

namespace millrace::expr {

// compare.cc. Two operands of one type: Bool, Int32 (Date), Int64 (timestamps), UInt64, Float32, Float64, Utf8.
enum class Comparison : uint8_t { Eq, Ne, Lt, Le, Gt, Ge };
Kernel compare_kernel(Comparison op, TypeId type);
// int64 with uint64, exactly.
Kernel compare_mixed_kernel(Comparison op);
// int64 * parameters.first with int64, exactly: ticks of a coarse unit with ticks of a finer one.
Kernel compare_scaled_kernel(Comparison op);
// (eq result, a, b): true where both are null, false where one is. Own nulls.
Status eq_missing(Call& call);

// arithmetic.cc. Int64, UInt64 (checked; parameters.to names the type) and Float64.
enum class Arithmetic : uint8_t { Add, Sub, Mul };
Kernel arithmetic_kernel(Arithmetic op, TypeId type);
// Int64 (null where the divisor is 0), UInt64 (likewise; the result is an int64) and Float64.
Kernel floor_divide_kernel(TypeId type);
Kernel modulo_kernel(TypeId type);
Status divide(Call& call);  // Float64
Status power(Call& call);   // Float64
// Signed integers and floats, of any width.
Kernel absolute_kernel(TypeId type);
// Int64, UInt64 (result int64) and Float64.
Kernel negate_kernel(TypeId type);

// math.cc
enum class Math : uint8_t { Floor, Ceil, Sqrt, Exp, Log, Log2, Log10 };
Kernel math_kernel(Math op);  // Float64
// To parameters.first digits behind the point. Integers of any type (only negative digits do something) and Float64.
Kernel round_kernel(TypeId type);

// logic.cc, Bool. Own nulls (Kleene), but for not and xor.
enum class Logic : uint8_t { And, Or };
Kernel logic_kernel(Logic op);
Status logical_xor(Call& call);
Status logical_not(Call& call);
Status is_null(Call& call);  // own nulls, any type
Status is_not_null(Call& call);
Kernel is_nan_kernel(TypeId type);  // Float32, Float64

// conditional.cc. Own nulls. By value width, so of any type.
Kernel select_kernel(TypeId type);    // (condition, then, else)
Kernel coalesce_kernel(TypeId type);  // (a, b)
Kernel fill_nan_kernel(TypeId type);  // (a, b): Float32, Float64

// membership.cc. parameters.set. Int64, UInt64, Float64, Utf8.
Kernel is_in_kernel(TypeId type);

// cast_number.cc. The direct conversions; the binder chains them (see Binder::convert). Values that do not fit give
// parameters.code and name parameters.from and parameters.to.
Kernel number_cast_kernel(TypeId from, TypeId to);
// int64 * parameters.first, checked; and the floor of int64 / parameters.first.
Status scale_up(Call& call);
Status scale_down(Call& call);

// cast_text.cc
// parameters.first is 1: null for other texts, else they are an error.
Kernel parse_kernel(TypeId to);     // Utf8 -> Bool, Int64, UInt64, floats, Date, timestamps
Kernel format_kernel(TypeId from);  // Bool, Int64, UInt64, floats, Date, timestamps -> Utf8

// string_search.cc: parameters.text. -> Bool
Status contains(Call& call);
Status starts_with(Call& call);
Status ends_with(Call& call);
Status count_text(Call& call);   // -> Int64, without overlaps; the text is not empty
Status find_text(Call& call);    // -> Int64, null where there is none
Status byte_length(Call& call);  // -> Int64
Status code_points(Call& call);  // -> Int64

// string_case.cc, string_trim.cc, string_build.cc -> Utf8
Status to_lower(Call& call);
Status to_upper(Call& call);
Status trim(Call& call);  // parameters.text: the characters; white space where it is empty
Status trim_start(Call& call);
Status trim_end(Call& call);
Status slice(Call& call);           // parameters.first: start, parameters.second: length, or -1 for the rest
Status concat(Call& call);          // any number of operands
Status concat_present(Call& call);  // own nulls: leaves them out; parameters.text between the others
Status pad_start(Call& call);       // to parameters.first code points with parameters.text, which is not empty
Status pad_end(Call& call);
Status reverse(Call& call);      // by code points
Status repeat_text(Call& call);  // parameters.first times

// string_replace.cc -> Utf8. parameters.text is not empty.
Status replace(Call& call);  // its first place by parameters.other_text
Status replace_all(Call& call);
Status split(Call& call);  // piece parameters.first, from the end when negative; null where there is none

// string_distance.cc. (Utf8, Utf8) -> Int64
Status levenshtein(Call& call);

// hash_values.cc. Utf8, Int64, UInt64, Float64 -> UInt64. parameters.first: the seed.
Kernel hash_kernel(TypeId type);

// date.cc. Date (int32 days) and timestamps.
enum class DatePart : uint8_t {
  Year,
  Quarter,
  Month,
  Day,
  Weekday,
  DayOfYear,
  Hour,
  Minute,
  Second,
  Millisecond,
  Microsecond,
  Nanosecond,
  Week,
  IsoYear,
  DaysInMonth
};
Kernel date_part_kernel(DatePart part, TypeId type);  // -> Int32
Kernel leap_year_kernel(TypeId type);                 // -> Bool
enum class DateUnit : uint8_t { Year, Quarter, Month, Week, Day, Hour, Minute, Second };
// parameters.first: the DateUnit; parameters.from and .to: the type.
Kernel truncate_kernel(TypeId type);

// date_shift.cc. Dates and timestamps to their own type; parameters.from and .to: the type.
enum class MonthEnd : uint8_t { First, Last };
Kernel month_end_kernel(MonthEnd end, TypeId type);  // the first or last day of the month, the time of day kept
Kernel add_months_kernel(TypeId type);  // (time, int64 months): a day past the month's end becomes its last
// To the start of a multiple (Floor) or to the nearest one, up from half way. parameters.first: months, counted from
// year 0, or ticks, counted from parameters.second, which is below them.
enum class Rounding : uint8_t { Floor, Nearest };
Kernel round_months_kernel(Rounding rounding, TypeId type);
Kernel round_ticks_kernel(Rounding rounding, TypeId type);
// (a, b) -> Int64: whole units of parameters.first months from b to a, towards zero.
Kernel months_between_kernel(TypeId type);
// (a, b) -> Int64: (a - b) * parameters.second / parameters.first, towards zero; one of the two is 1. ERR_OVERFLOW.
Kernel units_between_kernel(TypeId type);

// date_text.cc. parameters.format, parameters.zone (or null: UTC).
Kernel format_time_kernel(TypeId type);  // -> Utf8
// Utf8 -> parameters.to. Null for other texts when parameters.first is 0, else an error.
Kernel parse_time_kernel(TypeId to);

// date_zone.cc. parameters.zone; timestamps to their own type; parameters.from and .to: the type.
Kernel to_wall_clock_kernel(TypeId type);
// parameters.first: the Ambiguous, parameters.second: the Nonexistent.
enum class Ambiguous : uint8_t { Raise, Null, Earliest, Latest };
enum class Nonexistent : uint8_t { Raise, Null, Forward, Backward };
Kernel from_wall_clock_kernel(TypeId type);
// (wall clock, instant): of two instants the one with the offset that the other instant has; else the earliest, or
// the first behind a gap.
Kernel from_wall_clock_near_kernel(TypeId type);

// Ticks in a second of a timestamp type.
inline int64_t ticks_per_second(TypeId type) {
  return type == TypeId::TimestampMs ? 1'000 : type == TypeId::TimestampUs ? 1'000'000 : 1'000'000'000;
}
inline int64_t ticks_per_day(TypeId type) { return ticks_per_second(type) * 86'400; }

}  // namespace millrace::expr
