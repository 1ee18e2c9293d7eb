// Sorts and joins of persisted frames read their chunks as they are encoded. Whatever lies in them, the rows are those
// of the same frame in plain memory, and in the order that plain code gives.
import { asc, type DataFrame, desc, fromColumns } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { compareCells, computed, everyType, frameOfTypes, type Rows } from './random-frames.js'

const kinds = ['inner', 'left', 'right', 'outer', 'semi', 'anti'] as const

interface Key {
  readonly at: number
  readonly descending: boolean
  readonly nulls: 'first' | 'last'
}

function naiveSort(rows: Rows, keys: readonly Key[]): Rows {
  return [...rows].sort((a, b) => {
    for (const { at, descending, nulls } of keys) {
      const [left, right] = [a[at]!, b[at]!]
      if ((left === null) !== (right === null)) return (left === null) === (nulls === 'first') ? -1 : 1
      const compared = left === null ? 0 : compareCells(left, right)
      if (compared !== 0) return descending ? -compared : compared
    }
    return 0
  })
}

describe(`persisted frames of every type, seed ${seed}`, () => {
  const random = generator(seed)
  const names = everyType.map((_, i) => `c${i}`)
  const anyColumn = () => Math.floor(random() * names.length)

  test('are sorted as plain code sorts them, by any keys and threads', async () => {
    for (let round = 0; round < 24; round++) {
      const rowCount = Math.floor(random() * (round % 4 === 0 ? 3000 : 60))
      const { frame, rows } = frameOfTypes(random, rowCount, names, everyType, 1 + Math.floor(random() * 40))
      const hot = await frame.persist()
      const keys: Key[] = Array.from({ length: 1 + (round % 3) }, () => ({
        at: anyColumn(),
        descending: random() < 0.5,
        nulls: random() < 0.5 ? 'first' : 'last',
      }))
      const by = [...new Map(keys.map(key => [key.at, key])).values()]
      const sorted = hot.sortBy(
        ...by.map(({ at, descending, nulls }) => (descending ? desc : asc)(names[at]!, { nulls })),
      )
      const expected = naiveSort(rows, by)
      const threads = [1, 2, 3, 8][round % 4]!
      expect(await computed(sorted, { threads })).toEqual(expected)
      // Some columns of it, under other names, and the same column twice.
      const some = hot.select(
        c => ({ x: c[names[3]!]!, k: c[names[by[0]!.at]!]!, y: c[names[3]!]! }) as never,
      )
      const shown = await computed((some as unknown as DataFrame<any>).sortBy('k') as never, { threads })
      const first = { at: by[0]!.at, descending: false, nulls: 'last' } as const
      const cells = naiveSort(rows, [first])
      expect(shown).toEqual(cells.map(row => [row[3]!, row[first.at]!, row[3]!]))
    }
  })

  test('are joined as frames in memory are, whichever side is persisted', async () => {
    for (let round = 0; round < 36; round++) {
      const few = 1 + Math.floor(random() * 30)
      const at = anyColumn()
      const left = frameOfTypes(random, Math.floor(random() * 900), names, everyType, few)
      const right = frameOfTypes(random, Math.floor(random() * 40), names, everyType, few)
      const [hotLeft, hotRight] = [await left.frame.persist(), await right.frame.persist()]
      const options = {
        on: names[at]!,
        how: kinds[round % kinds.length]!,
        nullsEqual: round % 5 === 0,
      } as never
      const join = (a: DataFrame, b: DataFrame) =>
        computed((a as DataFrame<any>).join(b as any, options) as never)
      const expected = await join(left.frame, right.frame)
      expect(await join(hotLeft, hotRight)).toEqual(expected)
      expect(await join(hotLeft, right.frame)).toEqual(expected)
      expect(await join(left.frame, hotRight)).toEqual(expected)
      expect(await join(hotLeft, hotLeft)).toEqual(await join(left.frame, left.frame))
    }
  })

  // test/frame/reshape.test.ts compares asof joins of frames in memory with plain code.
  test('meet the nearest row as frames in memory do, whichever side is persisted', async () => {
    const ordered = everyType.filter(dtype => !['bool', 'utf8', 'dict'].includes(dtype))
    let met = 0
    for (let round = 0; round < 3 * ordered.length; round++) {
      const dtypes = ['utf8', ordered[round % ordered.length]!, 'dict', 'int64']
      const few = 2 + Math.floor(random() * 30)
      const [left, right] = [900, 300].map(
        most =>
          frameOfTypes(random, Math.floor(random() * most), ['k', 'at', 'd', 'x'], dtypes, few)
            .frame as DataFrame<any>,
      ) as [DataFrame<any>, DataFrame<any>]
      const [hotLeft, hotRight] = [await left.persist(), await right.persist()]
      const options = {
        on: 'at',
        ...(round % 2 === 0 && { by: round % 4 === 0 ? 'k' : ['k', 'd'] }),
        direction: (['backward', 'forward', 'nearest'] as const)[round % 3]!,
        allowExact: random() < 0.5,
        ...(random() < 0.3 && { tolerance: Math.floor(random() * 1000) }),
      }
      const join = (a: DataFrame<any>, b: DataFrame<any>, threads: number) =>
        computed(a.joinAsof(b, options) as never, { threads })
      const expected = await join(left, right, 1)
      met += expected.filter(row => row.at(-1) !== null).length
      const threads = [1, 2, 3, 8][round % 4]!
      expect(await join(hotLeft, hotRight, threads)).toEqual(expected)
      expect(await join(hotLeft, right, threads)).toEqual(expected)
      expect(await join(left, hotRight, threads)).toEqual(expected)
    }
    expect(met).toBeGreaterThan(100)
  })

  test('are paired with every row of another, in order, whichever side is persisted', async () => {
    for (let round = 0; round < 12; round++) {
      const of = (most: number) =>
        frameOfTypes(random, round === 0 ? 0 : Math.floor(random() * most), names, everyType, 9)
      const [left, right] = [of(200), of(60)]
      const [hotLeft, hotRight] = [await left.frame.persist(), await right.frame.persist()]
      const expected = left.rows.flatMap(row => right.rows.map(other => [...row, ...other]))
      const threads = [1, 2, 3, 8][round % 4]!
      const cross = (a: DataFrame, b: DataFrame) =>
        computed((a as DataFrame<any>).join(b as any, { how: 'cross' }) as never, { threads })
      expect(await cross(hotLeft, hotRight)).toEqual(expected)
      expect(await cross(hotLeft, right.frame)).toEqual(expected)
      expect(await cross(left.frame, hotRight)).toEqual(expected)
    }
  })
})

