import { asc, type Column, col, desc, fromColumns, fromObjects, lit, rowNumber } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import * as naive from './naive-windows.js'
import { type Cell, computed, everyType, frameOfTypes, type RandomFrame } from './random-frames.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!
const say = `seed ${seed}`

const numberTypes = ['int8', 'int32', 'int64', 'float32', 'float64']

type Any = Column<any>

interface Windowed {
  name: string
  types: readonly string[]
  expr: (v: Any) => Any
  naive: (cells: Cell[]) => Cell[]
}

const spread = (value: (cells: Cell[]) => Cell) => (cells: Cell[]) => {
  const one = value(cells)
  return cells.map(() => one)
}

const aggregates: Windowed[] = [
  {
    name: 'count',
    types: everyType,
    expr: v => v.count().over(),
    naive: spread(c => naive.present(c).length),
  },
  { name: 'sum', types: numberTypes, expr: v => v.sum().over(), naive: spread(naive.sum) },
  { name: 'mean', types: numberTypes, expr: v => v.mean().over(), naive: spread(naive.mean) },
  { name: 'min', types: everyType, expr: v => v.min().over(), naive: spread(c => naive.extreme(c, 1)) },
  { name: 'max', types: everyType, expr: v => v.max().over(), naive: spread(c => naive.extreme(c, -1)) },
  {
    name: 'var',
    types: numberTypes,
    expr: v => v.var({ ddof: 0 }).over(),
    naive: spread(c => naive.variance(c, 0)),
  },
  { name: 'first', types: everyType, expr: v => v.first().over(), naive: spread(c => c[0]!) },
  {
    name: 'last present',
    types: everyType,
    expr: v => v.last({ skipNulls: true }).over(),
    naive: spread(c => naive.present(c).at(-1) ?? null),
  },
  {
    name: 'nUnique',
    types: everyType,
    expr: v => v.nUnique().over(),
    naive: spread(
      c =>
        new Set(
          naive.present(c).map(x => (x instanceof Date ? x.getTime() : typeof x === 'number' ? x + 0 : x)),
        ).size,
    ),
  },
  {
    name: 'median',
    types: numberTypes,
    expr: v => v.median().over(),
    naive: spread(c => naive.quantile(c, 0.5)),
  },
  {
    name: 'quantile',
    types: numberTypes,
    expr: v => v.quantile(0.3).over(),
    naive: spread(c => naive.quantile(c, 0.3)),
  },
  { name: 'any', types: ['bool'], expr: v => v.any().over(), naive: spread(c => c.includes(true)) },
  { name: 'all', types: ['bool'], expr: v => v.all().over(), naive: spread(c => !c.includes(false)) },
]

