#include "spill/parts.h"

#include <algorithm>

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

Status damaged() {
  ErrorFacts facts;
  facts.hint = "run the query again; if it happens again, name a folder on another disk as `spillDirectory`";
  return Status(Code::Io, "a spill file does not give back what was written to it", std::move(facts));
}

Status read_into(Buffer& to, size_t size, const uint8_t*& from) {
  MILLRACE_TRY(to.reserve(size));
  MILLRACE_TRY(to.resize(size));
  if (size) std::memcpy(to.data(), from, size);
  from += size;
  return {};
}

Status load_column(store::ColumnChunk& column, const PartChunk::Extent& extent, const SpillFile& file,
                   MemoryBudget* budget) {
  const size_t size = extent.data + extent.offsets + extent.validity;
  Buffer bytes(budget);
  MILLRACE_TRY(bytes.reserve(size));
  MILLRACE_TRY(bytes.resize(size));
  MILLRACE_TRY(file.read(extent.offset, bytes.data(), size));
  if (checksum(bytes.data(), size) != extent.checksum) return damaged();
  if (extent.offsets == 0 && extent.validity == 0) {
    column.data = std::move(bytes);
    return {};
  }
  const uint8_t* from = bytes.data();
  column.data = Buffer(budget);
  column.offsets = Buffer(budget);
  column.validity = Buffer(budget);
  MILLRACE_TRY(read_into(column.data, extent.data, from));
  MILLRACE_TRY(read_into(column.offsets, extent.offsets, from));
  return read_into(column.validity, extent.validity, from);
}

}  // namespace

SpillPolicy make_policy(SpillSpace& space, MemoryBudget& budget, uint32_t threads, bool always) {
  constexpr int64_t kAssumedLimit = 256 << 20;
  constexpr int64_t kLeastBuffer = 64 << 10;
  constexpr int64_t kMostBuffer = 64 << 20;
  const int64_t limit = budget.limit_bytes() == INT64_MAX ? kAssumedLimit : budget.limit_bytes();
  const int64_t share = limit / std::max<uint32_t>(threads, 1);
  return {&space, &budget, always ? 0 : limit / 4, std::clamp(share / 16, kLeastBuffer, kMostBuffer), share / 8};
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
  open_bytes_ = 0;
}

Status PartWriter::append(const Vector* columns, const uint16_t* part_of_row, uint32_t rows) {
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
  for (size_t part = 0; part < open_.size(); part++) {
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
  return {};
}

Status PartWriter::end_chunk(size_t at) {
  Open open = std::exchange(open_[at], {});
  if (open.rows == 0) return {};
  open_bytes_ -= open.bytes;
  Part& part = done_[at];
  PartChunk chunk;
  chunk.rows = open.rows;
  for (ColumnBuilder& builder : open.columns) {
    auto encoded = store::encode_chunk(builder, policy_.budget);
    MILLRACE_TRY(encoded);
    chunk.columns.push_back(encoded.take());
    builder = ColumnBuilder(builder.type(), policy_.budget);
  }
  chunk.extents.resize(chunk.columns.size());
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

// One write a chunk: its columns end to end.
Status PartWriter::write(PartChunk& chunk) {
  auto file = file_.get();
  MILLRACE_TRY(file);
  size_t size = 0;
  for (const store::ColumnChunk& column : chunk.columns) {
    size += column.data.size() + column.offsets.size() + column.validity.size();
  }
  MILLRACE_TRY(staging_.reserve(size));
  uint8_t* to = staging_.data();
  std::vector<uint8_t*> starts;
  for (const store::ColumnChunk& column : chunk.columns) {
    starts.push_back(to);
    for (const Buffer* buffer : {&column.data, &column.offsets, &column.validity}) {
      if (buffer->size()) std::memcpy(to, buffer->data(), buffer->size());
      to += buffer->size();
    }
  }
  auto offset = file.value()->append(staging_.data(), size);
  MILLRACE_TRY(offset);
  for (size_t c = 0; c < chunk.columns.size(); c++) {
    const store::ColumnChunk& column = chunk.columns[c];
    PartChunk::Extent& extent = chunk.extents[c];
    extent = {offset.value() + (starts[c] - staging_.data()), column.data.size(), column.offsets.size(),
              column.validity.size(), 0};
    extent.checksum = checksum(starts[c], extent.data + extent.offsets + extent.validity);
  }
  unload(chunk);
  return {};
}

Result<std::vector<Part>> PartWriter::take() {
  MILLRACE_TRY(end_all());
  std::vector<Part> out(open_.size());
  std::swap(out, done_);
  return out;
}

Status load(PartChunk& chunk, const Parts& parts, const std::vector<uint32_t>* columns, MemoryBudget* budget) {
  const size_t count = columns ? columns->size() : chunk.columns.size();
  for (size_t i = 0; i < count; i++) {
    const size_t c = columns ? (*columns)[i] : i;
    if (chunk.extents[c].offset >= 0) {
      MILLRACE_TRY(load_column(chunk.columns[c], chunk.extents[c], *parts.file, budget));
    }
  }
  return {};
}

void unload(PartChunk& chunk) {
  for (size_t c = 0; c < chunk.columns.size(); c++) {
    if (chunk.extents[c].offset < 0) continue;
    chunk.columns[c].data.reset();
    chunk.columns[c].offsets.reset();
    chunk.columns[c].validity.reset();
  }
}

}  // namespace millrace::spill
