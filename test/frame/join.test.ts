import { type DataFrame, fromColumns, fromObjects } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { type Cell, computed, everyType, frameOfTypes, groupRows, keyOf, type Rows } from './random-frames.js'

const random = generator(seed)
const int = (below: number) => Math.floor(random() * below)
const say = `seed ${seed}`
const kinds = ['inner', 'left', 'right', 'outer', 'semi', 'anti'] as const
const nobody = (width: number): Cell[] => Array.from({ length: width }, () => null)

/** The join by nested maps. Keys are the first `keys` columns of both sides, each of `width` columns. */
function naive(
  left: Rows,
  right: Rows,
  keys: number,
  how: (typeof kinds)[number],
  nullsEqual: boolean,
  width: number,
): Rows {
  const at = Array.from({ length: keys }, (_, i) => i)
  const matchable = (row: Cell[]) => nullsEqual || at.every(i => row[i] !== null)
  const groups = groupRows(right.filter(matchable), at)
  const partners = (row: Cell[]) => (matchable(row) ? (groups.get(keyOf(at.map(i => row[i]!))) ?? []) : [])
  const rest = (row: Cell[]) => row.slice(keys)
  if (how === 'semi') return left.filter(row => partners(row).length > 0)
  if (how === 'anti') return left.filter(row => partners(row).length === 0)
  if (how === 'right') {
    const mirrored = naive(right, left, keys, 'left', nullsEqual, width)
    return mirrored.map(row => [...row.slice(0, keys), ...row.slice(width), ...row.slice(keys, width)])
  }
  const rows = left.flatMap(row => {
    const found = partners(row).map(partner => [...row, ...rest(partner)])
    return found.length > 0 || how === 'inner' ? found : [[...row, ...nobody(width - keys)]]
  })
  if (how !== 'outer') return rows
  const used = new Set(left.flatMap(partners))
  const lonely = right.filter(row => !used.has(row))
  return [...rows, ...lonely.map(row => [...row.slice(0, keys), ...nobody(width - keys), ...rest(row)])]
}

const plain = (rows: Rows) => rows.map(row => keyOf(row))

test('random joins of every kind give what nested maps give, in the same order, whatever the threads', async () => {
  for (let round = 0; round < 60; round++) {
    const keys = 1 + int(3)
    const types = Array.from({ length: keys + 1 }, () => everyType[int(everyType.length)]!)
    const names = ['k0', '__proto__', 'then'].slice(0, keys)
    const few = 1 + int(keys === 1 ? 150 : 6)
    const left = frameOfTypes(random, int(250), [...names, 'x'], types, few)
    const right = frameOfTypes(random, int(250), [...names, 'x'], types, few)
    const nullsEqual = random() < 0.5
    for (const how of kinds) {
      const joined = (left.frame as DataFrame<any>).join(right.frame as DataFrame<any>, {
        on: names,
        how,
        nullsEqual,
      })
      const rows = await computed(joined, { threads: 1 + int(4) })
      expect(plain(rows), `${say} ${how} ${types}`).toEqual(
        plain(naive(left.rows, right.rows, keys, how, nullsEqual, keys + 1)),
      )
      expect(joined.columns).toEqual(
        how === 'semi' || how === 'anti' ? [...names, 'x'] : [...names, 'x', 'x_right'],
      )
    }
  }
})

test('a join of many rows is right on dense, sparse, repeated and text keys', async () => {
  const rows = 150_000
  const make = (key: (i: number) => number) => Float64Array.from({ length: rows }, (_, i) => key(i))
  for (const [spread, repeat] of [
    [1, 1],
    [1e6, 1],
    [1, 3],
    [1e6, 3],
  ] as const) {
    const key = (i: number) => Math.floor(((i * 7919) % rows) / repeat) * spread
    const a = fromColumns({ k: make(key), i: make(i => i) })
    const b = fromColumns({ k: make(i => key(i + 1)), j: make(i => i) }).slice(0, rows / 2)
    const counts = new Map<number, number[]>()
    for (let j = 0; j < rows / 2; j++) counts.set(key(j + 1), [...(counts.get(key(j + 1)) ?? []), j])
    const expected: number[] = []
    for (let i = 0; i < rows; i++) for (const j of counts.get(key(i)) ?? []) expected.push(i * rows + j)
    for (const threads of [1, 3]) {
      const table = await a.join(b, { on: 'k' }).compute({ threads })
      const [i, j] = [table.col('i').values, table.col('j').values]
      expect(i.length).toBe(expected.length)
      expect(expected.every((pair, at) => pair === (i[at] as number) * rows + (j[at] as number))).toBe(true)
      const texts = (frame: DataFrame<any>) => frame.withColumns(c => ({ k: c.k.cast('int64').cast('utf8') }))
      expect(await texts(a).join(texts(b), { on: 'k' }).rowCount({ threads })).toBe(expected.length)
    }
  }
})

