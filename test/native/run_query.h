// Runs a plan to its end on the calling test's behalf.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>

#include "check.h"
#include "exec/query.h"

namespace millrace {

inline exec::QueryResult run_query(const std::string& plan, exec::QueryInputs inputs) {
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  exec::QueryResult result;
  auto query = exec::Query::create(plan, std::move(inputs));
  if (!query.ok()) {
    result.status = query.take_status();
    return result;
  }
  query.value()->start([&](exec::QueryResult out) {
    const std::lock_guard lock(mutex);
    result = std::move(out);
    done = true;
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done; });
  return result;
}

inline exec::QueryInputs inputs_of(const std::string& text) {
  exec::QueryInputs inputs;
  inputs.bytes.push_back(std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end()));
  inputs.frames.push_back(nullptr);
  return inputs;
}

// One line a row; null as "~". Floats with all their digits.
inline std::string text_of(const Frame& frame) {
  std::ostringstream out;
  out.precision(17);
  for (int64_t row = 0; row < frame.rows; row++) {
    for (size_t c = 0; c < frame.columns.size(); c++) {
      const Column& column = frame.columns[c];
      out << (c ? "|" : "");
      if (!column.is_valid(row)) {
        out << "~";
      } else if (is_string(column.type)) {
        out << column.string(row).view();
      } else if (column.type == TypeId::Float64) {
        out << column.values<double>()[row];
      } else if (column.type == TypeId::Int64) {
        out << column.values<int64_t>()[row];
      } else if (column.type == TypeId::Date) {
        out << column.values<int32_t>()[row];
      } else {
        out << static_cast<int>(column.values<uint8_t>()[row]);
      }
    }
    out << "\n";
  }
  return out.str();
}

}  // namespace millrace
