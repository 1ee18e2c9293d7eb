import { count, fromColumns } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { computed, keyOf } from './random-frames.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!

const units: Record<string, number> = { s: 1e3, m: 60e3, h: 3600e3, d: 864e5, w: 7 * 864e5 }
const monthUnits: Record<string, number> = { mo: 1, q: 3, y: 12 }

interface Interval {
  months: number
  ms: number
}

function interval(text: string): Interval {
  const [, sign, size, unit] = /^(-?)(\d+)(\w+)$/.exec(text)!
  const size_ = Number(size) * (sign ? -1 : 1)
  return { months: size_ * (monthUnits[unit!] ?? 0), ms: size_ * (units[unit!] ?? 0) }
}

/** The first start that is not behind `time`, found by looking at one after another. */
function startBefore(time: number, every: string, offset: string): number {
  const [step, moved] = [interval(every), interval(offset)]
  if (step.months === 0) {
    const origin = (every.endsWith('w') ? Date.UTC(1970, 0, 5) : 0) + moved.ms
    return origin + Math.floor((time - origin) / step.ms) * step.ms
  }
  const startOf = (n: number) => Date.UTC(0, n * step.months + moved.months - 1900 * 12, 1) + moved.ms
  let n = Math.floor((new Date(time).getUTCFullYear() * 12) / step.months) + 14
  while (startOf(n) > time) n--
  return startOf(n)
}

function following(start: number, every: string, offset: string): number {
  const step = interval(every)
  return step.months === 0
    ? start + step.ms
    : startBefore(start + (step.months * 31 + 5) * 864e5, every, offset)
}

test(`groups lie where a walk over the intervals finds them (seed ${seed})`, async () => {
  const everies = [
    '1s',
    '90s',
    '15m',
    '1h',
    '5h',
    '1d',
    '3d',
    '1w',
    '2w',
    '1mo',
    '2mo',
    '6mo',
    '5mo',
    '1q',
    '1y',
    '2y',
  ]
  for (let round = 0; round < 120; round++) {
    const every = pick(everies)
    const dtype =
      interval(every).months || every.endsWith('d') || every.endsWith('w')
        ? pick(['date', 'timestamp[us]', 'timestamp[ns]'])
        : pick(['timestamp[ms]', 'timestamp[us]', 'timestamp[ns]'])
    const fixed = interval(every).months === 0
    const offset = pick([
      '0d',
      '1d',
      '-2d',
      ...(dtype === 'date' ? [] : ['6h', '-45m']),
      ...(fixed ? [] : ['1mo', '3mo', '-1mo']),
    ])
    const [closed, label] = [pick(['left', 'right'] as const), pick(['left', 'right'] as const)]
    const rows = pick([0, 1, 200])
    const span = fixed ? interval(every).ms * 20 : 864e5 * 3000
    const tick = dtype === 'date' ? 864e5 : 500
    const t = Array.from({ length: rows }, () =>
      random() < 0.05 ? null : Math.floor(((random() - 0.4) * span) / tick) * tick,
    )
    // Some right on a boundary.
    for (let i = 0; i < rows; i += 5) if (t[i] !== null) t[i] = startBefore(t[i]!, every, offset)
    const k = Array.from({ length: rows }, () => pick(['a', 'b', null]))
    const v = Array.from({ length: rows }, () => int(100))
    const made = fromColumns(
      { t: t.map(ms => (ms === null ? null : new Date(ms))), k, v },
      { schema: { t: `${dtype}?`, k: 'utf8?', v: 'int64' } as never },
    ) as any
    const by = pick([[], ['k']])
    const expected = new Map<string, number>()
    for (let i = 0; i < rows; i++) {
      let bin: Date | null = null
      if (t[i] !== null) {
        let start = startBefore(t[i]!, every, offset)
        if (closed === 'right' && start === t[i]) start = startBefore(t[i]! - 1, every, offset)
        bin = new Date(label === 'left' ? start : following(start, every, offset))
      }
      const key = keyOf([...(by.length > 0 ? [k[i]!] : []), bin])
      expected.set(key, (expected.get(key) ?? 0) + v[i]!)
    }
    const groups = made
      .groupByTime('t', { every, offset, closed, label, by })
      .agg((c: any) => ({ v: c.v.sum() }))
    expect(groups.schema.t).toBe(`${dtype}?`)
    const what = `${JSON.stringify({ every, offset, closed, label, by, dtype })} seed ${seed}`
    for (const threads of [1, 3]) {
      const got = await computed(groups, { threads })
      expect(Object.fromEntries(got.map(row => [keyOf(row.slice(0, -1)), row.at(-1)])), what).toEqual(
        Object.fromEntries(expected),
      )
      expect(got, what).toHaveLength(expected.size)
    }
  }
})