const a = fromObjects([
  { id: 1, name: 'a', v: 1 },
  { id: 2, name: 'b', v: 2 },
  { id: null, name: 'c', v: 3 },
])
const b = fromObjects([
  { id: 2, name: 'B', w: 20 },
  { id: 2, name: 'BB', w: 21 },
  { id: null, name: 'N', w: 22 },
])
const rowsOf = async (frame: DataFrame<any>) => (await frame.compute()).toObjects()

test('names that clash get the suffix, and one that still clashes is an error', async () => {
  expect(a.join(b, { on: 'id' }).columns).toEqual(['id', 'name', 'v', 'name_right', 'w'])
  expect(a.join(b, { on: 'id', suffix: '_b' }).columns).toEqual(['id', 'name', 'v', 'name_b', 'w'])
  expect(() => a.rename({ v: 'name_right' }).join(b, { on: 'id' })).toThrow(/two columns named "name_right"/)
})

test('keys may have other names and other number types on the right', async () => {
  const c = fromColumns({ code: Int32Array.of(2, 7), u: ['x', 'y'] })
  const joined = a.join(c, { leftOn: 'id', rightOn: 'code', how: 'left' })
  expect(joined.columns).toEqual(['id', 'name', 'v', 'u'])
  expect((await rowsOf(joined)).map(row => row.u)).toEqual([null, 'x', null])
  expect(await rowsOf(a.join(c, { leftOn: 'id', rightOn: 'code', how: 'outer' }))).toEqual([
    { id: 1, name: 'a', v: 1, u: null },
    { id: 2, name: 'b', v: 2, u: 'x' },
    { id: null, name: 'c', v: 3, u: null },
    { id: 7, name: null, v: null, u: 'y' },
  ])
  expect(() => a.join(c, { leftOn: 'name', rightOn: 'code' })).toThrow(
    /cannot compare the key "name" \(utf8\) with "code"/,
  )
})

test('null keys match nothing unless asked', async () => {
  expect(await a.join(b, { on: 'id' }).rowCount()).toBe(2)
  expect(await a.join(b, { on: 'id', nullsEqual: true }).rowCount()).toBe(3)
  expect(await a.join(b, { on: 'id', how: 'anti' }).rowCount()).toBe(2)
})

test('validate fails the query when a side has a key twice', async () => {
  await expect(a.join(b, { on: 'id', validate: 'm:1' }).compute()).rejects.toThrow(
    expect.objectContaining({ code: 'ERR_JOIN_CARDINALITY', message: expect.stringContaining('right side') }),
  )
  await expect(b.join(a, { on: 'id', validate: '1:m' }).compute()).rejects.toThrow(/left side/)
  expect(await a.join(b, { on: 'id', validate: '1:m' }).rowCount()).toBe(2)
  expect(await b.join(a, { on: 'id', validate: 'm:1' }).rowCount()).toBe(2)
  await expect(b.join(a, { on: 'id', how: 'right', validate: '1:1' }).compute()).rejects.toThrow(
    /side of the join/,
  )
})

test('a cross join pairs every row with every row', async () => {
  expect(
    (await rowsOf(a.select('v').join(b.select('w'), { how: 'cross' }))).map(row => [row.v, row.w]),
  ).toEqual([1, 2, 3].flatMap(v => [20, 21, 22].map(w => [v, w])))
  expect(await a.join(b.head(0), { how: 'cross' }).rowCount()).toBe(0)
})

test('a frame may be joined to itself, and a chain of joins and groups keeps its rows', async () => {
  const sums = a.groupBy('name').agg(c => ({ total: c.v.sum() }))
  expect(
    await rowsOf(
      a.join(sums, { on: 'name' }).join(sums, { on: 'name' }).sortBy('v').select('v', 'total_right'),
    ),
  ).toEqual([
    { v: 1, total_right: 1 },
    { v: 2, total_right: 2 },
    { v: 3, total_right: 3 },
  ])
  expect(await rowsOf(a.join(a, { on: 'id', how: 'semi' }).select('v'))).toEqual([{ v: 1 }, { v: 2 }])
})

test('concat puts rows one after another, matching columns by name', async () => {
  const c = b.select('name', 'id')
  expect(await rowsOf(a.select('id', 'name').concat(c.filter(c.col('id').isNotNull())))).toEqual([
    { id: 1, name: 'a' },
    { id: 2, name: 'b' },
    { id: null, name: 'c' },
    { id: 2, name: 'B' },
    { id: 2, name: 'BB' },
  ])
  expect(await a.concat(a, a).rowCount()).toBe(9)
  expect(() => a.concat(b)).toThrow(/Frame 2 of concat has no column "v"/)
  expect(() => a.concat(a, a.cast({ v: 'utf8' }) as never)).toThrow(
    /Column "v" of concat is (\w+) in frame 1 and utf8 in frame 3/,
  )
  expect((await rowsOf(a.concat(b, { columns: 'union' }))).map(row => [row.id, row.v, row.w])).toEqual([
    [1, 1, null],
    [2, 2, null],
    [null, 3, null],
    [2, null, 20],
    [2, null, 21],
    [null, null, 22],
  ])
  expect(a.concat(b, { columns: 'intersection' }).columns).toEqual(['id', 'name'])
  const small = fromColumns({ v: Int32Array.of(5) })
  expect((await a.select('v').concat(small).compute()).col('v').dtype).toBe('float64')
  expect(a.concat().columns).toEqual(a.columns)
})

