// The one place that includes napi.h, so that its configuration cannot be forgotten (binding.gyp defines it).
#pragma once
#if !defined(NAPI_DISABLE_CPP_EXCEPTIONS) || !defined(NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
#error "build with the defines of addon.gypi"
#endif
#include "base/cold.h"  // napi.h is all inline

#include <napi.h>
