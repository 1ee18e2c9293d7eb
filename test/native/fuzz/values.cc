// Number and date parsers: the fast paths of the converter against the full grammar, and doubles against the C library.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "column/format.h"
#include "column/text.h"
#include "csv/convert.h"

using namespace millrace;

namespace {

bool same_bits(double a, double b) { return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0; }

// The text as the only field of a row.
bool convert(const std::string& text, TypeId type, double& number, int64_t& integer) {
  Buffer window;
  if (!window.resize(64 + text.size() + 1 + kBufferPadding).ok()) std::abort();
  std::memset(window.data(), 'x', window.size());
  std::memcpy(window.data() + 64, text.data(), text.size());
  window.data()[64 + text.size()] = '\n';
  const uint32_t ends[2] = {63, static_cast<uint32_t>(64 + text.size())};
  const csv::FieldSource source{reinterpret_cast<const char*>(window.data()), ends + 1, 1, false, false, 0, 0};
  const std::vector<std::string> no_nulls;
  const csv::ConvertOptions options{type, &no_nulls};
  csv::ConvertedColumn column(nullptr);
  csv::ConvertFailure failure;
  if (!column.convert(source, options, nullptr, 1, failure).ok()) std::abort();
  if (failure.reason != csv::Reason::None) return false;
  if (type == TypeId::Float64) number = *column.vector().as<double>();
  if (type == TypeId::Int64) integer = *column.vector().as<int64_t>();
  if (type == TypeId::Date) integer = *column.vector().as<int32_t>();
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 400) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string_view inner = trimmed(text);
  if (inner.empty()) return 0;  // a null
  double number = 0, converted = 0;
  int64_t integer = 0, converted_integer = 0;
  const bool is_number = parse_float64(inner, number) == ParseResult::Ok;
  if (convert(text, TypeId::Float64, converted, integer) != is_number) std::abort();
  if (is_number && !same_bits(number, converted)) std::abort();
  if (is_number && std::isfinite(number) && inner.find_first_of("nNiI") == std::string_view::npos) {
    if (!same_bits(number, std::strtod(std::string(inner).c_str(), nullptr))) std::abort();
  }
  const bool is_integer = parse_int64(inner, integer) == ParseResult::Ok;
  if (convert(text, TypeId::Int64, converted, converted_integer) != is_integer) std::abort();
  if (is_integer && integer != converted_integer) std::abort();
  int32_t days = 0;
  const bool is_date = parse_date(inner, days) == ParseResult::Ok;
  if (convert(text, TypeId::Date, converted, converted_integer) != is_date) std::abort();
  if (is_date && days != converted_integer) std::abort();
  int64_t ticks = 0;
  (void)parse_timestamp(inner, TypeId::TimestampNs, ticks);
  return 0;
}
