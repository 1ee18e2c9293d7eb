import { count, fromColumns, MillraceError, TaskTimeoutError, WorkerCrashedError } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { randomFrame } from './random-frames.js'

const df = fromColumns(
  {
    k: ['b', 'a', null, 'b', 'a', 'b'],
    day: ['2020-01-02', '2020-01-01', '2020-01-01', '2020-01-02', '2020-01-01', null],
    x: new Float64Array([1, 2, 3, 4, 5, 6]),
  },
  { schema: { day: 'date?' } },
)

test('a function gets the rows of a group in their order; the keys come back, sorted, nulls last', async () => {
  const table = await df
    .groupBy('k')
    .apply(
      ({ x, k }, key) => ({ rows: [x.length], all: [[...x.values].join()], same: [k.values[0] === key.k] }),
      {
        returns: { rows: 'int64', all: 'utf8', same: 'bool' },
      },
    )
    .compute()
  expect(table.toObjects()).toEqual([
    { k: 'a', rows: 2, all: '2,5', same: true },
    { k: 'b', rows: 3, all: '1,4,6', same: true },
    { k: null, rows: 1, all: '3', same: true },
  ])
})

test('groups may give no row, or many; several keys; steps of the engine after it', async () => {
  const table = await df
    .groupBy('k', 'day')
    .apply(
      ({ x }, { day }) => ({
        y: x.length > 1 ? x.values : [],
        day_number: x.length > 1 ? [...x.values].map(() => day) : [],
      }),
      {
        returns: { y: 'float64', day_number: 'int32?' },
      },
    )
    .filter(c => c.y.gt(1))
    .compute({ dates: 'iso' })
  expect(table.toObjects()).toEqual([
    { k: 'a', day: '2020-01-01', y: 2, day_number: 18_262 },
    { k: 'a', day: '2020-01-01', y: 5, day_number: 18_262 },
    { k: 'b', day: '2020-01-02', y: 4, day_number: 18_263 },
  ])
})

test('keys come in the order in which they are named, wherever their columns stand', async () => {
  const query = df.groupBy('day', 'k').apply(({ x }) => ({ n: [x.length] }), { returns: { n: 'int32' } })
  expect(query.columns).toEqual(['day', 'k', 'n'])
  expect((await query.compute({ dates: 'iso' })).toObjects()).toEqual([
    { day: '2020-01-01', k: 'a', n: 2 },
    { day: '2020-01-01', k: null, n: 1 },
    { day: '2020-01-02', k: 'b', n: 2 },
    { day: null, k: 'b', n: 1 },
  ])
})

test('groups by time hold what lies in an interval, and are called by it', async () => {
  const times = fromColumns(
    {
      x: [1, 2, 3, 4, 5],
      at: ['2021-03-27T22:30', '2021-03-27T23:30', '2021-03-28T21:30', null, '2021-03-28T22:30'],
      k: ['b', 'a', 'a', 'a', 'a'],
    },
    { schema: { at: 'timestamp[ms]?' } },
  )
  for (const options of [
    { every: '1d' },
    { every: '1d', zone: 'Europe/Berlin', by: 'k', label: 'right' },
    { every: '6h', closed: 'right', dropNulls: true, by: ['k'] },
    { every: '1mo', offset: '-1d' },
  ] as const) {
    const groups = times.groupByTime('at', options)
    const applied = groups.apply(
      ({ x, at }, key) => ({
        n: [x.length],
        sum: [x.values.reduce((sum, value) => sum + value)],
        same: [at.isNull(0) ? key.at === null : at.values[0] === key.at],
      }),
      { returns: { n: 'int64', sum: 'float64', same: 'bool' } },
    )
    const aggregated = groups.agg(c => ({ n: count(), sum: c.x.sum(), same: c.x.count().ge(0) }))
    expect(applied.columns).toEqual(aggregated.columns)
    expect((await applied.compute()).toObjects(), JSON.stringify(options)).toEqual(
      (await aggregated.compute()).toObjects(),
    )
  }
})

test('dropNulls leaves out the groups of null keys; no rows, no call', async () => {
  const counted = (frame: typeof df, dropNulls: boolean) =>
    frame
      .groupBy('k', { dropNulls })
      .apply(({ x }) => ({ n: [x.length] }), { returns: { n: 'int32' } })
      .compute()
  expect((await counted(df, true)).toObjects()).toEqual([
    { k: 'a', n: 2 },
    { k: 'b', n: 3 },
  ])
  expect((await counted(df.filter(df.x.gt(9)), false)).toObjects()).toEqual([])
})

