// Persisted frames whose rows an operator reads where they lie, instead of a pipeline that unpacks them first.
#include "base/cold.h"

#include <algorithm>

#include "exec/query.h"

namespace millrace::exec {

bool Query::only_picks(const Segment& segment) {
  return std::all_of(segment.steps.begin(), segment.steps.end(), [](const OpSpec* op) {
    if (op->kind != OpSpec::Kind::Project) return false;
    const auto& outputs = op->outputs;
    return std::all_of(outputs.begin(), outputs.end(),
                       [&](uint32_t node) { return (*op->nodes)[node][0].as_string() == "col"; });
  });
}

bool Query::leaves_stored(const Segment& segment) const {
  if (spills_ || is_last(segment) || !stored_source(segment) || !only_picks(segment)) return false;
  return std::all_of(segments_.begin(), segments_.end(), [&](const Segment& reader) {
    const bool reads = std::find(reader.inputs.begin(), reader.inputs.end(), at_) != reader.inputs.end();
    return !reads || (reader.op && reads_stored(*reader.op));
  });
}

Status Query::pass_stored(const Segment& segment) {
  StoredView view{stored_source(segment), {}, {}};
  view.schema = view.frame->schema;
  for (uint32_t c = 0; c < view.schema.size(); c++) view.columns.push_back(c);
  stats_.rows_scanned += view.frame->rows;
  profile_.add_relabelling(*segment.source, view.frame->rows);
  for (const OpSpec* op : segment.steps) {
    StoredView picked{view.frame, {}, {}};
    MILLRACE_TRY(pick_columns(*op, view, picked));
    view = std::move(picked);
    profile_.add_relabelling(*op, view.frame->rows);
  }
  SegmentRows result;
  result.stored = std::move(view);
  end_segment(std::move(result));
  return {};
}

}  // namespace millrace::exec
