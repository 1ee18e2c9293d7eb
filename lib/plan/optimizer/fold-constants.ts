import { isFloat } from '../../core/dtypes.js'
import { withArgs } from '../expression/expression.js'
import { literalValue, typedLiteral } from '../expression/literal.js'
import type { ExprNode } from '../expression/node.js'
import { rewrite } from '../expression/walk.js'
import { mapExpressions } from './map-expressions.js'
import type { Rule } from './rule.js'

/** Computes what does not depend on the data: `60 * 60`, `not not x`, `x and true`. */
export const foldConstants: Rule = {
  name: 'fold constants',
  apply: chain => ({ ...chain, steps: chain.steps.map(step => mapExpressions(step, foldExpression)) }),
}

export function foldExpression(root: ExprNode): ExprNode {
  return rewrite(root, (node, args) => foldNode(withArgs(node, args)))
}

function foldNode(node: ExprNode): ExprNode {
  const [left, right] = node.args
  if (!left) return node
  switch (node.op) {
    case 'and':
    case 'or':
      return foldConnective(node, left, right as ExprNode)
    case 'not':
      if (left.op === 'not') return left.args[0] as ExprNode
      return isBoolLiteral(left) ? typedLiteral('bool', !left.extra[1]) : node
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return foldArithmetic(node, left, right as ExprNode)
    default:
      return node
  }
}

const isBoolLiteral = (node: ExprNode): boolean => node.op === 'lit' && node.type.dtype === 'bool'

// true and x is x, false and x is false (for null too), and the same of or with the two exchanged.
function foldConnective(node: ExprNode, left: ExprNode, right: ExprNode): ExprNode {
  const neutral = node.op === 'and'
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (!isBoolLiteral(side)) continue
    if (side.extra[1] === neutral) return other.type.dtype === 'bool' ? other : node
    return side
  }
  return node
}

function foldArithmetic(node: ExprNode, left: ExprNode, right: ExprNode): ExprNode {
  if (left.op !== 'lit' || right.op !== 'lit') return node
  if (isFloat(node.type.dtype) && isFloat(left.type.dtype) && isFloat(right.type.dtype)) {
    const value = floatResult(node.op, literalValue(left) as number, literalValue(right) as number)
    // NaN and -0 have no exact JSON form; the engine computes them as well.
    return Number.isFinite(value) && !Object.is(value, -0) ? typedLiteral('float64', value) : node
  }
  if (node.type.dtype !== 'int64' || left.type.dtype !== 'int64' || right.type.dtype !== 'int64') return node
  const value = integerResult(node.op, literalValue(left) as bigint, literalValue(right) as bigint)
  // An overflow is the engine's to report.
  return BigInt.asIntN(64, value) === value ? typedLiteral('int64', value.toString()) : node
}

function floatResult(op: string, a: number, b: number): number {
  return op === 'add' ? a + b : op === 'sub' ? a - b : op === 'mul' ? a * b : a / b
}

function integerResult(op: string, a: bigint, b: bigint): bigint {
  return op === 'add' ? a + b : op === 'sub' ? a - b : a * b
}
