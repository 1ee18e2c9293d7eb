// The addon's functions; lib/native.ts declares them for TypeScript and a test compares the two.
#pragma once
#include "node/napi_setup.h"

namespace millrace::node {

Napi::Value engine_info(const Napi::CallbackInfo& info);
Napi::Value csv_sniff(const Napi::CallbackInfo& info);
Napi::Value frame_create(const Napi::CallbackInfo& info);
Napi::Value frame_borrow(const Napi::CallbackInfo& info);
Napi::Value frame_write(const Napi::CallbackInfo& info);
Napi::Value feed_create(const Napi::CallbackInfo& info);
Napi::Value feed_push(const Napi::CallbackInfo& info);
Napi::Value feed_end(const Napi::CallbackInfo& info);
Napi::Value frame_info(const Napi::CallbackInfo& info);
Napi::Value frame_release(const Napi::CallbackInfo& info);
Napi::Value execute(const Napi::CallbackInfo& info);
Napi::Value collect_results(const Napi::CallbackInfo& info);
Napi::Value query_next(const Napi::CallbackInfo& info);
Napi::Value query_next_frame(const Napi::CallbackInfo& info);
Napi::Value query_cancel(const Napi::CallbackInfo& info);
Napi::Value query_progress(const Napi::CallbackInfo& info);
Napi::Value set_threads(const Napi::CallbackInfo& info);
Napi::Value set_persist_limit(const Napi::CallbackInfo& info);
Napi::Value has_persist_limit(const Napi::CallbackInfo& info);
Napi::Value set_persist_default(const Napi::CallbackInfo& info);
Napi::Value persist_info(const Napi::CallbackInfo& info);
Napi::Value pool_info(const Napi::CallbackInfo& info);
Napi::Value drain_events(const Napi::CallbackInfo& info);
Napi::Value fault_injection(const Napi::CallbackInfo& info);
Napi::Value shared_memory_create(const Napi::CallbackInfo& info);
Napi::Value shared_memory_attach(const Napi::CallbackInfo& info);
Napi::Value shared_memory_unlink(const Napi::CallbackInfo& info);
Napi::Value shared_memory_detach(const Napi::CallbackInfo& info);
Napi::Value wait_word(const Napi::CallbackInfo& info);
Napi::Value wait_word_async(const Napi::CallbackInfo& info);
Napi::Value wake_word(const Napi::CallbackInfo& info);

}  // namespace millrace::node
