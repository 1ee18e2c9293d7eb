import { suggestion } from '../core/did-you-mean.js'
import { isTemporal, isTimestamp } from '../core/dtypes.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { boolean, oneOf, readOptions, text, texts } from '../core/options.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { literal } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import { checkZone } from '../plan/expression/time-zone.js'
import { fillBins } from '../plan/fill-bins.js'
import type { FillGroups } from '../plan/lower-aggregates.js'
import type { PlanNode } from '../plan/step/node.js'
import { instantOfBin, isDaily, type TimeBins, timeBin, zonedBin } from '../plan/time-bins.js'
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
  /**
   * A time zone whose clocks and calendar the intervals go by, for timestamps: days begin at its midnight, and are 23 or 25
   * hours long where clocks change. Groups come under the instant. Default UTC.
   */
  readonly zone?: string
  /**
   * Intervals without rows between the first and the last one of each other key come out too, as aggregates of no rows: sums
   * and counts are 0, other values null. `{ Close: 0 }` gives results of that name another value. Default false.
   */
  readonly fillEmpty?: boolean | FillValues
}

/** Values in empty intervals, by the name of the result. */
export type FillValues = Readonly<Record<string, string | number | bigint | boolean | Date | null>>

/** Options with which empty intervals come out too. */
export interface FilledGroupByTimeOptions<K extends string = string> extends GroupByTimeOptions<K> {
  readonly fillEmpty: true | FillValues
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
    zone: checkZone,
    fillEmpty: readFill,
  })
  const { every, offset, closed = 'left', label = 'left', by = [], dropNulls = false, zone } = options
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
  const bins: TimeBins = {
    every,
    closed,
    label,
    ...(offset !== undefined && { offset }),
    ...(zone !== undefined && { zone }),
  }
  const fill = options.fillEmpty ?? false
  if (zone !== undefined) checkZoned(columnRef(name, type), bins, fill !== false)
  keys.push({ name, expr: keyOf(columnRef(name, type), bins, fill !== false) })
  const grouping = { keys, order: 'key' as const, dropNulls }
  return groupsOf(plan, grouping, make, fill === false ? undefined : filler(name, bins, fill))
}

function keyOf(time: ExprNode, bins: TimeBins, filled: boolean): ExprNode {
  const { zone } = bins
  if (zone === undefined) return timeBin(time, bins)
  const bin = zonedBin(time, bins, zone)
  // Empty intervals are found by what clocks show.
  return filled || !isDaily(bins.every) ? bin : instantOfBin(bin, zone)
}

function filler(time: string, bins: TimeBins, given: true | FillValues): FillGroups {
  const wanted = Object.entries(given === true ? {} : given)
  const values = new Map(wanted.map(([name, value]) => [name, literal(value, `fillEmpty of ${name}`)]))
  return (groups, outputs) => {
    const names = outputs.map(output => output.name)
    const unknown = [...values.keys()].find(name => !names.includes(name))
    if (unknown !== undefined) {
      throw new MillraceError(
        'ERR_COLUMN_NOT_FOUND',
        `fillEmpty names ${JSON.stringify(unknown)}, which is no result`,
        {
          column: unknown,
          hint: suggestion(unknown, names),
        },
      )
    }
    return fillBins(groups, outputs, { time, bins, values })
  }
}

function readFill(value: unknown, name: string): boolean | FillValues {
  if (typeof value === 'boolean') return value
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value } as FillValues
  throw invalidArgument('true, false or values by name', name, value, 'as in fillEmpty: { Close: 0 }')
}

// An interval shorter than a day may begin twice or in a gap, so its end is not told by its clocks alone.
function checkZoned(time: ExprNode, { every, label }: TimeBins, filled: boolean): void {
  if (!isTimestamp(time.type.dtype)) {
    throw new MillraceError(
      'ERR_TYPE',
      `groupByTime option zone needs a timestamp, not a ${time.type.dtype}`,
      {
        hint: 'dates are the same in every zone; leave zone out',
      },
    )
  }
  if (isDaily(every) || (label === 'left' && !filled)) return
  const what = filled ? 'fillEmpty' : "label: 'right'"
  throw new MillraceError(
    'ERR_INVALID_ARGUMENT',
    `${what} and zone need intervals of whole days, not ${every}`,
    {
      hint: 'leave zone out: intervals of minutes and most hours are the same in it',
    },
  )
}
