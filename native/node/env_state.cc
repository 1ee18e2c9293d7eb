#include "base/cold.h"

#include "node/env_state.h"

namespace millrace::node {

Mailbox::Mailbox(Napi::Env env) {
  const Napi::String name = Napi::String::New(env, "millrace");
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, deliver, &function_);
  napi_unref_threadsafe_function(env, function_);
}

bool Mailbox::post(Call call) {
  return calls_.post(std::move(call),
                     [this] { napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking); });
}

void Mailbox::expect(Napi::Env env) {
  if (expected_++ == 0) napi_ref_threadsafe_function(env, function_);
}

void Mailbox::settle(Napi::Env env) {
  if (--expected_ == 0) napi_unref_threadsafe_function(env, function_);
}

// Node itself frees the thread-safe function when the environment ends; its own cleanup runs after ours, which was
// registered later, so no post can reach a freed function.
void Mailbox::close() { calls_.close(); }

void Mailbox::deliver(napi_env env, napi_value, void* context, void*) {
  if (!env) return;
  const Napi::Env here(env);
  for (const Call& call : static_cast<Mailbox*>(context)->calls_.take()) {
    const Napi::HandleScope scope(here);
    call(here);
  }
}

EnvState::EnvState(Napi::Env env) : mailbox_(std::make_shared<Mailbox>(env)) {
  napi_add_env_cleanup_hook(
      env, [](void* state) { static_cast<EnvState*>(state)->end(); }, this);
}

EnvState::~EnvState() { end(); }

void EnvState::track(const std::shared_ptr<exec::Query>& query) { running_.emplace(query->state().id, query); }

void EnvState::forget(int64_t query_id) { running_.erase(query_id); }

// V8 starts to mark, beside the program and in steps of a millisecond, when the bytes outside its heap have grown by
// more than 64 MB since it last did; it is told of so many for a moment. Every result is looked at once, so one that
// stays in use costs one marking.
bool EnvState::collect_results(Napi::Env env, bool again) {
  constexpr int64_t kLarge = int64_t{64} << 20;
  if (!again && handed_out_ < kLarge) return false;
  handed_out_ = 0;
  int64_t total;
  napi_adjust_external_memory(env, kLarge + 1, &total);
  napi_adjust_external_memory(env, -kLarge - 1, &total);
  return true;
}

void EnvState::end() {
  mailbox_->close();
  for (const auto& [id, entry] : running_) {
    if (const auto query = entry.lock()) query->cancel();
  }
  running_.clear();
  lease_->revoke();
}

}  // namespace millrace::node
