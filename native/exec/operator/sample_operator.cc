#include <algorithm>

#include "column/take_rows.h"
#include "exec/operator/frame_operator.h"
#include "sort/sort_key.h"

namespace millrace::exec {

namespace {

// Splitmix64: the same numbers on every machine.
class Generator {
 public:
  explicit Generator(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t word = state_ += 0x9e3779b97f4a7c15;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return word ^ word >> 31;
  }
  // Below `limit`, all equally likely: the remainder of 2^64 is thrown back.
  uint64_t below(uint64_t limit) {
    const uint64_t threshold = (0 - limit) % limit;
    for (;;) {
      const uint64_t word = next();
      if (word >= threshold) return word % limit;
    }
  }

 private:
  uint64_t state_;
};

// Knuth's selection sampling: each row in turn is taken with the probability that makes all subsets equally likely.
void choose_some(Generator& random, size_t rows, PodVector<uint32_t>& chosen) {
  size_t wanted = chosen.size();
  for (size_t row = 0, at = 0; wanted > 0; row++) {
    if (random.below(rows - row) >= wanted) continue;
    chosen[at++] = static_cast<uint32_t>(row);
    wanted--;
  }
}

}  // namespace

// Rows chosen by a seeded generator: in their order, or in a random one; with replacement a row may come up again.
Result<FrameView> sample_rows(const OpSpec& op, const FrameView& input, OperatorContext& context) {
  MILLRACE_TRY(sort::check_rows(input.rows, "sample"));
  const SampleSpec& spec = op.sample;
  const auto rows = static_cast<size_t>(input.rows);
  // At most kMostRows^2 here, which a double and 64 bits can hold up to rounding; checked below.
  const double share = spec.fraction < 0 ? 0 : std::min(spec.fraction * static_cast<double>(rows) + 0.5, 1e18);
  size_t wanted = spec.fraction < 0 ? static_cast<size_t>(op.rows) : static_cast<size_t>(share);
  if (!spec.replace) wanted = std::min(wanted, rows);
  if (rows == 0) wanted = 0;
  MILLRACE_TRY(sort::check_rows(static_cast<int64_t>(wanted), "sample"));
  PodVector<uint32_t> chosen(context.budget);
  MILLRACE_TRY(chosen.resize(wanted));
  Generator random(spec.seed);
  if (spec.replace) {
    for (uint32_t& row : chosen) row = static_cast<uint32_t>(random.below(rows));
    if (!spec.shuffle) std::sort(chosen.begin(), chosen.end());
  } else {
    choose_some(random, rows, chosen);
    for (size_t i = chosen.size(); spec.shuffle && i > 1; i--) std::swap(chosen[i - 1], chosen[random.below(i)]);
  }
  std::vector<TakeColumn> columns;
  for (const Column* column : input.columns) columns.push_back({column, chosen.data(), false});
  auto taken = take_rows(columns, wanted, context.workers, context.budget);
  MILLRACE_TRY(taken);
  auto out = std::make_shared<Frame>();
  out->schema = input.schema;
  out->rows = static_cast<int64_t>(wanted);
  out->columns = taken.take();
  return FrameView::of(std::move(out));
}

}  // namespace millrace::exec