const df = fromColumns(
  {
    At: ['2024-01-31T23:59', '2024-02-01T00:00', '2024-02-29T12:00', null, '2024-01-01T00:00'],
    k: ['x', 'x', 'y', 'x', 'x'],
    v: [1, 2, 3, 4, 5],
  },
  { schema: { At: 'timestamp[us]?' } },
)
const rows = async (frame: { compute(): Promise<{ toObjects(): object[] }> }) =>
  (await frame.compute()).toObjects()

test('groups come in order, by the other keys first, with every aggregate of a group', async () => {
  const monthly = df.groupByTime('At', { every: '1mo', by: 'k' })
  expect(await rows(monthly.agg(c => ({ v: c.v.sum(), n: count(), first: c.At.min() })))).toEqual([
    { k: 'x', At: new Date('2024-01-01'), v: 6, n: 2, first: new Date('2024-01-01') },
    { k: 'x', At: new Date('2024-02-01'), v: 2, n: 1, first: new Date('2024-02-01') },
    { k: 'x', At: null, v: 4, n: 1, first: null },
    { k: 'y', At: new Date('2024-02-01'), v: 3, n: 1, first: new Date('2024-02-29T12:00Z') },
  ])
  expect(await rows(df.groupByTime('At', { every: '1y', dropNulls: true }).v.max())).toEqual([
    { At: new Date('2024-01-01'), v: 5 },
  ])
  expect(
    await rows(
      df.groupByTime('At', { every: '1mo', closed: 'right', label: 'right', dropNulls: true }).v.sum(),
    ),
  ).toEqual([
    { At: new Date('2024-01-01'), v: 5 },
    { At: new Date('2024-02-01'), v: 3 },
    { At: new Date('2024-03-01'), v: 3 },
  ])
  expect(df.groupByTime('At', { every: '1d' }).v.sum().explain()).toContain(
    "groupBy(At = truncate(At, 'day'))",
  )
})

test('it refuses what makes no sense, and says what would', () => {
  const loose = df as any
  for (const [column, options, code] of [
    ['At', undefined, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '1 day' }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '-1d' }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '0h' }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '1mo2d' }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '1d', offset: '1mo' }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '1d', offset: 3 }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '1ns' }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '1d', closed: 'both' }, 'ERR_INVALID_ARGUMENT'],
    ['At', { every: '1d', by: 'q' }, 'ERR_COLUMN_NOT_FOUND'],
    ['At', { every: '1d', by: 'At' }, 'ERR_DUPLICATE_COLUMN'],
    ['At', { evry: '1d' }, 'ERR_UNKNOWN_OPTION'],
    ['v', { every: '1d' }, 'ERR_TYPE'],
    ['w', { every: '1d' }, 'ERR_COLUMN_NOT_FOUND'],
  ] as const) {
    expect(() => loose.groupByTime(column, options), JSON.stringify(options)).toThrow(
      expect.objectContaining({ code }),
    )
  }
  expect(() => (df.cast({ At: 'date' }) as any).groupByTime('At', { every: '1h' })).toThrow('whole number')
})

const dayMs = 864e5
const keyText = (cells: readonly unknown[]): string => keyOf(cells as never)

