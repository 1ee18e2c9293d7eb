import { type DataType, dataType, isFloat, isInteger, isNumeric, isTimestamp } from '../../core/dtypes.js'
import type { Family } from './family.js'
import { literalAs } from './literal.js'
import type { ExprNode } from './node.js'
import { typeError } from './type-error.js'

/** Integers add, subtract and multiply checked, as int64; division is always float64. */
export const arithmetic: Family = {
  ops: ['add', 'sub', 'mul', 'div', 'floorDiv', 'mod', 'pow'],

  adapt(op, args) {
    const [left, right] = args as [ExprNode, ExprNode]
    if (isFloat(left.type.dtype)) return [left, literalAs(right, 'float64')]
    if (isFloat(right.type.dtype)) return [literalAs(left, 'float64'), right]
    // Remainders of hashes, half of which are no int64.
    if ((op === 'mod' || op === 'floorDiv') && left.type.dtype === 'uint64')
      return [left, literalAs(right, 'uint64')]
    if (op === 'sub') return [temporalOperand(left, right), temporalOperand(right, left)]
    return args
  },

  type(op, args): DataType {
    const [left, right] = args as [ExprNode, ExprNode]
    const nullable = left.type.nullable || right.type.nullable
    if (left.type.dtype === 'null' || right.type.dtype === 'null') {
      throw typeError(
        `${op} cannot combine`,
        args,
        'the result would always be null; use fillNull or coalesce',
      )
    }
    if (isNumeric(left.type.dtype) && isNumeric(right.type.dtype))
      return numericResult(op, left, right, nullable)
    const temporal = temporalResult(op, left.type.dtype, right.type.dtype)
    if (temporal) return dataType(temporal, nullable)
    throw typeError(`${op} cannot combine`, args, arithmeticHint(op, left, right))
  },
}

function numericResult(op: string, left: ExprNode, right: ExprNode, nullable: boolean): DataType {
  const float = isFloat(left.type.dtype) || isFloat(right.type.dtype)
  if (float || op === 'div' || op === 'pow') return dataType('float64', nullable)
  // An integer divided by zero has no floor: null.
  if (op === 'floorDiv' || op === 'mod') return dataType('int64', true)
  const unsigned = left.type.dtype === 'uint64' && right.type.dtype === 'uint64'
  return dataType(unsigned ? 'uint64' : 'int64', nullable)
}

function temporalResult(op: string, left: string, right: string): DataType['dtype'] | undefined {
  if (op === 'sub' && left === 'date' && right === 'date') return 'int64'
  if (op === 'sub' && isTimestamp(left) && isTimestamp(right)) return 'int64'
  if ((op === 'add' || op === 'sub') && (left === 'date' || isTimestamp(left)) && isInteger(right)) {
    return left as DataType['dtype']
  }
  return undefined
}

// Text beside a date in a difference: c.Date.sub('2020-01-01').
function temporalOperand(node: ExprNode, other: ExprNode): ExprNode {
  const temporal = other.type.dtype === 'date' || isTimestamp(other.type.dtype)
  return temporal && !isInteger(node.type.dtype) ? literalAs(node, other.type.dtype) : node
}

function arithmeticHint(op: string, left: ExprNode, right: ExprNode): string {
  const types = [left.type.dtype, right.type.dtype]
  if (op === 'add' && types.includes('utf8')) return 'join text with concatStr(a, b)'
  if (types.includes('bool')) return "cast the bool first: c.Flag.cast('int64')"
  if (types.includes('utf8')) return "cast the text first: c.Price.cast('float64')"
  if (types.includes('date'))
    return 'dates take whole days: date.add(7), or date.sub(otherDate) for the days between'
  return 'timestamps take whole ticks of their unit, or another timestamp in sub'
}

/** Sign and rounding keep or widen the type; roots, powers and logarithms are float64. */
export const math: Family = {
  ops: ['neg', 'abs', 'round', 'floor', 'ceil', 'sqrt', 'exp', 'log', 'log2', 'log10'],

  type(op, args): DataType {
    const { dtype, nullable } = (args[0] as ExprNode).type
    if (!isNumeric(dtype))
      throw typeError(`${op} needs a number, not`, args, "cast it first: c.Price.cast('float64')")
    if (op === 'abs' || op === 'round' || op === 'floor' || op === 'ceil') return dataType(dtype, nullable)
    if (op === 'neg') return dataType(isFloat(dtype) ? 'float64' : 'int64', nullable)
    return dataType('float64', nullable)
  },
}
