#include "window/compute.h"

#include "column/take_rows.h"
#include "window/pick_rows.h"

namespace millrace::window {

namespace {

[[gnu::cold]] Status type_error(const char* needs, TypeId argument) {
  return Status(Code::Type, std::string("this window function needs ") + needs + ", not " + type_name(argument));
}

TypeId sum_type(TypeId argument) {
  if (is_float(argument)) return TypeId::Float64;
  return argument == TypeId::UInt64 ? TypeId::UInt64 : TypeId::Int64;
}

Result<Column> pick(const Call& call) {
  PodVector<uint32_t> rows(call.budget);
  MILLRACE_TRY(pick_rows(call.function, *call.argument, call.partitions, call.workers, rows));
  auto columns = take_rows({{call.argument, rows.data(), true}}, rows.size(), call.workers, call.budget);
  MILLRACE_TRY(columns);
  return std::move(columns.value()[0]);
}

}  // namespace

Result<TypeId> result_type(const WindowFunction& function, TypeId argument) {
  const bool summable = is_numeric(argument) || argument == TypeId::Bool;
  switch (function.function) {
    case Function::RowNumber:
    case Function::Size:
    case Function::Count:
    case Function::CumCount:
    case Function::NUnique: return TypeId::Int64;
    case Function::Rank: return function.parameters.method == RankMethod::Average ? TypeId::Float64 : TypeId::Int64;
    case Function::Any:
    case Function::All:
      if (argument != TypeId::Bool) return type_error("a condition", argument);
      return TypeId::Bool;
    case Function::Sum:
    case Function::CumSum:
    case Function::CumProd:
      if (!summable) return type_error("a number", argument);
      return sum_type(argument);
    case Function::Interpolate:
      if (!is_numeric(argument)) return type_error("a number", argument);
      return TypeId::Float64;
    case Function::Mean:
    case Function::Std:
    case Function::Var:
    case Function::Median:
    case Function::Quantile:
      if (!summable) return type_error("a number", argument);
      return TypeId::Float64;
    default: return argument;
  }
}

Result<Column> compute(const Call& call) {
  const Function function = call.function.function;
  if (call.function.rolling) return compute_rolling(call);
  MILLRACE_TRY(result_type(call.function, call.argument ? call.argument->type : TypeId::Bool));
  if (picks_rows(function)) return pick(call);
  switch (function) {
    case Function::Rank:
    case Function::NUnique: return compute_by_value(call);
    case Function::RowNumber:
    case Function::Interpolate:
    case Function::CumSum:
    case Function::CumProd:
    case Function::CumCount: return compute_cumulative(call);
    default: return compute_aggregate(call);
  }
}

}  // namespace millrace::window
