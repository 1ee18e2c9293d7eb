#include "exec/plan/plan.h"

namespace millrace::exec {

namespace {

Result<agg::Function> read_function(const std::string& name) {
  using agg::Function;
  static constexpr std::pair<const char*, Function> kFunctions[] = {{"count", Function::Count},
                                                                    {"size", Function::Size},
                                                                    {"sum", Function::Sum},
                                                                    {"mean", Function::Mean},
                                                                    {"min", Function::Min},
                                                                    {"max", Function::Max},
                                                                    {"std", Function::Std},
                                                                    {"var", Function::Var},
                                                                    {"first", Function::First},
                                                                    {"last", Function::Last},
                                                                    {"nUnique", Function::NUnique},
                                                                    {"median", Function::Median},
                                                                    {"quantile", Function::Quantile},
                                                                    {"any", Function::Any},
                                                                    {"all", Function::All},
                                                                    {"corr", Function::Corr},
                                                                    {"approxNUnique", Function::ApproxNUnique}};
  for (const auto& [known, function] : kFunctions) {
    if (name == known) return function;
  }
  return bad_plan("unknown aggregate function \"" + name + "\"");
}

}  // namespace

Status read_aggregate(const Json& json, OpSpec& op) {
  const size_t nodes = json["nodes"].size();
  for (const Json& key : json["keys"].items()) {
    op.names.push_back(key["name"].as_string());
    MILLRACE_TRY(read_output(key["out"], nodes, op));
  }
  for (const Json& item : json["aggregates"].items()) {
    auto function = read_function(item["function"].as_string());
    MILLRACE_TRY(function);
    agg::AggregateSpec spec{item["name"].as_string(), function.value()};
    spec.ddof = static_cast<int>(item["ddof"].as_int(1));
    spec.quantile = item["quantile"].as_number(0.5);
    spec.skip_nulls = item["skipNulls"].as_bool(false);
    if (!(spec.quantile >= 0 && spec.quantile <= 1)) return bad_plan("a quantile must be between 0 and 1");
    op.argument_output.push_back(-1);
    if (spec.function != agg::Function::Size) {
      op.argument_output.back() = static_cast<int>(op.outputs.size());
      MILLRACE_TRY(read_output(item["out"], nodes, op));
    }
    const bool pair = spec.function == agg::Function::Corr;
    op.aggregates.push_back(std::move(spec));
    if (!pair) continue;
    op.argument_output.push_back(static_cast<int>(op.outputs.size()));
    MILLRACE_TRY(read_output(item["second"], nodes, op));
    op.aggregates.push_back({"", agg::Function::Second});
  }
  const std::string& order = json["order"].as_string();
  if (order == "first") op.order = agg::Order::First;
  if (order == "none") op.order = agg::Order::None;
  op.drop_nulls = json["dropNulls"].as_bool(false);
  return {};
}

}  // namespace millrace::exec
