// Named shared memory as ArrayBuffers, and waiting on its words. `wait_word_async` alone needs another thread.
#include "base/cold.h"

#include <algorithm>

#include "exec/threads/word_waiter.h"
#include "ipc/shared_memory.h"
#include "node/bindings.h"
#include "node/handles.h"

namespace millrace::node {

namespace {

Napi::Value to_buffer(Napi::Env env, Result<ipc::Mapping> mapped) {
  if (!mapped.ok()) {
    throw_status(env, mapped.status());
    return env.Undefined();
  }
  auto* owner = new ipc::Mapping(mapped.take());
  const auto release = [](napi_env, void*, void* hint) { delete static_cast<ipc::Mapping*>(hint); };
  napi_value buffer = nullptr;
  const auto status = napi_create_external_arraybuffer(env, owner->data(), owner->size(), release, owner, &buffer);
  if (status == napi_ok) return {env, buffer};
  delete owner;
  ErrorFacts facts;
  facts.hint = "use the context 'threads'";
  throw_status(env, Status(Code::InvalidArgument, "this runtime cannot show shared memory to JavaScript", facts));
  return env.Undefined();
}

// The word of a view, or null (with an exception) when the arguments are no word.
int32_t* word_of(const Napi::CallbackInfo& info) {
  if (info[0].IsTypedArray() && info[1].IsNumber()) {
    const auto words = info[0].As<Napi::TypedArray>();
    const int64_t index = info[1].As<Napi::Number>().Int64Value();
    if (words.TypedArrayType() == napi_int32_array && index >= 0 &&
        static_cast<size_t>(index) < words.ElementLength()) {
      return words.As<Napi::Int32Array>().Data() + index;
    }
  }
  throw_argument(info.Env(), "expected an Int32Array and an index inside it");
  return nullptr;
}

}  // namespace

Napi::Value shared_memory_create(const Napi::CallbackInfo& info) {
  const double bytes = info[1].ToNumber().DoubleValue();
  if (!info[0].IsString() || !(bytes >= 1 && bytes <= 9e15)) {
    throw_argument(info.Env(), "expected a name and a number of bytes");
    return info.Env().Undefined();
  }
  return to_buffer(info.Env(),
                   ipc::Mapping::create(info[0].As<Napi::String>().Utf8Value(), static_cast<size_t>(bytes)));
}

Napi::Value shared_memory_attach(const Napi::CallbackInfo& info) {
  return to_buffer(info.Env(), ipc::Mapping::attach(info[0].ToString().Utf8Value()));
}

Napi::Value shared_memory_unlink(const Napi::CallbackInfo& info) {
  const auto removed = ipc::unlink(info[0].ToString().Utf8Value());
  if (!removed.ok()) {
    throw_status(info.Env(), removed.status());
    return info.Env().Undefined();
  }
  return Napi::Boolean::New(info.Env(), removed.value());
}

Napi::Value shared_memory_detach(const Napi::CallbackInfo& info) {
  if (info[0].IsArrayBuffer()) napi_detach_arraybuffer(info.Env(), info[0]);
  return info.Env().Undefined();
}

Napi::Value wait_word(const Napi::CallbackInfo& info) {
  const int32_t* word = word_of(info);
  if (!word) return info.Env().Undefined();
  const bool changed =
      ipc::wait_word(word, info[2].ToNumber().Int32Value(), std::max(0.0, info[3].ToNumber().DoubleValue()));
  return Napi::Boolean::New(info.Env(), changed);
}

Napi::Value wait_word_async(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int32_t* word = word_of(info);
  if (!word) return env.Undefined();
  const auto mailbox = EnvState::of(env).mailbox();
  const auto deferred = Napi::Promise::Deferred::New(env);
  // Not expected by the mailbox: who waits decides what keeps the process alive.
  const bool started = exec::wait_word_async(
      word, info[2].ToNumber().Int32Value(), std::max(0.0, info[3].ToNumber().DoubleValue()),
      [mailbox, deferred](bool changed) {
        mailbox->post([deferred, changed](Napi::Env here) { deferred.Resolve(Napi::Boolean::New(here, changed)); });
      });
  return started ? deferred.Promise() : env.Null();
}

Napi::Value wake_word(const Napi::CallbackInfo& info) {
  if (const int32_t* word = word_of(info)) ipc::wake_word(word);
  return info.Env().Undefined();
}

}  // namespace millrace::node
