// What the control groups of this process allow it. Cached by nobody: limits may change while it runs.
#pragma once
#include <string>

namespace millrace::exec {

inline constexpr double kUnlimited = 1e18;

// The whole of a small file; empty where it cannot be read.
std::string text_of(const std::string& path);

// The smallest limit from the process's group up to the root; `of_v2` and `of_v1` read that of one folder.
using LimitReader = double (*)(const std::string& folder);
double smallest_in_groups(const std::string& controller, LimitReader of_v2, LimitReader of_v1);

// Bytes that this process may use: the smaller of what the machine has and what its groups allow.
int64_t available_memory();

}  // namespace millrace::exec
