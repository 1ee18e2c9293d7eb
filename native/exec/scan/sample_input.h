// Shows a sink a few thousand rows from all over a stage's input before the first strip is taken.
#pragma once
#include "exec/pipeline.h"

namespace millrace::exec {

// Costs about a millisecond. Errors in the data are left to the strips: ERR_ABORTED and ERR_MEMORY_LIMIT alone return.
Status sample_input(const BoundStage& stage, Scan& scan, QueryState& query, LocalSink& sampler);

}  // namespace millrace::exec
