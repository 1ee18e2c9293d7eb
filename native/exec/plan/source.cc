#include "exec/plan/plan.h"

namespace millrace::exec {

namespace {

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

}  // namespace

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

}  // namespace millrace::exec
