#include "exec/plan/plan.h"

#include <cstdlib>

namespace millrace::exec {

Status bad_plan(const std::string& what) { return Status(Code::Plan, "the plan is malformed: " + what); }

Status read_output(const Json& json, size_t nodes, OpSpec& op) {
  const int64_t out = json.as_int(-1);
  if (out < 0 || static_cast<size_t>(out) >= nodes) return bad_plan("an output index is out of range");
  op.outputs.push_back(static_cast<uint32_t>(out));
  return {};
}

namespace {

Status read_csv(const Json& json, OpSpec& op) {
  op.csv = std::make_unique<CsvSourceSpec>();
  return read_csv_source(json, *op.csv);
}

Status read_memory(const Json& json, OpSpec& op) {
  op.frame_handle = static_cast<int>(json["handle"].as_int(-1));
  op.rows_known = !json["made"].as_bool();
  return {};
}

Status read_filter(const Json& json, OpSpec& op) { return read_output(json["out"], op.nodes->size(), op); }

Status read_project(const Json& json, OpSpec& op) {
  for (const Json& column : json["columns"].items()) {
    op.names.push_back(column["name"].as_string());
    MILLRACE_TRY(read_output(column["out"], op.nodes->size(), op));
  }
  return {};
}

Status read_slice(const Json& json, OpSpec& op) {
  op.offset = json["offset"].as_int(0);
  op.rows = json["rows"].as_int(INT64_MAX);
  return op.offset < 0 || op.rows < 0 ? bad_plan("slice needs an offset and a number of rows") : Status();
}

Status read_tail(const Json& json, OpSpec& op) {
  op.rows = json["rows"].as_int(-1);
  op.offset = json["leaveOut"].as_int(0);
  return op.rows < 0 || op.offset < 0 ? bad_plan("tail needs a number of rows") : Status();
}

Status read_row_index(const Json& json, OpSpec& op) {
  op.names.push_back(json["name"].as_string());
  return {};
}

Status read_repeat(const Json& json, OpSpec& op) {
  op.names.push_back(json["counts"].as_string());
  return {};
}

Status read_sample(const Json& json, OpSpec& op) {
  op.rows = json["rows"].as_int(0);
  op.sample.fraction = json["fraction"].as_number(-1);
  op.sample.seed = static_cast<uint64_t>(json["seed"].as_int(0));
  op.sample.replace = json["replace"].as_bool(false);
  op.sample.shuffle = json["shuffle"].as_bool(false);
  // Past this a share of the rows is no row number.
  constexpr double kLargest = 1e15;
  return op.rows < 0 || !(op.sample.fraction <= kLargest) ? bad_plan("sample needs a number of rows or a fraction")
                                                          : Status();
}

Status read_concat(const Json&, OpSpec&) { return {}; }

struct OpReader {
  const char* name;
  OpSpec::Kind kind;
  int inputs;  // -1: any number, at least one
  Status (*read)(const Json&, OpSpec&);
};

constexpr OpReader kOps[] = {{"csv", OpSpec::Kind::Csv, 0, read_csv},
                             {"memory", OpSpec::Kind::Memory, 0, read_memory},
                             {"filter", OpSpec::Kind::Filter, 1, read_filter},
                             {"project", OpSpec::Kind::Project, 1, read_project},
                             {"aggregate", OpSpec::Kind::Aggregate, 1, read_aggregate},
                             {"slice", OpSpec::Kind::Slice, 1, read_slice},
                             {"tail", OpSpec::Kind::Tail, 1, read_tail},
                             {"rowIndex", OpSpec::Kind::RowIndex, 1, read_row_index},
                             {"sort", OpSpec::Kind::Sort, 1, read_sort},
                             {"sample", OpSpec::Kind::Sample, 1, read_sample},
                             {"repeat", OpSpec::Kind::Repeat, 1, read_repeat},
                             {"window", OpSpec::Kind::Window, 1, read_window},
                             {"join", OpSpec::Kind::Join, 2, read_join},
                             {"concat", OpSpec::Kind::Concat, -1, read_concat}};

Status read_inputs(const Json& json, const OpReader& reader, int64_t step, OpSpec& op) {
  if (reader.inputs == 0) return {};
  std::vector<int64_t> inputs;
  for (const Json& input : json["inputs"].items()) inputs.push_back(input.as_int(-1));
  if (!json.has("inputs")) inputs.push_back(json["input"].as_int(step - 1));
  for (const int64_t input : inputs) {
    if (input < 0 || input >= step) return bad_plan("a step can only read earlier ones");
    op.inputs.push_back(static_cast<uint32_t>(input));
  }
  const auto count = static_cast<int>(inputs.size());
  return count == 0 || (reader.inputs > 0 && count != reader.inputs)
             ? bad_plan(std::string(reader.name) + " has a wrong number of inputs")
             : Status();
}

Status read_step(const Json& json, int64_t step, OpSpec& op) {
  const std::string& name = json["op"].as_string();
  for (const OpReader& reader : kOps) {
    if (name != reader.name) continue;
    op.kind = reader.kind;
    op.nodes = &json["nodes"];
    MILLRACE_TRY(read_inputs(json, reader, step, op));
    return reader.read(json, op);
  }
  return bad_plan("unknown op \"" + name + "\"");
}

Status read_options(const Json& json, Options& out) {
  const std::string& mode = json["mode"].as_string();
  if (mode == "stream") out.mode = Options::Mode::Stream;
  if (mode == "persist") out.mode = Options::Mode::Persist;
  const int64_t threads = json["threads"].as_int(0);
  const int64_t chunk = json["chunkBytes"].as_int(static_cast<int64_t>(out.chunk_bytes));
  const int64_t rows = json["vectorRows"].as_int(out.vector_rows);
  out.batch_rows = json["batchRows"].as_int(out.batch_rows);
  out.batches_may_be_smaller = !json.has("batchRows");
  out.memory_limit_bytes = json["memoryLimit"].as_int(INT64_MAX);
  const std::string& spill = json["spill"].as_string();
  if (spill == "never") out.spill = Options::Spill::Never;
  if (spill == "always") out.spill = Options::Spill::Always;
  out.spill_directory = json["spillDirectory"].as_string();
  out.spill_limit_bytes = json["spillLimit"].as_int(INT64_MAX);
  if (out.spill_limit_bytes < 0) return bad_plan("spillLimit must not be negative");
  if (threads < 0 || threads > 1024) return bad_plan("threads must be between 1 and 1024");
  if (chunk < 1 || chunk > (int64_t{1} << 30)) return bad_plan("chunkBytes must be between 1 and 1 GiB");
  if (rows < 1 || rows > kVectorRows) return bad_plan("vectorRows must be between 1 and 2048");
  out.partition_from_groups = json["partitionGroups"].as_int(out.partition_from_groups);
  out.analyze = json["analyze"].as_bool(false);
  if (out.batch_rows < 1) return bad_plan("batchRows must be positive");
  if (out.memory_limit_bytes < 0) return bad_plan("memoryLimit must not be negative");
  out.threads = static_cast<uint32_t>(threads);
  out.chunk_bytes = static_cast<size_t>(chunk);
  out.vector_rows = static_cast<uint32_t>(rows);
  if (json["hashMask"].is_string()) out.hash_mask = std::strtoull(json["hashMask"].as_string().c_str(), nullptr, 16);
  return {};
}

}  // namespace

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
  for (const Json& step : root["steps"].items()) {
    plan->steps.emplace_back();
    MILLRACE_TRY(read_step(step, static_cast<int64_t>(plan->steps.size()) - 1, plan->steps.back()));
  }
  if (plan->steps.empty()) return bad_plan("there are no steps");
  MILLRACE_TRY(read_options(root["options"], plan->options));
  return plan;
}

}  // namespace millrace::exec
