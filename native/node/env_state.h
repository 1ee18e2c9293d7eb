// What the addon keeps for one JavaScript environment (the main thread or a worker), and the way from the engine's
// threads into it.
#pragma once
#include <memory>
#include <unordered_map>

#include "exec/query.h"
#include "exec/threads/call_queue.h"
#include "node/napi_setup.h"

namespace millrace::node {

// Runs functions on the environment's thread. Outlives the environment: posts after its end are dropped. The
// thread-safe function keeps the process alive only while calls are expected.
class Mailbox {
 public:
  using Call = exec::CallQueue<Napi::Env>::Call;

  explicit Mailbox(Napi::Env env);
  // From any thread. False when the environment is gone.
  bool post(Call call);
  // On the environment's thread: one more, or one fewer, call to wait for.
  void expect(Napi::Env env);
  void settle(Napi::Env env);
  // On the environment's thread, when it ends.
  void close();

 private:
  static void deliver(napi_env env, napi_value, void* context, void*);
  exec::CallQueue<Napi::Env> calls_;
  napi_threadsafe_function function_ = nullptr;
  int expected_ = 0;  // environment's thread only
};

class EnvState {
 public:
  explicit EnvState(Napi::Env env);
  ~EnvState();
  static EnvState& of(Napi::Env env) { return *env.GetInstanceData<EnvState>(); }

  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  // To the memory of all its typed arrays, which dies with it.
  const std::shared_ptr<exec::Lease>& lease() const { return lease_; }
  // A query that runs, and that it is done.
  void track(const std::shared_ptr<exec::Query>& query);
  void forget(int64_t query_id);
  // So many bytes outside its heap went to JavaScript.
  void hand_out(int64_t bytes) { handed_out_ += bytes; }
  // Starts a marking of V8's for them if they are large. False: there were none since the last call, or none large.
  bool collect_results(Napi::Env env, bool again);
  // Aborts what runs; nothing reaches the environment, or reads its memory, afterwards.
  void end();

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<exec::Lease> lease_ = std::make_shared<exec::Lease>();
  std::unordered_map<int64_t, std::weak_ptr<exec::Query>> running_;  // by id
  int64_t handed_out_ = 0;                                           // since collect_results() was true
};

}  // namespace millrace::node
