#include "exec/plan/plan.h"

namespace millrace::exec {

namespace {

Result<JoinOpSpec::How> read_how(const std::string& name) {
  using How = JoinOpSpec::How;
  static constexpr std::pair<const char*, How> kHows[] = {
      {"inner", How::Inner}, {"left", How::Left}, {"right", How::Right}, {"outer", How::Outer},
      {"semi", How::Semi},   {"anti", How::Anti}, {"cross", How::Cross}, {"asof", How::Asof}};
  for (const auto& [known, how] : kHows) {
    if (name == known) return how;
  }
  return bad_plan("unknown kind of join \"" + name + "\"");
}

Status read_asof(const Json& json, join::AsofSpec& out) {
  using Direction = join::AsofSpec::Direction;
  const std::string& direction = json["direction"].as_string();
  if (direction == "forward") out.direction = Direction::Forward;
  if (direction == "nearest") out.direction = Direction::Nearest;
  out.allow_exact = json["allowExact"].as_bool(true);
  out.tolerance = json["tolerance"].as_number(-1);
  return {};
}

}  // namespace

Status read_join(const Json& json, OpSpec& op) {
  op.join = std::make_unique<JoinOpSpec>();
  JoinOpSpec& join = *op.join;
  auto how = read_how(json["how"].as_string());
  MILLRACE_TRY(how);
  join.how = how.value();
  for (const Json& name : json["leftKeys"].items()) join.left_keys.push_back(name.as_string());
  for (const Json& name : json["rightKeys"].items()) join.right_keys.push_back(name.as_string());
  const bool keyless = join.how == JoinOpSpec::How::Cross;
  if (join.left_keys.size() != join.right_keys.size() || join.left_keys.empty() != keyless) {
    return bad_plan("a join needs as many keys on one side as on the other");
  }
  for (const Json& output : json["columns"].items()) {
    join.outputs.push_back(
        {output["name"].as_string(), output["side"].as_string() == "right", output["column"].as_string()});
  }
  MILLRACE_TRY(read_asof(json, join.asof));
  join.nulls_equal = json["nullsEqual"].as_bool(false);
  join.left_unique = json["leftUnique"].as_bool(false);
  join.right_unique = json["rightUnique"].as_bool(false);
  return {};
}

}  // namespace millrace::exec
