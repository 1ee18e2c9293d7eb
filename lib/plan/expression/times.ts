// How the methods of `dt` become nodes, in UTC and in a zone, where calendar units are those of the zone's clocks.
import { MillraceError } from '../../core/errors.js'
import { type TruncateUnit, truncateUnits } from './dates.js'
import { parseDuration } from './duration.js'
import { expression } from './expression.js'
import type { ExprNode, Json } from './node.js'

const lengthOfUnit: Readonly<Record<TruncateUnit, string>> = {
  year: '1y',
  quarter: '1q',
  month: '1mo',
  week: '1w',
  day: '1d',
  hour: '1h',
  minute: '1m',
  second: '1s',
}

const isUnit = (every: unknown): every is TruncateUnit => truncateUnits.includes(every as TruncateUnit)

/** The start of the unit, or of the multiple of a length of time, that a time lies in. Throws ERR_INVALID_ARGUMENT. */
export function truncated(time: ExprNode, every: unknown): ExprNode {
  if (isUnit(every)) return expression('truncate', [time], [every])
  return expression('truncateTo', [time], multiple(every, 'the unit of truncate'))
}

/** The nearest start of a unit or multiple. Throws ERR_INVALID_ARGUMENT. */
export function rounded(time: ExprNode, every: unknown): ExprNode {
  const length = isUnit(every) ? lengthOfUnit[every] : every
  return expression('roundTo', [time], multiple(length, 'the unit of round'))
}

function multiple(every: unknown, name: string): Json[] {
  const { months, nanoseconds } = parseDuration(every, name)
  const text = every as string
  if (months !== 0 && nanoseconds !== 0n) {
    throw new MillraceError('ERR_INVALID_ARGUMENT', `The interval ${text} mixes months with shorter units`, {
      hint: "give whole months, as in '1mo', '1q' or '1y', or units of fixed length, as in '1d' or '15m'",
    })
  }
  return [text, months, nanoseconds.toString(), text.includes('w')]
}

/** A time moved by `1mo`, `-3d` or `2h30m`. Throws ERR_INVALID_ARGUMENT. */
export function movedBy(time: ExprNode, by: unknown): ExprNode {
  const { months, nanoseconds } = parseDuration(by, 'the length of offsetBy', true)
  return expression('offsetBy', [time], [by as string, months, nanoseconds.toString()])
}

const calendarPart = /\d+(?:mo|[dwqy])(?![a-z])/g

/** The units of a length of time that a calendar counts, and those that a stopwatch does. */
function splitLength(by: string): { calendar: string; clock: string } {
  const sign = by.startsWith('-') ? '-' : ''
  const unsigned = by.slice(sign.length)
  const calendar = unsigned.match(calendarPart)?.join('') ?? ''
  const clock = unsigned.replace(calendarPart, '')
  return { calendar: calendar && sign + calendar, clock: clock && sign + clock }
}

/** What the clocks of a zone show, as a timestamp. */
export const wallClock = (instant: ExprNode, zone: string): ExprNode =>
  expression('toZone', [instant], [zone])

/**
 * The instant at which a zone's clocks show a time that was computed from what they showed at `instant`. Of two it is
 * the one before the clocks change or after, as `instant` is; in a gap it is the end of the gap.
 */
export const nearInstant = (shown: ExprNode, instant: ExprNode, zone: string): ExprNode =>
  expression('fromZoneNear', [shown, instant], [zone])

/** The first instant at which a zone's clocks show a time, or the end of the gap that it lies in. */
export const firstInstant = (shown: ExprNode, zone: string): ExprNode =>
  expression('fromZone', [shown], [zone, 'earliest', 'shiftForward'])

/** Days, weeks, months and years go by the zone's calendar; shorter units by the time that passes. */
export function movedInZone(instant: ExprNode, by: unknown, zone: string): ExprNode {
  parseDuration(by, 'the length of offsetBy', true)
  const { calendar, clock } = splitLength(by as string)
  const moved =
    calendar === '' ? instant : nearInstant(movedBy(wallClock(instant, zone), calendar), instant, zone)
  return clock === '' ? moved : movedBy(moved, clock)
}

const daysOrMore = /\d(?:mo|[dwqy])(?![a-z])/

/** Days and longer begin once, the first time that their clock's midnight comes; shorter units follow the instant. */
export function startInZone(shown: ExprNode, instant: ExprNode, every: unknown, zone: string): ExprNode {
  const text = isUnit(every) ? lengthOfUnit[every] : (every as string)
  return daysOrMore.test(text) ? firstInstant(shown, zone) : nearInstant(shown, instant, zone)
}
