#include "exec/scan/sample_input.h"

#include <algorithm>

namespace millrace::exec {

namespace {

constexpr int64_t kSampledStrips = 8;
constexpr int64_t kRowsOfStrip = 2048;

}  // namespace

Status sample_input(const BoundStage& stage, Scan& scan, QueryState& query, LocalSink& sampler) {
  const int64_t strips = scan.strip_count();
  const int64_t sampled = std::min(strips, kSampledStrips);
  const int64_t rows_done = query.progress.rows_done.load();
  const int64_t bytes_done = query.progress.bytes_done.load();
  const auto local = scan.make_local();
  LocalPipeline pipeline(stage, query, sampler);
  const BatchConsumer consume = [&](const Batch& batch) { return pipeline.push(batch); };
  for (int64_t i = 0; i < sampled; i++) {
    StripTask task;
    task.index = i * strips / sampled;
    task.row_limit = kRowsOfStrip;
    const StripOutcome outcome = local->scan(task, consume);
    const Code code = outcome.status.code();
    if (code == Code::Aborted || code == Code::MemoryLimit) return outcome.status;
  }
  query.progress.rows_done.store(rows_done);
  query.progress.bytes_done.store(bytes_done);
  return {};
}

}  // namespace millrace::exec
