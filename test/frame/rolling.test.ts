import { type Column, col, type DataFrame, fromColumns } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import * as naive from './naive-windows.js'
import { type Cell, computed, frameOfTypes, type RandomFrame } from './random-frames.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const pick = <T>(items: readonly T[]): T => items[int(items.length)]!
const say = `seed ${seed}`

const numberTypes = ['int8', 'int32', 'int64', 'uint64', 'float32', 'float64']
const orderedTypes = [...numberTypes, 'bool', 'date', 'timestamp[us]']

interface Rolled {
  name: string
  types: readonly string[]
  of: (rolling: any) => Column<any>
  naive: (cells: Cell[]) => Cell
}

const root = (cell: Cell): Cell => (cell === null ? null : Math.sqrt(Number(cell)))
const aggregates: Rolled[] = [
  { name: 'mean', types: numberTypes, of: r => r.mean(), naive: naive.mean },
  { name: 'sum', types: numberTypes, of: r => r.sum(), naive: naive.sum },
  { name: 'min', types: orderedTypes, of: r => r.min(), naive: cells => naive.extreme(cells, 1) },
  { name: 'max', types: orderedTypes, of: r => r.max(), naive: cells => naive.extreme(cells, -1) },
  {
    name: 'var',
    types: ['int32', 'float64'],
    of: r => r.var({ ddof: 0 }),
    naive: cells => naive.variance(cells, 0),
  },
  { name: 'std', types: ['int32', 'float64'], of: r => r.std(), naive: cells => root(naive.variance(cells)) },
  { name: 'median', types: numberTypes, of: r => r.median(), naive: cells => naive.quantile(cells, 0.5) },
  {
    name: 'quantile',
    types: numberTypes,
    of: r => r.quantile(0.2),
    naive: cells => naive.quantile(cells, 0.2),
  },
  {
    name: 'count',
    types: [...orderedTypes, 'utf8'],
    of: r => r.count(),
    naive: cells => naive.present(cells).length,
  },
]

function expectClose(actual: readonly Cell[], expected: readonly Cell[], what: string): void {
  for (const [i, cell] of expected.entries()) {
    const got = actual[i]!
    if (typeof cell !== 'number' || !Number.isFinite(cell)) expect(got, `${what}, row ${i}`).toEqual(cell)
    else
      expect(Math.abs((got as number) - cell), `${what}, row ${i}: ${got} for ${cell}`).toBeLessThanOrEqual(
        1e-8 * Math.max(1, Math.abs(cell)),
      )
  }
  expect(actual).toHaveLength(expected.length)
}

