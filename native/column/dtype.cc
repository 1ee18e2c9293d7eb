#include "column/dtype.h"

#include <array>

namespace millrace {

namespace {

struct TypeFacts {
  const char* name;
  uint8_t width;
};

constexpr std::array<TypeFacts, kTypeCount> kTypes = {{
    {"bool", 1},
    {"int8", 1},
    {"int16", 2},
    {"int32", 4},
    {"int64", 8},
    {"uint8", 1},
    {"uint16", 2},
    {"uint32", 4},
    {"uint64", 8},
    {"float32", 4},
    {"float64", 8},
    {"utf8", 16},
    {"dict", 16},
    {"date", 4},
    {"timestamp[ms]", 8},
    {"timestamp[us]", 8},
    {"timestamp[ns]", 8},
}};

}  // namespace

const char* type_name(TypeId type) { return kTypes[static_cast<size_t>(type)].name; }

size_t type_width(TypeId type) { return kTypes[static_cast<size_t>(type)].width; }

std::optional<TypeId> type_from_name(std::string_view name) {
  for (size_t i = 0; i < kTypes.size(); i++) {
    if (name == kTypes[i].name) return static_cast<TypeId>(i);
  }
  return std::nullopt;
}

int find_column(const Schema& schema, std::string_view name) {
  for (size_t i = 0; i < schema.size(); i++) {
    if (schema[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace millrace
