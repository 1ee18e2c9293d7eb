#include "exec/plan.h"

#include <cstdlib>

namespace millrace::exec {

namespace {

Status bad_plan(const std::string& what) { return Status(Code::Plan, "the plan is malformed: " + what); }

Result<char> read_byte(const Json& json, const char* name, bool nullable) {
  if (nullable && json.is_null()) return '\0';
  if (json.as_string().size() != 1) return bad_plan(std::string(name) + " must be one byte");
  return json.as_string()[0];
}

Result<std::vector<uint32_t>> read_indices(const Json& json, size_t limit) {
  std::vector<uint32_t> out;
  for (const Json& item : json.items()) {
    const int64_t index = item.as_int(-1);
    if (index < 0 || static_cast<size_t>(index) >= limit) return bad_plan("an index is out of range");
    out.push_back(static_cast<uint32_t>(index));
  }
  return out;
}

Status read_columns(const Json& json, CsvSourceSpec& out) {
  if (!json.is_array() || json.size() == 0) return bad_plan("source.columns must name at least one column");
  for (const Json& column : json.items()) {
    const auto type = type_from_name(column["type"].as_string());
    if (!type || !column["name"].is_string()) return bad_plan("a source column needs a name and a known type");
    out.columns.push_back({column["name"].as_string(), *type, column["nullable"].as_bool(true)});
    out.inferred.push_back(column["inferred"].as_bool(false));
  }
  return {};
}

Status read_csv_source(const Json& json, CsvSourceSpec& out) {
  for (const Json& file : json["files"].items()) out.files.push_back(file.as_string());
  out.bytes_handle = static_cast<int>(json["bytes"].as_int(-1));
  if (out.files.empty() && out.bytes_handle < 0) return bad_plan("a csv source needs files or bytes");
  auto dialect = read_dialect(json["dialect"]);
  MILLRACE_TRY(dialect);
  out.dialect = dialect.value();
  MILLRACE_TRY(read_columns(json["columns"], out));
  auto project = read_indices(json["project"], out.columns.size());
  MILLRACE_TRY(project);
  out.project = project.take();
  for (const Json& token : json["nullValues"].items()) out.null_values.push_back(token.as_string());
  if (!json.has("nullValues")) out.null_values.emplace_back();
  const std::string& on_error = json["onError"].as_string();
  if (on_error == "null") out.on_error = csv::OnError::Null;
  if (on_error == "skip") out.on_error = csv::OnError::Skip;
  // Positions inside a window are 32-bit.
  constexpr int64_t kLargestField = int64_t{1} << 30;
  const int64_t max_field = json["maxFieldBytes"].as_int(64 << 20);
  if (max_field < 1 || max_field > kLargestField) return bad_plan("maxFieldBytes must be between 1 and 1 GiB");
  out.max_field_bytes = static_cast<size_t>(max_field);
  out.max_columns = static_cast<size_t>(json["maxColumns"].as_int(100000));
  return {};
}

Status read_source(const Json& json, SourceSpec& out) {
  if (json["kind"].as_string() == "csv") return read_csv_source(json, out.csv);
  if (json["kind"].as_string() != "memory") return bad_plan("unknown source kind");
  out.kind = SourceSpec::Kind::Memory;
  out.frame_handle = static_cast<int>(json["handle"].as_int(-1));
  return {};
}

Result<agg::Function> read_function(const std::string& name) {
  using agg::Function;
  static constexpr std::pair<const char*, Function> kFunctions[] = {
      {"count", Function::Count},       {"size", Function::Size},       {"sum", Function::Sum},
      {"mean", Function::Mean},         {"min", Function::Min},         {"max", Function::Max},
      {"std", Function::Std},           {"var", Function::Var},         {"first", Function::First},
      {"last", Function::Last},         {"nUnique", Function::NUnique}, {"median", Function::Median},
      {"quantile", Function::Quantile}, {"any", Function::Any},         {"all", Function::All}};
  for (const auto& [known, function] : kFunctions) {
    if (name == known) return function;
  }
  return bad_plan("unknown aggregate function \"" + name + "\"");
}

Status read_output(const Json& json, size_t nodes, OpSpec& op) {
  const int64_t out = json.as_int(-1);
  if (out < 0 || static_cast<size_t>(out) >= nodes) return bad_plan("an output index is out of range");
  op.outputs.push_back(static_cast<uint32_t>(out));
  return {};
}

Status read_aggregate(const Json& json, OpSpec& op) {
  op.kind = OpSpec::Kind::Aggregate;
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
    op.aggregates.push_back(std::move(spec));
  }
  const std::string& order = json["order"].as_string();
  if (order == "first") op.order = agg::Order::First;
  if (order == "none") op.order = agg::Order::None;
  op.drop_nulls = json["dropNulls"].as_bool(false);
  return {};
}

Status read_op(const Json& json, OpSpec& op) {
  const std::string& kind = json["op"].as_string();
  op.nodes = &json["nodes"];
  if (kind == "filter") {
    op.kind = OpSpec::Kind::Filter;
    return read_output(json["out"], op.nodes->size(), op);
  }
  if (kind == "project") {
    op.kind = OpSpec::Kind::Project;
    for (const Json& column : json["columns"].items()) {
      op.names.push_back(column["name"].as_string());
      MILLRACE_TRY(read_output(column["out"], op.nodes->size(), op));
    }
    return {};
  }
  if (kind == "aggregate") return read_aggregate(json, op);
  if (kind == "head") {
    op.kind = OpSpec::Kind::Head;
    op.rows = json["rows"].as_int(-1);
    return op.rows < 0 ? bad_plan("head needs a number of rows") : Status();
  }
  return bad_plan("unknown op \"" + kind + "\"");
}

Status read_options(const Json& json, Options& out) {
  const std::string& mode = json["mode"].as_string();
  if (mode == "stream") out.mode = Options::Mode::Stream;
  if (mode == "persist") out.mode = Options::Mode::Persist;
  const int64_t threads = json["threads"].as_int(0);
  const int64_t chunk = json["chunkBytes"].as_int(static_cast<int64_t>(out.chunk_bytes));
  const int64_t rows = json["vectorRows"].as_int(out.vector_rows);
  out.batch_rows = json["batchRows"].as_int(out.batch_rows);
  out.memory_limit_bytes = json["memoryLimit"].as_int(INT64_MAX);
  if (threads < 0 || threads > 1024) return bad_plan("threads must be between 1 and 1024");
  if (chunk < 1 || chunk > (int64_t{1} << 30)) return bad_plan("chunkBytes must be between 1 and 1 GiB");
  if (rows < 1 || rows > kVectorRows) return bad_plan("vectorRows must be between 1 and 2048");
  out.partition_from_groups = json["partitionGroups"].as_int(out.partition_from_groups);
  if (out.batch_rows < 1) return bad_plan("batchRows must be positive");
  if (out.memory_limit_bytes < 0) return bad_plan("memoryLimit must not be negative");
  out.threads = static_cast<uint32_t>(threads);
  out.chunk_bytes = static_cast<size_t>(chunk);
  out.vector_rows = static_cast<uint32_t>(rows);
  if (json["hashMask"].is_string()) out.hash_mask = std::strtoull(json["hashMask"].as_string().c_str(), nullptr, 16);
  return {};
}

}  // namespace

