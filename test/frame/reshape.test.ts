import { type DataFrame, fromColumns, fromObjects } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { type Cell, compareCells, computed, frameOfTypes, keyOf } from './random-frames.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const say = `seed ${seed}`
const rowsOf = async (frame: DataFrame<any>) => (await frame.compute()).toObjects()

const wide = fromObjects([
  { day: 1, high: 5, low: 2, note: 'x' },
  { day: 2, high: null, low: 3, note: 'y' },
])

describe('unpivot', () => {
  test('folds columns into names and values, repeating the index', async () => {
    expect(await rowsOf(wide.unpivot({ on: ['high', 'low'], index: 'day' }))).toEqual([
      { day: 1, variable: 'high', value: 5 },
      { day: 2, variable: 'high', value: null },
      { day: 1, variable: 'low', value: 2 },
      { day: 2, variable: 'low', value: 3 },
    ])
    const named = wide.unpivot({ on: 'low', variableName: 'what', valueName: 'price' })
    expect(named.columns).toEqual(['day', 'high', 'note', 'what', 'price'])
    expect(await named.rowCount()).toBe(2)
    expect(() => wide.unpivot({ on: ['high', 'note'] })).toThrow(
      /unpivot finds no common type of high \(float64\?\) with note/,
    )
    expect(() => wide.unpivot({ on: [] })).toThrow(/at least one column/)
  })

  test('pivot undoes it', async () => {
    const long = wide.unpivot({ on: ['high', 'low'], index: 'day' })
    expect(await rowsOf(long.pivot({ on: 'variable', columns: ['high', 'low'], values: 'value' }))).toEqual([
      { day: 1, high: 5, low: 2 },
      { day: 2, high: null, low: 3 },
    ])
  })
})

