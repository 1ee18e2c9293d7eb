import {
  ClosureError,
  cpuCount,
  type DataFrame,
  fromColumns,
  importTasks,
  MillraceError,
  readCsv,
  TaskTimeoutError,
  WorkerCrashedError,
} from 'millrace'
import { expect, test } from 'vitest'

const rows = 10_000
const n = Float64Array.from({ length: rows }, (_, i) => i - 5_000)
const id = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i) * 3n)
const s = Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `é${i}`))
const df = fromColumns({ n, id, s, half: Array.from(n, v => (v % 2 === 0 ? v / 2 : null)) })

/** What the query rejects with. */
const failure = (frame: DataFrame): Promise<MillraceError> =>
  frame.compute().then(
    () => expect.unreachable('the query should fail'),
    error => error,
  )

test('a function over batches gives the rows that a loop gives, in order, whatever the batches', async () => {
  for (const size of [1, 7, 1_000, 65_536]) {
    const few = size === 1 ? df.head(200) : df
    const table = await few
      .mapBatches(
        ({ n, s }) => ({ y: n.values.map(x => 3 * x * x + 1), t: s.values.map(t => t && `${t}!`) }),
        { returns: { y: 'float64', t: 'utf8?' }, size },
      )
      .compute()
    const count = Math.min(rows, size === 1 ? 200 : rows)
    expect(table.length).toBe(count)
    expect([...table.y.values]).toEqual([...n.slice(0, count)].map(x => 3 * x * x + 1))
    expect(table.t.toArray()).toEqual(s.slice(0, count).map(t => t && `${t}!`))
  }
})

test('it stands in the middle of a plan: steps of the engine before and after', async () => {
  const table = await df
    .filter(df.n.gt(0))
    .mapBatches(({ n }) => ({ n: n.values, parity: n.values.map(x => x % 2) }), {
      returns: { n: 'float64', parity: 'float64' },
      size: 100,
    })
    .filter(c => c.n.lt(1_001))
    .groupBy('parity')
    .agg({ n: ['sum', 'count'] })
    .compute()
  expect(table.toObjects()).toEqual([
    { parity: 0, n_sum: 250_500, n_count: 500 },
    { parity: 1, n_sum: 250_000, n_count: 500 },
  ])
})

test('every dtype goes in and comes back as it was', async () => {
  const all = fromColumns(
    {
      bool: [true, null, false],
      int8: [-128, 1, null],
      uint16: [65_535, 0, null],
      int64: [2n ** 62n, null, -1n],
      uint64: [2n ** 63n, null, 1n],
      float32: [0.5, null, -0],
      float64: [Number.NaN, -0, null],
      utf8: ['', null, '漢字'],
      dict: ['a', null, 'a'],
      date: ['1969-12-31', null, '2020-02-29'],
      us: ['1969-12-31T23:59:59.999999', null, '2020-01-01'],
    },
    {
      schema: {
        bool: 'bool?',
        int8: 'int8?',
        uint16: 'uint16?',
        int64: 'int64?',
        uint64: 'uint64?',
        float32: 'float32?',
        float64: 'float64?',
        utf8: 'utf8?',
        dict: 'dict?',
        date: 'date?',
        us: 'timestamp[us]?',
      },
    },
  )
  for (const size of [1, 2, 3]) {
    const same = all.mapBatches(batch => ({ ...batch }) as never, {
      returns: all.schema as never as Record<string, 'utf8'>,
      size,
    })
    const [before, after] = [await all.compute({ int64: 'bigint' }), await same.compute({ int64: 'bigint' })]
    expect(after.toObjects()).toEqual(before.toObjects())
    expect(Object.is(after.col('float32').get(2), -0)).toBe(true)
  }
})

test('arrays become the dtype that returns says', async () => {
  const table = await fromColumns({ n: [1, 2] })
    .mapBatches(
      () => ({
        flag: [true, false],
        small: [1, -1],
        big: [1, 2n ** 60n],
        day: [new Date('2020-01-01'), new Date('1960-01-01')],
        at: [new Date('2020-01-01T01:02:03.004Z'), null],
        kind: ['x', 'y'],
      }),
      {
        returns: {
          flag: 'bool',
          small: 'int8',
          big: 'int64',
          day: 'date',
          at: 'timestamp[ns]?',
          kind: 'dict',
        },
      },
    )
    .compute({ int64: 'bigint', dates: 'iso' })
  expect(table.toObjects()).toEqual([
    { flag: true, small: 1, big: 1n, day: '2020-01-01', at: '2020-01-01T01:02:03.004Z', kind: 'x' },
    { flag: false, small: -1, big: 2n ** 60n, day: '1960-01-01', at: null, kind: 'y' },
  ])
})

