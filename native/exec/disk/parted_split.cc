// Parts of an operator that are too large for a thread's share of memory: split again, by more of the hash or by the
// range that they are.
#include "base/cold.h"

#include <algorithm>

#include "exec/disk/parted_operator.h"
#include "spill/key_sample.h"

namespace millrace::exec {

Result<std::unique_ptr<spill::Partitioner>> PartedOperator::splitter(const Sides& sides) {
  const size_t parts = spill::parts_for(policy_, sides.bytes());
  // The ranges of an asof join are the same for both sides: the larger one says where they end.
  const bool second =
      !beside_.empty() && sides.tables[1]->parts[sides.part].bytes > sides.tables[0]->parts[sides.part].bytes;
  const PartSpec& spec = specs_[second ? 1 : 0];
  if (spec.how == PartSpec::How::Hash) {
    return spill::make_hash_parts({spec.keys.size(), parts, sides.level + 1, options_.hash_mask});
  }
  constexpr size_t kSampledChunks = 64;
  spill::KeySample sample(spec.orders);
  spill::Parts& table = *sides.tables[second ? 1 : 0];
  auto& chunks = table.parts[sides.part].chunks;
  PartReader reader(table, &spec.keys, policy_.budget);
  const size_t step = std::max<size_t>(1, chunks.size() / kSampledChunks);
  for (size_t i = 0; i < chunks.size(); i += step) {
    auto read = reader.read(chunks[i], 512, [&](const Batch& batch) -> Result<bool> {
      std::vector<Vector> keys;
      for (const uint32_t key : spec.keys) keys.push_back(batch.columns[key]);
      sample.add(keys.data(), batch.rows);
      return sample.size() % 2048 != 0;
    });
    MILLRACE_TRY(read);
  }
  return sample.make_parts(parts);
}

Result<bool> PartedOperator::run_split(const Sides& sides, const Consumer& consume) {
  auto by = splitter(sides);
  MILLRACE_TRY(by);
  const std::unique_ptr<spill::Partitioner> partitioner = by.take();
  std::vector<spill::Parts> split(sides.tables.size());
  Sides next = sides;
  int64_t largest = 0;
  for (size_t s = 0; s < split.size(); s++) {
    spill::Parts& from = *sides.tables[s];
    split[s].schema = from.schema;
    spill::SharedFile file(*policy_.space);
    spill::PartWriter writer(from.schema, partitioner->parts(), file, policy_);
    PartReader reader(from, nullptr, policy_.budget);
    for (spill::PartChunk& chunk : from.parts[sides.part].chunks) {
      if (query_.is_aborted()) return aborted_error();
      auto read = reader.read(chunk, kVectorRows, [&](const Batch& batch) -> Result<bool> {
        std::vector<Vector> keys;
        for (const uint32_t key : specs_[s].keys) keys.push_back(batch.columns[key]);
        uint16_t parts[kVectorRows];
        partitioner->assign(keys.data(), batch.rows, parts);
        MILLRACE_TRY(writer.append(batch.columns.data(), parts, batch.rows));
        return true;
      });
      MILLRACE_TRY(read);
    }
    auto parts = writer.take();
    MILLRACE_TRY(parts);
    split[s].parts = parts.take();
    split[s].file = file.made();
    next.tables[s] = &split[s];
  }
  for (size_t part = 0; part < partitioner->parts(); part++) {
    for (spill::Parts& table : split) table.parts[part].single_key = partitioner->single_key(part);
    next.part = part;
    largest = std::max(largest, next.bytes());
  }
  std::vector<RangeSurroundings> beside;
  if (!beside_.empty()) {
    auto ends = find_range_ends(split[1], specs_[1].keys, specs_[1].orders, {policy_, options_, query_});
    MILLRACE_TRY(ends);
    beside = surroundings_of(ends.value(), sides.beside);
  }
  // One key has most of the rows: splitting once more would give the same.
  next.level = largest > sides.bytes() / 10 * 9 ? kMostSplits : sides.level + 1;
  for (size_t part = 0; part < partitioner->parts(); part++) {
    next.part = part;
    if (!beside.empty()) next.beside = beside[part];
    auto more = run(next, consume);
    MILLRACE_TRY(more);
    if (!more.value()) return false;
  }
  return true;
}

}  // namespace millrace::exec
