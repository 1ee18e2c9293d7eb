// The values are sorted together with the numbers of their rows, ranks are counted off, and the numbers sort them back.
#include "base/cold.h"

#include "exec/disk/spilled_ranks.h"

#include <algorithm>
#include <bit>

#include "exec/disk/parted_operator.h"
#include "exec/disk/ties.h"

namespace millrace::exec {

namespace {

using window::RankMethod;

class Ranks {
 public:
  Ranks(const window::Parameters& parameters, const SpillContext& context)
      : method_(parameters.method), descending_(parameters.descending), context_(context) {}

  Status run(spill::Parts& table, uint32_t column, RowTableWriter& to) {
    auto numbered = number(table, column);
    MILLRACE_TRY(numbered);
    // How many rows share a value is known behind the last of them: it takes a look ahead.
    const bool looks_ahead = method_ == RankMethod::Average || method_ == RankMethod::Max;
    if (looks_ahead) MILLRACE_TRY(count_ties(numbered.value()));
    auto ranked = rank(numbered.take());
    MILLRACE_TRY(ranked);
    return read_sorted(ranked.take(), {{"number"}}, true, context_,
                       [&](const FrameView& rows) { return to.append({rows.columns[1]}, 0, rows.rows); });
  }

 private:
  MemoryBudget* budget() const { return context_.policy.budget; }
  std::vector<SortKeySpec> by_value() const { return {{"value", descending_}}; }

  Result<std::shared_ptr<spill::Parts>> number(spill::Parts& table, uint32_t column) {
    const std::vector<uint32_t> columns{column};
    RowTableWriter out({{"value", table.schema[column].type, true}, {"number", TypeId::Int64, false}}, context_.policy);
    PartReader reader(table, &columns, budget());
    int64_t numbers[kVectorRows];
    for (spill::PartChunk& chunk : table.parts[0].chunks) {
      if (context_.query.is_aborted()) return aborted_error();
      auto read = reader.read(chunk, kVectorRows, [&](const Batch& batch) -> Result<bool> {
        for (uint32_t i = 0; i < batch.rows; i++) numbers[i] = out.rows() + i;
        const Vector vectors[] = {batch.columns[column], {TypeId::Int64, numbers}};
        MILLRACE_TRY(out.append(vectors, batch.rows));
        return true;
      });
      MILLRACE_TRY(read);
    }
    return out.finish();
  }

  // How many rows have each value, in the order of the values.
  Status count_ties(const std::shared_ptr<spill::Parts>& numbered) {
    RowTableWriter out({{"rows", TypeId::Int64, false}}, context_.policy);
    Ties ties(budget());
    int64_t count = 0;
    const auto end_tie = [&]() -> Status {
      const Vector vector{TypeId::Int64, &count};
      if (count > 0) MILLRACE_TRY(out.append(&vector, 1));
      count = 0;
      return {};
    };
    MILLRACE_TRY(read_sorted(numbered, by_value(), false, context_, [&](const FrameView& rows) -> Status {
      auto changes = ties.find(*rows.columns[0]);
      MILLRACE_TRY(changes);
      for (int64_t i = 0; i < rows.rows; i++) {
        if (changes.value()[i]) MILLRACE_TRY(end_tie());
        count++;
      }
      return {};
    }));
    MILLRACE_TRY(end_tie());
    auto table = out.finish();
    MILLRACE_TRY(table);
    tie_rows_ = table.take();
    return {};
  }

  Result<std::shared_ptr<spill::Parts>> rank(const std::shared_ptr<spill::Parts>& numbered) {
    const bool halves = method_ == RankMethod::Average;
    RowTableWriter out({{"number", TypeId::Int64, false}, {"rank", halves ? TypeId::Float64 : TypeId::Int64, true}},
                       context_.policy);
    std::optional<RowTableReader> sizes;
    if (tie_rows_) sizes.emplace(*tie_rows_, budget());
    Ties ties(budget());
    int64_t place = 0;  // of the row in the order of the values, from 1
    int64_t least = 0;  // of those with the same value
    int64_t most = 0;
    int64_t distinct = 0;
    MILLRACE_TRY(read_sorted(numbered, by_value(), true, context_, [&](const FrameView& rows) -> Status {
      const Column& values = *rows.columns[0];
      auto found = ties.find(values);
      MILLRACE_TRY(found);
      const uint8_t* changes = found.value();
      int64_t fresh = 0;
      for (int64_t i = 0; i < rows.rows; i++) fresh += changes[i];
      std::shared_ptr<Frame> next;
      if (sizes) {
        auto read = sizes->read(distinct, fresh);
        MILLRACE_TRY(read);
        next = read.take();
      }
      const int64_t known = distinct;
      PodVector<uint64_t> ranks(budget());
      PodVector<uint64_t> validity(budget());
      MILLRACE_TRY(ranks.resize(kVectorRows));
      MILLRACE_TRY(validity.resize(kValidityWords));
      for (int64_t first = 0; first < rows.rows; first += kVectorRows) {
        const auto count = static_cast<uint32_t>(std::min<int64_t>(kVectorRows, rows.rows - first));
        std::fill(validity.begin(), validity.end(), 0);
        for (uint32_t k = 0; k < count; k++) {
          const int64_t i = first + k;
          place++;
          if (changes[i]) {
            least = place;
            if (next) most = place - 1 + next->columns[0].values<int64_t>()[distinct - known];
            distinct++;
          }
          ranks[k] = rank_bits(place, least, most, distinct);
          if (values.is_valid(i)) validity[k / 64] |= uint64_t{1} << (k % 64);
        }
        const Vector vectors[] = {{TypeId::Int64, rows.columns[1]->values<int64_t>() + first},
                                  {halves ? TypeId::Float64 : TypeId::Int64, ranks.data(), validity.data()}};
        MILLRACE_TRY(out.append(vectors, count));
      }
      return {};
    }));
    return out.finish();
  }

  uint64_t rank_bits(int64_t place, int64_t least, int64_t most, int64_t distinct) const {
    switch (method_) {
      case RankMethod::Average: return std::bit_cast<uint64_t>(static_cast<double>(least + most) / 2);
      case RankMethod::Min: return static_cast<uint64_t>(least);
      case RankMethod::Max: return static_cast<uint64_t>(most);
      case RankMethod::Dense: return static_cast<uint64_t>(distinct);
      default: return static_cast<uint64_t>(place);
    }
  }

  const RankMethod method_;
  const bool descending_;
  const SpillContext& context_;
  std::shared_ptr<spill::Parts> tie_rows_;
};

}  // namespace

Status spilled_ranks(spill::Parts& table, uint32_t column, const window::Parameters& parameters,
                     const SpillContext& context, RowTableWriter& to) {
  return Ranks(parameters, context).run(table, column, to);
}

}  // namespace millrace::exec
