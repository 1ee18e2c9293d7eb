// Lengths of time as text: '7d', '1h30m', '1mo'.
import { ticksPerMs, unitOf } from '../../core/dtypes.js'
import { invalidArgument, MillraceError } from '../../core/errors.js'

/** Months have no fixed length, so they are counted apart. */
export interface Duration {
  readonly months: number
  readonly nanoseconds: bigint
}

const nsPerMs = 1_000_000n
const nsPerDay = 86_400_000n * nsPerMs

const fixed: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: nsPerMs,
  s: 1_000n * nsPerMs,
  m: 60_000n * nsPerMs,
  h: 3_600_000n * nsPerMs,
  d: nsPerDay,
  w: 7n * nsPerDay,
}

const monthsIn: Readonly<Record<string, number>> = { mo: 1, q: 3, y: 12 }

const example = "as in '7d', '1h30m', '2w' or '1mo'; units are ns, us, ms, s, m, h, d, w, mo, q, y"

/** Whole numbers with units; a leading `-` only where `signed`. Throws ERR_INVALID_ARGUMENT. */
export function parseDuration(text: unknown, name: string, signed = false): Duration {
  const match = typeof text === 'string' ? /^(-?)((?:\d+(?:mo|ms|us|ns|[smhdwqy]))+)$/.exec(text) : null
  if (!match || (match[1] === '-' && !signed)) throw invalidArgument('a length of time', name, text, example)
  const sign = match[1] === '-' ? -1 : 1
  let months = 0
  let nanoseconds = 0n
  for (const [, count, unit] of (match[2] as string).matchAll(/(\d+)(mo|ms|us|ns|[smhdwqy])/g)) {
    const inMonths = monthsIn[unit as string]
    if (inMonths !== undefined) months += sign * inMonths * Number(count)
    else nanoseconds += BigInt(sign) * BigInt(count as string) * (fixed[unit as string] as bigint)
  }
  if (!signed && months === 0 && nanoseconds === 0n)
    throw invalidArgument('a length of time above zero', name, text, example)
  return { months, nanoseconds }
}

/** The fixed part in days of a date, or ticks of a timestamp. Throws ERR_INVALID_ARGUMENT when it is no whole number. */
export function ticksOf({ nanoseconds }: Duration, dtype: string, name: string): bigint {
  const tick = dtype === 'date' ? nsPerDay : nsPerMs / ticksPerMs[unitOf(dtype)]
  if (nanoseconds % tick === 0n && BigInt.asIntN(64, nanoseconds / tick) === nanoseconds / tick)
    return nanoseconds / tick
  throw new MillraceError('ERR_INVALID_ARGUMENT', `${name} is no whole number of ${dtype} steps`, {
    hint:
      dtype === 'date'
        ? "give whole days, or cast the column: c.Date.cast('timestamp[us]')"
        : 'cast the column to a finer timestamp',
  })
}
