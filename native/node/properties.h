// Reading objects of JavaScript. In an environment that is ending, as when a worker is terminated inside a call, every
// read fails: what then comes of a Napi::Object is a value of no environment, which crashes at its first use. Here it
// is undefined, which the checks of arguments refuse.
#pragma once
#include <string>

#include "node/napi_setup.h"

namespace millrace::node {

inline Napi::Value value_or_undefined(Napi::Env env, napi_status status, napi_value value) {
  return status == napi_ok ? Napi::Value(env, value) : env.Undefined();
}

inline Napi::Value property(const Napi::Object& object, const char* name) {
  napi_value value = nullptr;
  const napi_status status = napi_get_named_property(object.Env(), object, name, &value);
  return value_or_undefined(object.Env(), status, value);
}

inline Napi::Value element(const Napi::Array& array, uint32_t index) {
  napi_value value = nullptr;
  const napi_status status = napi_get_element(array.Env(), array, index, &value);
  return value_or_undefined(array.Env(), status, value);
}

// Empty where the property is no string.
inline std::string text_property(const Napi::Object& object, const char* name) {
  const Napi::Value value = property(object, name);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

}  // namespace millrace::node