async function expectRolled(
  frame: DataFrame,
  rolled: Column<any>,
  threadCounts: readonly number[],
  expected: readonly Cell[],
  what: string,
): Promise<void> {
  for (const threads of threadCounts) {
    const got = await computed(
      frame.select(() => ({ rolled })),
      { threads },
    )
    expectClose(
      got.map(([cell]) => cell!),
      expected,
      what,
    )
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

const column = (made: RandomFrame, at: number): Cell[] => made.rows.map(row => row[at]!)

test(`windows of rows are what a loop over each window gives (${say})`, async () => {
  for (let round = 0; round < 6; round++) {
    for (const { name, types, of, naive: value } of aggregates) {
      const rows = pick([0, 1, 5, 70, 250])
      const made = frameOfTypes(
        random,
        rows,
        ['k', 'v'],
        [pick(['utf8', 'int8']), pick(types)],
        pick([2, 5, 50]),
      )
      const size = 1 + int(pick([1, 8, 300]))
      const window = { rows: size, minPeriods: Math.min(int(4), size), center: random() < 0.5 }
      const keys = random() < 0.5 ? ['k'] : []
      const what = `${name} of ${JSON.stringify(window)} over ${keys}, ${made.dtypes}, ${rows} rows, ${say}`
      const minPeriods = name === 'count' ? 0 : window.minPeriods
      const partitions = naive.partitionsOf(rows, keys.length > 0 ? [column(made, 0)] : [])
      const expected = naive.windowed(column(made, 1), partitions, cells =>
        naive.rollRows(cells, { ...window, minPeriods }, value),
      )
      const rolled = of(col('v').rolling(window)).over(keys)
      await expectRolled(made.frame, rolled, [1, 2, 3, 8], expected, what)
    }
  }
}, 120_000)

test(`windows of time too, in whatever order the rows come (${say})`, async () => {
  const [hour, day] = [3_600_000, 86_400_000]
  for (let round = 0; round < 6; round++) {
    for (const { name, types, of, naive: value } of aggregates) {
      const rows = pick([0, 1, 60, 200])
      const by = pick(['date', 'timestamp[us]'])
      const made = frameOfTypes(random, rows, ['k', 't', 'v'], ['int8', by, pick(types)], pick([3, 40]))
      const count = 1 + int(9)
      const closed = pick(['left', 'right', 'both', 'none'] as const)
      const minPeriods = name === 'count' ? 0 : int(3)
      const keys = random() < 0.5 ? ['k'] : []
      const window = { period: count * (by === 'date' ? day : hour), closed, minPeriods }
      const what = `${name} of ${JSON.stringify(window)} over ${keys}, ${made.dtypes}, ${rows} rows, ${say}`
      const values = column(made, 2)
      const times = column(made, 1).map(cell => (cell === null ? null : (cell as Date).getTime()))
      const expected: Cell[] = new Array(rows)
      for (const partition of naive.partitionsOf(rows, keys.length > 0 ? [column(made, 0)] : [])) {
        const results = naive.rollTimes(
          partition.map(row => values[row]!),
          partition.map(row => times[row]!),
          window,
          value,
        )
        for (const [i, row] of partition.entries()) expected[row] = results[i]!
      }
      const period = `${count}${by === 'date' ? 'd' : 'h'}`
      const rolled = of(col('v').rolling({ period, by: 't', closed, minPeriods: window.minPeriods })).over(
        keys,
      )
      await expectRolled(made.frame, rolled, [1, 3], expected, what)
    }
  }
}, 120_000)

describe('large partitions are cut into pieces', () => {
  const rows = 200_000
  const values = Float64Array.from({ length: rows }, (_, i) => ((i * 7919) % 1013) / 8)
  const frame = fromColumns({ t: Int32Array.from({ length: rows }, (_, i) => i >> 2), v: values }).cast({
    t: 'date',
  } as never) as any
  const at = [0, 5, 65_535, 65_536, 65_600, 131_071, 131_072, 199_999]

  test.each([7, 1_000, 100_000])('windows of %i rows', async size => {
    const expected = (row: number, value: (cells: Cell[]) => Cell) =>
      value([...values.subarray(Math.max(0, row - size + 1), row + 1)])
    const rolled = frame.select((c: any) => {
      const r = c.v.rolling({ rows: size, minPeriods: 1 })
      return { sum: r.sum(), max: r.max(), median: r.median(), std: r.std({ ddof: 0 }) }
    })
    const first = await rolled.compute({ threads: 1 })
    for (const row of at) {
      expect(first.sum.get(row)).toBe(expected(row, naive.sum)) // eighths add up exactly
      expect(first.max.get(row)).toBe(expected(row, cells => naive.extreme(cells, -1)))
      expect(first.median.get(row)).toBe(expected(row, cells => naive.quantile(cells, 0.5)))
      expect(first.std.get(row)).toBeCloseTo(
        Number(root(expected(row, cells => naive.variance(cells, 0)))),
        9,
      )
    }
    for (const threads of [2, 3, 8]) {
      const table = await rolled.compute({ threads })
      for (const name of rolled.columns)
        expect(Buffer.compare(bytesOf(table.col(name).values), bytesOf(first.col(name).values))).toBe(0)
    }
  })

  test('windows of days', async () => {
    const table = await frame
      .select((c: any) => ({ n: c.v.rolling({ period: '10d', by: 't', closed: 'left' }).count() }))
      .compute()
    for (const row of at) expect(table.n.get(row)).toBe(Math.min(row >> 2, 10) * 4)
  })
})

test('sums do not drift, and what is not finite leaves with its window', async () => {
  const noise = Array.from({ length: 100_000 }, (_, i) => (i % 1000 === 0 ? 1e16 : 0.1 * (i % 7)))
  noise[500] = Number.NaN
  noise[700] = Infinity
  const table = await fromColumns({ v: noise })
    .select(c => ({ s: c.v.rolling(3).sum(), m: c.v.rolling(3).mean() }))
    .compute()
  for (let row = 2; row < noise.length; row++) {
    const window = [noise[row - 2]!, noise[row - 1]!, noise[row]!]
    const exact = naive.sum(window)
    // (m - 1) * eps * sum of the absolute values, for m = 3, and as much again for the naive sum itself.
    const bound = 4 * Number.EPSILON * window.reduce((a, b) => a + Math.abs(b), 0)
    if (Number.isFinite(exact)) expect(Math.abs(table.s.get(row)! - exact)).toBeLessThanOrEqual(bound)
    else expect(table.s.get(row)).toBe(exact)
  }
  expect(table.m.get(503)).toBeCloseTo((noise[501]! + noise[502]! + noise[503]!) / 3)
})

test('a window refuses what makes no sense, and says what would', () => {
  const df = fromColumns({ t: [new Date(0)], v: [1], s: ['a'], n: [2n ** 62n] })
  const loose = df.v as any
  for (const [given, code] of [
    [0, 'ERR_INVALID_ARGUMENT'],
    [1.5, 'ERR_INVALID_ARGUMENT'],
    [{}, 'ERR_INVALID_ARGUMENT'],
    [{ rows: 3, period: '3d' }, 'ERR_INVALID_ARGUMENT'],
    [{ rows: 3, by: 't' }, 'ERR_INVALID_ARGUMENT'],
    [{ rows: 3, closed: 'left' }, 'ERR_INVALID_ARGUMENT'],
    [{ period: '3d' }, 'ERR_INVALID_ARGUMENT'],
    [{ period: '3d', by: 't', center: true }, 'ERR_INVALID_ARGUMENT'],
    [{ period: '3 days', by: 't' }, 'ERR_INVALID_ARGUMENT'],
    [{ period: '1mo', by: 't' }, 'ERR_INVALID_ARGUMENT'],
    [{ period: '0d', by: 't' }, 'ERR_INVALID_ARGUMENT'],
    [{ row: 3 }, 'ERR_UNKNOWN_OPTION'],
    [{ rows: 3, minPeriods: 4 }, 'ERR_INVALID_ARGUMENT'],
  ] as const) {
    expect(() => loose.rolling(given), JSON.stringify(given)).toThrow(expect.objectContaining({ code }))
  }
  const days = df.cast({ t: 'date' }) as any
  expect(() => days.select((c: any) => ({ x: c.v.rolling({ period: '36h', by: 't' }).sum() }))).toThrow(
    'whole number',
  )
  expect(() => days.select((c: any) => ({ x: c.v.rolling({ period: '2d', by: 'v' }).sum() }))).toThrow(
    'date or timestamp',
  )
  expect(() =>
    days.select((c: any) => ({
      x: c.v.rolling({ period: '2d', by: 't' }).sum().over('s', { orderBy: 'v' }),
    })),
  ).toThrow('orderBy')
  expect(() => days.s.rolling(2).max()).toThrow(expect.objectContaining({ code: 'ERR_TYPE' }))
})

test('an integer sum that leaves 64 bits fails the query', async () => {
  const df = fromColumns({ n: [2n ** 62n, 2n ** 62n] })
  await expect(df.select(c => ({ x: c.n.rolling(2).sum() })).compute()).rejects.toMatchObject({
    code: 'ERR_OVERFLOW',
  })
})
