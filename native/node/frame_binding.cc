// frameCreate, frameInfo, frameRelease.
#include "column/utf8.h"
#include "node/bindings.h"
#include "node/handles.h"

namespace millrace::node {

namespace {

// The bytes of a typed array, or null when it is none. A detached one has no bytes.
struct ArrayView {
  const uint8_t* bytes = nullptr;
  size_t size = 0;
  size_t count = 0;
  napi_typedarray_type type = napi_uint8_array;
};

bool view_of_array(const Napi::Value& value, ArrayView& out) {
  if (!value.IsTypedArray()) return false;
  void* data = nullptr;
  napi_value buffer = nullptr;
  size_t offset = 0;
  if (napi_get_typedarray_info(value.Env(), value, &out.type, &out.count, &data, &buffer, &offset) != napi_ok) {
    return false;
  }
  const Napi::TypedArray array = value.As<Napi::TypedArray>();
  out.bytes = static_cast<const uint8_t*>(data);
  out.size = out.count * array.ElementSize();
  return true;
}

Status bad_column(const std::string& name, const std::string& what) {
  ErrorFacts facts;
  facts.column = name;
  return Status(Code::InvalidArgument, "column \"" + name + "\" " + what, std::move(facts));
}

Status copy_bytes(const uint8_t* bytes, size_t size, Buffer& out) {
  MILLRACE_TRY(out.resize(size));
  if (size) std::memcpy(out.data(), bytes, size);
  return {};
}

Status copy_strings(const std::string& name, const ArrayView& data, const Napi::Value& offsets, Column& out) {
  ArrayView view;
  if (!view_of_array(offsets, view) || view.type != napi_uint32_array || view.count == 0) {
    return bad_column(name, "needs offsets: a Uint32Array of rows + 1 positions");
  }
  out.rows = static_cast<int64_t>(view.count) - 1;
  MILLRACE_TRY(copy_bytes(data.bytes, data.size, out.data));
  MILLRACE_TRY(out.offsets.resize(view.count * sizeof(uint64_t)));
  const auto* from = reinterpret_cast<const uint32_t*>(view.bytes);
  auto* to = reinterpret_cast<uint64_t*>(out.offsets.data());
  for (size_t i = 0; i < view.count; i++) {
    to[i] = from[i];
    if (to[i] > data.size || (i > 0 && to[i] < to[i - 1])) return bad_column(name, "has offsets out of order");
  }
  if (!is_utf8(reinterpret_cast<const char*>(out.data.data()), data.size)) {
    return bad_column(name, "is not valid UTF-8");
  }
  return {};
}

Status copy_validity(const std::string& name, const Napi::Value& value, Column& out) {
  ArrayView view;
  if (value.IsNull() || value.IsUndefined()) return {};
  const auto rows = static_cast<size_t>(out.rows);
  if (!view_of_array(value, view) || view.type != napi_uint8_array || view.size < (rows + 7) / 8) {
    return bad_column(name, "needs a validity bitmap with a bit for each row");
  }
  MILLRACE_TRY(out.validity.resize((rows + 63) / 64 * 8));
  std::memset(out.validity.data(), 0, out.validity.size());
  std::memcpy(out.validity.data(), view.bytes, (rows + 7) / 8);
  auto* words = reinterpret_cast<uint64_t*>(out.validity.data());
  if (rows % 64) words[rows / 64] &= (uint64_t{1} << (rows % 64)) - 1;
  int64_t valid = 0;
  for (size_t i = 0; i < (rows + 63) / 64; i++) valid += __builtin_popcountll(words[i]);
  out.null_count = out.rows - valid;
  if (out.null_count == 0) out.validity.reset();
  return {};
}

Status read_column(const Napi::Object& object, Frame& frame) {
  const std::string name = object.Get("name").ToString();
  const auto type = type_from_name(object.Get("type").ToString().Utf8Value());
  ArrayView data;
  if (!type) return bad_column(name, "has an unknown type");
  if (!view_of_array(object.Get("data"), data)) return bad_column(name, "needs a typed array as data");
  Column column;
  column.type = *type;
  if (is_string(*type)) {
    MILLRACE_TRY(copy_strings(name, data, object.Get("offsets"), column));
  } else {
    if (data.size % type_width(*type)) return bad_column(name, "has data of another width than its type");
    column.rows = static_cast<int64_t>(data.size / type_width(*type));
    MILLRACE_TRY(copy_bytes(data.bytes, data.size, column.data));
    if (*type == TypeId::Bool) {
      for (size_t i = 0; i < data.size; i++) column.data.data()[i] = column.data.data()[i] != 0;
    }
  }
  MILLRACE_TRY(copy_validity(name, object.Get("validity"), column));
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
    const Napi::Value column = columns.Get(i);
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
    return info_object(env, frame->schema, frame->rows, frame->bytes());
  }
  throw_argument(env, "frameInfo(frame): a frame handle that was not released");
  return env.Undefined();
}

Napi::Value frame_release(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (auto* slot = handle_slot<const Frame>(info[0])) empty_handle<const Frame>(env, *slot);
  if (auto* slot = handle_slot<const store::StoredFrame>(info[0])) empty_handle<const store::StoredFrame>(env, *slot);
  return env.Undefined();
}

}  // namespace millrace::node
