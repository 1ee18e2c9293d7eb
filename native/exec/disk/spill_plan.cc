#include "base/cold.h"

#include "exec/disk/spill_plan.h"

#include <algorithm>

#include "exec/disk/spilled_totals.h"
#include "exec/operator/frame_operator.h"
#include "exec/scan/byte_source.h"

namespace millrace::exec {

namespace {

using Kind = OpSpec::Kind;
using How = JoinOpSpec::How;
using Keep = Segment::Keep;

// Where memory is short, so few first rows of an order are still found as rows come.
constexpr int64_t kMostTopRowsInMemory = 1024;

// Without keys, other aggregates need memory for nothing but their one row.
bool any_keeps_values(const OpSpec& op) {
  return std::any_of(op.aggregates.begin(), op.aggregates.end(),
                     [](const agg::AggregateSpec& aggregate) { return keeps_values(aggregate.function); });
}

// Whether it can work on parts of its inputs.
bool takes_parts(const OpSpec& op) {
  switch (op.kind) {
    case Kind::Sort: return op.rows > kMostTopRowsInMemory;
    case Kind::Window: return !op.window->keys.empty() || op.window->first == INT64_MAX;
    case Kind::Join:
    case Kind::Concat: return true;
    case Kind::Aggregate: return !op.names.empty() || any_keeps_values(op);
    default: return false;
  }
}

// What comes of a pipe or a feed has to be kept before anything is known of all its rows.
bool is_pipe(const Segment& segment) {
  if (segment.source && segment.source->fed) return true;
  if (!segment.source || !segment.source->csv || segment.source->csv->files.size() != 1) return false;
  auto stamp = stat_file(segment.source->csv->files[0]);
  return stamp.ok() && !stamp.value().regular;
}

// How later segments read a result.
struct Readers {
  size_t count = 0;
  bool whole = false;  // by an operator that needs it in memory
  bool parts = false;  // by one that takes parts
};

class SpillCutter {
 public:
  explicit SpillCutter(const Plan& plan)
      : base_(cut_into_segments(plan, kMostTopRowsInMemory)),
        always_(plan.options.spill == Options::Spill::Always),
        place_(base_.size()),
        readers_(base_.size()) {
    for (const Segment& segment : base_) {
      for (const size_t input : segment.inputs) {
        readers_[input].count++;
        if (segment.op) (takes_parts(*segment.op) ? readers_[input].parts : readers_[input].whole) = true;
      }
    }
  }

  std::vector<Segment> cut() {
    for (at_ = 0; at_ < base_.size(); at_++) {
      const Segment& segment = base_[at_];
      const bool aggregates = !segment.steps.empty() && segment.steps.back()->kind == Kind::Aggregate;
      // Nobody knows of the rows of a feed whether their groups would not fit: most do, and then no row is kept.
      const bool counts_on_few =
          aggregates && segment.source && segment.source->fed && !always_ && !any_keeps_values(*segment.steps.back());
      if (segment.op && segment.op->kind == Kind::Concat) {
        add_concat(segment);
      } else if (segment.op && takes_parts(*segment.op)) {
        add_operator(segment);
      } else if (aggregates && takes_parts(*segment.steps.back()) && !counts_on_few) {
        add_aggregate(segment);
      } else {
        add_plain(segment);
      }
      place_[at_] = out_.size() - 1;
    }
    for (const Segment& segment : out_) {
      for (const size_t input : segment.inputs) out_[input].readers++;
    }
    return std::move(out_);
  }

 private:
  Segment placed(const Segment& segment) const {
    Segment out = segment;
    out.readers = 0;
    for (size_t& input : out.inputs) input = place_[input];
    return out;
  }

  bool last() const { return at_ + 1 == base_.size(); }

  void add_plain(const Segment& segment) {
    Segment out = placed(segment);
    if (!out.op && open_ended(out) && !last() && !readers_[at_].whole) out.keep = Keep::Table;
    out_.push_back(std::move(out));
  }