test('filters and the choice of columns go into joins and concats, where that changes no row', async () => {
  const explain = (frame: DataFrame<any>) => frame.explain().split('\n')
  const inner = a.join(b, { on: 'id' })
  expect(explain(inner.filter(c => c.v.gt(1).and(c.w.gt(20))).select('v', 'w'))).toEqual([
    'join(inner on id)',
    '  1. memory(3 rows, 3 columns)',
    '       -> filter(v > 1)',
    '       -> select(id, v)',
    '  2. memory(3 rows, 3 columns)',
    '       -> filter(w > 20)',
    '       -> select(id, w)',
  ])
  const left = a.join(b, { on: 'id', how: 'left' }).filter(c => c.w.isNull())
  expect(explain(left).at(-1)).toBe('  -> filter(isNull(w))')
  expect((await rowsOf(left)).map(row => row.v)).toEqual([1, 3])
  const outer = a.join(b, { on: 'id', how: 'outer' }).filter(c => c.v.gt(1))
  expect(explain(outer)).toContain('  -> filter(v > 1)')
  expect(
    explain(
      a
        .concat(a)
        .filter(c => c.v.gt(1))
        .select('v'),
    ).filter(line => line.includes('filter')),
  ).toHaveLength(2)
})

test('random filters and selections over joins give the same rows with the optimizer and without', async () => {
  for (let round = 0; round < 30; round++) {
    const left = frameOfTypes(random, int(80), ['k', 'x'], ['int8', 'float64'], 8)
    const right = frameOfTypes(random, int(80), ['k', 'y'], ['int8', 'float64'], 8)
    for (const how of ['inner', 'left', 'right', 'outer'] as const) {
      const joined = (left.frame as DataFrame<any>).join(right.frame as DataFrame<any>, { on: 'k', how })
      const limit = int(8) / 8
      const filtered = joined.filter(c => c.x.gt(limit).or(c.x.isNull()).and(c.k.ne(3)).and(c.y.isNotNull()))
      const rows = naive(left.rows, right.rows, 1, how, false, 2).filter(
        ([k, x, y]) => (x === null || (x as number) > limit) && k !== null && k !== 3 && y !== null,
      )
      expect(plain(await computed(filtered)), `${say} ${how}`).toEqual(plain(rows))
      expect(plain(await computed(filtered.select('y'))), say).toEqual(plain(rows.map(([, , y]) => [y!])))
      expect(await filtered.rowCount(), say).toBe(rows.length)
    }
  }
})

test('a join that grows past the memory limit fails, and one that is aborted stops', async () => {
  const same = fromColumns({
    k: new Int32Array(30_000),
    i: Float64Array.from({ length: 30_000 }, (_, i) => i),
  })
  await expect(same.join(same, { on: 'k' }).compute({ memoryLimit: '50MB' })).rejects.toThrow(
    expect.objectContaining({ code: 'ERR_MEMORY_LIMIT' }),
  )
  const stop = new AbortController()
  const joining = same.join(same, { on: 'k' }).compute({ signal: stop.signal, memoryLimit: '1GB' })
  stop.abort(new Error('enough'))
  await expect(joining).rejects.toThrow('enough')
})

test('mistakes are named', () => {
  expect(() => a.join(b, {} as never)).toThrow(/at least one/)
  expect(() => a.join(b, { on: 'idd' } as never)).toThrow(/left frame of the join has no column "idd"/)
  expect(() => a.join(b, { leftOn: 'id', rightOn: 'idd' } as never)).toThrow(
    /right frame of the join has no column "idd"/,
  )
  expect(() => a.join(b, { on: 'id', leftOn: 'id' } as never)).toThrow(/either `on`/)
  expect(() => a.join(b, { leftOn: ['id', 'id', 'name'], rightOn: ['id', 'name', 'name'] } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_DUPLICATE_COLUMN' }),
  )
  expect(() => a.join(b, { on: 'id', how: 'cross' } as never)).toThrow(/no keys/)
  expect(() => a.join(b, { on: 'id', how: 'full' } as never)).toThrow(/"inner" or/)
  expect(() => a.join([] as never, { on: 'id' } as never)).toThrow(/DataFrame/)
  expect(() => a.concat([1] as never)).toThrow(/DataFrame/)
  const other = fromColumns({ x: ['a'] })
  expect(() => fromColumns({ x: [1] }).concat(other as never)).toThrow(
    /Column "x" of concat is float64 in frame 1 and \w+ in frame 2/,
  )
})
