// From a TypeId to the C++ type of one value in a Vector or Column.
#pragma once
#include <cstdint>

#include "column/dtype.h"

namespace millrace {

// Calls visitor(T{}), T the value type of a fixed-width type. Precondition: !is_string(type).
template <class Visitor>
decltype(auto) visit_fixed(TypeId type, Visitor&& visitor) {
  switch (type) {
    case TypeId::Int8: return visitor(int8_t{});
    case TypeId::Int16: return visitor(int16_t{});
    case TypeId::Int32:
    case TypeId::Date: return visitor(int32_t{});
    case TypeId::Bool:
    case TypeId::UInt8: return visitor(uint8_t{});
    case TypeId::UInt16: return visitor(uint16_t{});
    case TypeId::UInt32: return visitor(uint32_t{});
    case TypeId::UInt64: return visitor(uint64_t{});
    case TypeId::Float32: return visitor(float{});
    case TypeId::Float64: return visitor(double{});
    default: return visitor(int64_t{});
  }
}

}  // namespace millrace
