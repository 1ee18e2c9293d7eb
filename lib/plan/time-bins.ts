// Intervals of time as expressions: which of them a date or timestamp lies in, told by its start or end.
import { dataType } from '../core/dtypes.js'
import { MillraceError } from '../core/errors.js'
import { type Duration, parseDuration, ticksOf } from './expression/duration.js'
import { expression } from './expression/expression.js'
import { typedLiteral } from './expression/literal.js'
import { type ExprNode, freezeNode } from './expression/node.js'
import { firstInstant, nearInstant, wallClock } from './expression/times.js'

export interface TimeBins {
  /** As written: '1mo', '15m', '1w'. Weeks begin on Monday, everything else where 1970 does. */
  readonly every: string
  /** Moves all intervals: '6h', '-1d', of months also '3mo'. */
  readonly offset?: string
  /** Which end of an interval belongs to it. */
  readonly closed: 'left' | 'right'
  /** Which end names it. */
  readonly label: 'left' | 'right'
  /** By the clocks of this time zone instead of UTC. */
  readonly zone?: string
}

/** Intervals taken apart; months and ticks are not both there. */
interface Lengths {
  readonly months: number
  /** Of the time's type. */
  readonly ticks: bigint
  /** What moves the intervals apart from months. */
  readonly offsetTicks: bigint
  readonly offsetMonths: number
}

function lengthsOf({ every, offset }: TimeBins, dtype: string): Lengths {
  const interval = parseDuration(every, 'groupByTime option every')
  const moved = offset === undefined ? zero : parseDuration(offset, 'groupByTime option offset', true)
  if (interval.months !== 0 && interval.nanoseconds !== 0n) throw mixed(every)
  if (interval.months === 0 && moved.months !== 0) throw offsetOfMonths(every)
  return {
    months: interval.months,
    ticks: interval.months === 0 ? ticksOf(interval, dtype, `The interval ${every}`) : 0n,
    offsetTicks: ticksOf(moved, dtype, `The offset ${offset}`),
    offsetMonths: moved.months,
  }
}

const add = (node: ExprNode, count: bigint): ExprNode =>
  count === 0n ? node : expression('add', [node, typedLiteral('int64', count.toString())])

/**
 * The interval that `time`, a bound date or timestamp, lies in, as a value of the same type. Throws ERR_INVALID_ARGUMENT for intervals
 * that mix months with shorter units, or are no whole number of the type's steps.
 */
export function timeBin(time: ExprNode, bins: TimeBins): ExprNode {
  const { every, closed, label } = bins
  const { months, ticks: length, offsetTicks: ticks, offsetMonths } = lengthsOf(bins, time.type.dtype)
  // An interval that its end belongs to holds what, a tick earlier, lies in it by its start.
  const inside = add(time, -ticks - (closed === 'right' ? 1n : 0n))
  if (months !== 0) {
    const start = monthStart(inside, months, offsetMonths)
    return add(label === 'left' ? start : monthsOn(start, months), ticks)
  }
  const unit = alignedUnits[parseDuration(every, 'groupByTime option every').nanoseconds.toString()]
  const start =
    unit === undefined || (unit === 'week' && !every.includes('w'))
      ? fixedStart(inside, length, every.includes('w'))
      : truncated(inside, unit)
  return add(start, ticks + (label === 'right' ? length : 0n))
}

/**
 * Like `timeBin`, by the clocks of `bins.zone`, of a bound timestamp: what they show at the interval's start or end. That
 * of intervals of whole days is `shown`, of which `instantOfBin` gives the instant; else it is the instant itself.
 */
export function zonedBin(time: ExprNode, bins: TimeBins, zone: string): ExprNode {
  // What lies in an interval by its end is moved as an instant, as clocks may show its time twice.
  const inside = bins.closed === 'right' ? add(time, -1n) : time
  const shown = timeBin(wallClock(inside, zone), { ...bins, closed: 'left' })
  return isDaily(bins.every) ? shown : nearInstant(shown, inside, zone)
}

/** The first instant at which a zone's clocks show an interval's start or end. */
export const instantOfBin = firstInstant

/** Whether an interval's length is one of days or more, which a calendar counts. */
export function isDaily(every: string): boolean {
  const { months, nanoseconds } = parseDuration(every, 'groupByTime option every')
  return months !== 0 || nanoseconds % 86_400_000_000_000n === 0n
}