const functions: Windowed[] = [
  {
    name: 'rowNumber',
    types: everyType,
    expr: () => rowNumber(),
    naive: cells => cells.map((_, i) => i + 1),
  },
  ...(['average', 'min', 'max', 'dense', 'ordinal'] as const).flatMap(method =>
    [true, false].map(descending => ({
      name: `rank ${method} ${descending}`,
      types: everyType,
      expr: (v: Any) => v.rank({ method, descending }),
      naive: (cells: Cell[]) => naive.ranks(cells, method, descending),
    })),
  ),
  ...[0, 1, 3, -1, -2, 1e6, -1e6].map(rows => ({
    name: `shift ${rows}`,
    types: everyType,
    expr: (v: Any) => v.shift(rows),
    naive: (cells: Cell[]) => naive.shift(cells, rows),
  })),
  ...[2, -2].map(rows => ({
    name: `shift ${rows} filled`,
    types: numberTypes,
    expr: (v: Any) => v.shift(rows, { fill: 7 }),
    naive: (cells: Cell[]) => naive.shift(cells, rows, 7),
  })),
  {
    name: 'diff',
    types: numberTypes,
    expr: v => v.diff(2),
    naive: cells =>
      naive
        .shift(cells, 2)
        .map((before, i) =>
          before === null || cells[i] === null ? null : Number(cells[i]) - Number(before),
        ),
  },
  {
    name: 'pctChange',
    types: numberTypes,
    expr: v => v.pctChange(),
    naive: cells =>
      naive
        .shift(cells, 1)
        .map((before, i) =>
          before === null || cells[i] === null ? null : Number(cells[i]) / Number(before) - 1,
        ),
  },
  {
    name: 'cumSum',
    types: numberTypes,
    expr: v => v.cumSum(),
    naive: cells => naive.running(cells, naive.sum),
  },
  {
    name: 'cumProd',
    types: ['float32'],
    expr: v => v.cumProd(),
    naive: cells =>
      naive.running(cells, before =>
        naive
          .present(before)
          .map(Number)
          .reduce((a, b) => a * b, 1),
      ),
  },
  {
    name: 'cumMin',
    types: everyType,
    expr: v => v.cumMin(),
    naive: cells => naive.running(cells, before => naive.extreme(before, 1)),
  },
  {
    name: 'cumMax',
    types: everyType,
    expr: v => v.cumMax(),
    naive: cells => naive.running(cells, before => naive.extreme(before, -1)),
  },
  {
    name: 'cumCount',
    types: everyType,
    expr: v => v.cumCount(),
    naive: cells => cells.map((_, i) => naive.present(cells.slice(0, i + 1)).length),
  },
  {
    name: 'fillForward',
    types: everyType,
    expr: v => v.fillForward(),
    naive: cells => naive.fillForward(cells),
  },
  {
    name: 'fillBackward 1',
    types: everyType,
    expr: v => v.fillBackward({ limit: 1 }),
    naive: cells => naive.fillBackward(cells, 1),
  },
  {
    name: 'interpolate',
    types: numberTypes,
    expr: v => v.interpolate(),
    naive: cells => naive.interpolate(cells),
  },
]

/** Sums in another order differ in their last bits; -0 and 0 are one value. */
function expectClose(actual: readonly Cell[], expected: readonly Cell[], what: string): void {
  const plain = (cells: readonly Cell[]) =>
    cells.map(cell => (typeof cell === 'number' && Number.isFinite(cell) ? 0 : cell))
  expect(plain(actual), what).toEqual(plain(expected))
  for (const [i, cell] of actual.entries()) {
    if (typeof cell !== 'number' || !Number.isFinite(cell)) continue
    expect(Math.abs(cell - Number(expected[i])), `${what} row ${i}`).toBeLessThanOrEqual(
      1e-9 * Math.max(1, Math.abs(cell)),
    )
  }
}

const column = (made: RandomFrame, at: number): Cell[] => made.rows.map(row => row[at]!)

test(`every function over random keys and orders is what a loop over each partition gives (${say})`, async () => {
  for (let round = 0; round < 3; round++) {
    for (const { name, types, expr, naive: each } of [
      ...functions,
      ...aggregates.map(a => ({ ...a, expr: (v: Any) => unwrapped(a.name, v) })),
    ]) {
      const rows = pick([0, 1, 2, 60, 300])
      const few = pick([1, 3, 40])
      const dtypes = [pick(everyType), pick(everyType), pick(everyType), pick(types)]
      const made = frameOfTypes(random, rows, ['', 'then', 'o', 'v'], dtypes, few)
      const keys = ['', 'then'].slice(0, int(3))
      const descending = random() < 0.5
      const ordered = random() < 0.5
      const orderBy = descending ? desc('o', { nulls: 'first' }) : asc('o')
      const value = expr(col('v'))
      const result = ordered ? value.over(...keys, { orderBy }) : value.over(keys)
      const partitions = naive.partitionsOf(
        rows,
        keys.map((_, i) => column(made, i)),
        ordered ? [{ values: column(made, 2), descending, nullsFirst: descending }] : [],
      )
      const expected = naive.windowed(column(made, 3), partitions, each)
      const what = `${name} of ${dtypes} over ${keys}${ordered ? ` by ${orderBy}` : ''}, ${rows} rows, ${say}`
      const frame = made.frame.select(() => ({ result }))
      for (const threads of [1, 2, 3, 8]) {
        expectClose(
          (await computed(frame, { threads })).map(([cell]) => cell!),
          expected,
          what,
        )
      }
    }
  }
}, 120_000)

