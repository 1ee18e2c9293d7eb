// Small tables, expressions written as plan nodes with single quotes, and answers as text, for the expression tests.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "column/format.h"
#include "expr/program.h"

namespace millrace::expr::test {

template <class T>
using Cells = std::vector<std::optional<T>>;

// Columns of one length with memory padded as the engine's own is. Values under nulls are deliberately left as they
// come: `under_null` of the column's type.
class Table {
 public:
  template <class T>
  Table& add(const std::string& name, TypeId type, const Cells<T>& cells, T under_null = T{}) {
    auto& column = columns_.emplace_back();
    column.data.resize(cells.size() * sizeof(T) + kBufferPadding);
    auto* values = reinterpret_cast<T*>(column.data.data());
    for (size_t i = 0; i < cells.size(); i++) values[i] = cells[i].value_or(under_null);
    finish(column, name, type, validity_of(cells), cells.size());
    return *this;
  }

  Table& add(const std::string& name, const Cells<std::string>& cells, TypeId type = TypeId::Utf8) {
    auto& column = columns_.emplace_back();
    for (const auto& cell : cells) column.text += cell.value_or("");
    column.text.append(kStringPadding, '\x7F');
    column.data.resize(cells.size() * sizeof(StringRef) + kBufferPadding);
    auto* values = reinterpret_cast<StringRef*>(column.data.data());
    size_t at = 0;
    for (size_t i = 0; i < cells.size(); i++) {
      const size_t size = cells[i] ? cells[i]->size() : 0;
      values[i] = {column.text.data() + at, size};
      at += size;
    }
    finish(column, name, type, validity_of(cells), cells.size());
    return *this;
  }

  const Schema& schema() const { return schema_; }
  Batch batch() const {
    Batch out;
    out.rows = rows_;
    for (const auto& column : columns_) {
      out.columns.push_back(
          {column.type, column.data.data(), column.validity.empty() ? nullptr : column.validity.data()});
    }
    return out;
  }

 private:
  struct Stored {
    TypeId type;
    std::vector<unsigned char> data;
    std::vector<uint64_t> validity;
    std::string text;
  };

  template <class Cell>
  static std::vector<uint64_t> validity_of(const std::vector<Cell>& cells) {
    std::vector<uint64_t> words((cells.size() + 63) / 64);
    bool any_null = false;
    for (size_t i = 0; i < cells.size(); i++) {
      words[i / 64] |= uint64_t{cells[i].has_value()} << (i % 64);
      any_null = any_null || !cells[i];
    }
    if (!any_null) words.clear();
    return words;
  }

  void finish(Stored& column, const std::string& name, TypeId type, std::vector<uint64_t> validity, size_t rows) {
    column.type = type;
    schema_.push_back({name, type, !validity.empty()});
    column.validity = std::move(validity);
    rows_ = static_cast<uint32_t>(rows);
  }

  Schema schema_;
  std::deque<Stored> columns_;
  uint32_t rows_ = 0;
};

// Plan text may use ' for ".
inline Json nodes_of(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  auto json = Json::parse(text);
  return json.ok() ? json.take() : Json();
}

// The last node's value over a table.
class Answer {
 public:
  Answer(const Table& table, const std::string& nodes) : Answer(table, nodes_of(nodes)) {}
  Answer(const Table& table, const Json& nodes) {
    const uint32_t output = static_cast<uint32_t>(nodes.size()) - 1;
    auto program = Program::bind(nodes, {&output, 1}, table.schema());
    if (!program.ok()) {
      status_ = program.take_status();
      return;
    }
    program_ = program.take();
    type_ = program_->outputs()[0].type;
    evaluator_ = std::make_unique<Evaluator>(*program_, nullptr);
    rows_ = table.batch().rows;
    status_ = evaluator_->evaluate(table.batch(), {&vector_, 1});
  }

  const Status& status() const { return status_; }
  TypeId type() const { return type_; }
  bool nullable() const { return program_->outputs()[0].nullable; }
  uint32_t rows() const { return rows_; }

