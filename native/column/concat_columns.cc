#include "column/concat_columns.h"

#include <algorithm>

namespace millrace {

namespace {

// A multiple of 64, so that only the ends of pieces share words of the bitmap.
constexpr size_t kTaskRows = size_t{1} << 18;

// Rows [first, first + count) of one piece, and where they go.
struct Part {
  const Column* from;
  size_t first;
  size_t count;
  size_t to;
  uint64_t bytes_to;  // strings
};

const uint64_t* offsets_of(const Column& column) { return reinterpret_cast<const uint64_t*>(column.offsets.data()); }

void copy_part(const Part& part, Column& out) {
  if (!is_string(out.type)) {
    const size_t width = type_width(out.type);
    if (part.count) {
      std::memcpy(out.data.data() + part.to * width, part.from->data.data() + part.first * width, part.count * width);
    }
    return;
  }
  const uint64_t* from = offsets_of(*part.from) + part.first;
  auto* ends = reinterpret_cast<uint64_t*>(out.offsets.data()) + part.to + 1;
  for (size_t i = 0; i < part.count; i++) ends[i] = from[i + 1] - from[0] + part.bytes_to;
  const uint64_t bytes = from[part.count] - from[0];
  if (bytes) std::memcpy(out.data.data() + part.bytes_to, part.from->data.data() + from[0], bytes);
}

// Serial: pieces meet inside words. Whole words are copied where both sides stand at one.
void copy_validity(const Part& part, uint64_t* bits) {
  const auto* from = reinterpret_cast<const uint64_t*>(part.from->validity.data());
  const bool all_valid = part.from->null_count == 0;
  for (size_t i = 0; i < part.count;) {
    const size_t row = part.first + i;
    const size_t to = part.to + i;
    if (to % 64 == 0 && row % 64 == 0 && part.count - i >= 64) {
      bits[to / 64] = all_valid ? ~uint64_t{0} : from[row / 64];
      i += 64;
      continue;
    }
    const bool valid = all_valid || (from[row / 64] >> (row % 64) & 1);
    bits[to / 64] |= uint64_t{valid} << (to % 64);
    i++;
  }
}

}  // namespace

Result<Column> concat_columns(const std::vector<const Column*>& pieces, Workers& workers, MemoryBudget* budget) {
  Column out;
  out.type = pieces[0]->type;
  out.data = Buffer(budget);
  out.offsets = Buffer(budget);
  out.validity = Buffer(budget);
  std::vector<Part> parts;
  uint64_t bytes = 0;
  for (const Column* piece : pieces) {
    const auto rows = static_cast<size_t>(piece->rows);
    for (size_t first = 0; first < rows; first += kTaskRows) {
      const size_t count = std::min(kTaskRows, rows - first);
      parts.push_back({piece, first, count, static_cast<size_t>(out.rows) + first, bytes});
      if (is_string(out.type)) bytes += offsets_of(*piece)[first + count] - offsets_of(*piece)[first];
    }
    out.rows += piece->rows;
    out.null_count += piece->null_count;
  }
  const auto rows = static_cast<size_t>(out.rows);
  const size_t size = is_string(out.type) ? bytes : rows * type_width(out.type);
  MILLRACE_TRY(out.data.reserve(std::max<size_t>(size, 1)));
  MILLRACE_TRY(out.data.resize(size));
  if (is_string(out.type)) {
    MILLRACE_TRY(out.offsets.reserve((rows + 1) * sizeof(uint64_t)));
    MILLRACE_TRY(out.offsets.resize((rows + 1) * sizeof(uint64_t)));
    reinterpret_cast<uint64_t*>(out.offsets.data())[0] = 0;
  }
  MILLRACE_TRY(workers.run(parts.size(), [&](size_t i, uint32_t) -> Status {
    copy_part(parts[i], out);
    return {};
  }));
  if (out.null_count == 0) return out;
  PodVector<uint64_t> bits(budget);
  MILLRACE_TRY(bits.resize_fill(pieces_of(rows, 64), 0));
  for (const Part& part : parts) {
    MILLRACE_TRY(workers.check());
    copy_validity(part, bits.data());
  }
  out.validity = bits.take_buffer();
  return out;
}

}  // namespace millrace
