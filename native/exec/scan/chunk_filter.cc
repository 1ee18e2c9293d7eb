#include "exec/scan/chunk_filter.h"

#include <bit>
#include <optional>

#include "column/text.h"

namespace millrace::exec {

namespace {

std::optional<size_t> column_of(const Json& node, const Schema& schema) {
  if (node[0].as_string() != "col") return std::nullopt;
  const int at = find_column(schema, node[1].as_string());
  return at < 0 ? std::nullopt : std::optional<size_t>(static_cast<size_t>(at));
}

// Types whose ranges a chunk keeps as the int64 that they are.
bool has_integer_range(TypeId type) {
  return is_signed_int(type) || is_temporal(type) || (is_unsigned_int(type) && type != TypeId::UInt64);
}

std::optional<int64_t> integer_of(const Json& json) {
  int64_t out = 0;
  if (json.is_string()) {
    return parse_int64(json.as_string(), out) == ParseResult::Ok ? std::optional(out) : std::nullopt;
  }
  return json.is_number() && json.as_int(0) == json.as_int(1) ? std::optional(json.as_int()) : std::nullopt;
}

}  // namespace

ChunkFilter::ChunkFilter(const OpSpec& filter, const Schema& schema) { read(*filter.nodes, filter.outputs[0], schema); }

// In a loop, since conditions may be joined a hundred thousand deep, and each node once, since it may be shared.
void ChunkFilter::read(const Json& nodes, uint32_t output, const Schema& schema) {
  std::vector<bool> seen(nodes.size(), false);
  std::vector<uint32_t> open{output};
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    const Json& node = nodes[at];
    const std::string& op = node[0].as_string();
    const auto argument = [&](size_t i) -> const Json& { return nodes[static_cast<size_t>(node[i].as_int(0))]; };
    if (op == "and") {
      open.push_back(static_cast<uint32_t>(node[1].as_int(0)));
      open.push_back(static_cast<uint32_t>(node[2].as_int(0)));
    } else if (op == "isNull" || op == "isNotNull") {
      const auto column = column_of(argument(1), schema);
      if (column) conditions_.push_back({*column, op == "isNull" ? Test::Null : Test::NotNull, false, 0, 0});
    } else if (op == "between") {
      compare(argument(1), argument(2), Test::GreaterEqual, schema);
      compare(argument(1), argument(3), Test::LessEqual, schema);
    } else {
      struct Comparison {
        const char* name;
        Test test;
        Test mirrored;
      };
      static constexpr Comparison kComparisons[] = {{"lt", Test::Less, Test::Greater},
                                                    {"le", Test::LessEqual, Test::GreaterEqual},
                                                    {"gt", Test::Greater, Test::Less},
                                                    {"ge", Test::GreaterEqual, Test::LessEqual},
                                                    {"eq", Test::Equal, Test::Equal}};
      for (const Comparison& comparison : kComparisons) {
        if (op != comparison.name) continue;
        compare(argument(1), argument(2), comparison.test, schema);
        compare(argument(2), argument(1), comparison.mirrored, schema);
      }
    }
  }
}

void ChunkFilter::compare(const Json& left, const Json& literal, Test test, const Schema& schema) {
  const auto column = column_of(left, schema);
  if (!column || literal[0].as_string() != "lit") return;
  const TypeId type = schema[*column].type;
  if (literal[1].as_string() != type_name(type)) return;
  if (is_float(type) && literal[2].is_number()) {
    const double number = literal[2].as_number();
    conditions_.push_back({*column, test, true, 0, type == TypeId::Float32 ? static_cast<float>(number) : number});
  } else if (has_integer_range(type)) {
    if (const auto value = integer_of(literal[2])) conditions_.push_back({*column, test, false, *value, 0});
  }
}

bool ChunkFilter::may_match(const store::RowChunk& chunk) const {
  for (const Condition& condition : conditions_) {
    if (!holds_for_some(condition, chunk.columns[condition.column])) return false;
  }
  return true;
}

// A comparison with null is null, and with NaN false: only values in the range count.
bool ChunkFilter::holds_for_some(const Condition& condition, const store::ColumnChunk& chunk) {
  if (condition.test == Test::Null) return chunk.null_count > 0;
  if (condition.test == Test::NotNull) return chunk.null_count < chunk.rows;
  if (!chunk.has_range) return false;
  const auto in_range = [test = condition.test](auto value, auto min, auto max) {
    switch (test) {
      case Test::Less: return min < value;
      case Test::LessEqual: return min <= value;
      case Test::Greater: return max > value;
      case Test::GreaterEqual: return max >= value;
      default: return min <= value && value <= max;
    }
  };
  if (!condition.real) return in_range(condition.integer, chunk.min, chunk.max);
  return in_range(condition.number, std::bit_cast<double>(chunk.min), std::bit_cast<double>(chunk.max));
}

}  // namespace millrace::exec
