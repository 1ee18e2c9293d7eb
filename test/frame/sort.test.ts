import { asc, count, desc, fromColumns, fromObjects, readCsv } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import {
  type Cell,
  compareCells,
  computed,
  groupRows,
  keyOf,
  type Rows,
  randomFrame,
} from './random-frames.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const say = `seed ${seed}`

const prices = fromObjects([
  { day: 1, ticker: 'b', close: 2 },
  { day: 2, ticker: 'a', close: null },
  { day: 3, ticker: 'a', close: 5 },
  { day: 4, ticker: 'b', close: 5 },
])
const days = async (frame: typeof prices) => [...(await frame.compute()).col('day').toArray()]

interface Key {
  at: number
  descending: boolean
  nulls: 'first' | 'last'
}

function sorted(rows: Rows, keys: readonly Key[]): Rows {
  const by = (a: Cell[], b: Cell[]) => {
    for (const { at, descending, nulls } of keys) {
      const [left, right] = [a[at]!, b[at]!]
      if (left === null || right === null) {
        if (left === right) continue
        return (left === null) === (nulls === 'first') ? -1 : 1
      }
      const order = compareCells(left, right)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
  return rows.toSorted(by)
}

test('random frames sort as a stable comparison sort does, whatever the threads, and head takes the first', async () => {
  for (let round = 0; round < 40; round++) {
    const { frame, names, rows } = randomFrame(random, int(400), 1 + int(5), 1 + int(60))
    const keys = Array.from(
      { length: 1 + int(3) },
      (): Key => ({
        at: int(names.length),
        descending: random() < 0.5,
        nulls: random() < 0.5 ? 'first' : 'last',
      }),
    )
    const by = keys.map(({ at, descending, nulls }) => (descending ? desc : asc)(names[at]!, { nulls }))
    const expected = sorted(rows, keys)
    const threads = 1 + int(4)
    expect(await computed(frame.sortBy(...by), { threads }), say).toEqual(expected)
    const [from, most] = [int(50), int(60)]
    expect(await computed(frame.sortBy(...by).head(most), { threads }), say).toEqual(expected.slice(0, most))
    expect(await computed(frame.sortBy(...by).slice(from, most), { threads }), say).toEqual(
      expected.slice(from, from + most),
    )
    expect(await computed(frame.sortBy(...by).tail(most), { threads }), say).toEqual(
      expected.slice(-most || Infinity),
    )
  }
})

test('keys may be names, directions, expressions, a list, or all with options', async () => {
  expect(await days(prices.sortBy('ticker', desc('close')))).toEqual([3, 2, 4, 1])
  expect(await days(prices.sortBy(['ticker', desc('day')] as never))).toEqual([3, 2, 4, 1])
  expect(await days(prices.sortBy('close', { descending: true }))).toEqual([3, 4, 1, 2])
  expect(await days(prices.sortBy('close', { descending: true, nulls: 'first' }))).toEqual([2, 3, 4, 1])
  expect(await days(prices.sortBy(prices.col('close').mul(-1), asc('ticker')))).toEqual([3, 4, 1, 2])
  expect(await days(prices.sortBy(desc(prices.col('day').mod(3))))).toEqual([2, 1, 4, 3])
  expect(prices.sortBy(prices.col('close').mul(-1)).columns).toEqual(['day', 'ticker', 'close'])
  expect(`${desc('close')}`).toBe('close descending')
})

test('topK takes the largest, in order, and asc asks for the smallest', async () => {
  expect(await days(prices.topK(2, 'close'))).toEqual([3, 4])
  expect(await days(prices.topK(9, 'close'))).toEqual([3, 4, 1, 2])
  expect(await days(prices.topK(1, asc('close')))).toEqual([1])
  expect(await days(prices.topK(2, 'close', { nulls: 'first' }))).toEqual([2, 3])
  expect(await days(prices.topK(0, 'close'))).toEqual([])
})

test('slice and tail cut as Array.prototype.slice does', async () => {
  const frame = fromColumns({ day: Int32Array.from({ length: 300_000 }, (_, i) => i) })
  const all = Array.from({ length: 300_000 }, (_, i) => i)
  const values = async (cut: typeof frame) => [...(await cut.compute()).day.values]
  expect(await values(frame.tail(3))).toEqual([299_997, 299_998, 299_999])
  expect((await frame.tail().compute()).length).toBe(5)
  expect(await values(frame.slice(150_000, 4))).toEqual(all.slice(150_000, 150_004))
  expect(await values(frame.slice(-7, 2))).toEqual(all.slice(-7, -5))
  expect(await values(frame.slice(299_990))).toEqual(all.slice(299_990))
  const few = frame.head(3)
  const fewEven = few.filter(few.day.mod(2).eq(0))
  for (const [from, rows] of [
    [-8, 6],
    [-8, 5],
    [-8, 20],
    [-3, 2],
    [-2, 0],
    [-2, 9],
  ] as const) {
    const end = Math.max(0, 3 + from + rows)
    expect(await values(few.slice(from, rows)), `${from}, ${rows}`).toEqual([0, 1, 2].slice(from, end))
    expect(await values(fewEven.slice(from, rows))).toEqual([0, 2].slice(from, Math.max(0, 2 + from + rows)))
  }
  expect(await values(frame.slice(400_000, 5))).toEqual([])
  expect(await values(frame.filter(frame.day.mod(2).eq(0)).slice(100_000, 3))).toEqual([
    200_000, 200_002, 200_004,
  ])
  expect(await values(frame.filter(frame.day.mod(1000).eq(0)).tail(2))).toEqual([298_000, 299_000])
  expect(await values(frame.slice(10, 20).slice(5, 3))).toEqual([15, 16, 17])
  expect(await frame.slice(10, 20).slice(15).rowCount()).toBe(5)
})

test('a tail of a file of many strips is its last rows', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i},${'x'.repeat(i % 50)}`)
  const csv = readCsv(new TextEncoder().encode(`n,t\n${lines.join('\n')}\n`))
  expect((await csv.tail(3).compute()).toObjects().map(row => row.n)).toEqual([19_997, 19_998, 19_999])
  expect((await csv.filter(csv.n.lt(500)).tail(2).compute()).toObjects().map(row => row.n)).toEqual([
    498, 499,
  ])
  expect((await csv.sortBy(desc('n')).head(2).compute()).toObjects().map(row => row.n)).toEqual([
    19_999, 19_998,
  ])
})

test('distinct keeps the first, the last, none or any of the rows that share a key', async () => {
  for (let round = 0; round < 20; round++) {
    const { frame, names, rows } = randomFrame(random, int(300), 2 + int(3), 1 + int(12))
    const keys = names.slice(0, 1 + int(names.length))
    const groups = groupRows(
      rows,
      keys.map((_, i) => i),
    )
    const first = new Set([...groups.values()].map(group => group[0]!))
    const last = new Set([...groups.values()].map(group => group.at(-1)!))
    const single = new Set([...groups.values()].filter(group => group.length === 1).map(group => group[0]!))
    const plain = (kept: Rows) => kept.map(row => keyOf(row))
    expect(plain(await computed(frame.distinct(...keys))), say).toEqual(
      plain(rows.filter(row => first.has(row))),
    )
    expect(plain(await computed(frame.distinct(...keys, { keep: 'last' }))), say).toEqual(
      plain(rows.filter(row => last.has(row))),
    )
    expect(plain(await computed(frame.distinct(...keys, { keep: 'none' }))), say).toEqual(
      plain(rows.filter(row => single.has(row))),
    )
    expect(await frame.distinct(...keys, { keep: 'any' }).rowCount(), say).toBe(groups.size)
  }
  expect(await prices.select('ticker').distinct().rowCount()).toBe(2)
})

test('valueCounts counts, the most frequent first, ties in order of appearance', async () => {
  const frame = fromObjects([{ k: 'b' }, { k: null }, { k: 'a' }, { k: 'a' }, { k: null }])
  expect((await frame.valueCounts('k').compute()).toObjects()).toEqual([
    { k: null, count: 2 },
    { k: 'a', count: 2 },
    { k: 'b', count: 1 },
  ])
  expect(
    (await frame.valueCounts('k', { sort: false, dropNulls: true, name: 'n' }).compute()).toObjects(),
  ).toEqual([
    { k: 'b', n: 1 },
    { k: 'a', n: 2 },
  ])
  const shares = frame.valueCounts('k', { normalize: true })
  expect((await shares.compute()).toObjects()).toEqual([
    { k: null, proportion: 0.4 },
    { k: 'a', proportion: 0.4 },
    { k: 'b', proportion: 0.2 },
  ])
  expect(() => fromColumns({ count: [1] }).valueCounts()).toThrow(/second column "count"/)
})

test('withRowIndex numbers the rows, and nothing is copied for it', async () => {
  const { rows } = { rows: await computed(prices.withRowIndex('line')) }
  expect(rows.map(row => row[0])).toEqual([0, 1, 2, 3])
  expect(prices.withRowIndex().columns).toEqual(['index', 'day', 'ticker', 'close'])
  expect(await computed(prices.filter(prices.col('close').eq(5)).withRowIndex())).toEqual([
    [0, 3, 'a', 5],
    [1, 4, 'b', 5],
  ])
  expect(() => prices.withRowIndex('day' as never)).toThrow(/two columns named "day"/)
})

test('a sort of more than the memory limit fails with ERR_MEMORY_LIMIT, and stops when aborted', async () => {
  const big = fromColumns({ x: Float64Array.from({ length: 500_000 }, () => random()) })
  await expect(big.sortBy('x').compute({ memoryLimit: '1MB' })).rejects.toThrow(
    expect.objectContaining({ code: 'ERR_MEMORY_LIMIT' }),
  )
  const stop = new AbortController()
  const sorting = big.sortBy('x').compute({ signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(sorting).rejects.toThrow('enough')
})

test('sorted rows stream in batches', async () => {
  const frame = fromColumns({ x: Int32Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000) })
  const seen: number[] = []
  for await (const batch of frame.sortBy('x').batches({ size: 300 })) seen.push(...batch.x.values)
  expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i))
})

test('mistakes are named', () => {
  expect(() => prices.sortBy()).toThrow(/at least one key/)
  expect(() => prices.sortBy('dya' as never)).toThrow(/no column "dya"/)
  expect(() => prices.sortBy('day', { desending: true } as never)).toThrow(/no option "desending"/)
  expect(() => prices.sortBy(5 as never)).toThrow(/column's name or an expression/)
  expect(() => prices.topK(-1, 'day')).toThrow(/whole number/)
  expect(() => prices.slice(0.5)).toThrow(/whole number/)
  expect(() => desc('day', { nulls: 'up' as never })).toThrow(/"first" or "last"/)
  expect(() => (prices as never as { sort_values(): void }).sort_values()).toThrow(/sortBy/)
})

test('the plan says what is sorted, folds head into it, and drops sorts that nobody sees', () => {
  const steps = (frame: object) =>
    (frame as typeof prices)
      .explain()
      .split('\n')
      .slice(1)
      .map(line => line.slice(5))
  expect(steps(prices.sortBy('ticker', desc('close', { nulls: 'first' })))).toEqual([
    'sortBy(ticker, close desc nulls first)',
  ])
  expect(
    steps(
      prices
        .sortBy('close')
        .withColumns(c => ({ half: c.close.div(2) }))
        .head(3),
    ),
  ).toEqual(['sortBy(close).head(3)', 'withColumns(half = close / 2)'])
  expect(steps(prices.sortBy('close').slice(2, 3))).toEqual(['sortBy(close).head(5)', 'slice(2, 3)'])
  expect(steps(prices.sortBy('close').filter(c => c.day.gt(1)))).toEqual(['filter(day > 1)', 'sortBy(close)'])
  expect(steps(prices.sortBy('close').agg(() => ({ n: count() })))).toEqual(['agg(n = size())'])
  expect(steps(prices.sortBy('close').agg(c => ({ d: c.day.first() })))).toHaveLength(2)
  expect(steps(prices.head(10).head(3).tail(2))).toEqual(['head(3)', 'tail(2)'])
})
