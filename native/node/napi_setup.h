// The one place that includes napi.h, so that its configuration cannot be forgotten (binding.gyp defines it).
#pragma once
#ifndef NAPI_DISABLE_CPP_EXCEPTIONS
#error "build with NAPI_DISABLE_CPP_EXCEPTIONS"
#endif
#include <napi.h>
