import {
  type DataType,
  type DType,
  dataType,
  isInteger,
  isTemporal,
  isText,
  isTimestamp,
} from '../../core/dtypes.js'
import { ticksOf } from './duration.js'
import type { Family } from './family.js'
import { literalAs } from './literal.js'
import type { ExprNode, Json } from './node.js'
import { zoneTable } from './time-zone.js'
import { typeError } from './type-error.js'

export const dateParts = Object.freeze([
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
  'weekday',
  'dayOfYear',
  'quarter',
  'microsecond',
  'nanosecond',
  'week',
  'isoYear',
  'daysInMonth',
] as const)

export const truncateUnits = Object.freeze([
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
] as const)
export type TruncateUnit = (typeof truncateUnits)[number]

export const epochUnits = Object.freeze(['s', 'ms', 'us', 'ns'] as const)
export type EpochUnit = (typeof epochUnits)[number]

export const differenceUnits = Object.freeze([
  'ns',
  'us',
  'ms',
  's',
  'm',
  'h',
  'd',
  'w',
  'mo',
  'q',
  'y',
] as const)
export type DifferenceUnit = (typeof differenceUnits)[number]

// Their result has the type of the argument.
const moves: ReadonlySet<string> = new Set([
  'truncate',
  'truncateTo',
  'roundTo',
  'monthStart',
  'monthEnd',
  'offsetBy',
  'addMonths',
])

const results: Readonly<Record<string, DataType['dtype']>> = {
  toDate: 'date',
  epoch: 'int64',
  timeDiff: 'int64',
  formatTime: 'utf8',
  isLeapYear: 'bool',
}

/** Parts of dates and timestamps, and what moves them, in UTC. */
export const dates: Family = {
  ops: [...dateParts, ...moves, ...Object.keys(results)],

  adapt(op, args) {
    if (op !== 'timeDiff') return args
    const [left, right] = args as [ExprNode, ExprNode]
    return [literalAs(left, right.type.dtype), literalAs(right, left.type.dtype)]
  },

  type(op, args, extra): DataType {
    const nullable = args.some(arg => arg.type.nullable)
    const { dtype } = (args[0] as ExprNode).type
    const times = op === 'timeDiff' ? args : args.slice(0, 1)
    if (!times.every(arg => isTemporal(arg.type.dtype))) {
      throw typeError(
        `${op} needs a date or timestamp, not`,
        args,
        "cast it first: c.When.cast('timestamp[us]')",
      )
    }
    if (op === 'addMonths' && !isInteger((args[1] as ExprNode).type.dtype))
      throw typeError('addMonths needs a whole number, not', args.slice(1), "cast it: c.n.cast('int64')")
    if (op === 'offsetBy' || op === 'truncateTo' || op === 'roundTo') {
      const [length, , nanoseconds] = extra as readonly [string, number, string]
      ticksOf({ months: 0, nanoseconds: BigInt(nanoseconds) }, dtype, `The length of time ${length}`)
    }
    if (op === 'formatTime' && extra.length > 1) requireTimestamp('format in a zone', args)
    return dataType(moves.has(op) ? (dtype as DType) : (results[op] ?? 'int32'), nullable)
  },
}

/** Between instants and what the clocks of a zone show, which is a timestamp as well. */
export const zoned: Family = {
  ops: ['toZone', 'fromZone', 'fromZoneNear'],

  type(op, args, extra): DataType {
    requireTimestamp(op === 'toZone' ? 'inZone' : 'toUtc', args)
    const { dtype, nullable } = (args[0] as ExprNode).type
    return dataType(dtype, nullable || (op === 'fromZone' && extra.includes('null')))
  },
}

/** Dates and timestamps read from text. */
export const parsing: Family = {
  ops: ['parseTime'],

  type(_op, args, extra): DataType {
    const [, dtype, strict] = extra as readonly [Json, DType, boolean]
    const { type } = args[0] as ExprNode
    if (!isText(type.dtype)) {
      const hint = "cast it first: c.When.cast('utf8')"
      throw typeError(`${dtype === 'date' ? 'toDate' : 'toTimestamp'} needs text, not`, args, hint)
    }
    return dataType(dtype, type.nullable || !strict)
  },
}

function requireTimestamp(what: string, args: readonly ExprNode[]): void {
  if (args.every(arg => isTimestamp(arg.type.dtype))) return
  const hint = "dates are the same everywhere; for their midnight cast them: c.Date.cast('timestamp[us]')"
  throw typeError(`${what} needs a timestamp, not`, args, hint)
}

/** The parameters of a node in the plan, where zones are tables. */
export function planExtra(node: ExprNode): readonly Json[] {
  const at = zoneAt[node.op]
  if (at === undefined || node.extra.length <= at) return node.extra
  return [...node.extra.slice(0, at + 1), zoneTable(node.extra[at] as string), ...node.extra.slice(at + 1)]
}

// Which parameter is a zone's name.
const zoneAt: Readonly<Record<string, number>> = { toZone: 0, fromZone: 0, fromZoneNear: 0, formatTime: 1 }
