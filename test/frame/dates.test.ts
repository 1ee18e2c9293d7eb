// Calendar parts and moves of random instants of the years 1 to 9999 against JavaScript's Date.
import { type DifferenceUnit, fromColumns } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { addMonths, dayMs, floorTo, isoWeek, monthsBetween } from './naive-calendar.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!

const perMs: Record<string, bigint> = { ms: 1n, us: 1000n, ns: 1_000_000n }
const [firstMs, lastMs] = [Date.UTC(2001, 0, 1) - 2000 * 365.2425 * dayMs, Date.UTC(9999, 11, 31)]

/** Ticks of a unit: anywhere, on a midnight, or a tick before one; within reach of nanoseconds where that is the unit. */
function ticks(unit: string): bigint {
  const [from, to] = unit === 'ns' ? [Date.UTC(1680, 0), Date.UTC(2260, 0)] : [firstMs, lastMs]
  const ms = Math.floor(from + random() * (to - from))
  const midnight = BigInt(Math.floor(ms / dayMs) * dayMs) * perMs[unit]!
  if (random() < 0.2) return midnight - BigInt(int(2))
  return BigInt(ms) * perMs[unit]! + BigInt(int(Number(perMs[unit])))
}

/** Whole milliseconds, rounded down, and the nanoseconds behind them. */
function split(tick: bigint, unit: string): [ms: number, ns: number] {
  const per = perMs[unit]!
  const rest = ((tick % per) + per) % per
  return [Number((tick - rest) / per), Number(rest * (1_000_000n / per))]
}

function frameOf(unit: string, columns: Record<string, (bigint | null)[]>): any {
  const names = Object.keys(columns)
  const frame = fromColumns(columns, {
    schema: Object.fromEntries(names.map(name => [name, 'int64?'])) as never,
  }) as any
  return frame.cast(Object.fromEntries(names.map(name => [name, `timestamp[${unit}]`])))
}

const someOf = (unit: string, rows: number) =>
  Array.from({ length: rows }, () => (random() < 0.1 ? null : ticks(unit)))

/** Every expression over the column, its times as ticks of the unit, at several thread counts. */
async function values(frame: any, make: (c: any) => any, rows: number): Promise<unknown[]> {
  const answers: unknown[][] = []
  for (const threads of [1, 2, 3, 8]) {
    const table = await frame.select((c: any) => ({ x: make(c) })).compute({ threads, int64: 'bigint' })
    answers.push(table.toObjects().map((row: { x: unknown }) => row.x))
  }
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(answers[0]).toHaveLength(rows)
  return answers[0]!
}

const parts: Record<string, (date: Date, ns: number) => number | boolean> = {
  year: date => date.getUTCFullYear(),
  quarter: date => Math.floor(date.getUTCMonth() / 3) + 1,
  month: date => date.getUTCMonth() + 1,
  day: date => date.getUTCDate(),
  weekday: date => date.getUTCDay() || 7,
  dayOfYear: date => (floorTo(date.getTime(), dayMs) - new Date(date).setUTCMonth(0, 1)) / dayMs + 1,
  hour: date => date.getUTCHours(),
  minute: date => date.getUTCMinutes(),
  second: date => date.getUTCSeconds(),
  millisecond: date => date.getUTCMilliseconds(),
  microsecond: (date, ns) => date.getUTCMilliseconds() * 1000 + Math.floor(ns / 1000),
  nanosecond: (date, ns) => date.getUTCMilliseconds() * 1_000_000 + ns,
  week: date => isoWeek(date)[1],
  isoYear: date => isoWeek(date)[0],
  daysInMonth: date => new Date(new Date(date).setUTCMonth(date.getUTCMonth() + 1, 0)).getUTCDate(),
  isLeapYear: date => new Date(new Date(date).setUTCMonth(2, 0)).getUTCDate() === 29,
}

test.each(['ms', 'us', 'ns'])(`parts of timestamp[%s] are those of Date (seed ${seed})`, async unit => {
  const t = someOf(unit, 700)
  const frame = frameOf(unit, { t })
  for (const [part, naive] of Object.entries(parts)) {
    const want = t.map(tick => {
      if (tick === null) return null
      const [ms, ns] = split(tick, unit)
      return part === 'dayOfYear' ? dayOfYear(ms) : naive(new Date(ms), ns)
    })
    expect(await values(frame, c => c.t.dt[part](), t.length), part).toEqual(want)
  }
})

function dayOfYear(ms: number): number {
  const start = new Date(0)
  start.setUTCFullYear(new Date(ms).getUTCFullYear(), 0, 1)
  return Math.floor((ms - start.getTime()) / dayMs) + 1
}

test(`parts of dates are those of their midnight (seed ${seed})`, async () => {
  const days = Array.from({ length: 500 }, () => Math.floor(firstMs / dayMs) + int(3_600_000))
  const frame = (fromColumns({ t: Int32Array.from(days) }) as any).cast({ t: 'date' })
  for (const [part, naive] of Object.entries(parts)) {
    const want = days.map(day =>
      part === 'dayOfYear' ? dayOfYear(day * dayMs) : naive(new Date(day * dayMs), 0),
    )
    expect(await values(frame, c => c.t.dt[part](), days.length), part).toEqual(want)
  }
})

