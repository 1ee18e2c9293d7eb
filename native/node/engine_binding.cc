// engineInfo, setThreads, setPersistLimit, hasPersistLimit, setPersistDefault, persistInfo, poolInfo, drainEvents,
// faultInjection.
#include "base/cold.h"

#include "base/memory.h"
#include "exec/threads/task_events.h"
#include "node/bindings.h"
#include "node/handles.h"
#include "simd/kernels.h"

namespace millrace::node {

namespace {

constexpr int kAbi = 1;

}  // namespace

Napi::Value engine_info(const Napi::CallbackInfo& info) {
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("abi", kAbi);
  out.Set("planVersion", exec::kPlanVersion);
  out.Set("simd", simd::kernels().name);
  out.Set("threads", exec::ThreadPool::shared().threads());
  return out;
}

Napi::Value set_threads(const Napi::CallbackInfo& info) {
  const double threads = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : 0;
  if (threads >= 1 && threads <= 1024) {
    exec::ThreadPool::shared().set_threads(static_cast<uint32_t>(threads));
  } else {
    throw_argument(info.Env(), "setThreads(threads): a number from 1 to 1024");
  }
  return info.Env().Undefined();
}

// The promise is settled when what is too much has gone to disk, or cannot.
Napi::Value set_persist_limit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int64_t bytes = info[0].IsNumber() ? info[0].As<Napi::Number>().Int64Value() : 0;
  if (bytes < 1) {
    throw_argument(env, "setPersistLimit(bytes): a number from 1 on");
    return env.Undefined();
  }
  exec::ChunkKeeper::shared().set_limit(bytes);
  const auto mailbox = EnvState::of(env).mailbox();
  const auto deferred = Napi::Promise::Deferred::New(env);
  mailbox->expect(env);
  exec::ThreadPool::shared().run([mailbox, deferred] {
    Status status = exec::ChunkKeeper::shared().make_room([] { return Status(); });
    mailbox->post([mailbox, deferred, status = std::move(status)](Napi::Env here) {
      mailbox->settle(here);
      status.ok() ? deferred.Resolve(here.Undefined()) : deferred.Reject(make_error(here, status).Value());
    });
  });
  return deferred.Promise();
}

Napi::Value has_persist_limit(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), exec::ChunkKeeper::shared().has_limit());
}

Napi::Value set_persist_default(const Napi::CallbackInfo& info) {
  exec::ChunkKeeper::shared().set_default(info[0].IsNumber() ? info[0].As<Napi::Number>().Int64Value() : 0);
  return info.Env().Undefined();
}

Napi::Value persist_info(const Napi::CallbackInfo& info) {
  const exec::ChunkKeeper& keeper = exec::ChunkKeeper::shared();
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("limitBytes", static_cast<double>(keeper.limit_bytes()));
  out.Set("memoryBytes", static_cast<double>(keeper.memory_bytes()));
  out.Set("diskBytes", static_cast<double>(keeper.disk_bytes()));
  return out;
}

Napi::Value pool_info(const Napi::CallbackInfo& info) {
  const exec::ThreadPool::Info pool = exec::ThreadPool::shared().info();
  Napi::Object out = Napi::Object::New(info.Env());
  out.Set("threads", pool.threads);
  out.Set("queued", pool.queued);
  out.Set("running", pool.running);
  return out;
}

Napi::Value drain_events(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    throw_argument(info.Env(), "drainEvents(into): a Float64Array");
    return info.Env().Undefined();
  }
  auto into = info[0].As<Napi::Float64Array>();
  return Napi::Number::New(info.Env(), static_cast<double>(exec::drain_tasks(into.Data(), into.ElementLength())));
}

// For tests: makes an allocation, a read, or the SIMD level behave as asked.
Napi::Value fault_injection(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string kind = info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "";
  const int64_t countdown = info[1].IsNumber() ? info[1].As<Napi::Number>().Int64Value() : -1;
  const bool forever = info[2].IsBoolean() && info[2].As<Napi::Boolean>().Value();
  if (kind == "allocation") {
    inject_allocation_failure(countdown, forever);
  } else if (kind == "read") {
    exec::inject_read_failure(0, countdown, forever);
  } else if (kind.rfind("spill:", 0) == 0) {
    spill::inject_spill_failure(std::atoi(kind.c_str() + 6), countdown);
  } else if (kind == "shortRead") {
    exec::inject_read_failure(1, countdown, forever);
  } else if (kind == "interruptedRead") {
    exec::inject_read_failure(2, countdown, forever);
  } else if (kind.rfind("simd:", 0) == 0) {
    return Napi::Boolean::New(env, simd::select_level(kind.c_str() + 5));
  } else {
    throw_argument(env,
                   "faultInjection(kind): allocation, read, shortRead, interruptedRead, spill:<kind> or simd:<level>");
  }
  return env.Undefined();
}

}  // namespace millrace::node
