#include "exec/operator/frame_operator.h"
#include "exec/pipeline.h"
#include "join/join_rows.h"
#include "sort/sort_key.h"
#include "store/take_stored_rows.h"
#include "store/unpack_columns.h"

namespace millrace::exec {

namespace {

using How = JoinOpSpec::How;

[[gnu::cold]] Status key_type_error(const std::string& left, TypeId left_type, const std::string& right,
                                    TypeId right_type) {
  return Status(Code::Type, "the keys \"" + left + "\" (" + type_name(left_type) + ") and \"" + right + "\" (" +
                                type_name(right_type) + ") of a join are of different types");
}

Result<std::vector<join::KeyPair>> key_pairs(const JoinOpSpec& spec, const FrameView& left, const FrameView& right) {
  std::vector<join::KeyPair> out;
  for (size_t i = 0; i < spec.left_keys.size(); i++) {
    auto l = column_position(left.schema, spec.left_keys[i]);
    MILLRACE_TRY(l);
    auto r = column_position(right.schema, spec.right_keys[i]);
    MILLRACE_TRY(r);
    const join::KeyPair pair{left.columns[l.value()], right.columns[r.value()]};
    const bool fits =
        pair.probe->type == pair.build->type || (is_string(pair.probe->type) && is_string(pair.build->type));
    if (!fits) return key_type_error(spec.left_keys[i], pair.probe->type, spec.right_keys[i], pair.build->type);
    out.push_back(pair);
  }
  return out;
}

join::Kind kind_of(How how) {
  switch (how) {
    case How::Inner: return join::Kind::Inner;
    case How::Outer: return join::Kind::Outer;
    case How::Semi: return join::Kind::Semi;
    case How::Anti: return join::Kind::Anti;
    default: return join::Kind::Left;  // a right join is a left join seen from the other side
  }
}

// A side whose keys are in memory. Of a stored one the view has the keys alone; all other columns are null.
Result<OperatorInput> with_keys(const OperatorInput& input, const std::vector<std::string>& keys,
                                OperatorContext& context) {
  if (!input.stored.frame) return input;
  const StoredView& stored = input.stored;
  std::vector<size_t> at;
  std::vector<uint32_t> columns;
  for (const std::string& key : keys) {
    auto position = column_position(stored.schema, key);
    MILLRACE_TRY(position);
    at.push_back(position.value());
    columns.push_back(stored.columns[position.value()]);
  }
  auto unpacked = store::unpack_columns(*stored.frame, columns, context.workers, context.budget);
  MILLRACE_TRY(unpacked);
  auto frame = std::make_shared<Frame>();
  frame->rows = stored.frame->rows;
  frame->columns = unpacked.take();
  OperatorInput out{{stored.schema, stored.frame->rows, {}, {frame}}, stored};
  out.view.columns.resize(stored.schema.size(), nullptr);
  for (size_t i = 0; i < at.size(); i++) out.view.columns[at[i]] = &frame->columns[i];
  return out;
}

// Puts the columns of both sides together. `swapped`: rows.left are rows of the right side.
class JoinGather {
 public:
  JoinGather(const OperatorInput& left, const OperatorInput& right, const join::JoinedRows& rows, size_t count,
             bool swapped, OperatorContext& context)
      : first_(swapped ? right : left), second_(swapped ? left : right), rows_(rows), count_(count), context_(context) {
    out_.rows = static_cast<int64_t>(count);
  }

  Result<FrameView> gather(const JoinOpSpec& spec, bool swapped) {
    for (const JoinOpSpec::Output& output : spec.outputs) MILLRACE_TRY(plan(output, output.right != swapped));
    if (rows_.all_left_once) out_.owners = first_.view.owners;
    auto plain = take_rows(plain_.takes, count_, context_.workers, context_.budget);
    MILLRACE_TRY(add(plain, plain_.at));
    for (const bool second : {false, true}) {
      const StoredTakes& stored = stored_[second ? 1 : 0];
      const StoredView& side = (second ? second_ : first_).stored;
      if (stored.takes.empty()) continue;
      auto taken = store::take_stored_rows(*side.frame, stored.takes, count_, context_.workers, context_.budget);
      MILLRACE_TRY(add(taken, stored.at));
    }
    if (!whole_.columns.empty()) {
      auto whole = store::unpack_columns(*first_.stored.frame, whole_.columns, context_.workers, context_.budget);
      MILLRACE_TRY(add(whole, whole_.at));
    }
    return std::move(out_);
  }