test(`fillEmpty puts every empty interval between those with rows, by key (seed ${seed})`, async () => {
  for (let round = 0; round < 80; round++) {
    const every = pick(['90s', '15m', '1h', '1d', '3d', '2w', '1mo', '5mo', '1q', '1y'])
    const fixed = interval(every).months === 0
    const offset = pick(['0d', '-1d', '6h', '-45m', ...(fixed ? [] : ['1mo', '-1mo'])])
    const label = pick(['left', 'right'] as const)
    const length = fixed ? interval(every).ms : interval(every).months * 30 * dayMs
    const size = pick([0, 1, 2, 12])
    const t = Array.from({ length: size }, () =>
      random() < 0.1 ? null : Math.floor((random() - 0.5) * 60 * length),
    )
    const k = t.map(() => pick(['a', 'b', null]))
    const v = t.map(() => int(100) - 50)
    const made = fromColumns(
      { t: t.map(ms => (ms === null ? null : new Date(ms))), k, v },
      { schema: { t: 'timestamp[us]?', k: 'utf8?', v: 'int64' } as never },
    ) as any
    const by = pick([[], ['k']])
    const groups = new Map<string, { key: unknown[]; bins: Map<number, number[]>; none: number[] }>()
    for (let i = 0; i < size; i++) {
      const key = by.length > 0 ? [k[i]] : []
      const group = groups.get(keyText(key)) ?? {
        key,
        bins: new Map<number, number[]>(),
        none: [] as number[],
      }
      groups.set(keyText(key), group)
      if (t[i] === null) group.none.push(v[i]!)
      else {
        const start = startBefore(t[i]!, every, offset)
        group.bins.set(start, [...(group.bins.get(start) ?? []), v[i]!])
      }
    }
    const expected: string[] = []
    const row = (key: unknown[], bin: Date | null, values: number[]) => {
      const sum = values.reduce((a, b) => a + b, 0)
      const max = values.length > 0 ? Math.max(...values) : null
      expected.push(
        keyText([...key, bin, sum, values.length, max, max ?? 7, max === null ? null : max - sum]),
      )
    }
    for (const { key, bins, none } of groups.values()) {
      const starts = [...bins.keys()].sort((a, b) => a - b)
      for (let start = starts[0]!; start <= starts.at(-1)!; start = following(start, every, offset))
        row(key, new Date(label === 'left' ? start : following(start, every, offset)), bins.get(start) ?? [])
      if (none.length > 0) row(key, null, none)
    }
    const filled = made
      .groupByTime('t', { every, offset, label, by, fillEmpty: { most: 7 } })
      .agg((c: any) => ({
        sum: c.v.sum(),
        n: count(),
        max: c.v.max(),
        most: c.v.max(),
        rest: c.v.max().sub(c.v.sum()),
      }))
    const what = `${JSON.stringify({ every, offset, label, by })} seed ${seed}`
    for (const threads of [1, 2, 3, 8]) {
      const got = await computed(filled, { threads })
      expect(got.map(keyText).sort(), what).toEqual(expected.sort())
      const times = got.map(cells => cells[by.length] as Date | null)
      // In order, a null time last in each group.
      for (let i = 1; i < got.length; i++)
        if (
          keyText(got[i]!.slice(0, by.length)) === keyText(got[i - 1]!.slice(0, by.length)) &&
          times[i] !== null
        )
          expect(times[i - 1]!.getTime(), what).toBeLessThan(times[i]!.getTime())
    }
  }
})

const zoneRows = fromColumns(
  {
    At: ['2021-03-27T22:30', '2021-03-28T21:30', '2021-03-28T22:30', '2021-10-30T22:30', '2021-10-31T23:30'],
    v: [1, 2, 3, 4, 5],
  },
  { schema: { At: 'timestamp[ms]' } },
)

test("a zone's days are 23 and 25 hours long where its clocks change", async () => {
  const berlin = { every: '1d', zone: 'Europe/Berlin' } as const
  expect(await rows(zoneRows.groupByTime('At', berlin).v.sum())).toEqual([
    { At: new Date('2021-03-26T23:00Z'), v: 1 },
    { At: new Date('2021-03-27T23:00Z'), v: 2 },
    { At: new Date('2021-03-28T22:00Z'), v: 3 },
    { At: new Date('2021-10-30T22:00Z'), v: 4 },
    { At: new Date('2021-10-31T23:00Z'), v: 5 },
  ])
  expect(await rows(zoneRows.groupByTime('At', { ...berlin, label: 'right' }).v.sum())).toEqual([
    { At: new Date('2021-03-27T23:00Z'), v: 1 },
    { At: new Date('2021-03-28T22:00Z'), v: 2 },
    { At: new Date('2021-03-29T22:00Z'), v: 3 },
    { At: new Date('2021-10-31T23:00Z'), v: 4 },
    { At: new Date('2021-11-01T23:00Z'), v: 5 },
  ])
  const months = zoneRows.groupByTime('At', { every: '1mo', zone: 'Europe/Berlin', fillEmpty: true }).v.sum()
  expect((await rows(months)).map(row => Object.values(row)[0])).toEqual([
    new Date('2021-02-28T23:00Z'),
    ...[3, 4, 5, 6, 7, 8, 9].map(month => new Date(Date.UTC(2021, month, 0, 22))),
    new Date('2021-10-31T23:00Z'),
  ])
})