describe(`random frames, seed ${seed}`, () => {
  const random = generator(seed)
  test('counting rows in a function gives what the engine counts, for keys of every dtype', async () => {
    for (let round = 0; round < 40; round++) {
      const { frame } = randomFrame(
        random,
        Math.floor(random() * 300),
        1 + Math.floor(random() * 4),
        1 + Math.floor(random() * 30),
      )
      const keys = frame.columns.slice(0, 1 + (round % 2))
      const any = frame as never as typeof df
      const counted = any
        .groupBy(...(keys as 'k'[]))
        .apply(group => ({ __n: [Object.values(group)[0]!.length] }), { returns: { __n: 'int64' } })
      const wanted = frame.groupBy(...keys).agg(() => ({ __n: count() }))
      const rows = (await counted.compute({ int64: 'bigint' })).toObjects()
      expect(rows).toEqual((await wanted.compute({ int64: 'bigint' })).toObjects())
    }
  })
})

test('many groups are spread over several calls, and stay in order', async () => {
  const n = 200_000
  const many = fromColumns({
    g: Int32Array.from({ length: n }, (_, i) => (i * 7919) % 50_000),
    v: Float64Array.from({ length: n }, (_, i) => (i % 8 === 3 ? Number.NaN : i)),
  })
  const table = await many
    .groupBy('g')
    .apply(
      ({ v }) => {
        let sum = 0
        for (const x of v.values) if (!Number.isNaN(x)) sum += x
        return { sum: [sum], none: [sum % 2 === 0 ? null : 'odd'] }
      },
      { returns: { sum: 'float64', none: 'utf8?' } },
    )
    .compute()
  const sums = new Map<number, number>()
  for (let i = 0; i < n; i++) {
    const g = (i * 7919) % 50_000
    sums.set(g, (sums.get(g) ?? 0) + (i % 8 === 3 ? 0 : i))
  }
  const wanted = [...sums].sort(([a], [b]) => a - b)
  expect([...table.g.values]).toEqual(wanted.map(([g]) => g))
  expect([...table.sum.values]).toEqual(wanted.map(([, sum]) => sum))
  expect(table.none.toArray()).toEqual(wanted.map(([, sum]) => (sum % 2 === 0 ? null : 'odd')))
})

test('what goes wrong in a function fails the query, and says in which groups', async () => {
  const returns = { y: 'float64' } as const
  const broken = df.groupBy('k').apply(
    () => {
      throw new RangeError('no')
    },
    { returns },
  )
  await expect(broken.compute()).rejects.toMatchObject({
    name: 'RangeError',
    message: 'no',
    hint: expect.stringContaining('apply failed in one of groups 0 to 2'),
  })
  const hung = df.groupBy('k').apply(
    () => {
      for (;;);
    },
    { returns, timeout: 100 },
  )
  await expect(hung.compute()).rejects.toBeInstanceOf(TaskTimeoutError)
  await expect(
    df
      .groupBy('k')
      .apply(() => process.exit(4), { returns })
      .compute(),
  ).rejects.toBeInstanceOf(WorkerCrashedError)
  const short = df
    .groupBy('k')
    .apply(() => ({ y: [1], z: [1, 2] }), { returns: { y: 'float64', z: 'float64' } })
  await expect(short.compute()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT', column: 'z' })
  expect(await df.rowCount()).toBe(6)
})

test('options are checked where they are written', () => {
  const fn = () => ({ y: [1] })
  const returns = { y: 'float64' } as const
  expect(() => df.groupBy('k', { sort: 'first' }).apply(fn, { returns })).toThrow(/sort the result/)
  expect(() => df.groupBy('k').apply(fn, { returns, size: 5 } as never)).toThrow(MillraceError)
  expect(() => df.groupBy('k').apply((() => ({ k: ['a'] })) as never, { returns: { k: 'utf8' } })).toThrow(
    /two columns named "k"/,
  )
  const limit = 2
  expect(() => df.groupBy('k').apply(() => ({ y: [limit] }), { returns })).toThrow(/'limit'/)
  const explained = df.groupBy('k').apply(fn, { returns, closure: { limit } }).explain()
  expect(explained).toContain('groupBy(k).apply(fn)  gives k, y')
})
