// The rows of parts, as strips: what an operator makes of them, or those of a table in one part.
#pragma once
#include "exec/disk/parted_operator.h"
#include "exec/scan/scan.h"

namespace millrace::exec {

std::unique_ptr<Scan> make_parted_scan(std::shared_ptr<PartedOperator> op, std::vector<uint32_t> columns,
                                       const Options& options, QueryState& query);
std::unique_ptr<Scan> make_part_scan(std::shared_ptr<spill::Parts> table, std::vector<uint32_t> columns,
                                     const Options& options, QueryState& query);

}  // namespace millrace::exec
