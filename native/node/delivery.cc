#include "base/cold.h"

#include "node/delivery.h"

#include "simd/kernels.h"

namespace millrace::node {

namespace {

// Below this a copy is cheaper than an external buffer with its finalizer.
constexpr size_t kCopyBytes = 64 << 10;

// The first `bytes` of the buffer as an ArrayBuffer: a view where the runtime allows that, else a copy (Electron).
Napi::Value to_array_buffer(Napi::Env env, Buffer buffer, size_t bytes) {
  napi_value out = nullptr;
  if (bytes >= kCopyBytes) {
    auto* owner = new Buffer(std::move(buffer));
    const auto finalize = [](napi_env, void*, void* hint) { delete static_cast<Buffer*>(hint); };
    if (napi_create_external_arraybuffer(env, owner->data(), bytes, finalize, owner, &out) == napi_ok) {
      EnvState::of(env).hand_out(static_cast<int64_t>(bytes));
      return Napi::Value(env, out);
    }
    buffer = std::move(*owner);
    delete owner;
  }
  void* data = nullptr;
  if (napi_create_arraybuffer(env, bytes, &data, &out) != napi_ok) return env.Undefined();
  if (bytes) std::memcpy(data, buffer.data(), bytes);
  return Napi::Value(env, out);
}

Napi::Value to_typed_array(Napi::Env env, napi_typedarray_type type, size_t width, size_t count, Buffer buffer) {
  const Napi::Value bytes = to_array_buffer(env, std::move(buffer), count * width);
  napi_value out = nullptr;
  if (bytes.IsUndefined() || napi_create_typedarray(env, type, count, bytes, 0, &out) != napi_ok) return env.Null();
  return Napi::Value(env, out);
}

napi_typedarray_type array_type(TypeId type) {
  switch (type) {
    case TypeId::Int8: return napi_int8_array;
    case TypeId::Int16: return napi_int16_array;
    case TypeId::Int32:
    case TypeId::Date:
    case TypeId::Dict: return napi_int32_array;
    case TypeId::UInt16: return napi_uint16_array;
    case TypeId::UInt32: return napi_uint32_array;
    case TypeId::UInt64: return napi_biguint64_array;
    case TypeId::Float32: return napi_float32_array;
    case TypeId::Float64: return napi_float64_array;
    case TypeId::Bool:
    case TypeId::UInt8:
    case TypeId::Utf8: return napi_uint8_array;
    default: return napi_bigint64_array;
  }
}

Napi::Object column_object(Napi::Env env, PreparedColumn& column) {
  Napi::Object out = Napi::Object::New(env);
  const auto rows = static_cast<size_t>(column.rows);
  out.Set("name", column.name);
  out.Set("type", type_name(column.type));
  out.Set("nullCount", static_cast<double>(column.null_count));
  const bool text = column.type == TypeId::Utf8;
  const size_t count = text ? column.data.size() : rows;
  const size_t width = text ? 1 : column.type == TypeId::Dict ? 4 : type_width(column.type);
  out.Set("data", to_typed_array(env, array_type(column.type), width, count, std::move(column.data)));
  out.Set("offsets", env.Null());
  if (text) {
    out.Set("offsets", column.wide_offsets
                           ? to_typed_array(env, napi_float64_array, 8, rows + 1, std::move(column.offsets))
                           : to_typed_array(env, napi_uint32_array, 4, rows + 1, std::move(column.offsets)));
  }
  out.Set("validity", column.null_count == 0
                          ? env.Null()
                          : to_typed_array(env, napi_uint8_array, 1, (rows + 7) / 8, std::move(column.validity)));
  if (column.type == TypeId::Dict) {
    Napi::Array categories = Napi::Array::New(env, column.categories.size());
    for (uint32_t i = 0; i < column.categories.size(); i++) categories.Set(i, column.categories[i]);
    out.Set("categories", categories);
  }
  return out;
}

// By step: rows, milliseconds of all threads, bytes read, bytes held.
Napi::Array profile_object(Napi::Env env, const exec::Profile& profile) {
  Napi::Array out = Napi::Array::New(env, profile.size());
  for (uint32_t i = 0; i < profile.size(); i++) {
    const exec::StepProfile& step = profile[i];
    Napi::Array row = Napi::Array::New(env, 4);
    row.Set(0u, static_cast<double>(step.rows));
    row.Set(1u, static_cast<double>(step.time_ns) / 1e6);
    row.Set(2u, static_cast<double>(step.bytes));
    row.Set(3u, static_cast<double>(step.memory));
    out.Set(i, row);
  }
  return out;
}

}  // namespace

Napi::Object to_object(Napi::Env env, PreparedResult& result) {
  Napi::Object out = Napi::Object::New(env);
  Napi::Array columns = Napi::Array::New(env, result.columns.size());
  for (uint32_t c = 0; c < result.columns.size(); c++) columns.Set(c, column_object(env, result.columns[c]));
  out.Set("rows", static_cast<double>(result.rows));
  out.Set("columns", columns);
  if (result.stored) out.Set("handle", make_handle<const store::StoredFrame>(env, std::move(result.stored)));
  Napi::Object stats = Napi::Object::New(env);
  const std::pair<const char*, int64_t> numbers[] = {{"rowsScanned", result.stats.rows_scanned},
                                                     {"bytesRead", result.stats.bytes_read},
                                                     {"rowsSkipped", result.stats.rows_skipped},
                                                     {"rowsRepaired", result.stats.rows_repaired},
                                                     {"cellsNulled", result.stats.cells_nulled},
                                                     {"peakBytes", result.peak_bytes},
                                                     {"strips", result.stats.strips},
                                                     {"stripsRedone", result.stats.strips_redone},
                                                     {"spilledBytes", result.stats.spilled_bytes},
                                                     {"threads", result.threads}};
  for (const auto& [name, value] : numbers) stats.Set(name, static_cast<double>(value));
  stats.Set("simd", simd::kernels().name);
  out.Set("stats", stats);
  if (!result.profile.empty()) out.Set("profile", profile_object(env, result.profile));
  return out;
}

}  // namespace millrace::node
