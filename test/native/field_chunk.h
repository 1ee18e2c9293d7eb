// Columns of texts as the structural index would address them, and their conversion shown as text.
#pragma once
#include <bit>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "csv/convert.h"

namespace millrace::csv {

// Fields as the middle one of three columns, in a chunk with no byte behind its padding, so that AddressSanitizer sees
// a read past it. The padding is digits: what a careless parser would take for more of the number.
class FieldChunk {
 public:
  explicit FieldChunk(const std::vector<std::string>& fields, bool carriage_returns = false) {
    std::string text(16, '7');
    ends_.push_back(static_cast<uint32_t>(text.size() - 1));
    const auto add = [&](const std::string& field) {
      text += field;
      ends_.push_back(static_cast<uint32_t>(text.size()));
      text += ',';
    };
    for (size_t i = 0; i < fields.size(); i++) {
      add("first");
      add(fields[i] + (carriage_returns ? "\r" : ""));
      if (i + 1 < fields.size()) add("9.5");
    }
    text.pop_back();
    text.append(kBufferPadding, '7');
    bytes_ = std::make_unique<char[]>(text.size());
    std::memcpy(bytes_.get(), text.data(), text.size());
    source = {bytes_.get(), ends_.data() + 2, 3, true, carriage_returns, '"', '"'};
  }
  FieldSource source;

 private:
  std::vector<uint32_t> ends_;
  std::unique_ptr<char[]> bytes_;
};

struct Outcome {
  std::vector<std::string> values;  // shown as text; "null" for a null; up to the failure
  Reason reason = Reason::None;
  uint32_t failed_row = 0;
  uint32_t nullified = 0;
};

inline std::string show(const Vector& vector, uint32_t row) {
  if (!vector.is_valid(row)) return "null";
  switch (vector.type) {
    case TypeId::Bool: return vector.as<uint8_t>()[row] ? "true" : "false";
    case TypeId::Int8: return std::to_string(vector.as<int8_t>()[row]);
    case TypeId::Int16: return std::to_string(vector.as<int16_t>()[row]);
    case TypeId::Int32:
    case TypeId::Date: return std::to_string(vector.as<int32_t>()[row]);
    case TypeId::UInt8: return std::to_string(vector.as<uint8_t>()[row]);
    case TypeId::UInt16: return std::to_string(vector.as<uint16_t>()[row]);
    case TypeId::UInt32: return std::to_string(vector.as<uint32_t>()[row]);
    case TypeId::UInt64: return std::to_string(vector.as<uint64_t>()[row]);
    case TypeId::Float32: return std::to_string(std::bit_cast<uint32_t>(vector.as<float>()[row]));
    case TypeId::Float64: return std::to_string(std::bit_cast<uint64_t>(vector.as<double>()[row]));
    case TypeId::Utf8:
    case TypeId::Dict: return "'" + std::string(vector.as<StringRef>()[row].view()) + "'";
    default: return std::to_string(vector.as<int64_t>()[row]);
  }
}

inline std::string float64_text(double value) { return std::to_string(std::bit_cast<uint64_t>(value)); }

inline Outcome convert(const FieldSource& source, const ConvertOptions& options, uint32_t count,
                       const uint32_t* selection = nullptr) {
  MemoryBudget budget;
  ConvertedColumn column(&budget);
  ConvertFailure failure;
  CHECK(column.convert(source, options, selection, count, failure).ok());
  Outcome out{{}, failure.reason, failure.row, column.nullified()};
  uint32_t shown = count;
  if (failure.reason != Reason::None) {
    shown = 0;
    while (shown < count && (selection ? selection[shown] : shown) != failure.row) shown++;
  }
  for (uint32_t i = 0; i < shown; i++) out.values.push_back(show(column.vector(), i));
  return out;
}

inline Outcome convert(TypeId type, const std::vector<std::string>& fields,
                       const std::vector<std::string>& nulls = {""}, bool nullify = false) {
  FieldChunk chunk(fields);
  return convert(chunk.source, {type, &nulls, nullify, false}, static_cast<uint32_t>(fields.size()));
}

using Texts = std::vector<std::string>;

// The one value of a field, or the name of its failure.
inline std::string one(TypeId type, const std::string& field, const std::vector<std::string>& nulls = {""}) {
  const Outcome out = convert(type, {field}, nulls);
  constexpr const char* kNames[] = {"none", "number", "range", "bool", "date", "quote", "utf8", "null"};
  return out.reason == Reason::None ? out.values[0] : std::string("!") + kNames[static_cast<size_t>(out.reason)];
}

}  // namespace millrace::csv