test('a pivot that lacks a column says which', () => {
  const long = wide.unpivot({ on: ['high', 'low'], index: 'day' }) as any
  expect(() => long.pivot({ index: 'day', columns: 'variable', values: 'value' })).toThrow(
    /the name of a column for pivot option on but received undefined[\s\S]*as in pivot\({ index: 'Date', on: 'Ticker'/,
  )
  expect(() => long.pivot({ on: 'variable', columns: ['high'], values: ['value'] })).toThrow(
    /pivot option values/,
  )
})

test('pivot spreads values over columns and aggregates what meets in one place', async () => {
  const sales = fromObjects([
    { day: 1, kind: 'a', n: 1 },
    { day: 1, kind: 'a', n: 2 },
    { day: 2, kind: 'b', n: 3 },
    { day: 2, kind: null, n: 4 },
  ])
  const pivoted = (aggregate: 'first' | 'sum' | 'count', columns: readonly (string | null)[]) =>
    rowsOf(sales.pivot({ on: 'kind', columns: columns as string[], index: 'day', values: 'n', aggregate }))
  expect(await pivoted('sum', ['a', 'b'])).toEqual([
    { day: 1, a: 3, b: 0 },
    { day: 2, a: 0, b: 3 },
  ])
  expect(await pivoted('first', ['b', 'a'])).toEqual([
    { day: 1, b: null, a: 1 },
    { day: 2, b: 3, a: null },
  ])
  expect(await pivoted('count', ['a'])).toEqual([
    { day: 1, a: 2 },
    { day: 2, a: 0 },
  ])
  expect(() => sales.pivot({ on: 'kind', values: 'n' } as never)).toThrow(/must know its columns/)
})

test('pivot says which of its options is wrong, and names columns of dates as dates are written', async () => {
  const frame = fromColumns(
    { day: ['2020-01-01', '2020-01-02'], n: [Number.NaN, 0], t: ['a', 'b'] },
    { schema: { day: 'date' } },
  )
  const pivot = (options: object) =>
    frame.pivot({ index: [], aggregate: 'count', values: 't', ...options } as never)
  const dates = pivot({ on: 'day', columns: [new Date('2020-01-01'), '2020-01-02'] })
  expect(await rowsOf(dates)).toEqual([{ '2020-01-01': 1, '2020-01-02': 1 }])
  expect(await rowsOf(pivot({ on: 'n', columns: [Number.NaN, 0] }))).toEqual([{ NaN: 1, 0: 1 }])
  const times = frame.cast({ day: 'timestamp[us]' }).pivot({
    on: 'day',
    columns: [new Date('2020-01-01')],
    values: 'n',
    index: [],
  } as never) as DataFrame
  expect(times.columns).toEqual(['2020-01-01T00:00:00.000Z'])
  for (const [options, message] of [
    [{ columns: ['a'] }, 'the name of a column for pivot option on'],
    [{ on: ['t', 'n'], columns: ['a'] }, 'the name of a column for pivot option on'],
    [{ on: 't', values: ['n', 't'], columns: ['a'] }, 'the name of a column for pivot option values'],
    [{ on: 't', columns: [1] }, 'pivot option columns cannot find 1 (int64) with t (utf8)'],
  ] as const) {
    expect(() => pivot(options), JSON.stringify(options)).toThrow(message)
  }
})

describe('sample', () => {
  const frame = fromColumns({ x: Int32Array.from({ length: 1000 }, (_, i) => i) })
  const values = async (sampled: typeof frame) => [...(await sampled.compute()).x.values]

  test('the same seed chooses the same rows, another seed others, in their order', async () => {
    const once = await values(frame.sample(50, { seed: 7 }))
    expect(once).toHaveLength(50)
    expect(new Set(once).size).toBe(50)
    expect(once).toEqual(once.toSorted((a, b) => a - b))
    expect(await values(frame.sample(50, { seed: 7 }))).toEqual(once)
    expect(await values(frame.sample(50, { seed: 8 }))).not.toEqual(once)
    expect(await values(frame.sample(5000, { seed: 1 }))).toHaveLength(1000)
  })

  test('a fraction, a shuffle and replacement do what they say', async () => {
    expect(await values(frame.sample({ fraction: 0.25, seed: 1 }))).toHaveLength(250)
    const shuffled = await values(frame.sample(1000, { seed: 1, shuffle: true }))
    expect(shuffled).not.toEqual(shuffled.toSorted((a, b) => a - b))
    expect(new Set(shuffled).size).toBe(1000)
    expect(new Set(await values(frame.sample(1000, { seed: 1, replace: true }))).size).toBeLessThan(1000)
    expect(await values(frame.sample({ fraction: 2, seed: 1, replace: true }))).toHaveLength(2000)
    expect(await values(frame.head(0).sample(5, { replace: true }))).toEqual([])
  })

  test('every row is as likely as any other', async () => {
    const counts = new Array(20).fill(0)
    const few = frame.head(20)
    for (let i = 0; i < 400; i++) for (const x of await values(few.sample(5, { seed: i }))) counts[x]++
    // 100 expected each; a fair sampler leaves this range once in a million runs, and the seeds are fixed.
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(45)
  })

  test('mistakes are named', () => {
    expect(() => frame.sample({} as never)).toThrow(/either a number of rows or a fraction/)
    expect(() => frame.sample(5, { fraction: 0.5 } as never)).toThrow(/either/)
    expect(() => frame.sample({ fraction: 1.5 })).toThrow(/replace: true/)
    expect(() => frame.sample(-1)).toThrow(/whole number/)
  })
})

test('describe gives the statistics of the numeric columns', async () => {
  const table = await fromObjects([
    { n: 1, t: 'a', m: 4 },
    { n: 2, t: 'b', m: null },
    { n: 3, t: 'c', m: 8 },
  ])
    .describe()
    .compute()
  expect(table.toObjects()).toEqual([
    { statistic: 'count', n: 3, m: 2 },
    { statistic: 'nullCount', n: 0, m: 1 },
    { statistic: 'mean', n: 2, m: 6 },
    { statistic: 'std', n: 1, m: Math.sqrt(8) },
    { statistic: 'min', n: 1, m: 4 },
    { statistic: '25%', n: 1.5, m: 5 },
    { statistic: '50%', n: 2, m: 6 },
    { statistic: '75%', n: 2.5, m: 7 },
    { statistic: 'max', n: 3, m: 8 },
  ])
  expect(() => fromColumns({ t: ['a'] }).describe()).toThrow(/column of numbers/)
})

describe('joinAsof', () => {
  const distance = (a: Cell, b: Cell) => Math.abs(Number(a) - Number(b))

  test('random frames meet as a scan of all rows says', async () => {
    for (let round = 0; round < 40; round++) {
      const types = ['utf8', ['int8', 'int64', 'float32', 'date', 'timestamp[us]'][int(5)]!, 'int8']
      const [left, right] = [1, 2].map(() =>
        frameOfTypes(random, int(120), ['k', 'at', 'x'], types, 5 + int(40)),
      )
      const direction = (['backward', 'forward', 'nearest'] as const)[int(3)]!
      const allowExact = random() < 0.5
      const unit = types[1] === 'date' ? 86_400_000 : types[1] === 'timestamp[us]' ? 1e-3 : 1
      const tolerance = random() < 0.5 ? Math.floor(random() * 3e9) : undefined
      const partner = (row: Cell[]) => {
        let best: Cell[] | undefined
        for (const other of right!.rows) {
          if (
            row[0] === null ||
            keyOf([row[0]!]) !== keyOf([other[0]!]) ||
            row[1] === null ||
            other[1] === null
          )
            continue
          const order = compareCells(other[1]!, row[1]!)
          if (order === 0 && !allowExact) continue
          if (direction === 'backward' && order > 0) continue
          if (direction === 'forward' && order < 0) continue
          if (tolerance !== undefined && distance(row[1]!, other[1]!) / unit > tolerance) continue
          if (best === undefined) {
            best = other
            continue
          }
          const [near, far] = [distance(row[1]!, other[1]!), distance(row[1]!, best[1]!)]
          // Of equal keys, the last before and the first after; of equal distances, the one before.
          const before = compareCells(best[1]!, row[1]!) <= 0
          if (near < far || (near === far && order <= 0 && (before ? direction !== 'forward' : true)))
            best = other
        }
        return best
      }
      const joined = (left!.frame as DataFrame<any>).joinAsof(right!.frame as DataFrame<any>, {
        on: 'at',
        by: 'k',
        direction,
        allowExact,
        ...(tolerance !== undefined && { tolerance }),
      })
      const expected = left!.rows.map(row => [...row, partner(row)?.[2] ?? null])
      expect(
        (await computed(joined, { threads: 1 + int(4) })).map(keyOf),
        `${say} ${direction} ${allowExact} ${types[1]}`,
      ).toEqual(expected.map(keyOf))
    }
  })

  test('both ordered keys stay when their names differ', async () => {
    const trades = fromObjects([
      { at: 5, n: 1 },
      { at: 1, n: 2 },
    ])
    const quotes = fromObjects([
      { time: 2, bid: 10 },
      { time: 4, bid: 11 },
    ])
    expect(await rowsOf(trades.joinAsof(quotes, { leftOn: 'at', rightOn: 'time' }))).toEqual([
      { at: 5, n: 1, time: 4, bid: 11 },
      { at: 1, n: 2, time: null, bid: null },
    ])
    expect(() => trades.joinAsof(quotes, {} as never)).toThrow(/one key that is ordered/)
  })

  test('NaN is as near to NaN as equal numbers are, and whole numbers are told apart however far they lie', async () => {
    const left = fromColumns({ at: [NaN, 1] })
    const right = fromColumns({ at: [NaN, 1.5, NaN], x: [1, 2, 3] })
    const near = (direction: 'backward' | 'forward' | 'nearest') =>
      rowsOf(left.joinAsof(right, { on: 'at', direction, tolerance: 1 }).select('x'))
    expect(await near('backward')).toEqual([{ x: 3 }, { x: null }])
    expect(await near('forward')).toEqual([{ x: 1 }, { x: 2 }])
    expect(await near('nearest')).toEqual([{ x: 3 }, { x: 2 }])
    const far = fromColumns({ at: BigInt64Array.of(-(2n ** 54n) - 1n, 2n ** 54n), x: [1, 2] })
    const here = fromColumns({ at: BigInt64Array.of(0n) })
    expect(await rowsOf(here.joinAsof(far, { on: 'at', direction: 'nearest' }).select('x'))).toEqual([
      { x: 2 },
    ])
  })

  test('keys that say two things and a tolerance of what has no distance are errors', () => {
    const frame = fromColumns({ at: [1], k: ['a'], x: [1] })
    for (const [options, code, message] of [
      [{ on: 'at', leftOn: 'x' }, 'ERR_INVALID_ARGUMENT', 'joinAsof takes either `on`, or `leftOn`'],
      [{ leftOn: 'at' }, 'ERR_INVALID_ARGUMENT', 'one key that is ordered'],
      [{ leftOn: 'at', rightOn: ['at', 'x'] }, 'ERR_INVALID_ARGUMENT', 'one key that is ordered'],
      [{ on: ['at', 'k'] }, 'ERR_INVALID_ARGUMENT', 'are for `by`'],
      [{ on: 'k', tolerance: 1 }, 'ERR_TYPE', 'tolerance needs a number, date or timestamp, but "k" is utf8'],
      [{ on: 'at', tolerance: '2d' }, 'ERR_INVALID_ARGUMENT', 'days of a date, ticks of a timestamp'],
      [{ on: 'at', tolerance: Number.NaN }, 'ERR_INVALID_ARGUMENT', 'a number of at least 0'],
    ] as const) {
      expect(() => frame.joinAsof(frame, options as never), JSON.stringify(options)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      )
    }
  })
})
