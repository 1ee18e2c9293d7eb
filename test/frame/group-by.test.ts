import { count, fromColumns } from 'millrace'
import { expect, test } from 'vitest'

const df = fromColumns({
  k: ['b', 'a', null, 'b', 'a', 'b'],
  n: [1, 2, 3, 4, null, 6],
  x: [0.5, Number.NaN, 1, -1, 2, null],
  f: [true, false, null, true, false, null],
  s: ['z', 'y', 'x', 'w', 'v', null],
})

const rows = async (frame: { compute(): Promise<{ toObjects(): object[] }> }) =>
  (await frame.compute()).toObjects()

test('groups come sorted by key, nulls last, and null is a group', async () => {
  expect(await rows(df.groupBy('k').n.sum())).toEqual([
    { k: 'a', n: 2 },
    { k: 'b', n: 11 },
    { k: null, n: 3 },
  ])
})

test("sort: 'first' keeps the order of appearance, dropNulls leaves null keys out", async () => {
  expect(await rows(df.groupBy('k', { sort: 'first' }).n.count())).toEqual([
    { k: 'b', n: 3 },
    { k: 'a', n: 1 },
    { k: null, n: 1 },
  ])
  expect(await rows(df.groupBy('k', { dropNulls: true }).n.count())).toEqual([
    { k: 'a', n: 1 },
    { k: 'b', n: 3 },
  ])
  const unsorted = await rows(df.groupBy('k', { sort: false }).n.count())
  expect(unsorted).toHaveLength(3)
})

test('every aggregate of a group', async () => {
  const all = df.groupBy('k').agg(c => ({
    size: count(),
    count: c.n.count(),
    sum: c.n.sum(),
    mean: c.n.mean(),
    min: c.x.min(),
    max: c.s.max(),
    std: c.n.std(),
    var: c.n.var({ ddof: 0 }),
    first: c.x.first(),
    last: c.x.last(),
    lastValue: c.x.last({ skipNulls: true }),
    nUnique: c.s.nUnique(),
    median: c.n.median(),
    quantile: c.n.quantile(0.25),
    any: c.f.any(),
    all: c.f.all(),
    trues: c.f.sum(),
  }))
  expect((await rows(all))[1]).toEqual({
    k: 'b',
    size: 3,
    count: 3,
    sum: 11,
    mean: 11 / 3,
    min: -1,
    max: 'z',
    std: expect.closeTo(Math.sqrt(19 / 3), 12),
    var: expect.closeTo(38 / 9, 12),
    first: 0.5,
    last: null,
    lastValue: -1,
    nUnique: 2,
    median: 4,
    quantile: 2.5,
    any: true,
    all: true,
    trues: 2,
  })
})

test('NaN propagates in sums and is skipped by min and max', async () => {
  expect(
    (await rows(df.groupBy('k').agg(c => ({ sum: c.x.sum(), min: c.x.min(), max: c.x.max() }))))[0],
  ).toEqual({
    k: 'a',
    sum: Number.NaN,
    min: 2,
    max: 2,
  })
})

test('grouped columns, the dictionary form and the callback agree', async () => {
  const column = await rows(df.groupBy('k').n.mean())
  expect(await rows(df.groupBy('k').col('n').mean())).toEqual(column)
  expect(await rows(df.groupBy('k').agg({ n: 'mean' }))).toEqual(column)
  expect(await rows(df.groupBy('k').agg(c => ({ n: c.n.mean() })))).toEqual(column)
  expect(
    await rows(
      df
        .groupBy('k')
        .agg({ n: ['mean'] })
        .rename({ n_mean: 'n' }),
    ),
  ).toEqual(column)
})

test('expressions over aggregates and of aggregates', async () => {
  const frame = df
    .groupBy('k')
    .agg(c => ({ range: c.n.max().sub(c.n.min()), doubled: c.n.mul(2).sum(), share: c.n.sum().div(count()) }))
  expect((await rows(frame))[1]).toEqual({ k: 'b', range: 5, doubled: 22, share: 11 / 3 })
})

test('keys of several dtypes together', async () => {
  const frame = df.groupBy('f', 'k').agg(() => ({ size: count() }))
  expect(await rows(frame)).toEqual([
    { f: false, k: 'a', size: 2 },
    { f: true, k: 'b', size: 2 },
    { f: null, k: 'b', size: 1 },
    { f: null, k: null, size: 1 },
  ])
})

test('keys without aggregates are the distinct keys', async () => {
  expect(await rows(df.groupBy('k').agg(() => ({})))).toEqual([{ k: 'a' }, { k: 'b' }, { k: null }])
})

test('NaN is one key, and so are 0 and -0', async () => {
  const floats = fromColumns({ x: [0, -0, Number.NaN, Number.NaN, 1] })
  expect(await rows(floats.groupBy('x').agg(() => ({ n: count() })))).toEqual([
    { x: 0, n: 2 },
    { x: 1, n: 1 },
    { x: Number.NaN, n: 2 },
  ])
})

test('over no rows sums are 0, counts 0, and means null', async () => {
  const none = df
    .filter(df.n.gt(100))
    .agg(c => ({ sum: c.n.sum(), count: c.n.count(), mean: c.n.mean(), first: c.s.first() }))
  expect(await rows(none)).toEqual([{ sum: 0, count: 0, mean: null, first: null }])
  expect(await rows(df.filter(df.n.gt(100)).groupBy('k').n.sum())).toEqual([])
})

test('an integer sum that does not fit is ERR_OVERFLOW', async () => {
  const big = fromColumns({ n: [2n ** 62n, 2n ** 62n] })
  await expect(big.agg(c => ({ n: c.n.sum() })).compute()).rejects.toMatchObject({ code: 'ERR_OVERFLOW' })
})
