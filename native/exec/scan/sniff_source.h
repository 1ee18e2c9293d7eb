// Reads samples of a CSV source and says what it is. Synchronous: a few reads of some kilobytes.
#pragma once
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::exec {

// `request`: { "files": [path, ...], "options": {...} }; `bytes` when there are no files. The answer is JSON:
// { "dialect", "columns": [{ name, type, nullable }], "renamed": [{ from, to }], "sampleRows", "bytes" }.
// The bytes read from a pipe are parked for the query.
Result<std::string> sniff_source(std::string_view request, std::pair<const uint8_t*, int64_t> bytes);

}  // namespace millrace::exec
