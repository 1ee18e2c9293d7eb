// Any text at all is a plan or an error. What is read as a plan is bound too, against the columns that it names.
#include <string_view>

#include "exec/plan.h"
#include "expr/program.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto plan = millrace::exec::Plan::read({reinterpret_cast<const char*>(data), size});
  if (!plan.ok()) return 0;
  for (const auto& op : (*plan)->ops) {
    if (op.nodes) (void)millrace::expr::Program::bind(*op.nodes, op.outputs, (*plan)->source.csv.columns);
  }
  return 0;
}