  // Rows of the segment at `input` in parts for an operator: made so at once where nobody else wants them.
  size_t parts_of(size_t input, const OpSpec& op, bool second_side) {
    Segment* from = &out_[place_[input]];
    if (readers_[input].count > 1 || from->op || !open_ended(*from) || from->keep == Keep::Parts || is_pipe(*from)) {
      Segment reader;
      reader.inputs.push_back(place_[input]);
      out_.push_back(std::move(reader));
      from = &out_.back();
    }
    from->keep = Keep::Parts;
    from->parts_for = &op;
    from->second_side = second_side;
    return static_cast<size_t>(from - out_.data());
  }

  // One table, which the inputs fill one after another.
  void add_concat(const Segment& segment) {
    Segment concat;
    concat.op = segment.op;
    concat.parted = true;
    int last_input = -1;
    for (const size_t input : segment.inputs) {
      Segment* from = &out_[place_[input]];
      const bool comes_too_early = static_cast<int>(place_[input]) <= last_input;
      if (readers_[input].count > 1 || from->op || !open_ended(*from) || from->keep == Keep::Parts || comes_too_early) {
        Segment reader;
        reader.inputs.push_back(place_[input]);
        out_.push_back(std::move(reader));
        from = &out_.back();
      }
      from->keep = Keep::Table;
      from->appends_to = last_input;
      last_input = static_cast<int>(from - out_.data());
      concat.inputs.push_back(static_cast<size_t>(last_input));
    }
    out_.push_back(std::move(concat));
    if (!last() && !readers_[at_].whole) return;
    Segment rows;
    rows.inputs.push_back(out_.size() - 1);
    out_.push_back(std::move(rows));
  }

  void add_operator(const Segment& segment) {
    Segment parted;
    parted.op = segment.op;
    parted.parted = true;
    for (size_t i = 0; i < segment.inputs.size(); i++) {
      parted.inputs.push_back(parts_of(segment.inputs[i], *segment.op, i == 1));
    }
    finish_parted(std::move(parted));
  }

  void add_aggregate(const Segment& segment) {
    Segment rows = placed(segment);
    rows.keep = Keep::Parts;
    rows.parts_for = segment.steps.back();
    out_.push_back(std::move(rows));
    Segment parted;
    parted.op = segment.steps.back();
    parted.parted = true;
    parted.inputs.push_back(out_.size() - 1);
    finish_parted(std::move(parted));
  }

  // Its rows in order, and where others look for them.
  void finish_parted(Segment parted) {
    const OpSpec& op = *parted.op;
    out_.push_back(std::move(parted));
    if (numbers_of(op) > 0) {
      Segment numbered;
      numbered.inputs.push_back(out_.size() - 1);
      numbered.keep = Keep::Parts;
      numbered.parts_for = &op;
      numbered.restores = true;
      out_.push_back(std::move(numbered));
      Segment ordered;
      ordered.op = &op;
      ordered.parted = true;
      ordered.restores = true;
      ordered.inputs.push_back(out_.size() - 1);
      out_.push_back(std::move(ordered));
    }
    const Readers& readers = readers_[at_];
    if (!last() && readers.count == 1 && !readers.whole) return;
    Segment rows;
    rows.inputs.push_back(out_.size() - 1);
    if (!last() && !readers.whole) rows.keep = Keep::Table;
    out_.push_back(std::move(rows));
  }

