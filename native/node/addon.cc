// The addon's entry: called once for every environment that loads it.
#include "base/cold.h"

#include "node/bindings.h"
#include "node/env_state.h"

namespace millrace::node {

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new EnvState(env));
  using Function = Napi::Value (*)(const Napi::CallbackInfo&);
  static constexpr std::pair<const char*, Function> kFunctions[] = {{"engineInfo", engine_info},
                                                                    {"csvSniff", csv_sniff},
                                                                    {"frameCreate", frame_create},
                                                                    {"frameBorrow", frame_borrow},
                                                                    {"frameWrite", frame_write},
                                                                    {"feedCreate", feed_create},
                                                                    {"feedPush", feed_push},
                                                                    {"feedEnd", feed_end},
                                                                    {"frameInfo", frame_info},
                                                                    {"frameRelease", frame_release},
                                                                    {"execute", execute},
                                                                    {"collectResults", collect_results},
                                                                    {"queryNext", query_next},
                                                                    {"queryNextFrame", query_next_frame},
                                                                    {"queryCancel", query_cancel},
                                                                    {"queryProgress", query_progress},
                                                                    {"setThreads", set_threads},
                                                                    {"setPersistLimit", set_persist_limit},
                                                                    {"hasPersistLimit", has_persist_limit},
                                                                    {"setPersistDefault", set_persist_default},
                                                                    {"persistInfo", persist_info},
                                                                    {"poolInfo", pool_info},
                                                                    {"drainEvents", drain_events},
                                                                    {"faultInjection", fault_injection},
                                                                    {"sharedMemoryCreate", shared_memory_create},
                                                                    {"sharedMemoryAttach", shared_memory_attach},
                                                                    {"sharedMemoryUnlink", shared_memory_unlink},
                                                                    {"sharedMemoryDetach", shared_memory_detach},
                                                                    {"waitWord", wait_word},
                                                                    {"waitWordAsync", wait_word_async},
                                                                    {"wakeWord", wake_word}};
  for (const auto& [name, function] : kFunctions) exports.Set(name, Napi::Function::New(env, function, name));
  return exports;
}

NODE_API_MODULE(millrace, init)

}  // namespace millrace::node