 private:
  // Left columns of a join that keeps each row once are passed on.
  Status plan(const JoinOpSpec::Output& output, bool second) {
    const OperatorInput& side = second ? second_ : first_;
    auto found = column_position(side.view.schema, output.column);
    MILLRACE_TRY(found);
    const size_t at = found.value();
    const bool may_miss = second ? rows_.right_may_miss : rows_.left_may_miss;
    const uint32_t* rows = second ? rows_.right.data() : rows_.left.data();
    Field field = side.view.schema[at];
    field.name = output.name;
    field.nullable |= may_miss;
    const size_t place = out_.columns.size();
    out_.schema.push_back(field);
    out_.columns.push_back(side.view.columns[at]);
    const bool passed_on = !second && rows_.all_left_once;
    if (passed_on && out_.columns.back()) return {};
    if (passed_on) {
      whole_.columns.push_back(side.stored.columns[at]);
      whole_.at.push_back(place);
    } else if (side.stored.frame) {
      stored_[second ? 1 : 0].takes.push_back({side.stored.columns[at], rows, may_miss});
      stored_[second ? 1 : 0].at.push_back(place);
    } else {
      plain_.takes.push_back({out_.columns.back(), rows, may_miss});
      plain_.at.push_back(place);
    }
    return {};
  }

  Status add(Result<std::vector<Column>>& columns, const std::vector<size_t>& at) {
    MILLRACE_TRY(columns);
    auto frame = std::make_shared<Frame>();
    frame->rows = out_.rows;
    frame->columns = columns.take();
    for (size_t i = 0; i < at.size(); i++) {
      out_.columns[at[i]] = &frame->columns[i];
      frame->schema.push_back(out_.schema[at[i]]);
    }
    out_.owners.push_back(std::move(frame));
    return {};
  }

  struct PlainTakes {
    std::vector<TakeColumn> takes;
    std::vector<size_t> at;  // in the output
  };
  struct StoredTakes {
    std::vector<store::TakeStored> takes;
    std::vector<size_t> at;
  };
  struct WholeColumns {
    std::vector<uint32_t> columns;
    std::vector<size_t> at;
  };

  const OperatorInput& first_;
  const OperatorInput& second_;
  const join::JoinedRows& rows_;
  const size_t count_;
  OperatorContext& context_;
  PlainTakes plain_;
  StoredTakes stored_[2];
  WholeColumns whole_;
  FrameView out_;
};

}  // namespace

Result<FrameView> join_frames(const OpSpec& op, const FrameView& left, const FrameView& right,
                              OperatorContext& context) {
  return join_inputs(op, {left, {}}, {right, {}}, context);
}

Result<FrameView> join_inputs(const OpSpec& op, const OperatorInput& left_input, const OperatorInput& right_input,
                              OperatorContext& context) {
  const JoinOpSpec& spec = *op.join;
  std::vector<std::string> names;
  for (const auto& output : spec.outputs) names.push_back(output.name);
  MILLRACE_TRY(check_names(names));
  auto left_side = with_keys(left_input, spec.left_keys, context);
  MILLRACE_TRY(left_side);
  auto right_side = with_keys(right_input, spec.right_keys, context);
  MILLRACE_TRY(right_side);
  const FrameView& left = left_side.value().view;
  const FrameView& right = right_side.value().view;
  const bool swapped = spec.how == How::Right;
  const auto gather = [&](const join::JoinedRows& rows, size_t count) {
    return JoinGather(left_side.value(), right_side.value(), rows, count, swapped, context).gather(spec, swapped);
  };
  MILLRACE_TRY(sort::check_rows(left.rows, "a join"));
  MILLRACE_TRY(sort::check_rows(right.rows, "a join"));
  const auto left_rows = static_cast<size_t>(left.rows);
  const auto right_rows = static_cast<size_t>(right.rows);
  if (spec.how == How::Cross) {
    auto rows = join::cross_rows(left_rows, right_rows, context.workers, context.budget);
    MILLRACE_TRY(rows);
    return gather(rows.value(), rows.value().left.size());
  }
  auto pairs = swapped
                   ? key_pairs({spec.how, spec.right_keys, spec.left_keys, {}, false, false, false, {}}, right, left)
                   : key_pairs(spec, left, right);
  MILLRACE_TRY(pairs);
  if (spec.how == How::Asof) {
    const join::KeyPair nearest = pairs.value().back();
    pairs.value().pop_back();
    auto rows =
        join::asof_rows(pairs.value(), nearest, left_rows, right_rows, spec.asof, context.workers, context.budget);
    MILLRACE_TRY(rows);
    return gather(rows.value(), left_rows);
  }
  const join::JoinSpec how{kind_of(spec.how), spec.nulls_equal, swapped ? spec.right_unique : spec.left_unique,
                           swapped ? spec.left_unique : spec.right_unique, context.options.hash_mask};
  auto rows = join::join_rows(pairs.value(), swapped ? right_rows : left_rows, swapped ? left_rows : right_rows, how,
                              context.workers, context.budget);
  MILLRACE_TRY(rows);
  const bool existence = spec.how == How::Semi || spec.how == How::Anti;
  const size_t count = existence ? rows.value().left.size() : rows.value().right.size();
  return gather(rows.value(), count);
}

}  // namespace millrace::exec