Result<csv::Dialect> read_dialect(const Json& json) {
  csv::Dialect out;
  auto delimiter = read_byte(json["delimiter"], "delimiter", false);
  MILLRACE_TRY(delimiter);
  auto quote = read_byte(json["quote"], "quote", true);
  MILLRACE_TRY(quote);
  auto escape = read_byte(json["escape"], "escape", true);
  MILLRACE_TRY(escape);
  auto comment = read_byte(json["comment"], "comment", true);
  MILLRACE_TRY(comment);
  out.delimiter = delimiter.value();
  out.quote = quote.value();
  out.escape = escape.value() ? escape.value() : out.quote;
  out.comment = comment.value();
  out.header = json["header"].as_bool(true);
  out.skip_rows = static_cast<int32_t>(json["skipRows"].as_int(0));
  if (json["newline"].as_string() == "any") out.newline = csv::Dialect::Newline::Any;
  if (json["encoding"].as_string() == "latin1") out.encoding = csv::Dialect::Encoding::Latin1;
  return out;
}

Result<std::unique_ptr<Plan>> Plan::read(std::string_view json) {
  auto text = Json::parse(json);
  MILLRACE_TRY(text);
  auto plan = std::make_unique<Plan>();
  plan->text = text.take();
  const Json& root = plan->text;
  if (root["version"].as_int(0) != kPlanVersion) {
    ErrorFacts facts;
    facts.hint = "the JavaScript and the native part of millrace are of different releases: reinstall";
    return Status(Code::Plan, "this engine reads plan version " + std::to_string(kPlanVersion), std::move(facts));
  }
  MILLRACE_TRY(read_source(root["source"], plan->source));
  for (const Json& op : root["ops"].items()) {
    plan->ops.emplace_back();
    MILLRACE_TRY(read_op(op, plan->ops.back()));
  }
  MILLRACE_TRY(read_options(root["options"], plan->options));
  return plan;
}

}  // namespace millrace::exec
