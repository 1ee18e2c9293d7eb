// Fields -> StringRefs into the chunk, or into the arena where a field has to be unescaped or transcoded.
#pragma once
#include "base/memory.h"
#include "csv/convert_field.h"

namespace millrace::csv {

// `values` has room for conversion.count. Fails only for memory.
Status convert_text(Conversion& conversion, StringRef* values, Arena& arena);

}  // namespace millrace::csv