const inNs: Record<string, bigint> = {
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
}

test.each(['ms', 'us', 'ns'])(`offsetBy moves timestamp[%s] by the calendar (seed ${seed})`, async unit => {
  const t = someOf(unit, 300)
  const frame = frameOf(unit, { t })
  for (let round = 0; round < 20; round++) {
    const sign = pick(['', '-'])
    const months = int(3) * pick([1, 5, 12])
    const [days, seconds] = [int(3) * int(50), int(3) * int(90_000)]
    const text = `${sign}${months}mo${days}d${seconds}s`
    const want = t.map(tick => {
      if (tick === null) return null
      const [ms] = split(tick, unit)
      const s = sign === '-' ? -1 : 1
      const moved = BigInt(addMonths(ms, s * months) - ms + s * (days * dayMs + seconds * 1000))
      return tick + moved * perMs[unit]!
    })
    expect(
      await values(frame, c => c.t.dt.offsetBy(text).cast('int64'), t.length),
      `${text} seed ${seed}`,
    ).toEqual(want)
  }
  const ends = (first: boolean) =>
    t.map(tick => {
      if (tick === null) return null
      const date = new Date(split(tick, unit)[0])
      const last = parts.daysInMonth!(date, 0) as number
      return tick + BigInt(((first ? 1 : last) - date.getUTCDate()) * dayMs) * perMs[unit]!
    })
  expect(await values(frame, c => c.t.dt.monthStart().cast('int64'), t.length)).toEqual(ends(true))
  expect(await values(frame, c => c.t.dt.monthEnd().cast('int64'), t.length)).toEqual(ends(false))
})

const monthUnits: Record<string, number> = { mo: 1, q: 3, y: 12, month: 1, quarter: 3, year: 12 }
const names: Record<string, string> = { week: 'w', day: 'd', hour: 'h', minute: 'm', second: 's' }

/** The start of the multiple that `tick` lies in and the next one's, in ticks. */
function multiple(tick: bigint, every: string, unit: string): [bigint, bigint] {
  const [, size, name] = /^(\d*)(\w+)$/.exec(every)!
  const count = Number(size || 1)
  const months = monthUnits[name!]
  if (months !== undefined) {
    const date = new Date(split(tick, unit)[0])
    const number = floorTo(date.getUTCFullYear() * 12 + date.getUTCMonth(), months * count)
    const start = (n: number) => BigInt(addMonths(Date.UTC(2000, 0), n - 24_000)) * perMs[unit]!
    return [start(number), start(number + months * count)]
  }
  const short = names[name!] ?? name!
  const length = (inNs[short]! * BigInt(count) * perMs[unit]!) / 1_000_000n
  const origin = short === 'w' ? 4n * BigInt(dayMs) * perMs[unit]! : 0n
  const rest = (((tick - origin) % length) + length) % length
  return [tick - rest, tick - rest + length]
}

test.each(['ms', 'us', 'ns'])(
  `truncate and round find multiples of timestamp[%s] (seed ${seed})`,
  async unit => {
    const everies = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second']
    for (const every of [...everies, '90s', '15m', '5h', '3d', '2w', '1w', '1mo', '5mo', '2q', '10y', '7s']) {
      const t = someOf(unit, 200)
      // Some half way.
      for (let i = 0; i < t.length; i += 4) {
        if (t[i] === null) continue
        const [start, next] = multiple(t[i]!, every, unit)
        t[i] = start + (next - start) / 2n - BigInt(int(2))
      }
      const frame = frameOf(unit, { t })
      const floors = t.map(tick => (tick === null ? null : multiple(tick, every, unit)[0]))
      const nearest = t.map(tick => {
        if (tick === null) return null
        const [start, next] = multiple(tick, every, unit)
        return tick - start < next - tick ? start : next
      })
      const what = `${every} seed ${seed}`
      expect(await values(frame, c => c.t.dt.truncate(every).cast('int64'), t.length), what).toEqual(floors)
      expect(await values(frame, c => c.t.dt.round(every).cast('int64'), t.length), what).toEqual(nearest)
    }
  },
)

