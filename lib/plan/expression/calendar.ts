// Dates and timestamps as text, and back. Proleptic Gregorian, UTC; exact to the nanosecond, so ticks are bigint.
import { type TimeUnit, ticksPerMs, unitOf } from '../../core/dtypes.js'

const msPerDay = 86_400_000

/** Days since 1970-01-01 as `2010-06-29`; years beyond four digits as `+012345-01-01`, as JavaScript writes them. */
export function dateText(days: number): string {
  const date = new Date(days * msPerDay)
  return Number.isNaN(date.getTime()) ? `day ${days}` : date.toISOString().slice(0, -14)
}

/** Ticks since the epoch as `2010-06-29T12:00:00Z`, with only as many decimals as it has. */
export function timestampText(ticks: bigint, dtype: string): string {
  const unit = unitOf(dtype)
  const [ms, rest] = splitTicks(ticks, ticksPerMs[unit])
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return `${ticks} ${unit}`
  const iso = date.toISOString()
  if (rest === 0 && iso.endsWith('.000Z')) return `${iso.slice(0, -5)}Z`
  const below = unit === 'ms' ? '' : String(rest).padStart(unit === 'us' ? 3 : 6, '0')
  return `${(iso.slice(0, -1) + below).replace(/0+$/, '')}Z`
}

/** Whole milliseconds, rounded down, and the ticks that are left. Avoids bigint arithmetic where a double is exact. */
function splitTicks(ticks: bigint, perMs: bigint): [ms: number, rest: number] {
  const value = Number(ticks)
  if (Number.isSafeInteger(value)) {
    const per = Number(perMs)
    const ms = Math.floor(value / per)
    const rest = value - ms * per
    // The quotient may have been rounded up to the next whole number.
    return rest < 0 ? [ms - 1, rest + per] : [ms, rest]
  }
  const rest = ((ticks % perMs) + perMs) % perMs
  return [Number((ticks - rest) / perMs), Number(rest)]
}

/** Milliseconds since the epoch, rounded down. */
export const ticksToMs = (ticks: bigint, dtype: string): number =>
  splitTicks(ticks, ticksPerMs[unitOf(dtype)])[0]

const isoDate = /^([+-]\d{6}|\d{4})-(\d{2})-(\d{2})$/
const isoTime = /^(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?$/

/** Days since the epoch of `2010-06-29`; undefined when the text is not a real date. */
export function parseDate(text: string): number | undefined {
  const match = isoDate.exec(text)
  if (!match) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? date.getTime() / msPerDay : undefined
}

/**
 * Nanoseconds since the epoch of `2010-06-29T12:00:00.5+02:00`, `2010-06-29 12:00` or `2010-06-29`; text without an
 * offset is UTC. Undefined when it is not a real time.
 */
export function parseTimestamp(text: string): bigint | undefined {
  const cut = text.search(/[T ]/)
  const days = parseDate(cut < 0 ? text : text.slice(0, cut))
  if (days === undefined) return undefined
  const midnight = BigInt(days) * BigInt(msPerDay) * 1_000_000n
  if (cut < 0) return midnight
  const match = isoTime.exec(text.slice(cut + 1))
  if (!match) return undefined
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const offset = offsetMinutes(match[5])
  const nanos = BigInt((match[4] ?? '').padEnd(9, '0'))
  const seconds = BigInt(hour * 3600 + minute * 60 + second - offset * 60)
  return midnight + seconds * 1_000_000_000n + nanos
}

function offsetMinutes(text: string | undefined): number {
  if (text === undefined || text === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))
  return text.startsWith('-') ? -minutes : minutes
}

const nanosPerTick: Readonly<Record<TimeUnit, bigint>> = { ms: 1_000_000n, us: 1_000n, ns: 1n }

/** Ticks of `unit`, or undefined when the time does not fit it exactly (or does not fit 64 bits). */
export function ticksOf(nanos: bigint, unit: TimeUnit): bigint | undefined {
  const perTick = nanosPerTick[unit]
  if (nanos % perTick !== 0n) return undefined
  const ticks = nanos / perTick
  return BigInt.asIntN(64, ticks) === ticks ? ticks : undefined
}

/** The coarsest unit that holds the time exactly; undefined when none does. */
export function timestampOf(
  nanos: bigint,
  preferred: TimeUnit,
): { unit: TimeUnit; ticks: bigint } | undefined {
  for (const unit of [preferred, 'ms', 'us', 'ns'] as const) {
    const ticks = ticksOf(nanos, unit)
    if (ticks !== undefined) return { unit, ticks }
  }
  return undefined
}

export const daysToMs = (days: number): number => days * msPerDay
export { msPerDay }
