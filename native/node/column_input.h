// Typed arrays of JavaScript as columns: the copies that the engine makes of them, with the checks that it relies on.
#pragma once
#include "node/handles.h"

namespace millrace::node {

// The bytes of a typed array. A detached one has none.
struct ArrayView {
  const uint8_t* bytes = nullptr;
  size_t size = 0;
  size_t count = 0;
  napi_typedarray_type type = napi_uint8_array;
  napi_value buffer = nullptr;  // the ArrayBuffer or SharedArrayBuffer
};

// False when the value is no typed array.
bool view_of_array(const Napi::Value& value, ArrayView& out);

Status bad_column(const std::string& name, const std::string& what);

Status copy_bytes(const uint8_t* bytes, size_t size, Buffer& out);

// Texts, end to end, by the positions of a Uint32Array or BigUint64Array: in order, within the bytes and between
// characters of valid UTF-8. Sets rows, data and offsets. Everything is checked in the copy, which nobody can change.
Status copy_strings(const std::string& name, const ArrayView& data, const Napi::Value& offsets, Column& out);

// A bitmap for the rows of `out`, or nothing.
Status copy_validity(const std::string& name, const Napi::Value& value, Column& out);

// Numbers of the type of `out`. Sets rows and data.
Status copy_numbers(const std::string& name, const ArrayView& data, Column& out);

}  // namespace millrace::node