test('a batch knows its nulls, its place and its size; the columns are shared memory', async () => {
  const table = await df
    .mapBatches(
      ({ half, n }, { index, rows }) => ({
        at: [index],
        size: [rows],
        nulls: [half.nullCount],
        bits: [half.validity === null ? -1 : half.validity.length],
        first: [half.isNull(1)],
        none: [n.validity === null && n.nullCount === 0 && !n.isNull(0)],
        shared: [n.values.buffer instanceof SharedArrayBuffer],
      }),
      {
        returns: {
          at: 'int32',
          size: 'int32',
          nulls: 'int32',
          bits: 'int32',
          first: 'bool',
          none: 'bool',
          shared: 'bool',
        },
        size: 4_000,
      },
    )
    .compute()
  const common = { first: true, none: true, shared: true }
  expect(table.toObjects()).toEqual([
    { at: 0, size: 4_000, nulls: 2_000, bits: 500, ...common },
    { at: 1, size: 4_000, nulls: 2_000, bits: 500, ...common },
    { at: 2, size: 2_000, nulls: 1_000, bits: 250, ...common },
  ])
})

test('batches may shrink, grow and vanish; an empty frame never calls the function', async () => {
  const frame = df.mapBatches(({ n }) => ({ n: n.values.filter(x => x % 1_000 === 0) }), {
    returns: { n: 'float64' },
    size: 100,
  })
  expect((await frame.compute()).n.toArray()).toEqual([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4].map(x => x * 1_000))
  const none = df.mapBatches(() => ({ x: new Int32Array(0), s: [] }), { returns: { x: 'int32', s: 'utf8' } })
  expect((await none.compute()).toObjects()).toEqual([])
  const empty = df.head(0).mapBatches(
    () => {
      throw new Error('called')
    },
    { returns: { x: 'bool', d: 'dict?' } },
  )
  expect(await empty.rowCount()).toBe(0)
  expect((await empty.compute()).columns).toEqual(['x', 'd'])
})

test('every way to run a plan runs its functions', async () => {
  const frame = df.mapBatches(({ n }) => ({ n: n.values }), { returns: { n: 'float64' }, size: 1_000 })
  expect(await frame.rowCount()).toBe(rows)
  let seen = 0
  for await (const batch of frame.batches({ size: 300 })) seen += batch.length
  expect(seen).toBe(rows)
  await using kept = await frame.persist()
  expect(await kept.rowCount()).toBe(rows)
  expect(await frame.explain({ analyze: true })).toMatch(/10,?000/)
  expect(frame.explain()).toContain('mapBatches(function, 1000 rows a batch)  gives n')
  const twice = await frame
    .mapBatches(({ n }) => ({ m: n.values.map(x => -x) }), { returns: { m: 'float64' } })
    .compute()
  expect([...twice.m.values]).toEqual([...n].map(x => -x))
  expect(await frame.concat(frame).rowCount()).toBe(2 * rows)
})

test('only the columns and rows that come before it are read', () => {
  const csv = readCsv(new TextEncoder().encode('a,b,c\n1,2,3\n'))
  const plan = csv.select('a').mapBatches(({ a }) => ({ a: a.values }), { returns: { a: 'int64' } })
  expect(plan.explain()).toContain('reads a (1 of 3)')
})

test('a function gets what closure gives, and may be async', async () => {
  const scale = 3
  const twice = (x: number) => x * 2
  const table = await df
    .head(2)
    .mapBatches(async ({ n }) => ({ n: n.values.map(x => twice(x) * scale) }), {
      returns: { n: 'float64' },
      closure: { scale, twice },
    })
    .compute()
  expect([...table.n.values]).toEqual([-30_000, -29_994])
  const scaled = () =>
    df.mapBatches(({ n }) => ({ n: n.values.map(x => x * scale) }), { returns: { n: 'float64' } })
  expect(scaled).toThrow(ClosureError)
  expect(scaled).toThrow(/'scale'/)
})

test('a function of a module travels by name', async () => {
  const tasks = importTasks<typeof import('./fixtures/batch-tasks.js')>(
    new URL('./fixtures/batch-tasks.ts', import.meta.url),
  )
  const table = await df
    .head(3)
    .mapBatches(tasks.negated as never, { returns: { n: 'float64' } })
    .compute()
  expect(table.n.toArray()).toEqual([5_000, 4_999, 4_998])
})

test('what a function throws arrives with its class, message and stack, and where it happened', async () => {
  const error = (await failure(
    df.mapBatches(
      function broken({ n }, { index }) {
        if (index === 2) throw new RangeError('no such place')
        return { n: n.values }
      },
      { returns: { n: 'float64' }, size: 1_000 },
    ),
  )) as Error & { hint: string }
  expect(error).toBeInstanceOf(RangeError)
  expect(error.message).toBe('no such place')
  expect(error.stack).toContain('broken')
  expect(error.hint).toContain('batch 2, of 1000 rows')
  expect(await df.rowCount()).toBe(rows)
})