  template <class T>
  std::optional<T> get(uint32_t row) const {
    if (!vector_.is_valid(row)) return std::nullopt;
    return vector_.as<T>()[row];
  }
  // 0, 1, or -1 for null.
  int truth(uint32_t row) const { return vector_.is_valid(row) ? vector_.as<uint8_t>()[row] : -1; }
  std::optional<std::string> text(uint32_t row) const {
    if (!vector_.is_valid(row)) return std::nullopt;
    return std::string(vector_.as<StringRef>()[row].view());
  }

  // "int64 [1, null, 3]", or "ERR_CAST message | text" of the error.
  std::string show() const {
    if (!status_.ok()) {
      const std::string& text = status_.facts().text;
      return std::string(code_name(status_.code())) + " " + status_.message() + (text.empty() ? "" : " | " + text);
    }
    std::string out = std::string(type_name(type_)) + " [";
    for (uint32_t row = 0; row < rows_; row++) out += (row ? ", " : "") + value(row);
    return out + "]";
  }
  std::string value(uint32_t row) const {
    const auto* bytes = static_cast<const unsigned char*>(vector_.data);
    return vector_.is_valid(row) ? format_value(type_, bytes + row * type_width(type_)) : "null";
  }

 private:
  Status status_;
  TypeId type_ = TypeId::Bool;
  uint32_t rows_ = 0;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Evaluator> evaluator_;
  Vector vector_;
};

inline std::string show(const Table& table, const std::string& nodes) { return Answer(table, nodes).show(); }

// Row counts at which loops by words, by vector registers and by whole vectors end differently.
inline constexpr uint32_t kRowCounts[] = {0, 1, 63, 64, 65, 2047, 2048};

using Random = std::mt19937_64;

// With and without nulls; `make` gives the values.
template <class T, class F>
Cells<T> random_cells(Random& random, uint32_t rows, bool nulls, F make) {
  Cells<T> out(rows);
  for (auto& cell : out) {
    if (!nulls || random() % 4 != 0) cell = make();
  }
  return out;
}

// Small, extreme and arbitrary ones in turn.
inline int64_t random_int64(Random& random) {
  static constexpr int64_t kEdges[] = {0,
                                       1,
                                       -1,
                                       INT64_MAX,
                                       INT64_MIN,
                                       INT64_MAX - 1,
                                       INT64_MIN + 1,
                                       int64_t{1} << 53,
                                       (int64_t{1} << 53) + 1,
                                       INT32_MAX,
                                       INT32_MIN};
  switch (random() % 3) {
    case 0: return static_cast<int64_t>(random() % 21) - 10;
    case 1: return kEdges[random() % std::size(kEdges)];
    default: return static_cast<int64_t>(random());
  }
}

inline double random_float64(Random& random) {
  static constexpr double kEdges[] = {0.0,
                                      -0.0,
                                      0.5,
                                      -0.5,
                                      1.5,
                                      2.5,
                                      0.49999999999999994,
                                      4503599627370495.5,
                                      9007199254740993.0,
                                      1e22,
                                      1e300,
                                      -1e300,
                                      5e-324,
                                      __builtin_nan(""),
                                      __builtin_inf(),
                                      -__builtin_inf()};
  switch (random() % 3) {
    case 0: return static_cast<double>(static_cast<int64_t>(random() % 2001) - 1000) / 8;
    case 1: return kEdges[random() % std::size(kEdges)];
    default: return static_cast<double>(static_cast<int64_t>(random())) / 3e9;
  }
}

// The same value, NaN like NaN and minus zero unlike zero.
inline bool same(double a, double b) { return (a != a && b != b) || (a == b && std::signbit(a) == std::signbit(b)); }
inline bool same(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

// The code points of valid UTF-8, each as a text.
inline std::vector<std::string> characters(const std::string& text) {
  std::vector<std::string> out;
  for (const char byte : text) {
    if ((static_cast<uint8_t>(byte) & 0xC0) == 0x80)
      out.back() += byte;
    else
      out.emplace_back(1, byte);
  }
  return out;
}

}  // namespace millrace::expr::test