test('daily bins of a zone have every one of its days, and none that it skipped', async () => {
  const df = fromColumns(
    { At: ['2011-12-28T12:00', '2012-01-02T12:00'], v: [1, 2] },
    { schema: { At: 'timestamp[us]' } },
  )
  const days = (zone: string) => rows(df.groupByTime('At', { every: '1d', zone, fillEmpty: true }).v.sum())
  expect((await days('Pacific/Apia')).map(row => Object.values(row))).toEqual([
    [new Date('2011-12-28T10:00Z'), 1],
    [new Date('2011-12-29T10:00Z'), 0],
    [new Date('2011-12-30T10:00Z'), 0],
    [new Date('2011-12-31T10:00Z'), 0],
    [new Date('2012-01-01T10:00Z'), 0],
    [new Date('2012-01-02T10:00Z'), 2],
  ])
  expect(await days('Asia/Kolkata')).toHaveLength(6)
})

test('hours that come twice are two intervals; the end that closes one goes by the instant', async () => {
  const df = fromColumns(
    {
      At: [
        '2021-10-31T00:00',
        '2021-10-31T00:59',
        '2021-10-31T01:00',
        '2021-10-31T01:30',
        '2021-10-31T02:00',
      ],
    },
    { schema: { At: 'timestamp[ms]' } },
  )
  const hours = (closed: 'left' | 'right') =>
    rows(df.groupByTime('At', { every: '1h', zone: 'Europe/Berlin', closed }).agg({ n: count() } as never))
  expect((await hours('left')).map(row => Object.values(row))).toEqual([
    [new Date('2021-10-31T00:00Z'), 2],
    [new Date('2021-10-31T01:00Z'), 2],
    [new Date('2021-10-31T02:00Z'), 1],
  ])
  expect((await hours('right')).map(row => Object.values(row))).toEqual([
    [new Date('2021-10-30T23:00Z'), 1],
    [new Date('2021-10-31T00:00Z'), 2],
    [new Date('2021-10-31T01:00Z'), 2],
  ])
})

test('it says what fillEmpty and zone cannot do', () => {
  const loose = zoneRows as any
  const daily = (options: object) => loose.groupByTime('At', { every: '1d', ...options })
  for (const [make, code, message] of [
    [() => daily({ zone: 'Nowhere' }), 'ERR_INVALID_ARGUMENT', 'no known time zone'],
    [() => daily({ fillEmpty: 0 }), 'ERR_INVALID_ARGUMENT', 'values by name'],
    [() => daily({ fillEmpty: { w: 0 } }).v.sum(), 'ERR_COLUMN_NOT_FOUND', '"w"'],
    [
      () => daily({ fillEmpty: { v: 'x' } }).v.sum(),
      'ERR_TYPE',
      `fillEmpty of "v" (float64) cannot be 'x' (utf8)`,
    ],
    [
      () => daily({ fillEmpty: { n: 0.5 } }).agg({ n: count() }),
      'ERR_TYPE',
      'fillEmpty of "n" (int64) cannot be 0.5',
    ],
    [
      () => daily({ fillEmpty: true }).apply(() => ({}), { returns: {} }),
      'ERR_INVALID_ARGUMENT',
      'empty intervals',
    ],
    [() => daily({ every: '6h', zone: 'UTC', label: 'right' }), 'ERR_INVALID_ARGUMENT', 'whole days'],
    [() => daily({ every: '6h', zone: 'UTC', fillEmpty: true }), 'ERR_INVALID_ARGUMENT', 'whole days'],
    [
      () => loose.cast({ At: 'date' }).groupByTime('At', { every: '1d', zone: 'UTC' }),
      'ERR_TYPE',
      'timestamp',
    ],
  ] as const) {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
  }
})

test('more empty intervals than a frame has rows are an error, not a wait', async () => {
  const df = fromColumns({ At: [new Date('1950-01-01'), new Date('2200-01-01')] }).cast({
    At: 'timestamp[ns]',
  } as never) as any
  const filled = df.groupByTime('At', { every: '1us', fillEmpty: true }).agg({ n: count() })
  await expect(filled.compute()).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('fillEmpty'),
  })
})