test.each(['ms', 'us', 'ns'])(`diff counts whole units of timestamp[%s] (seed ${seed})`, async unit => {
  const a = someOf(unit, 400)
  // Half of them near, so that small differences come up.
  const b = a.map(tick =>
    random() < 0.1 ? null : random() < 0.5 ? ticks(unit) : (tick ?? 0n) + BigInt(int(9) - 4),
  )
  for (let i = 0; i < a.length; i += 3)
    if (a[i] !== null) b[i] = BigInt(addMonths(split(a[i]!, unit)[0], int(30) - 15)) * perMs[unit]!
  const frame = frameOf(unit, { a, b })
  const units: [DifferenceUnit, (x: bigint, y: bigint) => bigint][] = [
    ['y', (x, y) => BigInt(Math.trunc(months(x, y) / 12))],
    ['q', (x, y) => BigInt(Math.trunc(months(x, y) / 3))],
    ['mo', (x, y) => BigInt(months(x, y))],
    ...(['w', 'd', 'h', 'm', 's'] as const).map(
      name =>
        [name, (x: bigint, y: bigint) => (x - y) / ((inNs[name]! * perMs[unit]!) / 1_000_000n)] as [
          DifferenceUnit,
          (x: bigint, y: bigint) => bigint,
        ],
    ),
    ['ms', (x, y) => (x - y) / perMs[unit]!],
  ]
  function months(x: bigint, y: bigint): number {
    const [[xs, xn], [ys, yn]] = [split(x, unit), split(y, unit)]
    return monthsBetween(xs, xn, ys, yn)
  }
  for (const [name, naive] of units) {
    const want = a.map((x, i) => (x === null || b[i] === null ? null : naive(x, b[i]!)))
    expect(await values(frame, c => c.a.dt.diff(c.b, name), a.length), name).toEqual(want.map(x => x && x))
  }
})

test('a date takes whole days, and stands beside timestamps and texts in diff', async () => {
  const df = fromColumns(
    { d: ['2024-01-31', '2023-12-31'], t: ['2024-01-01T12:00', '2023-12-30T00:00'] },
    { schema: { d: 'date', t: 'timestamp[ms]' } },
  )
  const table = await df
    .select(c => ({
      next: c.d.dt.offsetBy('1mo'),
      before: c.d.dt.offsetBy('-1y1d'),
      hours: c.d.dt.diff(c.t, 'h'),
      days: c.t.dt.diff('2024-01-03', 'd'),
      ns: c.d.dt.diff('2024-01-30', 'ns'),
      weeks: c.d.dt.diff(new Date('2024-01-01'), 'w'),
      fortnight: c.d.dt.truncate('2w'),
      half: c.d.dt.round('month'),
    }))
    .compute({ int64: 'bigint' })
  expect(table.toObjects()).toEqual([
    {
      next: new Date('2024-02-29'),
      before: new Date('2023-01-30'),
      hours: 708n,
      days: -1n,
      ns: 86_400_000_000_000n,
      weeks: 4n,
      fortnight: new Date('2024-01-22'),
      half: new Date('2024-02-01'),
    },
    {
      next: new Date('2024-01-31'),
      before: new Date('2022-12-30'),
      hours: 24n,
      days: -4n,
      ns: -2_592_000_000_000_000n,
      weeks: 0n,
      fortnight: new Date('2023-12-25'),
      half: new Date('2024-01-01'),
    },
  ])
})

const loose = fromColumns(
  { d: ['2024-01-31'], t: ['2024-01-01T12:00'], s: ['x'] },
  { schema: { d: 'date', t: 'timestamp[us]', s: 'utf8' } },
) as any

test.each<[string, () => unknown, string, string]>([
  ['an unknown unit', () => loose.t.dt.truncate('fortnight'), 'ERR_INVALID_ARGUMENT', 'unit of truncate'],
  ['months with days', () => loose.t.dt.round('1mo2d'), 'ERR_INVALID_ARGUMENT', 'mixes'],
  ['hours of a date', () => loose.d.dt.offsetBy('2h'), 'ERR_INVALID_ARGUMENT', 'whole number of date'],
  ['parts of a tick', () => loose.t.dt.truncate('1ns'), 'ERR_INVALID_ARGUMENT', 'whole number'],
  ['no length', () => loose.t.dt.offsetBy('soon'), 'ERR_INVALID_ARGUMENT', 'offsetBy'],
  ['a length of nothing to round to', () => loose.t.dt.round('0h'), 'ERR_INVALID_ARGUMENT', 'above zero'],
  ['a unit of diff', () => loose.t.dt.diff(loose.d, 'day'), 'ERR_INVALID_ARGUMENT', 'unit of diff'],
  ['a number in diff', () => loose.t.dt.diff(3, 'd'), 'ERR_TYPE', 'timeDiff needs'],
  ['text', () => loose.s.dt.offsetBy('1d'), 'ERR_TYPE', 'offsetBy needs'],
])('%s is refused where it is written', (_, make, code, message) => {
  expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
})

test('a move out of the range of the type is an error that names the value', async () => {
  const df = (fromColumns({ t: [2n ** 63n - 1n] }) as any).cast({ t: 'timestamp[ns]' })
  for (const make of [
    (c: any) => c.t.dt.offsetBy('1mo'),
    (c: any) => c.t.dt.monthEnd(),
    (c: any) => c.t.dt.round('day'),
  ]) {
    const failed = df.select((c: any) => ({ x: make(c) })).compute()
    await expect(failed).rejects.toMatchObject({
      code: 'ERR_OVERFLOW',
      text: expect.stringContaining('2262-04-11'),
    })
  }
})
