#include "exec/plan/plan.h"

namespace millrace::exec {

Status read_sort(const Json& json, OpSpec& op) {
  for (const Json& key : json["keys"].items()) {
    if (!key["column"].is_string()) return bad_plan("a sort key needs a column");
    op.sort_keys.push_back(
        {key["column"].as_string(), key["descending"].as_bool(false), key["nulls"].as_string() == "first"});
  }
  for (const Json& name : json["columns"].items()) op.names.push_back(name.as_string());
  op.rows = json["rows"].as_int(INT64_MAX);
  return op.sort_keys.empty() || op.rows < 0 ? bad_plan("sort needs keys, and a number of rows or none") : Status();
}

}  // namespace millrace::exec
