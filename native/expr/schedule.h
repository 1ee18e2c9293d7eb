// The order in which instructions run, and where their results go.
#pragma once
#include "expr/instruction.h"

namespace millrace::expr {

// Drops what no output needs, orders the rest so that few results are alive at once (of two operands the one that needs
// more registers comes first, after Sethi and Ullman, "The generation of optimal code for arithmetic expressions",
// 1970; a chain of any length and direction takes three), and gives every result a register of its width that is free
// by then. Precondition: operands are computed by earlier instructions and `operand.index` names them. Afterwards it
// names registers.
void schedule(ProgramBody& body);

}  // namespace millrace::expr
