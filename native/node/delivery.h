// A query's columns on their way into JavaScript. prepare() does the work that needs no environment, on a worker;
// to_object() only wraps.
#pragma once
#include "node/handles.h"

namespace millrace::node {

struct PreparedColumn {
  std::string name;
  TypeId type;
  int64_t rows = 0;
  int64_t null_count = 0;
  Buffer data;     // dict: int32 codes
  Buffer offsets;  // strings: uint32, or double past 4 GiB of text
  bool wide_offsets = false;
  Buffer validity;
  std::vector<std::string> categories;
};

struct PreparedResult {
  int64_t rows = 0;
  std::vector<PreparedColumn> columns;
  std::shared_ptr<store::StoredFrame> stored;  // persist mode: stays native
  exec::QueryStats stats;
  int64_t peak_bytes = 0;
  uint32_t threads = 0;
  exec::Profile profile;
};

// A code for each row, -1 for null, and what the codes stand for, in the order of their first rows.
Status encode_dictionary(const Column& column, PodVector<int32_t>& codes, std::vector<std::string>& categories);
// Empties the frame. ERR_MEMORY_LIMIT.
Result<std::shared_ptr<PreparedResult>> prepare(Frame& frame);
Napi::Object to_object(Napi::Env env, PreparedResult& result);

}  // namespace millrace::node
