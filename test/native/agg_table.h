// Test tables as plain cells, their vectors, and a naive group-by over them
// that shares nothing with the engine.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agg/aggregation.h"
#include "column/visit_fixed.h"

namespace millrace::agg::testing {

// A value in the form that its type needs: number (bool, integers, dates,
// timestamps), real or text.
struct Cell {
  bool null = true;
  int64_t number = 0;
  double real = 0;
  std::string text;
};

inline Cell null_cell() { return {}; }
inline Cell cell(int64_t number) { return {false, number, 0, ""}; }
inline Cell cell(int number) { return {false, number, 0, ""}; }
inline Cell cell(double real) { return {false, 0, real, ""}; }
inline Cell cell(const char* text) { return {false, 0, 0, text}; }

struct TestColumn {
  TypeId type;
  std::vector<Cell> cells;
};

struct Query {
  AggregationSpec spec;
  std::vector<TestColumn> keys;       // as spec.keys
  std::vector<TestColumn> arguments;  // as spec.aggregates; empty for Size
  size_t rows = 0;
};

// Cells [begin, begin + rows) of one column as the engine reads them. The
// memory is exactly as long as promised, so that a sanitizer sees a read behind
// it.
class TestVector {
 public:
  TestVector(const TestColumn& column, size_t begin, size_t rows) : type_(column.type), validity_((rows + 63) / 64) {
    for (size_t i = 0; i < rows; i++) {
      const Cell& from = column.cells[begin + i];
      has_null_ |= from.null;
      if (!from.null) validity_[i / 64] |= uint64_t{1} << (i % 64);
      is_string(type_) ? add_string(from) : add_fixed(from);
    }
  }

  Vector vector() const {
    const void* data = is_string(type_) ? static_cast<const void*>(strings_.data()) : bytes_.data();
    return {type_, data, has_null_ ? validity_.data() : nullptr};
  }

 private:
  void add_string(const Cell& from) {
    texts_.push_back(std::make_unique<char[]>(from.text.size() + kStringPadding));
    std::fill_n(texts_.back().get(), from.text.size() + kStringPadding,
                '#');  // must not be read as part of the string
    std::copy(from.text.begin(), from.text.end(), texts_.back().get());
    strings_.push_back({texts_.back().get(), from.text.size()});
  }
  void add_fixed(const Cell& from) {
    visit_fixed(type_, [&](auto tag) {
      using T = decltype(tag);
      const T value = std::is_floating_point_v<T> ? static_cast<T>(from.real) : static_cast<T>(from.number);
      const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
      bytes_.insert(bytes_.end(), bytes, bytes + sizeof(T));
    });
  }

