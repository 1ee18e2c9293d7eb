#include "store/packed_column.h"

#include <algorithm>
#include <bit>

#include "column/visit_fixed.h"
#include "store/unpack_columns.h"

namespace millrace::store {

namespace {

uint8_t bytes_for(uint64_t largest) {
  return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : largest <= UINT32_MAX ? 4 : 8;
}

// Of integers: the smallest value as base, and a width for all of them above it.
template <class T>
void choose_narrow(const StoredFrame& frame, uint32_t column, PackedColumn& out) {
  bool any = false;
  T min{};
  T max{};
  for (const RowChunk& chunk : frame.chunks) {
    const ColumnChunk& values = chunk.columns[column];
    if (!values.has_range) continue;
    min = any ? std::min(min, static_cast<T>(values.min)) : static_cast<T>(values.min);
    max = any ? std::max(max, static_cast<T>(values.max)) : static_cast<T>(values.max);
    any = true;
  }
  out.base = static_cast<uint64_t>(min);
  out.width = std::min<uint8_t>(sizeof(T), bytes_for(static_cast<uint64_t>(max) - static_cast<uint64_t>(min)));
}

void choose_form(const StoredFrame& frame, uint32_t column, PackedColumn& out) {
  out.type = frame.schema[column].type;
  if (is_string(out.type)) {
    out.dictionary = frame.dictionaries[column].get();
    out.width = bytes_for(out.dictionary->refs.size());
    return;
  }
  visit_fixed(out.type, [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_floating_point_v<T>) {
      out.width = sizeof(T);
    } else {
      choose_narrow<T>(frame, column, out);
    }
  });
}

// What lies under a null becomes anything.
template <class Stored, class T>
void narrow_into(uint8_t* to, const T* values, uint32_t count, uint64_t base) {
  auto* out = reinterpret_cast<Stored*>(to);
  for (uint32_t i = 0; i < count; i++) out[i] = static_cast<Stored>(static_cast<uint64_t>(values[i]) - base);
}

template <class T>
void pack_values(const PackedColumn& form, uint8_t* to, const T* values, uint32_t count) {
  switch (form.width) {
    case 1: narrow_into<uint8_t>(to, values, count, form.base); break;
    case 2: narrow_into<uint16_t>(to, values, count, form.base); break;
    case 4: narrow_into<uint32_t>(to, values, count, form.base); break;
    default: narrow_into<uint64_t>(to, values, count, form.base); break;
  }
}

void pack_vector(const ColumnChunk& chunk, PackedColumn& out, int64_t first, uint32_t count, uint8_t* to,
                 Scratch& scratch) {
  if (is_string(out.type)) {
    read_chunk_codes(chunk, first, count, scratch.codes);
    pack_values(out, to, scratch.codes, count);
    return;
  }
  const Vector vector = read_chunk(chunk, out.type, nullptr, first, count, scratch);
  visit_fixed(out.type, [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_floating_point_v<T>) {
      std::memcpy(to, vector.data, count * sizeof(T));
    } else {
      pack_values(out, to, vector.as<T>(), count);
    }
  });
}

}  // namespace

bool can_pack(const StoredFrame& frame, uint32_t column) {
  if (!is_string(frame.schema[column].type)) return true;
  if (!frame.dictionaries[column]) return false;
  return std::all_of(frame.chunks.begin(), frame.chunks.end(),
                     [&](const RowChunk& chunk) { return chunk.columns[column].encoding == Encoding::Dictionary; });
}

Result<PackedColumn> pack_column(const StoredFrame& frame, uint32_t column, Workers& workers, MemoryBudget* budget) {
  PackedColumn out;
  choose_form(frame, column, out);
  out.data = Buffer(budget);
  out.validity = Buffer(budget);
  std::vector<HeldColumn> held = held_columns(workers, budget);
  MILLRACE_TRY(unpack_validity(frame, column, held[0], out.validity, out.null_count));
  MILLRACE_TRY(out.data.reserve(static_cast<size_t>(frame.rows) * out.width));
  MILLRACE_TRY(out.data.resize(static_cast<size_t>(frame.rows) * out.width));
  std::vector<std::unique_ptr<Scratch>> scratch;
  for (uint32_t slot = 0; slot < workers.slots(); slot++) scratch.push_back(std::make_unique<Scratch>());
  MILLRACE_TRY(workers.run(frame.chunks.size(), [&](size_t at, uint32_t slot) -> Status {
    const RowChunk& chunk = frame.chunks[at];
    auto values = held[slot].hold(chunk, column);
    MILLRACE_TRY(values);
    each_vector(chunk, [&](int64_t first, uint32_t count) {
      uint8_t* const to = out.data.data() + static_cast<size_t>(chunk.first_row + first) * out.width;
      pack_vector(*values.value(), out, first, count, to, *scratch[slot]);
    });
    held[slot].release();
    return {};
  }));
  return out;
}

}  // namespace millrace::store