test('columns of many chunks with far and near numbers, with codes and without, and nulls here and there', async () => {
  const rows = 200_000
  const at = (i: number) => (i * 7919) % rows
  const cells = {
    k: Array.from({ length: rows }, (_, i) => at(i)),
    near: Array.from({ length: rows }, (_, i) => (i % 9 === 0 && i > rows / 2 ? null : i % 100)),
    drifting: Array.from({ length: rows }, (_, i) => i * 40_000),
    text: Array.from({ length: rows }, (_, i) => (i % 13 === 5 ? null : `t${i % 57}`)),
    // More distinct strings than a dictionary holds.
    many: Array.from({ length: rows }, (_, i) => `a string of its own ${i}`),
    x: Array.from({ length: rows }, (_, i) => (i % 1000 === 0 ? Number.NaN : i / 8)),
  }
  const hot = await fromColumns(cells).persist()
  const order = Array.from({ length: rows }, (_, i) => i).sort((a, b) => at(a) - at(b))
  for (const threads of [1, 2, 3, 8]) {
    const sorted = await hot.sortBy('k').compute({ threads })
    for (const name of ['k', 'near', 'drifting', 'text', 'many', 'x'] as const) {
      const got = sorted.col(name).toArray()
      const wrong = order.findIndex((row, place) => !Object.is(got[place], cells[name][row]))
      expect({ name, wrong }).toEqual({ name, wrong: -1 })
    }
  }
  const picked = fromColumns({ k: [5, 199_999, 77, 300_000], w: [1, 2, 3, 4] })
  const joined = await picked.join(hot, { on: 'k', how: 'left' }).compute()
  const rowOf = new Map(cells.k.map((k, i) => [k, i]))
  expect(joined.toObjects().map(row => [row.k, row.w, row.near, row.text, row.many])).toEqual(
    [5, 199_999, 77, 300_000].map((k, i) => {
      const row = rowOf.get(k)
      return [
        k,
        i + 1,
        ...(row === undefined ? [null, null, null] : [cells.near[row], cells.text[row], cells.many[row]]),
      ]
    }),
  )
})

test('the first rows by a column whose ranges tell where they are', async () => {
  const rows = 150_000
  const random = generator(seed + 1)
  const few = Array.from({ length: rows }, () => Math.floor(random() * 5))
  const shapes: Record<string, (i: number) => number | null> = {
    random: () => random() * 1e6 - 5e5,
    ascending: i => i,
    descending: i => -i,
    alike: () => 7,
    'few values': () => Math.floor(random() * 3),
    nulls: i => (i % 3 === 0 ? null : Math.floor(random() * 1e5)),
    'nothing but nulls at the end': i => (i > 60_000 ? null : i % 40_000),
    'not a number': i => (i % 30_011 === 5 ? Number.NaN : random()),
    'zeros of both signs': i => (i % 2 === 0 ? 0 : -0),
  }
  for (const [name, value] of Object.entries(shapes)) {
    const x = Array.from({ length: rows }, (_, i) => value(i))
    const hot = await fromColumns({ x, few, row: Int32Array.from(x, (_, i) => i) }).persist()
    for (const wanted of [1, 3, 150, 5000, 20_000]) {
      const descending = random() < 0.5
      const nulls = random() < 0.5 ? 'first' : 'last'
      const keys: Key[] = [
        { at: 0, descending, nulls },
        { at: 1, descending: true, nulls: 'last' },
      ]
      const order = [(descending ? desc : asc)('x', { nulls }), desc('few')] as const
      const expected = (from: Rows) =>
        naiveSort(from, keys)
          .slice(0, wanted)
          .map(row => row[2])
      const all: Rows = x.map((cell, i) => [cell, few[i]!, i])
      const threads = 1 + Math.floor(random() * 3)
      const rowsOf = async (frame: DataFrame<any>) =>
        (
          await frame
            .sortBy(...order)
            .head(wanted)
            .compute({ threads })
        )
          .col('row')
          .toArray()
      const told = `${name}, first ${wanted}, descending ${descending}, nulls ${nulls}`
      expect(differs(await rowsOf(hot), expected(all)), told).toBe(-1)
      // Of some rows alone, which the ranges do not know of.
      expect(differs(await rowsOf(hot.slice(777, 90_000)), expected(all.slice(777, 90_777))), told).toBe(-1)
      const odd = hot.filter(c => c.few.eq(3))
      expect(differs(await rowsOf(odd), expected(all.filter(row => row[1] === 3))), told).toBe(-1)
    }
  }
})

/** Where the two differ first, or -1. */
function differs(got: ArrayLike<unknown>, expected: ArrayLike<unknown>): number {
  if (got.length !== expected.length) return Math.min(got.length, expected.length)
  return Array.from(expected).findIndex((value, i) => value !== got[i])
}