/** How many intervals `later` is after `earlier`, both starts or both ends; null where one is. */
export function binsBetween(later: ExprNode, earlier: ExprNode, bins: TimeBins): ExprNode {
  const { months, ticks, offsetTicks } = lengthsOf(bins, earlier.type.dtype)
  if (months === 0) return expression('floorDiv', [expression('sub', [later, earlier]), int(ticks)])
  const between = [add(later, -offsetTicks), add(earlier, -offsetTicks)]
  return expression('floorDiv', [expression('timeDiff', between, ['mo']), int(months)])
}

/** The start or end `count` intervals on. */
export function binsOn(time: ExprNode, count: ExprNode, bins: TimeBins): ExprNode {
  const { months, ticks, offsetTicks } = lengthsOf(bins, time.type.dtype)
  if (months === 0) return expression('add', [time, expression('mul', [count, int(ticks)])])
  // The first of a month has every other month, which not each day moved by an offset has.
  const moved = expression('addMonths', [add(time, -offsetTicks), expression('mul', [count, int(months)])])
  return add(moved, offsetTicks)
}

// What one truncation finds, faster than a division.
const alignedUnits: Readonly<Record<string, string>> = {
  '1000000000': 'second',
  '60000000000': 'minute',
  '3600000000000': 'hour',
  '86400000000000': 'day',
  '604800000000000': 'week',
}

const zero: Duration = { months: 0, nanoseconds: 0n }

// floor((time - origin) / length) * length + origin. The first Monday of 1970 was its fifth day, where Polars
// counts weeks from too.
function fixedStart(time: ExprNode, length: bigint, weeks: boolean): ExprNode {
  const { dtype } = time.type
  const monday = weeks ? 4n * dayTicks(dtype) : 0n
  const origin = freezeNode(
    'lit',
    [],
    [dtype, dtype === 'date' ? Number(monday) : monday.toString()],
    dataType(dtype, false),
    'lit',
  )
  const since = expression('sub', [time, origin])
  return expression('sub', [time, expression('mod', [since, typedLiteral('int64', length.toString())])])
}

const dayTicks = (dtype: string): bigint =>
  ticksOf({ months: 0, nanoseconds: 86_400_000_000_000n }, dtype, '')

const int = (value: number | bigint): ExprNode => typedLiteral('int64', String(value))

// Months counted from year 0, those of the offset left out, rounded down to a multiple.
function monthStart(time: ExprNode, months: number, offset: number): ExprNode {
  if (offset % months === 0) {
    if (months === 1) return truncated(time, 'month')
    if (months === 3) return truncated(time, 'quarter')
    if (months === 12) return truncated(time, 'year')
  }
  const years = expression('mul', [expression('year', [time]), int(12)])
  const month = expression('add', [expression('month', [time]), int(-1 - offset)])
  const past = expression('mod', [expression('add', [years, month]), int(months)])
  return monthsOn(truncated(time, 'month'), past, -1)
}

const truncated = (time: ExprNode, unit: string): ExprNode => expression('truncate', [time], [unit])

/**
 * `count` months on from the first of a month (or back, by `sign`). As many average months of 30.436875 days are off by three days at
 * most, so half a month more, or less, is in the month that is looked for.
 */
function monthsOn(start: ExprNode, count: number | ExprNode, sign: 1 | -1 = 1): ExprNode {
  const months = typeof count === 'number' ? int(count) : count
  const average = expression('floorDiv', [expression('mul', [months, int(30_436_875)]), int(1_000_000)])
  const days = expression('add', [average, int(sign * 15)])
  const ticks = expression('mul', [days, int(BigInt(sign) * dayTicks(start.type.dtype))])
  return truncated(expression('add', [start, ticks]), 'month')
}

function mixed(every: string): MillraceError {
  return new MillraceError('ERR_INVALID_ARGUMENT', `The interval ${every} mixes months with shorter units`, {
    hint: "give whole months, as in '1mo', '1q' or '1y', or units of fixed length, as in '1d' or '15m'",
  })
}

function offsetOfMonths(every: string): MillraceError {
  return new MillraceError('ERR_INVALID_ARGUMENT', `Months cannot move intervals of ${every}`, {
    hint: "give an offset of fixed length, as in '6h' or '-1d'",
  })
}
