// "The largest two of each group": a filter on a row number keeps the first rows of each partition, whatever the keys and
// the order are, in the order of the frame.
import { asc, col, type DataFrame, desc, fromColumns, rowNumber } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { compareCells, computed, everyType, frameOfTypes, keyOf, type Rows } from './random-frames.js'

interface Order {
  readonly at: number
  readonly descending: boolean
  readonly nulls: 'first' | 'last'
}

/** Every row with its number in its partition. */
function naiveNumbers(rows: Rows, keys: readonly number[], order: readonly Order[]): number[] {
  const numbers = new Array<number>(rows.length)
  const partitions = new Map<string, number[]>()
  rows.forEach((row, i) => {
    const key = keyOf(keys.map(at => row[at]!))
    partitions.set(key, [...(partitions.get(key) ?? []), i])
  })
  for (const places of partitions.values()) {
    places.sort((a, b) => {
      for (const { at, descending, nulls } of order) {
        const [left, right] = [rows[a]![at]!, rows[b]![at]!]
        if ((left === null) !== (right === null)) return (left === null) === (nulls === 'first') ? -1 : 1
        const compared = left === null ? 0 : compareCells(left, right)
        if (compared !== 0) return descending ? -compared : compared
      }
      return a - b
    })
    places.forEach((row, i) => {
      numbers[row] = i + 1
    })
  }
  return numbers
}

describe(`the first rows of partitions, seed ${seed}`, () => {
  const random = generator(seed)
  const names = everyType.map((_, i) => `c${i}`)
  const anyColumn = () => Math.floor(random() * names.length)

  test('are those of plain code, for any keys, orders, types and threads, persisted or not', async () => {
    for (let round = 0; round < 60; round++) {
      const rowCount = Math.floor(random() * (round % 5 === 0 ? 4000 : 80))
      const { frame, rows } = frameOfTypes(
        random,
        rowCount,
        names,
        everyType,
        1 + Math.floor(random() * (round % 5 === 0 ? 300 : 12)),
      )
      const keys = [...new Set(Array.from({ length: 1 + (round % 3) }, anyColumn))]
      const order = Array.from({ length: [1, 1, 0, 2][round % 4]! }, () => ({
        at: anyColumn(),
        descending: random() < 0.5,
        nulls: random() < 0.5 ? ('first' as const) : ('last' as const),
      }))
      const orderBy = order.map(({ at, descending, nulls }) =>
        (descending ? desc : asc)(names[at]!, { nulls }),
      )
      const most = [1, 2, 3, 16, 17, 100][Math.floor(random() * 6)]!
      const over = keys.map(at => names[at]!)
      const number = rowNumber().over(...(over as [string]), orderBy.length > 0 ? { orderBy } : {})
      const numbers = naiveNumbers(rows, keys, order)
      const expected = rows.filter((_, i) => numbers[i]! <= most)
      const hot = await frame.persist()
      const threads = [1, 2, 3, 8][round % 4]!
      for (const df of [frame, hot]) {
        const first = df.filter(number.le(most))
        expect(first.explain()).toContain(`first(${most}) over`)
        expect(await computed(first, { threads })).toEqual(expected)
      }
      // The numbers can still be asked for, and other conditions hold among the numbered rows.
      const picked = hot
        .withColumns(() => ({ number }))
        .filter(c => (c as any).number.lt(most + 1).and(c[names[0]!]!.eq(true)))
      const kept = rows
        .map((row, i) => [...row, numbers[i]!])
        .filter((row, i) => numbers[i]! <= most && row[0] === true)
      expect(await computed(picked as never, { threads })).toEqual(kept)
    }
  })
})

describe('what a filter says of row numbers', () => {
  const frame = fromColumns({ k: Int8Array.of(1, 1, 1, 2, 2), v: [3, 1, 2, 5, 4] })
  const number = rowNumber().over('k', { orderBy: 'v' })
  const values = async (df: DataFrame<any>) => (await df.compute()).col('v').toArray()

  test.each([
    ['le', number.le(2), [1, 2, 5, 4], 'first(2)'],
    ['lt', number.lt(2), [1, 4], 'first(1)'],
    ['eq 1', number.eq(1), [1, 4], 'first(1)'],
    ['between', number.between(1, 2), [1, 2, 5, 4], undefined],
    ['two limits', number.le(2).and(number.lt(2)), [1, 4], 'first(1)'],
    ['no row', number.lt(1), [], 'first(0)'],
    ['a limit below all', number.le(-3), [], 'first(0)'],
    ['eq 2', number.eq(2), [2, 5], undefined],
    ['gt', number.gt(2), [3], undefined],
    ['either', number.le(1).or(col('v').eq(3)), [3, 1, 4], undefined],
  ])('%s', async (_, predicate, expected, shown) => {
    for (const df of [frame, await frame.persist()]) {
      const first = df.filter(predicate)
      expect(await values(first)).toEqual(expected)
      if (shown === undefined) expect(first.explain()).not.toContain('first(')
      else expect(first.explain()).toContain(shown)
    }
  })

  test('is left alone where another function looks at all rows', async () => {
    const both = frame
      .withColumns(c => ({ n: number, sum: c.v.sum().over('k', { orderBy: 'v' }) }))
      .filter(c => c.n.eq(1))
    expect(both.explain()).not.toContain('first(')
    expect((await both.compute()).toObjects()).toEqual([
      { k: 1, v: 1, n: 1, sum: 6 },
      { k: 2, v: 4, n: 1, sum: 9 },
    ])
  })

  test('holds on disk too', async () => {
    const rows = 60_000
    const k = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % 5000)
    const v = Float64Array.from({ length: rows }, (_, i) => (i * 31) % 997)
    const first = fromColumns({ k, v }).filter(
      rowNumber()
        .over('k', { orderBy: desc('v') })
        .le(2),
    )
    const expected = (await first.compute()).toCsv()
    const table = await first.compute({ spill: 'always', memoryLimit: '8 MB' })
    expect(table.stats.spilledBytes).toBeGreaterThan(0)
    expect(table.toCsv()).toBe(expected)
  })
})
