import { type DataType, dataType, isTemporal } from '../../core/dtypes.js'
import type { Family } from './family.js'
import type { ExprNode } from './node.js'
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

/** Parts of dates and timestamps, in UTC. */
export const dates: Family = {
  ops: [...dateParts, 'truncate', 'toDate', 'epoch'],

  type(op, args): DataType {
    const { dtype, nullable } = (args[0] as ExprNode).type
    if (!isTemporal(dtype)) {
      throw typeError(
        `${op} needs a date or timestamp, not`,
        args,
        "cast it first: c.When.cast('timestamp[us]')",
      )
    }
    if (op === 'truncate') return dataType(dtype, nullable)
    if (op === 'toDate') return dataType('date', nullable)
    if (op === 'epoch') return dataType('int64', nullable)
    return dataType('int32', nullable)
  },
}