// The aggregate itself, whose over() comes later.
function unwrapped(name: string, v: any): any {
  if (name === 'var') return v.var({ ddof: 0 })
  if (name === 'last present') return v.last({ skipNulls: true })
  return name === 'quantile' ? v.quantile(0.3) : v[name]()
}

test(`without over the frame is one partition, in the order of its rows (${say})`, async () => {
  for (const { name, types, expr, naive: each } of [...functions, ...aggregates]) {
    const rows = pick([0, 1, 80])
    const made = frameOfTypes(random, rows, ['v'], [pick(types)], 9)
    const result = await computed(made.frame.select(c => ({ result: expr(c.v) })))
    expectClose(
      result.map(([cell]) => cell!),
      each(column(made, 0)),
      `${name} ${made.dtypes} ${say}`,
    )
  }
})

test('many rows, many partitions and one huge one, on every number of threads', async () => {
  const rows = 200_000
  const values = Array.from({ length: rows }, (_, i) => (i % 17 === 0 ? null : (i * 7919) % 1000))
  for (const groups of [1, 5, 70_000]) {
    const keys = Array.from({ length: rows }, (_, i) => (i * 31) % groups)
    const partitions = naive.partitionsOf(rows, [keys])
    const totals = new Map(
      partitions.map(p => [keys[p[0]!]!, p.reduce((s, row) => s + (values[row] ?? 0), 0)]),
    )
    const running = new Map<number, number>()
    const cumulative = values.map((value, row) => {
      if (value === null) return null
      const next = (running.get(keys[row]!) ?? 0) + value
      running.set(keys[row]!, next)
      return next
    })
    const frame = fromColumns({ k: keys, v: values }).select(c => ({
      total: c.v.sum().over('k'),
      soFar: c.v.cumSum().over('k'),
      before: c.v.shift().over('k'),
      place: c.v.rank({ method: 'min' }).over('k'),
    }))
    const before = naive.windowed(values, partitions, cells => naive.shift(cells, 1))
    const first = await frame.compute({ threads: 1 })
    expect([...first.total.toArray()]).toEqual(keys.map(key => totals.get(key)))
    expect([...first.soFar.toArray()]).toEqual(cumulative)
    expect([...first.before.toArray()]).toEqual(before)
    for (const threads of [2, 3, 8]) {
      const table = await frame.compute({ threads })
      for (const name of frame.columns) expect(table.col(name).toArray()).toEqual(first.col(name).toArray())
    }
  }
}, 60_000)

describe('where they may stand', () => {
  const df = fromColumns({ k: ['a', 'b', 'a', 'b'], t: [4, 3, 2, 1], v: [1, 10, 3, 20] })
  const values = async (frame: typeof df) => [...(await frame.compute()).col('v').toArray()]

  test('filter keeps rows by them, and leaves no column behind', async () => {
    const top = df.filter(c => c.v.eq(c.v.max().over('k')))
    expect(top.columns).toEqual(['k', 't', 'v'])
    expect(await values(top)).toEqual([3, 20])
    expect(await values(df.filter(rowNumber().over('k', { orderBy: 't' }).eq(1)))).toEqual([3, 20])
    expect(await values(df.filter(c => rowNumber().le(1).or(c.v.gt(10))))).toEqual([1, 20])
  })

  test('sortBy sorts by them', async () => {
    expect(await values(df.sortBy(desc(df.v.sum().over('k')), 't'))).toEqual([20, 10, 3, 1])
  })

  test('they nest, inside one another and inside expressions', async () => {
    const frame = df.select(c => ({
      share: c.v.div(c.v.sum().over('k')),
      rangeOf: c.v.max().sub(c.v.min()).over('k'),
      later: c.v.cumSum().shift(1, { fill: 0 }).over('k'),
      topOfTotals: c.v.sum().over('k').max().over(),
      byParity: c.v.sum().over(c.t.mod(2)),
      mixed: c.v.sum().over('k').add(c.v.cumSum()).sub(rowNumber()),
    }))
    expect((await frame.compute()).toObjects()).toEqual([
      { share: 0.25, rangeOf: 2, later: 0, topOfTotals: 30, byParity: 4, mixed: 4 },
      { share: 1 / 3, rangeOf: 10, later: 0, topOfTotals: 30, byParity: 30, mixed: 39 },
      { share: 0.75, rangeOf: 2, later: 1, topOfTotals: 30, byParity: 4, mixed: 15 },
      { share: 2 / 3, rangeOf: 10, later: 10, topOfTotals: 30, byParity: 30, mixed: 60 },
    ])
  })

  test('not in agg: the error says what to do', () => {
    for (const bad of [df.v.cumSum(), df.v.cumSum().max(), df.v.sum().over('k').max(), rowNumber()]) {
      expect(() => df.groupBy('k').agg(() => ({ bad: bad as never }))).toThrow(
        expect.objectContaining({ code: 'ERR_TYPE', hint: expect.stringContaining('withColumns') }),
      )
    }
  })
})

