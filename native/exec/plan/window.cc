#include "column/text.h"
#include "exec/plan/plan.h"

namespace millrace::exec {

namespace {

using window::Function;
using window::RankMethod;

template <class T, size_t kCount>
Result<T> read_name(const std::pair<const char*, T> (&names)[kCount], const std::string& name, const char* what) {
  for (const auto& [known, value] : names) {
    if (name == known) return value;
  }
  return bad_plan(std::string("unknown ") + what + " \"" + name + "\"");
}

constexpr std::pair<const char*, Function> kFunctions[] = {{"rowNumber", Function::RowNumber},
                                                           {"rank", Function::Rank},
                                                           {"shift", Function::Shift},
                                                           {"fillForward", Function::FillForward},
                                                           {"fillBackward", Function::FillBackward},
                                                           {"interpolate", Function::Interpolate},
                                                           {"cumSum", Function::CumSum},
                                                           {"cumProd", Function::CumProd},
                                                           {"cumMin", Function::CumMin},
                                                           {"cumMax", Function::CumMax},
                                                           {"cumCount", Function::CumCount},
                                                           {"size", Function::Size},
                                                           {"count", Function::Count},
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
                                                           {"all", Function::All}};

constexpr std::pair<const char*, RankMethod> kMethods[] = {{"average", RankMethod::Average},
                                                           {"min", RankMethod::Min},
                                                           {"max", RankMethod::Max},
                                                           {"dense", RankMethod::Dense},
                                                           {"ordinal", RankMethod::Ordinal}};

constexpr std::pair<const char*, window::Closed> kClosed[] = {{"left", window::Closed::Left},
                                                              {"right", window::Closed::Right},
                                                              {"both", window::Closed::Both},
                                                              {"none", window::Closed::None}};

// `period` is decimal text, since it may have more digits than a JSON number holds.
Status read_rolling(const Json& json, bool ordered, window::Rolling& out) {
  out.rows = json["rows"].as_int(0);
  if (json.has("period") && parse_int64(json["period"].as_string(), out.period) != ParseResult::Ok) out.period = -1;
  if (json.has("closed")) {
    auto closed = read_name(kClosed, json["closed"].as_string(), "end of a window");
    MILLRACE_TRY(closed);
    out.closed = closed.value();
  }
  out.center = json["center"].as_bool(false);
  out.min_periods = json["minPeriods"].as_int(1);
  const bool by_rows = out.rows > 0 && out.period == 0;
  const bool by_time = out.rows == 0 && out.period > 0 && ordered;
  if (by_rows || by_time) return {};
  return bad_plan("a rolling window needs a number of rows, or a period and an order");
}

Status read_function(const Json& json, bool ordered, WindowOpSpec& out) {
  auto function = read_name(kFunctions, json["function"].as_string(), "window function");
  MILLRACE_TRY(function);
  WindowColumnSpec column;
  column.name = json["name"].as_string();
  column.function.function = function.value();
  window::Parameters& parameters = column.function.parameters;
  if (window::needs_argument(function.value())) {
    if (!json["column"].is_string()) return bad_plan("a window function needs a column");
    column.argument = json["column"].as_string();
  }
  if (json.has("method")) {
    auto method = read_name(kMethods, json["method"].as_string(), "rank method");
    MILLRACE_TRY(method);
    parameters.method = method.value();
  }
  parameters.descending = json["descending"].as_bool(false);
  parameters.offset = json["offset"].as_int(1);
  parameters.limit = json["limit"].as_int(INT64_MAX);
  parameters.ddof = static_cast<int>(json["ddof"].as_int(1));
  parameters.quantile = json["quantile"].as_number(0.5);
  parameters.skip_nulls = json["skipNulls"].as_bool(false);
  if (!(parameters.quantile >= 0 && parameters.quantile <= 1)) return bad_plan("a quantile must be between 0 and 1");
  if (parameters.limit < 0) return bad_plan("the limit of a fill must not be negative");
  if (json.has("rolling")) {
    column.function.rolling.emplace();
    MILLRACE_TRY(read_rolling(json["rolling"], ordered, *column.function.rolling));
  }
  out.columns.push_back(std::move(column));
  return {};
}

}  // namespace

Status read_window(const Json& json, OpSpec& op) {
  op.window = std::make_unique<WindowOpSpec>();
  for (const Json& key : json["keys"].items()) op.window->keys.push_back(key.as_string());
  for (const Json& key : json["order"].items()) {
    if (!key["column"].is_string()) return bad_plan("a sort key needs a column");
    op.sort_keys.push_back(
        {key["column"].as_string(), key["descending"].as_bool(false), key["nulls"].as_string() == "first"});
  }
  for (const Json& function : json["functions"].items()) {
    MILLRACE_TRY(read_function(function, !op.sort_keys.empty(), *op.window));
    op.names.push_back(op.window->columns.back().name);
  }
  op.window->first = json["first"].as_int(INT64_MAX);
  if (op.window->first < 0) return bad_plan("the first rows of a partition must not be fewer than none");
  const bool idle = op.names.empty() && !json.has("first");
  return idle ? bad_plan("a window needs functions, or a number of first rows") : Status();
}

}  // namespace millrace::exec
