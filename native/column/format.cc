#include "column/format.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "column/calendar.h"
#include "column/vector.h"

namespace millrace {

namespace {

constexpr size_t kShownStringBytes = 60;

size_t put(char* out, const char* text) {
  const size_t size = std::strlen(text);
  std::memcpy(out, text, size);
  return size;
}

template <class T>
size_t put_integer(T value, char* out) {
  return static_cast<size_t>(std::to_chars(out, out + kFormatBytes, value).ptr - out);
}

// `value` in exactly `width` digits. Precondition: it fits.
char* put_padded(char* out, uint64_t value, int width) {
  for (int i = width - 1; i >= 0; i--) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

// Number::toString of ECMA-262: the value is 0.d1d2...dk * 10^point.
size_t lay_out_decimal(const char* digits, int count, int point, char* out) {
  char* to = out;
  if (point > 21 || point < -5) {
    *to++ = digits[0];
    if (count > 1) {
      *to++ = '.';
      std::memcpy(to, digits + 1, static_cast<size_t>(count - 1));
      to += count - 1;
    }
    *to++ = 'e';
    *to++ = point > 0 ? '+' : '-';
    return static_cast<size_t>(to - out) + put_integer(std::abs(point - 1), to);
  }
  if (point <= 0) {
    to += put(to, "0.");
    for (int i = point; i < 0; i++) *to++ = '0';
    std::memcpy(to, digits, static_cast<size_t>(count));
    return static_cast<size_t>(to + count - out);
  }
  for (int i = 0; i < count || i < point; i++) {
    if (i == point) *to++ = '.';
    *to++ = i < count ? digits[i] : '0';
  }
  return static_cast<size_t>(to - out);
}

// Below it all digits of a whole number are significant, also those of a float.
constexpr double kLargestShortInteger = 1 << 24;

template <class T>
size_t put_float(T value, char* out) {
  if (std::isnan(value)) return put(out, "NaN");
  if (value == 0) return put(out, "0");
  size_t sign = 0;
  if (value < 0) {
    out[0] = '-';
    sign = 1;
    value = -value;
  }
  if (std::isinf(value)) return sign + put(out + sign, "Infinity");
  if (value < kLargestShortInteger && value == static_cast<T>(static_cast<int64_t>(value))) {
    return sign + put_integer(static_cast<int64_t>(value), out + sign);
  }
  char scientific[kFormatBytes];  // d[.ddd]e[+-]xx
  const char* end =
      std::to_chars(scientific, scientific + sizeof(scientific), value, std::chars_format::scientific).ptr;
  char digits[kFormatBytes];
  int count = 0;
  const char* at = scientific;
  for (; *at != 'e'; at++) {
    if (*at != '.') digits[count++] = *at;
  }
  at += at[1] == '+' ? 2 : 1;  // from_chars takes no plus sign
  int exponent = 0;
  std::from_chars(at, end, exponent);
  return sign + lay_out_decimal(digits, count, exponent + 1, out + sign);
}

int64_t ticks_per_second(TypeId unit) {
  return unit == TypeId::TimestampMs ? 1'000 : unit == TypeId::TimestampUs ? 1'000'000 : 1'000'000'000;
}

std::string shown_string(const StringRef& value) {
  std::string out = "'";
  size_t size = value.size;
  if (size > kShownStringBytes) {
    size = kShownStringBytes;
    while (size > 0 && (static_cast<uint8_t>(value.data[size]) & 0xC0) == 0x80) size--;  // keep characters whole
  }
  out.append(value.data, size);
  out += size < value.size ? "...'" : "'";
  return out;
}

template <class T>
T read(const void* value) {
  T out;
  std::memcpy(&out, value, sizeof(T));
  return out;
}

}  // namespace

size_t format_int64(int64_t value, char* out) { return put_integer(value, out); }
size_t format_uint64(uint64_t value, char* out) { return put_integer(value, out); }
size_t format_float64(double value, char* out) { return put_float(value, out); }
size_t format_float32(float value, char* out) { return put_float(value, out); }

size_t format_date(int64_t days, char* out) {
  const CivilDate date = civil_from_days(days);
  char* to = out;
  if (date.year >= 0 && date.year <= 9999) {
    to = put_padded(to, static_cast<uint64_t>(date.year), 4);
  } else {
    *to++ = date.year < 0 ? '-' : '+';
    const auto year = static_cast<uint64_t>(date.year < 0 ? -date.year : date.year);
    to = year < 1'000'000 ? put_padded(to, year, 6) : to + put_integer(year, to);
  }
  *to++ = '-';
  to = put_padded(to, date.month, 2);
  *to++ = '-';
  to = put_padded(to, date.day, 2);
  return static_cast<size_t>(to - out);
}

size_t format_timestamp(int64_t ticks, TypeId unit, char* out) {
  const int64_t per_second = ticks_per_second(unit);
  const int64_t per_day = per_second * 86'400;
  int64_t days = ticks / per_day;
  int64_t rest = ticks % per_day;
  if (rest < 0) {
    days--;
    rest += per_day;
  }
  const auto seconds = static_cast<uint64_t>(rest / per_second);
  uint64_t fraction = static_cast<uint64_t>(rest % per_second) * static_cast<uint64_t>(1'000'000'000 / per_second);
  char* to = out + format_date(days, out);
  *to++ = 'T';
  to = put_padded(to, seconds / 3600, 2);
  *to++ = ':';
  to = put_padded(to, seconds / 60 % 60, 2);
  *to++ = ':';
  to = put_padded(to, seconds % 60, 2);
  if (fraction) {
    *to++ = '.';
    int digits = 9;
    for (; fraction % 10 == 0; digits--) fraction /= 10;
    to = put_padded(to, fraction, digits);
  }
  *to++ = 'Z';
  return static_cast<size_t>(to - out);
}

std::string format_value(TypeId type, const void* value) {
  char text[kFormatBytes];
  const auto made = [&](size_t size) { return std::string(text, size); };
  switch (type) {
    case TypeId::Bool: return read<uint8_t>(value) ? "true" : "false";
    case TypeId::Int8: return made(format_int64(read<int8_t>(value), text));
    case TypeId::Int16: return made(format_int64(read<int16_t>(value), text));
    case TypeId::Int32: return made(format_int64(read<int32_t>(value), text));
    case TypeId::Int64: return made(format_int64(read<int64_t>(value), text));
    case TypeId::UInt8: return made(format_uint64(read<uint8_t>(value), text));
    case TypeId::UInt16: return made(format_uint64(read<uint16_t>(value), text));
    case TypeId::UInt32: return made(format_uint64(read<uint32_t>(value), text));
    case TypeId::UInt64: return made(format_uint64(read<uint64_t>(value), text));
    case TypeId::Float32: return made(format_float32(read<float>(value), text));
    case TypeId::Float64: return made(format_float64(read<double>(value), text));
    case TypeId::Utf8:
    case TypeId::Dict: return shown_string(read<StringRef>(value));
    case TypeId::Date: return made(format_date(read<int32_t>(value), text));
    case TypeId::TimestampMs:
    case TypeId::TimestampUs:
    case TypeId::TimestampNs: return made(format_timestamp(read<int64_t>(value), type, text));
  }
  return {};
}

}  // namespace millrace