describe('what they refuse', () => {
  const df = fromColumns({ k: ['a'], v: [1], n: [2n] })
  const loose = df as any
  test.each([
    ['over without anything to compute', () => df.v.add(1).over('k'), 'ERR_TYPE'],
    ['an unknown key', () => df.select(c => ({ x: c.v.sum().over('q' as never) })), 'ERR_COLUMN_NOT_FOUND'],
    ['a key that is none', () => loose.v.sum().over(3), 'ERR_INVALID_ARGUMENT'],
    ['a misspelt option of over', () => loose.v.sum().over('k', { orderby: 'v' }), 'ERR_UNKNOWN_OPTION'],
    ['an unknown rank method', () => loose.v.rank({ method: 'first' }), 'ERR_INVALID_ARGUMENT'],
    ['a fraction of a row', () => df.v.shift(0.5), 'ERR_INVALID_ARGUMENT'],
    ['a strategy as a value', () => loose.v.fillNull('forward'), 'ERR_INVALID_ARGUMENT'],
    ['a negative limit', () => df.v.fillForward({ limit: -1 }), 'ERR_INVALID_ARGUMENT'],
    [
      'a fill that the column cannot hold',
      () => df.select(c => ({ x: c.n.shift(1, { fill: 0.5 as never }) })),
      'ERR_TYPE',
    ],
    [
      'a fill of another kind',
      () => df.select(c => ({ x: c.n.shift(1, { fill: 'a' as never }) })),
      'ERR_TYPE',
      'shift option fill cannot fill',
    ],
    ['text that should be a number', () => loose.k.cumSum(), 'ERR_TYPE'],
    ['the difference of texts', () => loose.k.diff(), 'ERR_TYPE'],
    ['a window function of an aggregate', () => loose.v.sum().cumSum(), 'ERR_TYPE'],
    ['a null without a type', () => df.select(() => ({ x: (lit(null) as any).shift() })), 'ERR_TYPE'],
  ])('%s', (_what, act, code, message = '') => {
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
  })

  test('integers that leave 64 bits fail the query', async () => {
    const big = fromColumns(
      { v: [2n ** 62n, 2n ** 62n], u: [2n ** 63n, 2n ** 63n] },
      { schema: { v: 'int64', u: 'uint64' } },
    )
    for (const bad of [
      big.v.cumSum(),
      big.v.cumProd(),
      big.v.sum().over(),
      big.u.cumSum(),
      big.u.sum().over(),
    ]) {
      await expect(big.select(() => ({ bad })).compute()).rejects.toMatchObject({ code: 'ERR_OVERFLOW' })
    }
    // The total of a partition may pass the bound on the way.
    const back = fromColumns({ v: [2n ** 62n, 2n ** 62n, -(2n ** 62n)] })
    expect((await back.select(c => ({ s: c.v.sum().over() })).compute({ int64: 'bigint' })).s.get(0)).toBe(
      2n ** 62n,
    )
  })

  test('a memory limit holds for them', async () => {
    const df = fromColumns({ v: new Float64Array(300_000) })
    await expect(df.select(c => ({ r: c.v.rank() })).compute({ memoryLimit: '1MB' })).rejects.toMatchObject({
      code: 'ERR_MEMORY_LIMIT',
    })
  })
})

