// execute, collectResults, queryNext, queryCancel, queryProgress.
#include "base/cold.h"

#include "node/bindings.h"
#include "node/delivery.h"
#include "node/frame_write.h"
#include "node/properties.h"

namespace millrace::node {

namespace {

// The handles of a plan: frames, feeds, and bytes, which are copied so that nobody can change or detach them under the
// query.
bool read_inputs(const Napi::Value& value, exec::QueryInputs& out) {
  if (!value.IsArray()) return false;
  const auto handles = value.As<Napi::Array>();
  for (uint32_t i = 0; i < handles.Length(); i++) {
    const Napi::Value handle = element(handles, i);
    std::shared_ptr<const std::vector<uint8_t>> bytes;
    std::shared_ptr<const Frame> frame;
    std::shared_ptr<const store::StoredFrame> stored;
    std::shared_ptr<const exec::BorrowedFrame> borrowed;
    std::shared_ptr<exec::Feed> feed;
    if (handle.IsTypedArray() && handle.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array) {
      const auto array = handle.As<Napi::Uint8Array>();
      bytes = std::make_shared<const std::vector<uint8_t>>(array.Data(), array.Data() + array.ByteLength());
    } else {
      frame = get_handle<const Frame>(handle);
      if (!frame) stored = get_handle<const store::StoredFrame>(handle);
      if (!frame && !stored) borrowed = get_handle<const exec::BorrowedFrame>(handle);
      if (!frame && !stored && !borrowed) feed = get_handle<exec::Feed>(handle);
      if (!frame && !stored && !borrowed && !feed) return false;
    }
    out.bytes.push_back(std::move(bytes));
    out.frames.push_back(std::move(frame));
    out.stored.push_back(std::move(stored));
    out.borrowed.push_back(std::move(borrowed));
    out.feeds.push_back(std::move(feed));
  }
  return true;
}

// What a worker hands over when a query is done.
struct Outcome {
  Status status;
  std::shared_ptr<PreparedResult> result;
};

Outcome make_outcome(Status status, Frame* frame) {
  Outcome out;
  out.status = std::move(status);
  if (!out.status.ok() || !frame) return out;
  auto prepared = prepare(*frame);
  if (prepared.ok()) {
    out.result = prepared.take();
  } else {
    out.status = prepared.take_status();
  }
  return out;
}

void settle(Napi::Env env, const Napi::Promise::Deferred& deferred, const Outcome& outcome) {
  if (!outcome.status.ok()) {
    deferred.Reject(make_error(env, outcome.status).Value());
  } else if (outcome.result) {
    deferred.Resolve(to_object(env, *outcome.result));
  } else {
    deferred.Resolve(env.Null());
  }
}

// What needs no JavaScript is done here.
Outcome outcome_of(exec::QueryResult query) {
  using Mode = exec::Options::Mode;
  Outcome outcome;
  if (query.mode == Mode::Persist && query.status.ok()) {
    outcome.result = std::make_shared<PreparedResult>();
    outcome.result->rows = query.stored->rows;
    outcome.result->stored = std::move(query.stored);
  } else {
    outcome = make_outcome(std::move(query.status), query.frame.get());
  }
  if (outcome.result) {
    outcome.result->stats = query.stats;
    outcome.result->peak_bytes = query.peak_bytes;
    outcome.result->threads = query.threads;
    outcome.result->profile = std::move(query.profile);
  }
  return outcome;
}

// Runs on a worker.
void complete(const std::shared_ptr<Mailbox>& mailbox, const Napi::Promise::Deferred& deferred, int64_t query_id,
              exec::QueryResult query) {
  const bool expected = query.mode != exec::Options::Mode::Stream;
  Outcome outcome = outcome_of(std::move(query));
  mailbox->post([mailbox, deferred, query_id, expected, outcome = std::move(outcome)](Napi::Env env) {
    EnvState::of(env).forget(query_id);
    if (expected) mailbox->settle(env);
    settle(env, deferred, outcome);
  });
}

// { result }, or the error thrown.
Napi::Value result_of(Napi::Env env, exec::QueryResult query) {
  const Outcome outcome = outcome_of(std::move(query));
  if (!outcome.status.ok()) {
    throw_status(env, outcome.status);
    return env.Undefined();
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("result", to_object(env, *outcome.result));
  return out;
}

}  // namespace

Napi::Value collect_results(const Napi::CallbackInfo& info) {
  const bool again = info[0].IsBoolean() && info[0].As<Napi::Boolean>();
  return Napi::Boolean::New(info.Env(), EnvState::of(info.Env()).collect_results(info.Env(), again));
}

Napi::Value execute(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  exec::QueryInputs inputs;
  if (!info[0].IsString() || !read_inputs(info[1], inputs)) {
    throw_argument(env, "execute(plan, handles): a JSON text, and an array of frame handles or Uint8Arrays");
    return env.Undefined();
  }
  const std::string plan = info[0].As<Napi::String>();
  auto query = exec::Query::create(plan, std::move(inputs));
  if (!query.ok()) {
    throw_status(env, query.status());
    return env.Undefined();
  }
  // Not coerced: in an environment that is ending a coercion runs no more, and what it gives then is no value at all.
  const bool watched = info[2].IsBoolean() && info[2].As<Napi::Boolean>();
  if (!watched && query.value()->is_small()) return result_of(env, query.value()->run_here());
  const auto mailbox = EnvState::of(env).mailbox();
  const auto deferred = Napi::Promise::Deferred::New(env);
  EnvState::of(env).track(query.value());
  // A stream keeps the process alive only while somebody waits for a batch: a reader that stops must not hang it.
  if (!query.value()->streams()) mailbox->expect(env);
  query.value()->start([mailbox, deferred, id = query.value()->state().id](exec::QueryResult result) {
    complete(mailbox, deferred, id, std::move(result));
  });
  Napi::Object out = Napi::Object::New(env);
  out.Set("query", make_handle<exec::Query>(env, query.value()));
  out.Set("promise", deferred.Promise());
  return out;
}

Napi::Value query_next_frame(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto query = get_handle<exec::Query>(info[0]);
  if (!query || !query->streams()) {
    throw_argument(env, "queryNextFrame(query): a query in stream mode");
    return env.Undefined();
  }
  const auto mailbox = EnvState::of(env).mailbox();
  const auto deferred = Napi::Promise::Deferred::New(env);
  mailbox->expect(env);
  query->next_batch([mailbox, deferred](const Status& status, std::shared_ptr<Frame> batch) {
    mailbox->post([mailbox, deferred, status, batch = std::move(batch)](Napi::Env env) {
      mailbox->settle(env);
      if (!status.ok()) return deferred.Reject(make_error(env, status).Value());
      if (!batch) return deferred.Resolve(env.Null());
      Napi::Object out = Napi::Object::New(env);
      out.Set("rows", static_cast<double>(batch->rows));
      out.Set("bytes", static_cast<double>(written_bytes(*batch)));
      out.Set("frame", make_handle<const Frame>(env, batch));
      deferred.Resolve(out);
    });
  });
  return deferred.Promise();
}

Napi::Value query_next(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto query = get_handle<exec::Query>(info[0]);
  if (!query || !query->streams()) {
    throw_argument(env, "queryNext(query): a query in stream mode");
    return env.Undefined();
  }
  const auto mailbox = EnvState::of(env).mailbox();
  const auto deferred = Napi::Promise::Deferred::New(env);
  mailbox->expect(env);
  query->next_batch([mailbox, deferred](const Status& status, std::shared_ptr<Frame> batch) {
    Outcome outcome = make_outcome(status, batch.get());
    mailbox->post([mailbox, deferred, outcome = std::move(outcome)](Napi::Env env) {
      mailbox->settle(env);
      settle(env, deferred, outcome);
    });
  });
  return deferred.Promise();
}

Napi::Value query_cancel(const Napi::CallbackInfo& info) {
  const auto query = get_handle<exec::Query>(info[0]);
  if (query) {
    query->cancel();
  } else {
    throw_argument(info.Env(), "queryCancel(query): a query handle");
  }
  return info.Env().Undefined();
}

Napi::Value query_progress(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto query = get_handle<exec::Query>(info[0]);
  if (!query) {
    throw_argument(env, "queryProgress(query): a query handle");
    return env.Undefined();
  }
  const exec::QueryState& state = query->state();
  const exec::QueryProgress& progress = state.progress;
  Napi::Object out = Napi::Object::New(env);
  const std::pair<const char*, int64_t> numbers[] = {
      {"bytesDone", progress.bytes_done.load()},     {"bytesTotal", progress.bytes_total.load()},
      {"rowsDone", progress.rows_done.load()},       {"tasksDone", progress.tasks_done.load()},
      {"tasksTotal", progress.tasks_total.load()},   {"memoryBytes", state.budget.used_bytes()},
      {"memoryPeakBytes", state.budget.peak_bytes()}};
  for (const auto& [name, value] : numbers) out.Set(name, static_cast<double>(value));
  return out;
}

}  // namespace millrace::node
