// Levenshtein's distance between texts, in code points. What both begin and end with is left out first. Where the
// shorter rest has up to 64 code points, a column of the table is one word (Myers 1999, in the form of Hyyro 2003);
// else the table is computed a row at a time.
#include <algorithm>
#include <bit>

#include "expr/code_point.h"
#include "expr/kernels.h"
#include "expr/loops.h"

namespace millrace::expr {

namespace {

struct Points {
  const uint32_t* data;
  size_t size;
};

// Memory for the longest pair of a batch.
struct Scratch {
  uint32_t* left;
  uint32_t* right;
  uint32_t* row;
};

Points decode(const StringRef& text, uint32_t* out) {
  const char* at = text.data;
  const char* end = text.data + text.size;
  size_t count = 0;
  while (at < end) {
    const CodePoint point = decode_code_point(at, end);
    // A byte that begins no character is unlike all characters, and like itself.
    out[count++] = point.value == kNotACharacter ? 0x80000000u | static_cast<uint8_t>(*at) : point.value;
    at += point.bytes;
  }
  return {out, count};
}

void strip_common_ends(Points& a, Points& b) {
  while (a.size > 0 && b.size > 0 && a.data[0] == b.data[0]) {
    a = {a.data + 1, a.size - 1};
    b = {b.data + 1, b.size - 1};
  }
  while (a.size > 0 && b.size > 0 && a.data[a.size - 1] == b.data[b.size - 1]) {
    a.size--;
    b.size--;
  }
}

constexpr uint32_t kTablePoints = 256;

// Precondition: 1 to 64 code points in `pattern`. `table` is all zeros, and so it is left.
int64_t distance_in_words(const Points& pattern, const Points& text, uint64_t* table) {
  for (size_t i = 0; i < pattern.size; i++) {
    if (pattern.data[i] < kTablePoints) table[pattern.data[i]] |= uint64_t{1} << i;
  }
  const auto places_of = [&](uint32_t point) {
    if (point < kTablePoints) return table[point];
    uint64_t places = 0;
    for (size_t i = 0; i < pattern.size; i++) places |= uint64_t{pattern.data[i] == point} << i;
    return places;
  };
  const uint64_t last = uint64_t{1} << (pattern.size - 1);
  uint64_t up = ~uint64_t{0}, down = 0;
  auto distance = static_cast<int64_t>(pattern.size);
  for (size_t j = 0; j < text.size; j++) {
    const uint64_t equal = places_of(text.data[j]);
    const uint64_t zero = (((equal & up) + up) ^ up) | equal | down;
    uint64_t right_up = down | ~(zero | up);
    uint64_t right_down = up & zero;
    distance += (right_up & last) != 0;
    distance -= (right_down & last) != 0;
    right_up = right_up << 1 | 1;
    right_down <<= 1;
    up = right_down | ~(zero | right_up);
    down = right_up & zero;
  }
  for (size_t i = 0; i < pattern.size; i++) {
    if (pattern.data[i] < kTablePoints) table[pattern.data[i]] = 0;
  }
  return distance;
}

int64_t distance_by_rows(const Points& a, const Points& b, uint32_t* row) {
  for (size_t i = 0; i <= a.size; i++) row[i] = static_cast<uint32_t>(i);
  for (size_t j = 0; j < b.size; j++) {
    uint32_t diagonal = row[0];
    row[0]++;
    for (size_t i = 0; i < a.size; i++) {
      const uint32_t change = diagonal + (a.data[i] != b.data[j]);
      diagonal = row[i + 1];
      row[i + 1] = std::min(change, std::min(row[i], diagonal) + 1);
    }
  }
  return row[a.size];
}

int64_t distance(const StringRef& left, const StringRef& right, const Scratch& scratch, uint64_t* table) {
  Points a = decode(left, scratch.left), b = decode(right, scratch.right);
  strip_common_ends(a, b);
  if (a.size > b.size) std::swap(a, b);
  if (a.size == 0) return static_cast<int64_t>(b.size);
  return a.size <= 64 ? distance_in_words(a, b, table) : distance_by_rows(a, b, scratch.row);
}

uint64_t longest(const Call& call, const Argument& argument) {
  uint64_t bytes = 0;
  for (uint32_t row = 0; row < call.rows; row++) {
    if (call.is_valid(row)) bytes = std::max(bytes, argument.at<StringRef>(row).size);
  }
  return bytes;
}

}  // namespace

Status levenshtein(Call& call) {
  const uint64_t left = longest(call, call.arguments[0]), right = longest(call, call.arguments[1]);
  const uint64_t bytes = (left + right + std::min(left, right) + 2) * sizeof(uint32_t);
  char* memory = call.arena->allocate(bytes);
  if (!memory) return memory_limit_error(call.budget, bytes);
  memory += (0 - reinterpret_cast<uintptr_t>(memory)) % sizeof(uint32_t);
  auto* points = reinterpret_cast<uint32_t*>(memory);
  const Scratch scratch{points, points + left, points + left + right};
  uint64_t table[kTablePoints] = {};
  auto* out = call.out<int64_t>();
  for (uint32_t row = 0; row < call.rows; row++) {
    if (!call.is_valid(row)) continue;
    out[row] = distance(call.arguments[0].at<StringRef>(row), call.arguments[1].at<StringRef>(row), scratch, table);
  }
  return {};
}

}  // namespace millrace::expr