  TypeId type_;
  bool has_null_ = false;
  std::vector<uint8_t> bytes_;
  std::vector<StringRef> strings_;
  std::vector<std::unique_ptr<char[]>> texts_;
  std::vector<uint64_t> validity_;
};

// Feeds rows [begin, end).
inline Status consume(LocalAggregation& local, const Query& query, size_t begin, size_t end,
                      uint32_t vector_rows = kVectorRows) {
  for (size_t at = begin; at < end; at += vector_rows) {
    const auto rows = static_cast<uint32_t>(std::min<size_t>(vector_rows, end - at));
    std::vector<TestVector> memory;
    memory.reserve(query.keys.size() + query.arguments.size());
    std::vector<Vector> keys;
    std::vector<Vector> arguments;
    for (const TestColumn& key : query.keys) keys.push_back(memory.emplace_back(key, at, rows).vector());
    for (size_t i = 0; i < query.arguments.size(); i++) {
      const int id = query.spec.aggregates[i].argument_id;
      const auto* end_of = query.spec.aggregates.data() + i;
      const auto* shared = std::find_if(query.spec.aggregates.data(), end_of,
                                        [&](const AggregateSpec& other) { return id >= 0 && other.argument_id == id; });
      if (shared != end_of) {
        arguments.push_back(arguments[static_cast<size_t>(shared - query.spec.aggregates.data())]);
      } else if (query.arguments[i].cells.empty()) {
        arguments.push_back({});
      } else {
        arguments.push_back(memory.emplace_back(query.arguments[i], at, rows).vector());
      }
    }
    MILLRACE_TRY(local.consume(keys.data(), arguments.data(), rows));
  }
  return {};
}

inline Result<Frame> finish(GlobalAggregation& global) {
  SerialWorkers serial;
  return global.finish(serial);
}

// All rows through one local in one strip.
inline Result<Frame> run(const Query& query, MemoryBudget* budget = nullptr, uint32_t vector_rows = kVectorRows) {
  auto global = GlobalAggregation::make(query.spec, budget);
  if (!global.ok()) return global.take_status();
  auto local = global.value()->make_local();
  MILLRACE_TRY(consume(*local, query, 0, query.rows, vector_rows));
  auto strip = local->take_strip();
  if (!strip.ok()) return strip.take_status();
  MILLRACE_TRY(global.value()->register_strip(*strip.value()));
  MILLRACE_TRY(global.value()->merge(strip.take()));
  return finish(*global.value());
}

inline std::string show_real(double value) {
  if (value != value) return "nan";
  char text[40];
  std::snprintf(text, sizeof(text), "%.17g", value);
  return text;
}

inline std::string show(const Column& column, int64_t row) {
  if (!column.is_valid(row)) return "null";
  if (is_string(column.type)) return std::string(column.string(row).view());
  return visit_fixed(column.type, [&](auto tag) {
    using T = decltype(tag);
    const T value = column.values<T>()[row];
    if constexpr (std::is_floating_point_v<T>) {
      return show_real(static_cast<double>(value));
    } else {
      return std::to_string(value);
    }
  });
}

inline std::string show(TypeId type, const Cell& value) {
  if (value.null) return "null";
  if (is_string(type)) return value.text;
  if (type == TypeId::Float32) return show_real(static_cast<double>(static_cast<float>(value.real)));
  if (is_float(type)) return show_real(value.real);
  return type == TypeId::UInt64 ? std::to_string(static_cast<uint64_t>(value.number)) : std::to_string(value.number);
}

inline std::string show_key(TypeId type, const Cell& value) {
  return value.real == 0 && is_float(type) && !value.null ? "0" : show(type, value);
}

inline std::string show_keys(const Frame& frame, size_t keys, int64_t row) {
  std::string text;
  for (size_t k = 0; k < keys; k++) text += show(frame.columns[k], row) + "|";
  return text;
}

// The rows of every group by the text of its keys, and those texts in order of
// first appearance.
struct Groups {
  std::map<std::string, std::vector<size_t>> rows;
  std::vector<std::string> first;
};

inline Groups naive_groups(const Query& query) {
  Groups groups;
  if (query.keys.empty()) groups.rows[""] = {};
  for (size_t row = 0; row < query.rows; row++) {
    std::string text;
    bool null = false;
    for (const TestColumn& key : query.keys) {
      text += show_key(key.type, key.cells[row]) + "|";
      null |= key.cells[row].null;
    }
    if (null && query.spec.drop_nulls) continue;
    std::vector<size_t>& rows = groups.rows[text];
    if (rows.empty()) groups.first.push_back(text);
    rows.push_back(row);
  }
  return groups;
}

// -1, 0, 1 in the documented order of one key column: nulls last, NaN after
// numbers, strings by bytes.
inline int naive_compare(TypeId type, const Cell& a, const Cell& b) {
  if (a.null || b.null) return int{a.null} - int{b.null};
  if (is_string(type)) return std::clamp(a.text.compare(b.text), -1, 1);
  if (is_float(type)) {
    if (a.real != a.real || b.real != b.real) return int{a.real != a.real} - int{b.real != b.real};
    return int{a.real > b.real} - int{a.real < b.real};
  }
  if (type == TypeId::UInt64) {
    const auto x = static_cast<uint64_t>(a.number);
    const auto y = static_cast<uint64_t>(b.number);
    return int{x > y} - int{x < y};
  }
  return int{a.number > b.number} - int{a.number < b.number};
}

inline double as_real(TypeId type, const Cell& value) {
  if (type == TypeId::UInt64) return static_cast<double>(static_cast<uint64_t>(value.number));
  if (type == TypeId::Float32) return static_cast<double>(static_cast<float>(value.real));
  return is_float(type) ? value.real : static_cast<double>(value.number);
}

inline std::string naive_real(const AggregateSpec& spec, std::vector<double> values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  bool nan = false;
  for (const double value : values) {
    sum += value;
    nan |= value != value;
  }
  if (spec.function == Function::Sum) return show_real(sum);
  if (values.empty()) return "null";
  if (spec.function == Function::Mean) return show_real(sum / count);
  if (spec.function == Function::Median || spec.function == Function::Quantile) {
    if (nan) return "nan";
    std::sort(values.begin(), values.end());
    const double rank = (count - 1) * (spec.function == Function::Median ? 0.5 : spec.quantile);
    const auto low = static_cast<size_t>(rank);
    const double part = rank - std::floor(rank);
    return show_real(part == 0 ? values[low] : values[low] * (1 - part) + values[low + 1] * part);
  }
  if (static_cast<int64_t>(values.size()) <= spec.ddof) return "null";
  double squares = 0;
  for (const double value : values) squares += (value - sum / count) * (value - sum / count);
  const double variance = squares / (count - spec.ddof);
  return show_real(spec.function == Function::Std ? std::sqrt(variance) : variance);
}

// The text of an aggregate over these rows.
inline std::string naive_aggregate(const AggregateSpec& spec, const TestColumn& column,
                                   const std::vector<size_t>& rows) {
  if (spec.function == Function::Size) return std::to_string(rows.size());
  std::vector<Cell> valid;
  for (const size_t row : rows) {
    if (!column.cells[row].null) valid.push_back(column.cells[row]);
  }
  const auto less = [&](const Cell& a, const Cell& b) { return naive_compare(column.type, a, b) < 0; };
  std::set<std::string> distinct;
  std::vector<double> reals;
  for (const Cell& value : valid) {
    distinct.insert(show_key(column.type, value));
    if (!is_string(column.type)) reals.push_back(as_real(column.type, value));
  }
  switch (spec.function) {
    case Function::Count: return std::to_string(valid.size());
    case Function::NUnique:
    case Function::ApproxNUnique: return std::to_string(distinct.size());  // exact for so few
    case Function::Any:
      return std::to_string(int{std::any_of(valid.begin(), valid.end(), [](const Cell& c) { return c.number != 0; })});
    case Function::All:
      return std::to_string(int{std::all_of(valid.begin(), valid.end(), [](const Cell& c) { return c.number != 0; })});
    case Function::First:
    case Function::Last: {
      std::vector<Cell> all;
      for (const size_t row : rows) all.push_back(column.cells[row]);
      const std::vector<Cell>& from = spec.skip_nulls ? valid : all;
      if (from.empty()) return "null";
      return show(column.type, spec.function == Function::First ? from.front() : from.back());
    }
    case Function::Min:
      return valid.empty() ? "null" : show_key(column.type, *std::min_element(valid.begin(), valid.end(), less));
    case Function::Max: {
      // NaN only when there is nothing else.
      const auto nan = [&](const Cell& c) { return is_float(column.type) && c.real != c.real; };
      std::vector<Cell> numbers = valid;
      std::erase_if(numbers, nan);
      if (valid.empty()) return "null";
      return numbers.empty() ? "nan" : show_key(column.type, *std::max_element(numbers.begin(), numbers.end(), less));
    }
    case Function::Sum:
      if (!is_float(column.type)) {
        int64_t sum = 0;
        for (const Cell& value : valid) sum += value.number;
        return std::to_string(sum);
      }
      return naive_real(spec, reals);
    default: return naive_real(spec, reals);
  }
}

// Equal texts, or numbers that differ by rounding alone.
inline bool close(const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (a == "null" || b == "null" || a == "nan" || b == "nan") return false;
  const double x = std::strtod(a.c_str(), nullptr);
  const double y = std::strtod(b.c_str(), nullptr);
  return std::abs(x - y) <= 1e-9 * std::max({1.0, std::abs(x), std::abs(y)});
}

}  // namespace millrace::agg::testing
