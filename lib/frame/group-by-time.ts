import { isTemporal } from '../core/dtypes.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { boolean, oneOf, readOptions, text, texts } from '../core/options.js'
import { columnRef } from '../plan/expression/column-ref.js'
import type { PlanNode } from '../plan/step/node.js'
import { timeBin } from '../plan/time-bins.js'
import type { DataFrame } from './frame-methods.js'
import { groupsOf } from './group-by.js'
import { checkNames } from './projections.js'

export interface GroupByTimeOptions<K extends string = string> {
  /**
   * How long an interval is: `'1h'`, `'15m'`, `'1d'`, `'1w'`, `'1mo'`, `'1q'`, `'1y'` or a multiple. Weeks begin on Monday, years
   * in January; fortnights and their like count from Monday 1970-01-05, others from 1970-01-01T00:00Z.
   */
  readonly every: string
  /** Moves the intervals: `'6h'` lets days begin at six, `'3mo'` years in April. Default none. */
  readonly offset?: string
  /** Which end belongs to an interval: its start (`left`, default) or its end. */
  readonly closed?: 'left' | 'right'
  /** What an interval is called: its start (`left`, default) or its end. */
  readonly label?: 'left' | 'right'
  /** Columns to group by as well, before the time. */
  readonly by?: K | readonly K[]
  /** Leave out rows that have a null key or no time; default false, where those are groups. */
  readonly dropNulls?: boolean
}

const end = oneOf<'left' | 'right'>('left', 'right')

/** Groups whose last key is the interval that the time lies in, under the time's name. */
export function groupByTime(
  plan: PlanNode,
  column: unknown,
  given: unknown,
  make: (plan: PlanNode) => DataFrame,
): object {
  const { name, type } = plan.schema.field(column)
  if (!isTemporal(type.dtype)) {
    throw new MillraceError(
      'ERR_TYPE',
      `groupByTime needs a date or timestamp, but ${JSON.stringify(name)} is ${type.dtype}`,
      {
        column: name,
        hint: "cast it first: df.cast({ When: 'timestamp[us]' })",
      },
    )
  }
  const options = readOptions<GroupByTimeOptions>(given, 'groupByTime', {
    every: text,
    offset: text,
    closed: end,
    label: end,
    by: (value, option) => (typeof value === 'string' ? value : texts(value, option)),
    dropNulls: boolean,
  })
  const { every, offset, closed = 'left', label = 'left', by = [], dropNulls = false } = options
  if (every === undefined) {
    throw invalidArgument(
      'a length of time',
      'groupByTime option every',
      every,
      "as in groupByTime('Date', { every: '1mo' })",
    )
  }
  const names = checkNames(plan.schema, typeof by === 'string' ? [by] : by, 'groupByTime option by')
  const keys = names.map(key => ({ name: key, expr: columnRef(key, plan.schema.field(key).type) }))
  const bins = { every, closed, label, ...(offset !== undefined && { offset }) }
  keys.push({ name, expr: timeBin(columnRef(name, type), bins) })
  return groupsOf(plan, { keys, order: 'key', dropNulls }, make)
}
