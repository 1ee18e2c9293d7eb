// What a calendar and a clock say of milliseconds since 1970, in plain JavaScript.
import { addMonths, dayMs, floorTo, isoWeek, monthsBetween } from '../frame/naive-calendar.js'
import type { Cell, Expression } from './plan.js'

type Parts = Readonly<Record<string, (date: Date) => number | boolean>>

const zoneHours: Readonly<Record<string, number>> = { 'Asia/Kolkata': 5.5, 'Asia/Tokyo': 9, UTC: 0 }
const hourMs = 3_600_000
const fixed: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
}
const inMonths: Readonly<Record<string, number>> = { mo: 1, q: 3, y: 12 }

const daysIn = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()

const parts: Parts = {
  year: date => date.getUTCFullYear(),
  month: date => date.getUTCMonth() + 1,
  day: date => date.getUTCDate(),
  hour: date => date.getUTCHours(),
  minute: date => date.getUTCMinutes(),
  second: date => date.getUTCSeconds(),
  millisecond: date => date.getUTCMilliseconds(),
  weekday: date => date.getUTCDay() || 7,
  dayOfYear: date => floorTo(date.getTime() - Date.UTC(date.getUTCFullYear()), dayMs) / dayMs + 1,
  quarter: date => Math.floor(date.getUTCMonth() / 3) + 1,
  week: date => isoWeek(date)[1],
  isoYear: date => isoWeek(date)[0],
  daysInMonth: daysIn,
  isLeapYear: date => new Date(Date.UTC(date.getUTCFullYear(), 1, 29)).getUTCDate() === 29,
}

export const dateParts: readonly string[] = Object.keys(parts).filter(name => name !== 'isLeapYear')

const units: Readonly<Record<string, string>> = {
  year: '1y',
  quarter: '1q',
  month: '1mo',
  week: '1w',
  day: '1d',
  hour: '1h',
  minute: '1m',
}

/** The start of the multiple that the time lies in, and the next one's. */
function multiple(ms: number, unit: string): [start: number, next: number] {
  const [, size, name] = /^(\d+)(\w+)$/.exec(units[unit] ?? unit)!
  const months = inMonths[name!]
  if (months !== undefined) {
    const date = new Date(ms)
    const count = months * Number(size)
    const first = floorTo(date.getUTCFullYear() * 12 + date.getUTCMonth(), count)
    const start = (month: number) => addMonths(Date.UTC(2000, 0), month - 24_000)
    return [start(first), start(first + count)]
  }
  const length = fixed[name!]! * Number(size)
  const origin = name === 'w' ? 4 * dayMs : 0
  const start = floorTo(ms - origin, length) + origin
  return [start, start + length]
}

function round(ms: number, unit: string): number {
  const [start, next] = multiple(ms, unit)
  return ms - start < next - ms ? start : next
}

/** Whole months of a length of time. */
export const monthsOf = (length: string): number =>
  pieces(length).reduce((sum, { count, unit }) => sum + count * (inMonths[unit] ?? 0), 0)

/** Moved by a length of time. */
export function offset(ms: number, length: string): number {
  const rest = pieces(length).reduce((sum, { count, unit }) => sum + count * (fixed[unit] ?? 0), 0)
  return addMonths(ms, monthsOf(length)) + rest
}

function pieces(length: string): { count: number; unit: string }[] {
  const sign = length.startsWith('-') ? -1 : 1
  return [...length.matchAll(/(\d+)([a-z]+)/g)].map(([, count, unit]) => ({
    count: sign * Number(count),
    unit: unit!,
  }))
}

function difference(a: number, b: number, unit: string): number {
  const months = inMonths[unit]
  const whole = months === undefined ? (a - b) / fixed[unit]! : monthsBetween(a, 0, b, 0) / months
  return Math.trunc(whole) + 0
}

const two = (n: number): string => String(n).padStart(2, '0')

function formatted(ms: number, pattern: string): string {
  const date = new Date(ms)
  const fields: Readonly<Record<string, string>> = {
    Y: String(date.getUTCFullYear()).padStart(4, '0'),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    H: two(date.getUTCHours()),
    M: two(date.getUTCMinutes()),
    j: String(parts.dayOfYear!(date)).padStart(3, '0'),
  }
  return pattern.replace(/%(\w)/g, (_, field) => fields[field]!)
}

/** Milliseconds, a part or a text. Precondition: no argument is null. */
export function calendar(op: string, ms: number, other: number, extra: Expression['extra']): Cell {
  const [first, second] = extra as [string, string]
  switch (op) {
    case 'truncate':
      return multiple(ms, first)[0]
    case 'roundTime':
      return round(ms, first)
    case 'offsetBy':
      return offset(ms, first)
    case 'monthStart':
    case 'monthEnd': {
      const date = new Date(ms)
      return ms + ((op === 'monthStart' ? 1 : daysIn(date)) - date.getUTCDate()) * dayMs
    }
    case 'dateOf':
      return floorTo(ms, dayMs)
    case 'dateDiff':
      return difference(ms, other, first)
    case 'epoch':
      return Math.floor(ms / fixed[first]!)
    case 'format':
      return formatted(ms, first)
    case 'zonedPart':
      return parts[second]!(new Date(ms + zoneHours[first]! * hourMs)) as number
    case 'zonedTruncate': {
      const shift = zoneHours[first]! * hourMs
      return multiple(ms + shift, second)[0] - shift
    }
    default:
      return parts[op]!(new Date(ms))
  }
}
