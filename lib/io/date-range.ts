import { dataType } from '../core/dtypes.js'
import { invalidArgument, MillraceError } from '../core/errors.js'
import { oneOf, readOptions, text } from '../core/options.js'
import { frameOf, planOf } from '../frame/data-frame.js'
import type { DataFrame } from '../frame/frame-methods.js'
import { columnRef } from '../plan/expression/column-ref.js'
import { parseDuration } from '../plan/expression/duration.js'
import { expression } from '../plan/expression/expression.js'
import { typedLiteral } from '../plan/expression/literal.js'
import type { ExprNode } from '../plan/expression/node.js'
import { checkZone } from '../plan/expression/time-zone.js'
import { wallClock } from '../plan/expression/times.js'
import { filterNode } from '../plan/step/filter.js'
import type { PlanNode } from '../plan/step/node.js'
import { projectNode } from '../plan/step/project.js'
import { repeatNode } from '../plan/step/repeat.js'
import { binsBetween, binsOn, instantOfBin, isDaily, type TimeBins } from '../plan/time-bins.js'
import { fromColumns } from './from-columns.js'

type RangeType = 'date' | 'timestamp[ms]' | 'timestamp[us]' | 'timestamp[ns]'

export interface DateRangeOptions<D extends RangeType = RangeType, N extends string = string> {
  /** How far apart they are: `'1d'` (default), `'15m'`, `'1mo'` or another length of time. */
  readonly every?: string
  /** What they are: `'date'` (default) or a timestamp type. */
  readonly dtype?: D
  /** What the column is called; default `Date`. */
  readonly name?: N
  /** Days and longer steps go by the clocks of this time zone, from what they show at `start`; for timestamps. */
  readonly zone?: string
}

/**
 * A frame of one column: every date or time from `start` to `end`, which comes too if it is reached. A day that a month does not
 * have becomes its last. pandas: `pd.date_range(start, end, freq='D')`; Polars: `pl.date_range`.
 *
 * @example
 * const days = dateRange('2020-01-01', '2020-12-31')
 * const hours = dateRange('2020-01-01', '2020-01-02', { every: '1h', dtype: 'timestamp[us]', name: 'At' })
 * await days.join(df, { on: 'Date', how: 'left' }).compute()
 * @throws ERR_INVALID_ARGUMENT for what is no time, no length of time, or no whole number of the type's steps
 */
export function dateRange<const D extends RangeType = 'date', const N extends string = 'Date'>(
  start: Date | string,
  end: Date | string,
  options?: DateRangeOptions<D, N>,
): DataFrame<{ [K in N]: D }> {
  const settings = readOptions<DateRangeOptions>(options, 'dateRange', {
    every: text,
    dtype: oneOf<RangeType>('date', 'timestamp[ms]', 'timestamp[us]', 'timestamp[ns]'),
    name: text,
    zone: checkZone,
  })
  const { every = '1d', dtype = 'date', name = 'Date', zone } = settings
  parseDuration(every, 'dateRange option every')
  if (zone !== undefined) checkZoned(dtype, every)
  const ends = {
    [name]: [checkTime(start, 'the start of dateRange')],
    [endName(name)]: [checkTime(end, 'the end of dateRange')],
  }
  const frame = fromColumns(ends as Record<string, string[]>, {
    schema: { [name]: dtype, [endName(name)]: dtype },
  })
  const bins: TimeBins = { every, closed: 'left', label: 'left', ...(zone !== undefined && { zone }) }
  return frameOf(rangePlan(planOf(frame) as PlanNode, name, bins)) as never
}

const endName = (name: string): string => `end of ${name}`

function rangePlan(input: PlanNode, name: string, bins: TimeBins): PlanNode {
  const { zone } = bins
  const shown = (column: string) => {
    const instant = columnRef(column, input.schema.field(column).type)
    return zone === undefined ? instant : wallClock(instant, zone)
  }
  // A month may have ended before its day came, so one more than whole months lie between; the filter tells.
  const count = expression('add', [
    binsBetween(shown(endName(name)), shown(name), bins),
    typedLiteral('int64', '2'),
  ])
  const number = `number of ${name}`
  const counted = projectNode(input, [
    { name, expr: shown(name) },
    { name: endName(name), expr: columnRef(endName(name)) },
    { name: number, expr: count },
  ])
  const start = columnRef(name, input.schema.field(name).type)
  const ordinal = columnRef(number, dataType('int64', false))
  const at = (n: ExprNode) => {
    const moved = binsOn(start, n, bins)
    return zone === undefined ? moved : instantOfBin(moved, zone)
  }
  const following = at(expression('add', [ordinal, typedLiteral('int64', '1')]))
  const all = projectNode(repeatNode(counted, number), [
    { name, expr: at(ordinal) },
    { name: endName(name), expr: columnRef(endName(name)) },
    // Days that a zone's calendar skipped begin when the next one does.
    {
      name: number,
      expr: zone === undefined ? typedLiteral('bool', true) : expression('lt', [at(ordinal), following]),
    },
  ])
  const within = expression('le', [columnRef(name), columnRef(endName(name))])
  const kept = filterNode(all, expression('and', [within, columnRef(number)]))
  return projectNode(kept, [{ name, expr: columnRef(name) }])
}

function checkTime(value: unknown, name: string): Date | string {
  if (typeof value === 'string' || value instanceof Date) return value
  throw invalidArgument('a Date or ISO text', name, value, "as in dateRange('2020-01-01', '2020-12-31')")
}

function checkZoned(dtype: RangeType, every: string): void {
  if (dtype !== 'date' && isDaily(every)) return
  const what = dtype === 'date' ? 'timestamps, not dates' : `steps of whole days, not ${every}`
  throw new MillraceError('ERR_INVALID_ARGUMENT', `dateRange option zone needs ${what}`, {
    hint:
      dtype === 'date'
        ? "dates are the same in every zone; give dtype: 'timestamp[us]' for their midnights"
        : 'leave zone out: shorter steps are the same in every zone',
  })
}
