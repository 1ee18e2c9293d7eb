#include "base/cold.h"

#include "spill/spilled_values.h"

#include <algorithm>

namespace millrace::spill {

namespace {

// Some milliseconds of a slow disk: so long goes by between two looks at whether the values are still wanted.
constexpr size_t kPieceBytes = size_t{4} << 20;

Status write(SpillFile& file, const Buffer& buffer, SpilledValues::Piece& out) {
  out = {0, buffer.size(), checksum(buffer.data(), buffer.size())};
  if (out.bytes == 0) return {};
  auto offset = file.append(buffer.data(), out.bytes);
  MILLRACE_TRY(offset);
  out.offset = offset.value();
  return {};
}

Status read(const SpillFile& file, const SpilledValues::Piece& from, MemoryBudget* budget,
            const store::ReadCheck& check, Buffer& into) {
  into = Buffer(budget);
  // Texts of no bytes are read from somewhere.
  MILLRACE_TRY(into.reserve(std::max<size_t>(from.bytes, 1)));
  MILLRACE_TRY(into.resize(from.bytes));
  for (size_t done = 0; done < from.bytes; done += kPieceBytes) {
    MILLRACE_TRY(check());
    MILLRACE_TRY(file.read(from.offset + static_cast<int64_t>(done), into.data() + done,
                           std::min(kPieceBytes, from.bytes - done)));
  }
  return checksum(into.data(), from.bytes) == from.checksum ? Status() : damaged_file();
}

}  // namespace

Result<SpilledValues> write_values(SpillFile& file, const store::ColumnChunk& values) {
  SpilledValues out;
  MILLRACE_TRY(write(file, values.data, out.data));
  MILLRACE_TRY(write(file, values.offsets, out.offsets));
  MILLRACE_TRY(write(file, values.validity, out.validity));
  return out;
}

Status read_values(const SpillFile& file, const SpilledValues& from, store::KeptValues::Part part, MemoryBudget* budget,
                   const store::ReadCheck& check, store::ColumnChunk& into) {
  if (from.validity.bytes) MILLRACE_TRY(read(file, from.validity, budget, check, into.validity));
  if (part == store::KeptValues::Part::Validity) return {};
  MILLRACE_TRY(read(file, from.data, budget, check, into.data));
  return from.offsets.bytes ? read(file, from.offsets, budget, check, into.offsets) : Status();
}

Status damaged_file() {
  ErrorFacts facts;
  facts.hint = "run the query again; if it happens again, name a folder on another disk as `spillDirectory`";
  return Status(Code::Io, "a spill file does not give back what was written to it", std::move(facts));
}

}  // namespace millrace::spill