test('a function that hangs is stopped by timeout, one that kills its worker fails the query; the next is right', async () => {
  const hung = df.mapBatches(
    () => {
      for (;;);
    },
    { returns: { n: 'float64' }, timeout: 100 },
  )
  expect(await failure(hung)).toBeInstanceOf(TaskTimeoutError)
  const dead = df.mapBatches(() => process.exit(3), { returns: { n: 'float64' } })
  const error = (await failure(dead)) as WorkerCrashedError
  expect(error).toBeInstanceOf(WorkerCrashedError)
  expect(error.exitCode).toBe(3)
  const next = df.mapBatches(({ n }) => ({ n: n.values }), { returns: { n: 'float64' } })
  expect(await next.rowCount()).toBe(rows)
})

test('an abort ends a function that never would, with the reason of the signal', async () => {
  const controller = new AbortController()
  const hung = df.mapBatches(
    () => {
      for (;;);
    },
    { returns: { n: 'float64' }, size: 100 },
  )
  const running = hung.compute({ signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 50)
  await expect(running).rejects.toThrow('enough')
  const batches = hung.batches()
  const first = batches.next()
  await batches.return!()
  expect(await first).toEqual({ done: true, value: undefined })
  const next = df.mapBatches(({ n }) => ({ n: n.values }), { returns: { n: 'float64' } })
  expect(await next.rowCount()).toBe(rows)
})

test('only a few batches are in flight while one is slow', async () => {
  const calls = new Int32Array(new SharedArrayBuffer(4))
  const slow = df.mapBatches(
    async (_, { index }) => {
      Atomics.add(calls, 0, 1)
      if (index === 0) await new Promise(resolve => setTimeout(resolve, 150))
      return { begun: [Atomics.load(calls, 0)] }
    },
    { returns: { begun: 'int32' }, size: 10, closure: { calls } },
  )
  const table = await slow.compute()
  expect(table.length).toBe(rows / 10)
  // In workers or waiting for one, and as many that have been in one.
  expect(table.begun.get(0)).toBeLessThanOrEqual(4 * cpuCount())
})

test.each([
  [() => null, 'ERR_TYPE', /returned null, not an object of columns/],
  [() => [1], 'ERR_TYPE', /returned an array/],
  [() => ({}), 'ERR_TYPE', /no column "x"/],
  [() => ({ x: [1], y: [2] }), 'ERR_TYPE', /a column "y", which returns does not name/],
  [() => ({ x: 5 }), 'ERR_TYPE', /a value of type number as column "x"/],
  [
    () => ({ x: ['a'] }),
    'ERR_TYPE',
    /row 0 of column "x" that the function returned is a \(string\), not a float64/,
  ],
  [() => ({ x: new Float32Array(2) }), 'ERR_TYPE', /a Float32Array as column "x", and returns says float64/],
  [() => ({ x: [1, null] }), 'ERR_NULL_IN_NON_NULLABLE', /no value in row 1/],
  [
    () => ({ x: { values: new Float64Array(9), validity: new Uint8Array([255, 0]) } }),
    'ERR_NULL_IN_NON_NULLABLE',
    /no value in row 8/,
  ],
  [
    () => ({ x: { values: new Float64Array(9), validity: new Uint8Array(1) } }),
    'ERR_TYPE',
    /validity of column "x"/,
  ],
])('a result that is not as promised is named: %s', async (fn, code, message) => {
  const error = await failure(fromColumns({ n: [1] }).mapBatches(fn as never, { returns: { x: 'float64' } }))
  expect(error).toBeInstanceOf(MillraceError)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(message)
  expect(error.hint).toBeTruthy()
})

test('columns of different lengths, and values that do not fit, are named', async () => {
  const one = fromColumns({ n: [1] })
  const uneven = one.mapBatches(() => ({ x: [1, 2], y: [1] }), { returns: { x: 'float64', y: 'float64' } })
  expect(await failure(uneven)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', column: 'y' })
  for (const [dtype, value] of [
    ['int8', 128],
    ['int32', 1.5],
    ['uint64', -1n],
    ['int64', 2n ** 63n],
    ['int64', 0.5],
    ['bool', 1],
    ['date', new Date(1)],
    ['timestamp[ms]', new Date(Number.NaN)],
    ['utf8', 5],
  ] as const) {
    const frame = one.mapBatches(() => ({ x: [value] }) as never, {
      returns: { x: dtype },
      closure: { value },
    })
    expect(await failure(frame), `${dtype} ${value}`).toMatchObject({ code: 'ERR_TYPE', column: 'x' })
  }
  const noon = one.mapBatches(() => ({ x: [new Date('2020-01-01T12:00Z')] }), { returns: { x: 'date' } })
  expect(await failure(noon)).toMatchObject({
    message: expect.stringContaining('is 2020-01-01T12:00:00.000Z, not a date'),
    hint: expect.stringContaining('midnight UTC'),
  })
})

test('names that JavaScript gives a meaning are data', async () => {
  const odd = fromColumns(Object.fromEntries([['constructor', [1]]]) as { constructor: number[] })
  const table = await odd
    .mapBatches(batch => ({ valueOf: batch.constructor.values }), { returns: { valueOf: 'float64' } })
    .compute()
  expect(table.col('valueOf').toArray()).toEqual([1])
})

test('options are checked where they are written', () => {
  const fn = () => ({ x: [1] })
  expect(() => df.mapBatches(fn, {} as never)).toThrow(/returns/)
  expect(() => df.mapBatches(fn, { returns: {} })).toThrow(/returns/)
  expect(() => df.mapBatches(fn as never, { returns: { x: 'float' as never } })).toThrow(/float64/)
  expect(() => df.mapBatches(fn, { returns: { x: 'float64' }, sise: 1 } as never)).toThrow(/size/)
  expect(() => df.mapBatches(fn, { returns: { x: 'float64' }, size: 0 })).toThrow(/size/)
  expect(() => df.mapBatches(fn, { returns: { x: 'float64' }, timeout: 0 })).toThrow(/timeout/)
  expect(() => df.mapBatches(fn, { returns: { x: 'float64' }, closure: 5 as never })).toThrow(/closure/)
  expect(() => df.mapBatches(5 as never, { returns: { x: 'float64' } })).toThrow(/function/)
})

test('what a function gives counts against memoryLimit, with the batches in workers', async () => {
  const grown = df.select('n').mapBatches(({ n }) => ({ n: new Float64Array(n.length * 100) }), {
    returns: { n: 'float64' },
    size: 500,
  })
  // 8 MB in batches of 400 kB.
  expect(await grown.rowCount({ memoryLimit: '2MB' })).toBe(rows * 100)
  await expect(grown.rowCount({ memoryLimit: '1MB' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
    message: expect.stringContaining('mapBatches'),
    hint: expect.stringContaining('memoryLimit'),
  })
  const same = df.mapBatches(({ n }) => ({ n: n.values }), { returns: { n: 'float64' }, size: 500 })
  expect(await same.rowCount({ memoryLimit: '2MB' })).toBe(rows)
  await expect(same.rowCount({ memoryLimit: '50KB' })).rejects.toMatchObject({ code: 'ERR_MEMORY_LIMIT' })
  // The rest of the plan gets its part of it.
  const sorted = grown.sortBy('n').agg(c => ({ sum: c.n.sum() }))
  await expect(sorted.compute({ memoryLimit: '9MB', spill: 'never' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
  })
  await expect(
    df
      .groupBy('n')
      .apply(({ n }) => ({ m: new Float64Array(n.length * 300) }), { returns: { m: 'float64' } })
      .rowCount({ memoryLimit: '20MB' }),
  ).rejects.toMatchObject({ code: 'ERR_MEMORY_LIMIT', message: expect.stringContaining('apply') })
})

test('batches take turns in memory, and no row changes under those that keep theirs', async () => {
  const table = await df
    .mapBatches(
      // Every other batch gives its input back.
      ({ n, half, s }, { index }) =>
        index % 2
          ? {
              n: n.values.slice(),
              half: { values: half.values.slice(), validity: half.validity },
              s: s.values,
            }
          : { n: n.values, half, s: s.values },
      { returns: { n: 'float64', half: 'float64?', s: 'utf8?' }, size: 100 },
    )
    .compute()
  expect([...table.n.values]).toEqual([...n])
  expect(table.half.toArray()).toEqual([...n].map(v => (v % 2 === 0 ? v / 2 : null)))
  expect(table.s.toArray()).toEqual(s)
})

test('shared memory of the function itself may be written again', async () => {
  const memory = new Float64Array(new SharedArrayBuffer(8))
  const table = await df
    .mapBatches(
      ({ n }) => {
        memory[0] = n.values[0] as number
        return { n: memory }
      },
      { returns: { n: 'float64' }, size: rows / 2, closure: { memory } },
    )
    .compute()
  expect(table.n.toArray()).toHaveLength(2)
  const one = await df
    .head(3)
    .mapBatches(
      ({ n }) => {
        memory[0] = n.values[0] as number
        return { n: memory }
      },
      { returns: { n: 'float64' }, closure: { memory } },
    )
    .persist()
  memory[0] = 7
  expect((await one.compute()).n.toArray()).toEqual([-5_000])
})
