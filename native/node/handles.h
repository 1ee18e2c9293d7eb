// Native objects held by JavaScript: type-tagged, so that a wrong object is an error and not a crash.
#pragma once
#include "node/env_state.h"

namespace millrace::node {

template <class T>
struct HandleTag;
template <>
struct HandleTag<const Frame> {
  static constexpr napi_type_tag value{0x6d696c6c72616365, 0x6672616d65000001};
};
template <>
struct HandleTag<const store::StoredFrame> {
  static constexpr napi_type_tag value{0x6d696c6c72616365, 0x73746f7265640001};
};
template <>
struct HandleTag<const exec::BorrowedFrame> {
  static constexpr napi_type_tag value{0x6d696c6c72616365, 0x626f72726f770001};
};
template <>
struct HandleTag<exec::Feed> {
  static constexpr napi_type_tag value{0x6d696c6c72616365, 0x6665656400000001};
};
template <>
struct HandleTag<exec::Query> {
  static constexpr napi_type_tag value{0x6d696c6c72616365, 0x7175657279000001};
};

// What the garbage collector should know that an object keeps.
inline int64_t outside_bytes(const Frame& frame) { return frame.bytes(); }
inline int64_t outside_bytes(const store::StoredFrame& frame) { return frame.bytes(); }
inline int64_t outside_bytes(const exec::BorrowedFrame& frame) { return frame.bytes(); }
inline int64_t outside_bytes(const exec::Feed&) { return 0; }
inline int64_t outside_bytes(const exec::Query&) { return 0; }

template <class T>
struct Handle {
  std::shared_ptr<T> held;  // null after release
  int64_t outside_bytes;    // as the collector was told; what is held can shrink since, when chunks go to disk
};

// Gives up what the handle holds.
template <class T>
void empty_handle(napi_env env, Handle<T>& handle) {
  int64_t total;
  if (handle.held) napi_adjust_external_memory(env, -handle.outside_bytes, &total);
  handle.held.reset();
}

// An object that owns a shared_ptr<T>; released by garbage collection or empty_handle().
template <class T>
Napi::Object make_handle(Napi::Env env, std::shared_ptr<T> value) {
  Napi::Object object = Napi::Object::New(env);
  int64_t total;
  const int64_t bytes = outside_bytes(*value);
  napi_adjust_external_memory(env, bytes, &total);
  EnvState::of(env).hand_out(bytes);
  auto* owner = new Handle<T>{std::move(value), bytes};
  const auto finalize = [](napi_env env, void* data, void*) {
    auto* handle = static_cast<Handle<T>*>(data);
    empty_handle<T>(env, *handle);
    delete handle;
  };
  napi_wrap(env, object, owner, finalize, nullptr, nullptr);
  napi_type_tag_object(env, object, &HandleTag<T>::value);
  return object;
}

// Null when the value is no such handle.
template <class T>
Handle<T>* handle_slot(Napi::Value value) {
  if (!value.IsObject()) return nullptr;
  bool tagged = false;
  napi_check_object_type_tag(value.Env(), value, &HandleTag<T>::value, &tagged);
  void* data = nullptr;
  if (!tagged || napi_unwrap(value.Env(), value, &data) != napi_ok) return nullptr;
  return static_cast<Handle<T>*>(data);
}

// Null when the value is no such handle or was released.
template <class T>
std::shared_ptr<T> get_handle(Napi::Value value) {
  auto* slot = handle_slot<T>(value);
  return slot ? slot->held : nullptr;
}

// An Error with `code`, `hint`, `column`, `file`, `line`, `offset` and `text`, as far as they apply.
Napi::Error make_error(Napi::Env env, const Status& status);
void throw_status(Napi::Env env, const Status& status);
void throw_argument(Napi::Env env, const char* message);

}  // namespace millrace::node
