#include "agg/aggregation.h"

#include "agg/global_aggregation.h"

namespace millrace::agg {

namespace {

const char* function_name(Function function) {
  switch (function) {
    case Function::Count: return "count";
    case Function::Size: return "size";
    case Function::Sum: return "sum";
    case Function::Mean: return "mean";
    case Function::Min: return "min";
    case Function::Max: return "max";
    case Function::Std: return "std";
    case Function::Var: return "var";
    case Function::First: return "first";
    case Function::Last: return "last";
    case Function::NUnique: return "nUnique";
    case Function::ApproxNUnique: return "approxNUnique";
    case Function::Median: return "median";
    case Function::Quantile: return "quantile";
    case Function::Any: return "any";
    case Function::All: return "all";
    case Function::Corr:
    case Function::Second: return "corr";
  }
  return "aggregate";
}

TypeId sum_type(TypeId argument) {
  if (is_float(argument)) return TypeId::Float64;
  return argument == TypeId::UInt64 ? TypeId::UInt64 : TypeId::Int64;
}

[[gnu::cold]] Status type_error(const AggregateSpec& spec, const char* wanted) {
  ErrorFacts facts;
  facts.column = spec.name;
  return Status(Code::Type,
                std::string(function_name(spec.function)) + " needs " + wanted + ", not " + type_name(spec.argument),
                std::move(facts));
}

}  // namespace

Result<Field> result_field(const AggregateSpec& spec) {
  const bool is_bool = spec.argument == TypeId::Bool;
  switch (spec.function) {
    case Function::Count:
    case Function::Size:
    case Function::NUnique:
    case Function::ApproxNUnique: return Field{spec.name, TypeId::Int64, false};
    case Function::Min:
    case Function::Max:
    case Function::First:
    case Function::Last: return Field{spec.name, spec.argument, true};
    case Function::Any:
    case Function::All:
      if (!is_bool) return type_error(spec, "bool");
      return Field{spec.name, TypeId::Bool, false};
    case Function::Sum:
      if (!is_numeric(spec.argument) && !is_bool) return type_error(spec, "numbers or bool");
      return Field{spec.name, sum_type(spec.argument), false};
    case Function::Mean:
    case Function::Std:
    case Function::Var:
    case Function::Median:
    case Function::Quantile:
    case Function::Corr:
    case Function::Second: break;
  }
  if (!is_numeric(spec.argument) && !is_bool) return type_error(spec, "numbers or bool");
  return Field{spec.name, TypeId::Float64, true};
}

Result<std::unique_ptr<GlobalAggregation>> GlobalAggregation::make(AggregationSpec spec, MemoryBudget* budget) {
  for (const AggregateSpec& aggregate : spec.aggregates) {
    if (!(aggregate.quantile >= 0 && aggregate.quantile <= 1)) {
      return Status(Code::InvalidArgument, "a quantile is a number from 0 to 1");
    }
  }
  auto layout = StateLayout::make(spec);
  if (!layout.ok()) return layout.take_status();
  return std::unique_ptr<GlobalAggregation>(std::make_unique<GlobalGroups>(std::move(spec), layout.take(), budget));
}

}  // namespace millrace::agg
