// Literals, and their conversion to the type of what they meet: an ISO text beside a date column becomes a date, 0
// beside a float64 column a float64. The engine then compares like with like and never converts per row.
import {
  type DType,
  dataType,
  integerRange,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
  isText,
  isTimestamp,
  nullType,
  ticksPerMs,
  unitOf,
} from '../../core/dtypes.js'
import { cut, invalidArgument, MillraceError } from '../../core/errors.js'
import { daysToMs, msPerDay, parseDate, parseTimestamp, timestampOf } from './calendar.js'
import { type ExprNode, freezeNode, type Json } from './node.js'

export type Scalar = string | number | bigint | boolean | Date | null

export function typedLiteral(dtype: DType, value: Json): ExprNode {
  return freezeNode('lit', [], [dtype, value], dataType(dtype, false), 'lit')
}

export const nullLiteral: ExprNode = freezeNode('lit', [], ['null'], nullType, 'lit')

/** A JavaScript value as a literal: whole numbers are int64, other numbers float64, a Date a timestamp[ms]. */
export function literal(value: unknown, name = 'a literal'): ExprNode {
  switch (typeof value) {
    case 'boolean':
      return typedLiteral('bool', value)
    case 'string':
      return typedLiteral('utf8', value)
    case 'number':
      return numberLiteral(value)
    case 'bigint':
      return bigintLiteral(value, name)
    default:
      if (value === null) return nullLiteral
      if (value instanceof Date) return dateLiteral(value, name)
      throw invalidArgument(
        'an expression, string, number, bigint, boolean or Date',
        name,
        value,
        hintFor(value),
      )
  }
}

function hintFor(value: unknown): string | undefined {
  if (value === undefined) return 'use null, or isNull() to test for it'
  return Array.isArray(value) ? 'use isIn([...]) to test against several values' : undefined
}

function numberLiteral(value: number): ExprNode {
  // JSON has no -0, so it is written as an operation.
  if (Object.is(value, -0))
    return freezeNode('neg', [typedLiteral('float64', 0)], [], dataType('float64', false))
  return Number.isSafeInteger(value)
    ? typedLiteral('int64', String(value))
    : typedLiteral('float64', floatJson(value))
}

export const floatJson = (value: number): Json => (Number.isFinite(value) ? value : String(value))

function bigintLiteral(value: bigint, name: string): ExprNode {
  if (BigInt.asIntN(64, value) === value) return typedLiteral('int64', value.toString())
  if (BigInt.asUintN(64, value) === value) return typedLiteral('uint64', value.toString())
  throw invalidArgument('a bigint of at most 64 bits', name, value)
}

function dateLiteral(value: Date, name: string): ExprNode {
  if (Number.isNaN(value.getTime())) throw invalidArgument('a valid Date', name, value)
  return typedLiteral('timestamp[ms]', String(value.getTime()))
}

/** The bool, number, bigint or text that a literal node holds. */
export function literalValue(node: ExprNode): boolean | number | bigint | string {
  const [dtype, value] = node.extra as readonly [DType, boolean | number | string]
  if (dtype === 'int64' || dtype === 'uint64' || isTimestamp(dtype)) return BigInt(value)
  return isFloat(dtype) ? Number(value) : value
}

/**
 * `node` as a literal of `dtype` when it is a literal whose value `dtype` holds exactly; otherwise `node` itself.
 * Throws ERR_TYPE for text beside a date or timestamp that is not a date.
 */
export function literalAs(node: ExprNode, dtype: string): ExprNode {
  if (node.op !== 'lit' || node.type.dtype === 'null' || node.type.dtype === dtype) return node
  if (isTemporal(dtype)) return temporalLiteral(node, dtype)
  if (isFloat(dtype) && isNumeric(node.type.dtype)) return floatLiteral(node, dtype as DType)
  if (isInteger(dtype) && isNumeric(node.type.dtype)) return integerLiteral(node, dtype as DType)
  return node
}

// A float32 column meets a float32 literal where that is the same number, else a float64.
function floatLiteral(node: ExprNode, dtype: DType): ExprNode {
  const value = literalValue(node) as number | bigint
  const float = Number(value)
  if (typeof value === 'bigint' && BigInt(float) !== value) return node
  return typedLiteral(
    dtype === 'float32' && Math.fround(float) !== float ? 'float64' : dtype,
    floatJson(float),
  )
}

// A float that happens to be whole, such as 2 ** 60, is that integer.
function integerLiteral(node: ExprNode, dtype: DType): ExprNode {
  const given = literalValue(node) as bigint | number
  if (typeof given === 'number' && !Number.isInteger(given)) return node
  const value = BigInt(given)
  const [least, most] = integerRange(dtype)
  if (value < least || value > most) return node
  return typedLiteral(dtype, dtype === 'int64' || dtype === 'uint64' ? value.toString() : Number(value))
}

function temporalLiteral(node: ExprNode, dtype: string): ExprNode {
  if (node.type.dtype === 'utf8') return temporalFromText(node.extra[1] as string, dtype)
  if (isTimestamp(node.type.dtype)) {
    const nanos = (literalValue(node) as bigint) * (1_000_000n / ticksPerMs[unitOf(node.type.dtype)])
    return temporalFromNanos(nanos, dtype) ?? node
  }
  if (node.type.dtype === 'date' && isTimestamp(dtype)) {
    return temporalFromNanos(BigInt(daysToMs(node.extra[1] as number)) * 1_000_000n, dtype) ?? node
  }
  return node
}

function temporalFromText(text: string, dtype: string): ExprNode {
  const days = parseDate(text)
  if (days !== undefined && dtype === 'date') return typedLiteral('date', days)
  const nanos = parseTimestamp(text)
  const found = nanos === undefined ? undefined : temporalFromNanos(nanos, dtype)
  if (found) return found
  throw new MillraceError(
    'ERR_TYPE',
    `${JSON.stringify(cut(text, 60))} is no date or time, but stands beside a ${dtype}`,
    {
      text,
      hint: "write dates as '2020-12-31' and times as '2020-12-31T23:59:59.5Z', or pass a Date",
    },
  )
}

function temporalFromNanos(nanos: bigint, dtype: string): ExprNode | undefined {
  if (dtype === 'date') {
    const perDay = BigInt(msPerDay) * 1_000_000n
    if (nanos % perDay === 0n) return typedLiteral('date', Number(nanos / perDay))
  }
  const found = timestampOf(nanos, dtype === 'date' ? 'us' : unitOf(dtype))
  return found && typedLiteral(`timestamp[${found.unit}]`, found.ticks.toString())
}

/** The JSON form of the literal `node` in a set of `dtype`; undefined when no value of that type can equal it. */
export function memberOf(node: ExprNode, dtype: string): Json | undefined {
  if (node.type.dtype === 'null') return undefined
  const fitted = literalAs(node, dtype)
  const found = fitted.type.dtype
  if (found === dtype || (isFloat(found) && isFloat(dtype)) || (isText(found) && isText(dtype)))
    return fitted.extra[1]
  if ((isNumeric(found) && isNumeric(dtype)) || (isTemporal(found) && isTemporal(dtype))) return undefined
  throw new MillraceError('ERR_TYPE', `No ${dtype} can equal ${JSON.stringify(node.extra[1])} (${found})`, {
    hint: "give isIn values of the column's own type",
  })
}