test('types and values that need care', async () => {
  const df = fromObjects([
    { d: new Date('2020-01-01'), u: 5n, x: -0 },
    { d: new Date('2020-01-03'), u: 3n, x: Number.NaN },
    { d: null, u: 9n, x: 1 },
  ]).cast({ d: 'date', u: 'uint64' } as never) as any
  const frame = df.select((c: any) => ({
    days: c.d.diff(),
    less: c.u.diff(),
    sum: c.x.cumSum(),
    low: c.x.cumMin(),
    place: c.x.rank(),
    filled: c.u.shift(1, { fill: 0 }),
  }))
  expect(frame.schema).toMatchObject({ days: 'int64?', less: 'int64?', filled: 'uint64' })
  expect((await frame.compute()).toObjects()).toEqual([
    { days: null, less: null, sum: 0, low: -0, place: 1, filled: 0 },
    { days: 2, less: -2, sum: Number.NaN, low: -0, place: 3, filled: 5 },
    { days: null, less: 6, sum: Number.NaN, low: -0, place: 2, filled: 3 },
  ])
})

test('a running float sum does not drift', async () => {
  const df = fromColumns({ v: Float64Array.from({ length: 1_000_000 }, () => 0.1) })
  const table = await df
    .select(c => ({ s: c.v.cumSum() }))
    .tail(1)
    .compute()
  expect(Math.abs(table.s.get(0)! - 100_000)).toBeLessThan(1e-9)
})

test('they run in the middle of a plan: streamed, analyzed, over joins and over groups', async () => {
  const left = fromColumns({ k: ['a', 'b', 'a'], v: [1, 2, 3] })
  const right = fromColumns({ k: ['a', 'b'], w: [10, 20] })
  const frame = left
    .withColumns(c => ({ soFar: c.v.cumSum().over('k') }))
    .join(right, { on: 'k' })
    .filter(c => rowNumber().le(c.w))
    .groupBy('k')
    .agg(c => ({ most: c.soFar.max() }))
    .withColumns(c => ({ share: c.most.div(c.most.sum().over()) }))
  const expected = [
    { k: 'a', most: 4, share: 4 / 6 },
    { k: 'b', most: 2, share: 2 / 6 },
  ]
  expect((await frame.compute()).toObjects()).toEqual(expected)
  const streamed: object[] = []
  for await (const batch of frame.batches({ size: 1 })) streamed.push(...batch.toObjects())
  expect(streamed).toEqual(expected)
  expect(await frame.explain({ analyze: true })).toContain('window("window 0" = cumSum(v)) over k')
  expect(await left.withColumns(c => ({ n: c.v.rank() })).rowCount()).toBe(3)
})

test('a persisted frame, whatever its encodings, has the same windows', async () => {
  const rows = 100_000
  const df = fromColumns({
    k: Array.from({ length: rows }, (_, i) => `k${i % 50}`),
    v: Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? null : ((i * 7919) % 1000) / 4)),
    one: new Int32Array(rows),
  })
  const hot = await df.persist()
  const tables = [df, hot].map(frame =>
    frame
      .select(c => ({
        total: c.v.cumSum().over('k'),
        place: c.v.rank().over('k', 'one'),
        before: c.k.shift(1),
        smooth: c.one.rolling(5).mean(),
        first: rowNumber().over('k', { orderBy: desc('v') }),
      }))
      .compute(),
  )
  const [plain, persisted] = await Promise.all(tables)
  expect(persisted!.toCsv()).toBe(plain!.toCsv())
})
