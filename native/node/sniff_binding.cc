// csvSniff.
#include "base/cold.h"

#include "exec/scan/sniff_source.h"
#include "node/bindings.h"
#include "node/handles.h"

namespace millrace::node {

Napi::Value csv_sniff(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::pair<const uint8_t*, int64_t> bytes{nullptr, 0};
  if (info[1].IsTypedArray() && info[1].As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
    const auto array = info[1].As<Napi::Uint8Array>();
    bytes = {array.Data(), static_cast<int64_t>(array.ByteLength())};
  }
  if (!info[0].IsString()) {
    throw_argument(env, "csvSniff(request, bytes?): a JSON text");
    return env.Undefined();
  }
  auto answer = exec::sniff_source(info[0].As<Napi::String>().Utf8Value(), bytes);
  if (answer.ok()) return Napi::String::New(env, answer.value());
  throw_status(env, answer.status());
  return env.Undefined();
}

}  // namespace millrace::node
