// frameCreate, frameInfo, frameRelease.
#include "base/cold.h"

#include "node/bindings.h"
#include "node/column_input.h"
#include "node/properties.h"

namespace millrace::node {

namespace {

Status read_column(const Napi::Object& object, Frame& frame) {
  const std::string name = text_property(object, "name");
  const auto type = type_from_name(text_property(object, "type"));
  ArrayView data;
  if (!type) return bad_column(name, "has an unknown type");
  if (!view_of_array(property(object, "data"), data)) return bad_column(name, "needs a typed array as data");
  Column column;
  column.type = *type;
  MILLRACE_TRY(is_string(*type) ? copy_strings(name, data, property(object, "offsets"), column)
                                : copy_numbers(name, data, column));
  MILLRACE_TRY(copy_validity(name, property(object, "validity"), column));
  if (!frame.columns.empty() && column.rows != frame.rows) {
    return bad_column(name, "has " + std::to_string(column.rows) + " rows where the columns before it have " +
                                std::to_string(frame.rows));
  }
  if (find_column(frame.schema, name) >= 0) {
    return Status(Code::DuplicateColumn, "two columns are called \"" + name + "\"");
  }
  frame.rows = column.rows;
  frame.schema.push_back({name, *type, column.null_count > 0});
  frame.columns.push_back(std::move(column));
  return {};
}

}  // namespace

Napi::Value frame_create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsArray()) {
    throw_argument(env, "frameCreate(columns): an array of columns");
    return env.Undefined();
  }
  const auto columns = info[0].As<Napi::Array>();
  auto frame = std::make_shared<Frame>();
  for (uint32_t i = 0; i < columns.Length(); i++) {
    const Napi::Value column = element(columns, i);
    Status status = column.IsObject() ? read_column(column.As<Napi::Object>(), *frame)
                                      : Status(Code::InvalidArgument, "a column must be an object");
    if (!status.ok()) {
      throw_status(env, status);
      return env.Undefined();
    }
  }
  return make_handle<const Frame>(env, std::move(frame));
}

namespace {

Napi::Object info_object(Napi::Env env, const Schema& fields, int64_t rows, int64_t bytes) {
  Napi::Array schema = Napi::Array::New(env, fields.size());
  for (uint32_t i = 0; i < fields.size(); i++) {
    Napi::Object field = Napi::Object::New(env);
    field.Set("name", fields[i].name);
    field.Set("type", type_name(fields[i].type));
    field.Set("nullable", fields[i].nullable);
    schema.Set(i, field);
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("rows", static_cast<double>(rows));
  out.Set("bytes", static_cast<double>(bytes));
  out.Set("schema", schema);
  return out;
}

}  // namespace

Napi::Value frame_info(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (const auto frame = get_handle<const Frame>(info[0])) {
    return info_object(env, frame->schema, frame->rows, frame->bytes());
  }
  if (const auto frame = get_handle<const store::StoredFrame>(info[0])) {
    Napi::Object out = info_object(env, frame->schema, frame->rows, frame->bytes());
    out.Set("memoryBytes", static_cast<double>(frame->totals->memory_bytes.load()));
    out.Set("diskBytes", static_cast<double>(frame->totals->disk_bytes.load()));
    return out;
  }
  if (const auto frame = get_handle<const exec::BorrowedFrame>(info[0])) {
    return info_object(env, frame->schema, frame->rows, frame->bytes());
  }
  throw_argument(env, "frameInfo(frame): a frame handle that was not released");
  return env.Undefined();
}

Napi::Value frame_release(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (auto* slot = handle_slot<const Frame>(info[0])) empty_handle<const Frame>(env, *slot);
  if (auto* slot = handle_slot<const store::StoredFrame>(info[0])) empty_handle<const store::StoredFrame>(env, *slot);
  if (auto* slot = handle_slot<const exec::BorrowedFrame>(info[0])) {
    empty_handle<const exec::BorrowedFrame>(env, *slot);
  }
  return env.Undefined();
}

}  // namespace millrace::node