  const std::vector<Segment> base_;
  const bool always_;
  std::vector<size_t> place_;  // by segment of base_: whose result is its
  std::vector<Readers> readers_;
  std::vector<Segment> out_;
  size_t at_ = 0;  // of base_
};

Status add_key(const std::string& column, const Schema& schema, PartSpec& out) {
  auto at = column_position(schema, column);
  MILLRACE_TRY(at);
  out.keys.push_back(static_cast<uint32_t>(at.value()));
  return {};
}

// By the numbers that come last. Those of a right join's right rows go first.
PartSpec restoring_spec(const OpSpec& op, const Schema& schema) {
  PartSpec out;
  out.how = PartSpec::How::Range;
  const size_t numbers = numbers_of(op);
  for (size_t i = 0; i < numbers; i++) {
    out.keys.push_back(static_cast<uint32_t>(schema.size() - numbers + i));
    out.orders.emplace_back();
  }
  if (op.kind == Kind::Join && op.join->how == How::Right) std::swap(out.keys[0], out.keys[1]);
  return out;
}

Status aggregate_spec(const OpSpec& op, PartSpec& out) {
  if (op.names.empty()) return {};
  for (uint32_t key = 0; key < op.names.size(); key++) {
    out.keys.push_back(key);
    out.orders.emplace_back();
  }
  out.how = op.order == agg::Order::Key ? PartSpec::How::Range : PartSpec::How::Hash;
  out.numbered = op.order == agg::Order::First;
  return {};
}

}  // namespace

bool reads_pipe_whole(const Plan& plan) {
  const std::vector<Segment> segments = cut_into_segments(plan);
  for (const Segment& reader : segments) {
    if (!reader.op || !takes_parts(*reader.op)) continue;
    for (const size_t input : reader.inputs) {
      if (is_pipe(segments[input]) && open_ended(segments[input])) return true;
    }
  }
  return false;
}

std::vector<Segment> cut_for_spilling(const Plan& plan) { return SpillCutter(plan).cut(); }

bool can_spill(const Plan& plan) {
  for (const OpSpec& op : plan.steps) {
    if (takes_parts(op)) return true;
  }
  return false;
}

bool keeps_order(const Plan& plan) {
  return std::none_of(plan.steps.begin(), plan.steps.end(), [](const OpSpec& op) {
    return op.kind == Kind::Aggregate && !op.names.empty() && op.order == agg::Order::None;
  });
}

size_t numbers_of(const OpSpec& op) {
  if (op.kind == Kind::Window) return op.window->keys.empty() && op.sort_keys.empty() ? 0 : 1;
  if (op.kind == Kind::Join) {
    const How how = op.join->how;
    if (how == How::Cross) return 0;
    return how == How::Semi || how == How::Anti || how == How::Asof ? 1 : 2;
  }
  return op.kind == Kind::Aggregate && !op.names.empty() && op.order == agg::Order::First ? 1 : 0;
}

Result<PartSpec> part_spec(const Segment& segment, const Schema& schema) {
  PartSpec out;
  if (segment.keep == Keep::Table) return out;
  const OpSpec& op = *segment.parts_for;
  if (segment.restores) return restoring_spec(op, schema);
  if (op.kind == Kind::Aggregate) {
    MILLRACE_TRY(aggregate_spec(op, out));
  } else if (numbers_of(op) == 0 && op.kind != Kind::Sort) {
    return out;  // rows stay in order: those of a window without keys or order, and of a cross join
  } else if (op.kind == Kind::Sort || (op.kind == Kind::Window && op.window->keys.empty())) {
    out.how = PartSpec::How::Range;
    out.numbered = op.kind == Kind::Window;
    out.first_rows = op.rows;
    for (const SortKeySpec& key : op.sort_keys) {
      MILLRACE_TRY(add_key(key.column, schema, out));
      out.orders.push_back({key.descending, key.nulls_first});
    }
  } else {
    const bool asof = op.kind == Kind::Join && op.join->how == How::Asof;
    out.how = asof ? PartSpec::How::Range : PartSpec::How::Hash;
    out.numbered = true;
    const auto& keys = op.kind == Kind::Window ? op.window->keys
                       : segment.second_side   ? op.join->right_keys
                                               : op.join->left_keys;
    for (const std::string& key : keys) MILLRACE_TRY(add_key(key, schema, out));
    out.orders.resize(asof ? out.keys.size() : 0);
  }
  return out;
}

}  // namespace millrace::exec
