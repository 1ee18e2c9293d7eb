// The loop over the fields of one column, instantiated once a type, so that nothing about the type is decided a field.
#pragma once
#include <algorithm>

#include "csv/convert_field.h"

namespace millrace::csv {

// A Parser has
//   Value                                        what the column stores
//   fast(const char*, uint64_t size, Value&)     inline, the common shapes; see column/text_fast.h
//   whole(std::string_view, Value&)              the full grammar, ParseResult
//   kReason                                      why a malformed field is rejected
//   kernel()                                     optional: the SIMD level's loop over fields, or null
//
// The cold path: nulls, quotes, blanks, and every text that is not of the common shape. False stops the loop.
template <class Parser>
[[gnu::noinline]] bool convert_slow(Conversion& conversion, uint32_t i, std::string_view field,
                                    typename Parser::Value& value) {
  value = {};
  const FieldSource& source = conversion.source;
  const UnquotedField unquoted = unquote(field, source.quote, source.escape);
  if (unquoted.malformed) return conversion.reject(i, Reason::BadQuote);
  const std::string_view text = trim_blanks(unquoted.text);
  // Quotes around a null token do not make it a value here: unlike a string, this column could not hold it.
  if (conversion.tokens.contains(unquoted.text) || conversion.tokens.contains(text)) {
    conversion.set_null(i);
    return true;
  }
  if (Parser::fast(text.data(), text.size(), value)) return true;
  switch (Parser::whole(text, value)) {
    case ParseResult::Ok: return true;
    case ParseResult::OutOfRange: value = {}; return conversion.reject(i, Reason::OutOfRange);
    case ParseResult::Malformed: break;
  }
  value = {};
  return conversion.reject(i, Parser::kReason);
}

// A kernel stops at each field that is not of its shape; such a field, and so few more that a column of them is not
// slower than without the kernel, take the way of one field at a time.
inline constexpr uint32_t kFieldsBehindStop = 16;

// False if a field stopped the loop.
template <class Parser>
bool convert_block(Conversion& conversion, uint32_t first, const FieldSpan* spans, uint32_t count,
                   typename Parser::Value* values) {
  const char* const chunk = conversion.source.chunk;
  const uint64_t null_lengths = conversion.tokens.lengths() | 1;
  for (uint32_t i = 0, end = 0; i < count;) {
    if constexpr (requires { Parser::kernel(); }) {
      if (const auto kernel = Parser::kernel()) {
        i += static_cast<uint32_t>(kernel(chunk, spans + i, count - i, null_lengths, values + i));
        end = std::min(count, i + kFieldsBehindStop);
      } else {
        end = count;
      }
    } else {
      end = count;
    }
    for (; i < end; i++) {
      const char* field = chunk + spans[i].begin;
      const uint64_t size = spans[i].size;
      if ((null_lengths >> (size & 63) & 1) || !Parser::fast(field, size, values[i])) [[unlikely]] {
        if (!convert_slow<Parser>(conversion, first + i, {field, size}, values[i])) return false;
      }
    }
  }
  return true;
}

template <class Parser>
[[gnu::noinline]] void convert_fields(Conversion& conversion, void* out) {
  auto* values = static_cast<typename Parser::Value*>(out);
  FieldSpan spans[kBlockRows];
  for (uint32_t first = 0; first < conversion.count; first += kBlockRows) {
    const uint32_t rows = std::min(kBlockRows, conversion.count - first);
    conversion.locate(first, rows, spans);
    if (!convert_block<Parser>(conversion, first, spans, rows, values + first)) return;
  }
}

}  // namespace millrace::csv
