#include "spill/parts.h"

#include <algorithm>

#include "spill/spilled_values.h"

namespace millrace::spill {

namespace {

// Rows of a part end a chunk at this many, or at this many bytes.
constexpr int64_t kChunkRows = 8192;
constexpr int64_t kChunkBytes = 256 << 10;

int64_t bytes_of(const Vector& vector, uint32_t rows) {
  if (!is_string(vector.type)) return static_cast<int64_t>(type_width(vector.type)) * rows;
  const auto* texts = vector.as<StringRef>();
  int64_t out = 8 * static_cast<int64_t>(rows);
  for (uint32_t i = 0; i < rows; i++) {
    if (vector.is_valid(i)) out += static_cast<int64_t>(texts[i].size);
  }
  return out;
}

// Of a column in the file; those of all columns come before the buffers of all.
struct ColumnHeader {
  uint64_t encoding;
  uint64_t width;
  int64_t null_count;
  int64_t base;
  uint64_t data;  // bytes
  uint64_t offsets;
  uint64_t validity;
};

ColumnHeader header_of(const store::ColumnChunk& column) {
  return {static_cast<uint64_t>(column.encoding),
          column.width,
          column.null_count,
          column.base,
          column.data.size(),
          column.offsets.size(),
          column.validity.size()};
}

Status read_into(Buffer& to, size_t size, const uint8_t*& from) {
  if (size == 0) return {};
  MILLRACE_TRY(to.reserve(size));
  MILLRACE_TRY(to.resize(size));
  std::memcpy(to.data(), from, size);
  from += size;
  return {};
}

Status read_column(const ColumnHeader& header, int64_t rows, MemoryBudget* budget, const uint8_t*& from,
                   store::ColumnChunk& out) {
  out.encoding = static_cast<store::Encoding>(header.encoding);
  out.width = static_cast<uint8_t>(header.width);
  out.rows = rows;
  out.null_count = header.null_count;
  out.base = header.base;
  out.data = Buffer(budget);
  out.offsets = Buffer(budget);
  out.validity = Buffer(budget);
  MILLRACE_TRY(read_into(out.data, header.data, from));
  // Texts of no bytes are read from somewhere.
  if (header.offsets && header.data == 0) MILLRACE_TRY(out.data.reserve(1));
  MILLRACE_TRY(read_into(out.offsets, header.offsets, from));
  return read_into(out.validity, header.validity, from);
}

}  // namespace

SpillPolicy make_policy(SpillSpace& space, MemoryBudget& budget, uint32_t threads, bool always) {
  constexpr int64_t kAssumedLimit = 256 << 20;
  constexpr int64_t kLeastBuffer = 64 << 10;
  constexpr int64_t kMostBuffer = 64 << 20;
  const int64_t limit = budget.limit_bytes() == INT64_MAX ? kAssumedLimit : budget.limit_bytes();
  const int64_t share = limit / std::max<uint32_t>(threads, 1);
  const int64_t buffer = std::clamp(share / 16, kLeastBuffer, kMostBuffer);
  return {&space, &budget, always ? 0 : limit / 4, buffer, share / 8, share};
}

size_t parts_for(const SpillPolicy& policy, int64_t bytes) {
  constexpr size_t kFewest = 8;
  return std::clamp(static_cast<size_t>(bytes / std::max<int64_t>(policy.part_bytes, 1)) + 1, kFewest, kMostParts);
}

Result<std::shared_ptr<SpillFile>> SharedFile::get() {
  if (auto file = std::atomic_load(&file_)) return file;
  auto fresh = SpillFile::create(space_);
  MILLRACE_TRY(fresh);
  std::shared_ptr<SpillFile> file = fresh.take();
  std::shared_ptr<SpillFile> none;
  return std::atomic_compare_exchange_strong(&file_, &none, file) ? file : none;
}

PartWriter::PartWriter(const Schema& schema, size_t parts, SharedFile& file, const SpillPolicy& policy)
    : schema_(schema), file_(file), policy_(policy), open_(parts), done_(parts), staging_(policy.budget) {
  for (size_t c = 0; c < schema.size(); c++) gathered_.emplace_back(policy.budget);
  clear();
}

void PartWriter::clear() {
  for (Open& open : open_) open = {};
  for (Part& part : done_) part = {};
  open_bytes_ = bytes_ = 0;
}

Status PartWriter::append(const Vector* columns, const uint16_t* part_of_row, uint32_t rows, size_t wanted_parts) {
  if (!part_of_row || open_.size() == 1) {
    MILLRACE_TRY(append_selected(open_[0], columns, nullptr, rows));
    return open_[0].rows >= kChunkRows || open_[0].bytes >= kChunkBytes ? end_chunk(0) : Status();
  }
  uint32_t starts[kMostParts + 1] = {};
  for (uint32_t i = 0; i < rows; i++) starts[part_of_row[i] + 1]++;
  for (size_t part = 0; part < open_.size(); part++) starts[part + 1] += starts[part];
  selections_.resize(rows);
  uint32_t next[kMostParts];
  std::copy_n(starts, open_.size(), next);
  for (uint32_t i = 0; i < rows; i++) selections_[next[part_of_row[i]]++] = i;
  for (size_t part = 0; part < std::min(open_.size(), wanted_parts); part++) {
    const uint32_t count = starts[part + 1] - starts[part];
    if (count == 0) continue;
    MILLRACE_TRY(append_selected(open_[part], columns, selections_.data() + starts[part], count));
    if (open_[part].rows >= kChunkRows || open_[part].bytes >= kChunkBytes) MILLRACE_TRY(end_chunk(part));
  }
  return open_bytes_ > policy_.buffer_bytes ? end_all() : Status();
}

Status PartWriter::append_selected(Open& open, const Vector* columns, const uint32_t* selection, uint32_t count) {
  if (open.columns.empty()) {
    for (const Field& field : schema_) open.columns.emplace_back(field.type, policy_.budget);
  }
  int64_t bytes = 0;
  for (size_t c = 0; c < schema_.size(); c++) {
    Vector vector = columns[c];
    if (selection) {
      auto gathered = gathered_[c].gather(vector, selection, count);
      MILLRACE_TRY(gathered);
      vector = gathered.value();
    }
    bytes += bytes_of(vector, count);
    MILLRACE_TRY(open.columns[c].append(vector, count));
  }
  open.rows += count;
  open.bytes += bytes;
  open_bytes_ += bytes;
  bytes_ += bytes;
  return {};
}

Status PartWriter::end_chunk(size_t at) {
  Open open = std::exchange(open_[at], {});
  if (open.rows == 0) return {};
  open_bytes_ -= open.bytes;
  Part& part = done_[at];
  PartChunk chunk;
  chunk.rows = open.rows;
  chunk.columns = std::make_unique<std::vector<store::ColumnChunk>>();
  part.nulls.resize(open.columns.size());
  for (size_t c = 0; c < open.columns.size(); c++) {
    ColumnBuilder& builder = open.columns[c];
    part.nulls[c] |= builder.null_count() > 0;
    auto encoded = store::encode_chunk(builder, policy_.budget);
    MILLRACE_TRY(encoded);
    chunk.columns->push_back(encoded.take());
    builder = ColumnBuilder(builder.type(), policy_.budget);
  }
  if (policy_.budget->used_bytes() >= policy_.resident_bytes) MILLRACE_TRY(write(chunk));
  part.rows += open.rows;
  part.bytes += open.bytes;
  part.chunks.push_back(std::move(chunk));
  return {};
}

Status PartWriter::end_all() {
  for (size_t part = 0; part < open_.size(); part++) MILLRACE_TRY(end_chunk(part));
  return {};
}

Status PartWriter::write(PartChunk& chunk) {
  auto file = file_.get();
  MILLRACE_TRY(file);
  size_t size = chunk.columns->size() * sizeof(ColumnHeader);
  for (const store::ColumnChunk& column : *chunk.columns) {
    size += column.data.size() + column.offsets.size() + column.validity.size();
  }
  MILLRACE_TRY(staging_.reserve(size));
  uint8_t* to = staging_.data();
  for (const store::ColumnChunk& column : *chunk.columns) {
    const ColumnHeader header = header_of(column);
    std::memcpy(to, &header, sizeof header);
    to += sizeof header;
  }
  for (const store::ColumnChunk& column : *chunk.columns) {
    for (const Buffer* buffer : {&column.data, &column.offsets, &column.validity}) {
      if (buffer->size()) std::memcpy(to, buffer->data(), buffer->size());
      to += buffer->size();
    }
  }
  auto offset = file.value()->append(staging_.data(), size);
  MILLRACE_TRY(offset);
  chunk.offset = offset.value();
  chunk.bytes = static_cast<int64_t>(size);
  chunk.checksum = checksum(staging_.data(), size);
  chunk.columns.reset();
  return {};
}

Result<std::vector<Part>> PartWriter::take() {
  MILLRACE_TRY(end_all());
  std::vector<Part> out(open_.size());
  std::swap(out, done_);
  bytes_ = 0;
  return out;
}

void raise_numbers(PartChunk& chunk, int64_t by) {
  // They are stored as what they lie above a base, or as that alone: never as they are, as a strip has no 2^32 rows.
  (chunk.columns ? chunk.columns->back().base : chunk.number_base) += by;
}

Status load(PartChunk& chunk, const Parts& parts, MemoryBudget* budget) {
  if (chunk.columns) return {};
  const auto size = static_cast<size_t>(chunk.bytes);
  Buffer bytes(budget);
  MILLRACE_TRY(bytes.reserve(size));
  MILLRACE_TRY(parts.file->read(chunk.offset, bytes.data(), size));
  if (checksum(bytes.data(), size) != chunk.checksum) return damaged_file();
  const size_t count = parts.schema.size();
  auto columns = std::make_unique<std::vector<store::ColumnChunk>>(count);
  const uint8_t* from = bytes.data() + count * sizeof(ColumnHeader);
  for (size_t c = 0; c < count; c++) {
    ColumnHeader header;
    std::memcpy(&header, bytes.data() + c * sizeof header, sizeof header);
    MILLRACE_TRY(read_column(header, chunk.rows, budget, from, (*columns)[c]));
  }
  if (chunk.number_base != 0) columns->back().base += chunk.number_base;
  chunk.columns = std::move(columns);
  return {};
}

void unload(PartChunk& chunk) {
  if (chunk.offset >= 0) chunk.columns.reset();
}

}  // namespace millrace::spill
