// The part of a query whose rows come while it runs.
#include "base/cold.h"

#include <algorithm>

#include "exec/disk/spill_plan.h"
#include "exec/query.h"

namespace millrace::exec {

Status Query::claim_feeds() {
  for (const OpSpec& op : plan_->steps) {
    if (!op.fed) continue;
    const auto wake = [query = weak_from_this()] {
      if (const auto self = query.lock()) self->wake();
    };
    if (inputs_.feeds[static_cast<size_t>(op.frame_handle)]->claim(wake)) continue;
    ErrorFacts facts;
    facts.hint = "rows that come while they are read can be read once: by one step of one query";
    return Status(Code::SourceConsumed, "a feed has a reader already", std::move(facts));
  }
  return {};
}

std::shared_ptr<Feed> Query::feed_source(const Segment& segment) const {
  if (!segment.source || !segment.source->fed) return nullptr;
  return inputs_.feeds[static_cast<size_t>(segment.source->frame_handle)];
}

void Query::close_feeds() {
  for (const auto& feed : inputs_.feeds) {
    if (feed) feed->close();
  }
}

// A query that reads a feed cannot start over, so what it may have to put aside lies in parts from the beginning.
bool Query::spills_from_the_start() const {
  using Spill = Options::Spill;
  const Plan& plan = *plan_;
  const Options& options = plan.options;
  const bool fed = std::any_of(plan.steps.begin(), plan.steps.end(), [](const OpSpec& op) { return op.fed; });
  const bool limited = options.spill == Spill::Auto && options.memory_limit_bytes != INT64_MAX;
  return options.spill == Spill::Always || (fed && limited && can_spill(plan));
}

// More than fits: rows that come to less are in a few parts too many.
int64_t Query::guessed_bytes() const {
  constexpr int64_t kMost = int64_t{1} << 40;
  return std::min(plan_->options.memory_limit_bytes, kMost) * 4;
}

}  // namespace millrace::exec
