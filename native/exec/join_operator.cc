#include "exec/frame_operator.h"
#include "exec/pipeline.h"
#include "join/join_rows.h"
#include "sort/sort_key.h"

namespace millrace::exec {

namespace {

using How = JoinOpSpec::How;

Status key_type_error(const std::string& left, TypeId left_type, const std::string& right, TypeId right_type) {
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

// `swapped`: rows.left are rows of the right side. Left columns of a join that keeps each row once are passed on.
Result<FrameView> gather(const JoinOpSpec& spec, const FrameView& left, const FrameView& right,
                         const join::JoinedRows& rows, size_t count, bool swapped, OperatorContext& context) {
  FrameView out;
  out.rows = static_cast<int64_t>(count);
  auto frame = std::make_shared<Frame>();
  frame->rows = out.rows;
  std::vector<TakeColumn> taken;
  std::vector<size_t> taken_at;
  for (const JoinOpSpec::Output& output : spec.outputs) {
    const FrameView& side = output.right ? right : left;
    auto at = column_position(side.schema, output.column);
    MILLRACE_TRY(at);
    Field field = side.schema[at.value()];
    field.name = output.name;
    const bool second = output.right != swapped;  // the side that rows.right is about
    field.nullable |= second ? rows.right_may_miss : rows.left_may_miss;
    out.schema.push_back(field);
    out.columns.push_back(side.columns[at.value()]);
    if (!second && rows.all_left_once) continue;
    taken_at.push_back(out.columns.size() - 1);
    taken.push_back({out.columns.back(), second ? rows.right.data() : rows.left.data(),
                     second ? rows.right_may_miss : rows.left_may_miss});
  }
  auto columns = take_rows(taken, count, context.workers, context.budget);
  MILLRACE_TRY(columns);
  frame->columns = columns.take();
  for (size_t i = 0; i < taken_at.size(); i++) {
    out.columns[taken_at[i]] = &frame->columns[i];
    frame->schema.push_back(out.schema[taken_at[i]]);
  }
  out.owners = swapped ? right.owners : left.owners;
  if (!rows.all_left_once) out.owners.clear();
  out.owners.push_back(std::move(frame));
  return out;
}

}  // namespace

Result<FrameView> join_frames(const OpSpec& op, const FrameView& left, const FrameView& right,
                              OperatorContext& context) {
  const JoinOpSpec& spec = *op.join;
  std::vector<std::string> names;
  for (const auto& output : spec.outputs) names.push_back(output.name);
  MILLRACE_TRY(check_names(names));
  MILLRACE_TRY(sort::check_rows(left.rows, "a join"));
  MILLRACE_TRY(sort::check_rows(right.rows, "a join"));
  const auto left_rows = static_cast<size_t>(left.rows);
  const auto right_rows = static_cast<size_t>(right.rows);
  if (spec.how == How::Cross) {
    auto rows = join::cross_rows(left_rows, right_rows, context.workers, context.budget);
    MILLRACE_TRY(rows);
    return gather(spec, left, right, rows.value(), rows.value().left.size(), false, context);
  }
  const bool swapped = spec.how == How::Right;
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
    return gather(spec, left, right, rows.value(), left_rows, false, context);
  }
  const join::JoinSpec how{kind_of(spec.how), spec.nulls_equal, swapped ? spec.right_unique : spec.left_unique,
                           swapped ? spec.left_unique : spec.right_unique, context.options.hash_mask};
  auto rows = join::join_rows(pairs.value(), swapped ? right_rows : left_rows, swapped ? left_rows : right_rows, how,
                              context.workers, context.budget);
  MILLRACE_TRY(rows);
  const bool existence = spec.how == How::Semi || spec.how == How::Anti;
  const size_t count = existence ? rows.value().left.size() : rows.value().right.size();
  return gather(spec, left, right, rows.value(), count, swapped, context);
}

}  // namespace millrace::exec
