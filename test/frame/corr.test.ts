import { fromColumns } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import * as naive from './naive-windows.js'
import { type Cell, computed, frameOfTypes, keyOf } from './random-frames.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!

function correlation(x: readonly Cell[], y: readonly Cell[]): Cell {
  const pairs = x.map((cell, i) => [cell, y[i]!] as const).filter(pair => pair.every(cell => cell !== null))
  if (pairs.length < 2) return null
  const side = (at: 0 | 1) => {
    const values = pairs.map(pair => Number(pair[at]))
    const mean = naive.sum(values) / values.length
    return values.map(value => value - mean)
  }
  const [dx, dy] = [side(0), side(1)]
  const products = (a: number[], b: number[]) => naive.sum(a.map((value, i) => value * b[i]!))
  return products(dx, dy) / Math.sqrt(products(dx, dx) * products(dy, dy))
}

function expectClose(actual: Cell, expected: Cell, what: string): void {
  // One side that does not vary is 0 / 0, or not quite.
  if (expected === null || Number.isNaN(expected)) expect(actual, what).toEqual(expected)
  else expect(actual, what).toBeCloseTo(Number(expected), 9)
}

const types = ['int8', 'int64', 'uint64', 'float32', 'bool', 'float64']

test(`correlations by group, over the frame and over partitions are the textbook's (seed ${seed})`, async () => {
  for (let round = 0; round < 60; round++) {
    const rows = pick([0, 1, 2, 3, 50, 400])
    const dtypes = [pick(['utf8', 'int8', 'date']), pick(types), pick(types)]
    const made = frameOfTypes(random, rows, ['k', 'x', 'y'], dtypes, pick([2, 9, 60]))
    const [k, x, y] = [0, 1, 2].map(at => made.rows.map(row => row[at]!)) as [Cell[], Cell[], Cell[]]
    const what = `${dtypes}, ${rows} rows, seed ${seed}`
    const partitions = naive.partitionsOf(rows, [k])
    const expected = partitions.map(p =>
      correlation(
        p.map(row => x[row]!),
        p.map(row => y[row]!),
      ),
    )
    const byKey = new Map(partitions.map((p, i) => [keyOf([k[p[0]!]!]), expected[i]!]))
    const frame = made.frame as any
    for (const threads of [1, 2, 3, 8]) {
      const groups = await computed(
        frame.groupBy('k', { sort: pick([true, false, 'first']) }).agg((c: any) => ({ r: c.x.corr(c.y) })),
        { threads },
      )
      expect(groups).toHaveLength(partitions.length)
      for (const [key, r] of groups) expectClose(r!, byKey.get(keyOf([key!]))!, what)
      const [[all]] = (await computed(
        frame.agg((c: any) => ({ r: c.x.corr(c.y) })),
        { threads },
      )) as [[Cell]]
      expectClose(all, correlation(x, y), what)
    }
    const over = await computed(frame.select((c: any) => ({ r: c.x.corr(c.y).over('k') })))
    for (const [i, partition] of partitions.entries()) {
      for (const row of partition) {
        const got = over[row]![0]!
        // The sum of the squares of a constant's deviations may be a rounding away from 0.
        if (!Number.isNaN(expected[i])) expectClose(got, expected[i]!, `over, ${what}`)
      }
    }
  }
}, 60_000)

test('columns that differ much in scale and lie far from 0 lose few digits, in many groups too', async () => {
  const rows = 400_000
  const x = Float64Array.from({ length: rows }, (_, i) => 1e9 + (i % 1000))
  const y = Float64Array.from({ length: rows }, (_, i) => 1e-6 * ((i * 7) % 1000))
  const k = Int32Array.from({ length: rows }, (_, i) => Math.floor(i / 1000))
  const df = fromColumns({ x, y, k })
  // From sums of squares alone nothing but two or three digits would be left.
  const whole = correlation([...x.subarray(0, 1000)], [...y.subarray(0, 1000)]) as number
  const all = await df.agg(c => ({ r: c.x.corr(c.y), n: c.x.mean() })).compute()
  expect(all.r.get(0)).toBeCloseTo(whole, 9)
  const groups = await df
    .groupBy('k')
    .agg(c => ({ r: c.x.corr(c.y), back: c.y.corr(c.x), self: c.x.corr(c.x) }))
    .compute()
  expect(groups.length).toBe(400)
  for (const row of [0, 199, 399]) {
    expect(groups.r.get(row)).toBeCloseTo(whole, 9)
    expect(groups.back.get(row)).toBeCloseTo(whole, 9)
    expect(groups.self.get(row)).toBe(1)
  }
})

const df = fromColumns({ s: ['a', 'b', 'c'], a: [1, 2, 4], b: [2, 4, 8], c: [3, null, -3] })

test('a column goes exactly along with itself, however large or small it is', async () => {
  for (const [scale, expected] of [
    [1, 1],
    [1e-70, 1],
    [1e70, 1],
    [1e120, expect.closeTo(1, 12)], // the product of the squares leaves the range of doubles
  ] as const) {
    const df = fromColumns({ x: [1, 2, 3, 7, 11].map(x => x * scale) })
    const whole = await df.agg(c => ({ r: c.x.corr(c.x) })).compute()
    const windows = await df.select(c => ({ r: c.x.corr(c.x).over([]) })).compute()
    expect(whole.toObjects()).toEqual([{ r: expected }])
    expect(windows.col('r').toArray()).toEqual(new Array(5).fill(expected))
  }
})

test('df.corr() is a table of each column with each', async () => {
  expect(df.corr().schema).toEqual({ column: 'utf8', a: 'float64?', b: 'float64?', c: 'float64?' })
  expect((await df.corr().compute()).toObjects()).toEqual([
    { column: 'a', a: 1, b: 1, c: -1 },
    { column: 'b', a: 1, b: 1, c: -1 },
    { column: 'c', a: -1, b: -1, c: 1 },
  ])
  expect((await df.select('a', 'c').corr().select('a').compute()).toObjects()).toEqual([{ a: 1 }, { a: -1 }])
})

test('df.quantile gives a row a share', async () => {
  expect((await df.quantile([0, 0.5, 0.75]).compute()).toObjects()).toEqual([
    { q: 0, a: 1, b: 2, c: -3 },
    { q: 0.5, a: 2, b: 4, c: 0 },
    { q: 0.75, a: 3, b: 6, c: 1.5 },
  ])
  expect((await df.quantile(1).compute()).toObjects()).toEqual([{ q: 1, a: 4, b: 8, c: 3 }])
})

test('they refuse what is no number', () => {
  const loose = df as any
  for (const [act, code] of [
    [() => df.quantile(1.5), 'ERR_INVALID_ARGUMENT'],
    [() => df.quantile([]), 'ERR_INVALID_ARGUMENT'],
    [() => loose.quantile('0.5'), 'ERR_INVALID_ARGUMENT'],
    [() => df.select('s').quantile(0.5), 'ERR_TYPE'],
    [() => df.select('s').corr(), 'ERR_TYPE'],
    [() => loose.agg((c: any) => ({ r: c.a.corr(c.s) })), 'ERR_TYPE'],
    [() => loose.agg((c: any) => ({ r: c.s.corr(c.a) })), 'ERR_TYPE'],
    [() => loose.agg((c: any) => ({ r: c.a.corr('b') })), 'ERR_INVALID_ARGUMENT'],
    [() => loose.agg((c: any) => ({ r: c.a.corr(c.b.mean()) })), 'ERR_TYPE'],
  ] as const) {
    expect(act).toThrow(expect.objectContaining({ code }))
  }
})
