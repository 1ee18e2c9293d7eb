#include "store/unpack_columns.h"

#include "column/bits.h"

namespace millrace::store {

namespace {

// Chunk by chunk, any number of them at once: where the rows of a chunk go follows from the chunks before it.
class ColumnUnpacker {
 public:
  ColumnUnpacker(const StoredFrame& frame, uint32_t column, Workers& workers, MemoryBudget* budget)
      : frame_(frame),
        column_(column),
        workers_(workers),
        budget_(budget),
        held_(held_columns(workers, budget)),
        byte_starts_(budget) {}

  Result<Column> unpack(std::vector<std::unique_ptr<Scratch>>& scratch) {
    const TypeId type = frame_.schema[column_].type;
    out_.type = type;
    out_.rows = frame_.rows;
    out_.data = Buffer(budget_);
    out_.offsets = Buffer(budget_);
    out_.validity = Buffer(budget_);
    MILLRACE_TRY(unpack_validity(frame_, column_, held_[0], out_.validity, out_.null_count));
    MILLRACE_TRY(is_string(type) ? make_room_for_strings(scratch) : make_room(out_.data, type_width(type)));
    MILLRACE_TRY(each_chunk(
        scratch, [&](size_t at, auto read) { is_string(type) ? copy_strings(at, read) : copy_values(at, read); }));
    return std::move(out_);
  }

 private:
  // Calls visit(at, read) for every chunk; read(first, count) gives some of its rows.
  template <class Visit>
  Status each_chunk(std::vector<std::unique_ptr<Scratch>>& scratch, Visit visit) {
    return workers_.run(frame_.chunks.size(), [&](size_t at, uint32_t slot) -> Status {
      auto values = held_[slot].hold(frame_.chunks[at], column_);
      MILLRACE_TRY(values);
      visit(at, [&, &from = *values.value()](int64_t first, uint32_t count) {
        return read_chunk(from, out_.type, frame_.dictionaries[column_].get(), first, count, *scratch[slot]);
      });
      held_[slot].release();
      return {};
    });
  }

  Status make_room(Buffer& buffer, size_t width, size_t more = 0) {
    const size_t bytes = (static_cast<size_t>(frame_.rows) + more) * width;
    MILLRACE_TRY(buffer.reserve(bytes));
    return buffer.resize(bytes);
  }

  Status make_room_for_strings(std::vector<std::unique_ptr<Scratch>>& scratch) {
    MILLRACE_TRY(byte_starts_.resize_fill(frame_.chunks.size() + 1, 0));
    MILLRACE_TRY(each_chunk(scratch, [&](size_t at, auto read) {
      uint64_t bytes = 0;
      each_vector(frame_.chunks[at], [&](int64_t first, uint32_t count) {
        const Vector vector = read(first, count);
        for (uint32_t i = 0; i < count; i++) bytes += vector.is_valid(i) ? vector.as<StringRef>()[i].size : 0;
      });
      byte_starts_[at + 1] = bytes;
    }));
    for (size_t at = 0; at < frame_.chunks.size(); at++) byte_starts_[at + 1] += byte_starts_[at];
    const uint64_t bytes = byte_starts_[frame_.chunks.size()];
    MILLRACE_TRY(out_.data.reserve(bytes));
    MILLRACE_TRY(out_.data.resize(bytes));
    MILLRACE_TRY(make_room(out_.offsets, sizeof(uint64_t), 1));
    reinterpret_cast<uint64_t*>(out_.offsets.data())[0] = 0;
    return {};
  }

  template <class Read>
  void copy_values(size_t at, Read read) {
    const size_t width = type_width(out_.type);
    uint8_t* const to = out_.data.data() + static_cast<size_t>(frame_.chunks[at].first_row) * width;
    each_vector(frame_.chunks[at], [&](int64_t first, uint32_t count) {
      const Vector vector = read(first, count);
      std::memcpy(to + static_cast<size_t>(first) * width, vector.data, count * width);
    });
  }

  template <class Read>
  void copy_strings(size_t at, Read read) {
    uint64_t end = byte_starts_[at];
    auto* ends = reinterpret_cast<uint64_t*>(out_.offsets.data()) + frame_.chunks[at].first_row + 1;
    each_vector(frame_.chunks[at], [&](int64_t first, uint32_t count) {
      const Vector vector = read(first, count);
      for (uint32_t i = 0; i < count; i++) {
        const StringRef string = vector.as<StringRef>()[i];
        if (vector.is_valid(i) && string.size > 0) {
          std::memcpy(out_.data.data() + end, string.data, string.size);
          end += string.size;
        }
        ends[first + i] = end;
      }
    });
  }

  const StoredFrame& frame_;
  const uint32_t column_;
  Workers& workers_;
  MemoryBudget* const budget_;
  std::vector<HeldColumn> held_;     // by slot
  PodVector<uint64_t> byte_starts_;  // strings: by chunk, and the end
  Column out_;
};

}  // namespace

// One after another: chunks share words, and a bit a row is little.
Status unpack_validity(const StoredFrame& frame, uint32_t column, HeldColumn& held, Buffer& into, int64_t& null_count) {
  null_count = 0;
  for (const RowChunk& chunk : frame.chunks) null_count += chunk.columns[column].null_count;
  if (null_count == 0) return {};
  const size_t bytes = static_cast<size_t>(bits::words_for(frame.rows)) * sizeof(uint64_t);
  MILLRACE_TRY(into.reserve(bytes));
  MILLRACE_TRY(into.resize(bytes));
  uint64_t scratch[kValidityWords];
  for (const RowChunk& chunk : frame.chunks) {
    const ColumnChunk* values = &chunk.columns[column];
    if (values->null_count > 0) {
      auto validity = held.hold(chunk, column, HeldColumn::Part::Validity);
      MILLRACE_TRY(validity);
      values = validity.value();
    }
    each_vector(chunk, [&](int64_t first, uint32_t count) {
      bits::append(reinterpret_cast<uint64_t*>(into.data()), chunk.first_row + first,
                   read_chunk_validity(*values, first, count, scratch), count);
    });
  }
  held.release();
  return {};
}

Result<std::vector<Column>> unpack_columns(const StoredFrame& frame, const std::vector<uint32_t>& columns,
                                           Workers& workers, MemoryBudget* budget) {
  std::vector<std::unique_ptr<Scratch>> scratch;
  for (uint32_t slot = 0; slot < workers.slots(); slot++) scratch.push_back(std::make_unique<Scratch>());
  std::vector<Column> out;
  for (const uint32_t column : columns) {
    auto unpacked = ColumnUnpacker(frame, column, workers, budget).unpack(scratch);
    MILLRACE_TRY(unpacked);
    out.push_back(unpacked.take());
  }
  return out;
}

}  // namespace millrace::store
