// The value types of the engine. Timestamps are one type id per unit, so that kernels switch once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class TypeId : uint8_t {
  Bool,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32,
  UInt64,
  Float32,
  Float64,
  Utf8,
  Dict,         // strings whose result is delivered as codes + categories; inside pipelines the same as Utf8
  Date,         // int32 days since 1970-01-01
  TimestampMs,  // int64 ticks since 1970-01-01T00:00:00Z
  TimestampUs,
  TimestampNs,
};
inline constexpr int kTypeCount = 17;

// Public names: `int64`, `timestamp[us]`, ...
const char* type_name(TypeId type);
std::optional<TypeId> type_from_name(std::string_view name);

// Bytes of one value in a Vector or Column: 1 for Bool (0/1), 16 (StringRef) for strings in vectors.
size_t type_width(TypeId type);

inline bool is_string(TypeId t) { return t == TypeId::Utf8 || t == TypeId::Dict; }
inline bool is_float(TypeId t) { return t == TypeId::Float32 || t == TypeId::Float64; }
inline bool is_signed_int(TypeId t) { return t >= TypeId::Int8 && t <= TypeId::Int64; }
inline bool is_unsigned_int(TypeId t) { return t >= TypeId::UInt8 && t <= TypeId::UInt64; }
inline bool is_int(TypeId t) { return t >= TypeId::Int8 && t <= TypeId::UInt64; }
inline bool is_numeric(TypeId t) { return t >= TypeId::Int8 && t <= TypeId::Float64; }
inline bool is_timestamp(TypeId t) { return t >= TypeId::TimestampMs && t <= TypeId::TimestampNs; }
inline bool is_temporal(TypeId t) { return t >= TypeId::Date; }

struct Field {
  std::string name;
  TypeId type;
  bool nullable = true;
};
using Schema = std::vector<Field>;

// Index of the column, or -1.
int find_column(const Schema& schema, std::string_view name);

}  // namespace millrace
