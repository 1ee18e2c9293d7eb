// Frames over typed arrays without a copy: what they read, and what their owners may do meanwhile.
import { Worker } from 'node:worker_threads'
import { fromColumns, type Table } from 'millrace'
import { expect, test } from 'vitest'
import { generator, seed } from '../random.js'

const sumOf = async (df: { agg(f: (c: any) => any): any }) =>
  (await df.agg(c => ({ sum: c.x.sum() })).compute()).sum.get(0)

test('a change of the array shows in later queries, unless the frame copied it', async () => {
  const x = new Float64Array([1, 2, 3])
  const lent = fromColumns({ x })
  const copied = fromColumns({ x }, { copy: true })
  expect([await sumOf(lent), await sumOf(copied)]).toEqual([6, 6])
  x[0] = 100
  expect([await sumOf(lent), await sumOf(copied)]).toEqual([105, 6])
})

test('what was computed or persisted before a change stays', async () => {
  const x = new Int32Array(5000).fill(1)
  const df = fromColumns({ x })
  const table = await df.compute()
  const kept = await df.persist()
  x.fill(7)
  expect(table.x.get(4999)).toBe(1)
  expect(await sumOf(kept)).toBe(5000)
  expect(await sumOf(df)).toBe(35_000)
})

const random = generator(seed)
const integer = (below: number) => Math.floor(random() * below)

function randomColumns(rows: number) {
  const floats = new Float64Array(rows + 3).map(() => (random() < 0.05 ? Number.NaN : integer(1000) / 8 - 50))
  return {
    k: new Int16Array(rows).map(() => integer(40) - 20),
    // Views into the middle of a buffer begin anywhere that is whole values from its start.
    x: floats.subarray(1, rows + 1),
    u: new Uint8Array(new ArrayBuffer(rows + 5), 5, rows).map(() => integer(256)),
    f: new Float32Array(rows).map(() => integer(64) / 4),
    n: new BigInt64Array(rows).map(() => BigInt(integer(1e6)) - 500_000n),
    on: new Uint8Array(rows).map(() => integer(3)),
    day: new Int32Array(rows).map(() => integer(20_000)),
    s: Array.from({ length: rows }, () => (random() < 0.1 ? null : `text ${integer(30)}`)),
  }
}

test.each([0, 1, 63, 2047, 2048, 2049, 10_000, 140_000])(
  'with %i rows every query says what it says of a copy',
  async rows => {
    const columns = randomColumns(rows)
    const schema = { on: 'bool', day: 'date', s: 'utf8?' } as const
    const [lent, copied] = [{}, { copy: true }].map(options => fromColumns(columns, { schema, ...options }))
    const other = fromColumns({ k: new Int16Array([-3, 0, 5]), y: new Float64Array([1, 2, 3]) })
    const queries = (df: typeof lent & {}): { compute(options: object): Promise<Table> }[] => [
      df,
      df.filter(c => c.on.and(c.k.gt(3))),
      df.groupBy('k').agg(c => ({ x: c.x.sum(), n: c.n.max(), f: c.f.mean(), s: c.s.nUnique() })),
      df.groupBy('s').agg(c => ({ u: c.u.sum(), first: c.day.min() })),
      df.sortBy('k', 'n').head(100),
      df.topK(10, 'n'),
      df.join(other, { on: 'k' }),
      other.join(df, { on: 'k', how: 'left' }),
      df.slice(rows >> 1, 70),
      df.tail(5),
      df.concat(df).select('u', 's'),
      df.withColumns(c => ({ last: c.n.shift(1).over('k') })).tail(50),
      df.select('day', 'on').distinct(),
    ]
    for (const threads of [1, 2, 3, 8]) {
      const tables = await Promise.all(
        [lent, copied].map(df => Promise.all(queries(df!).map(query => query.compute({ threads })))),
      )
      const [of, copy] = tables.map(each => each.map(table => table.toCsv()))
      expect(of).toEqual(copy)
    }
  },
)

test('batches come in order from lent memory', async () => {
  const x = Float64Array.from({ length: 300_000 }, (_, i) => i)
  const seen: number[] = []
  for await (const batch of fromColumns({ x }).batches({ size: 1000 })) seen.push(...batch.x.values)
  expect(seen).toEqual([...x])
})

test('shared memory is lent too, and may grow', async () => {
  const shared = Reflect.construct(SharedArrayBuffer, [16, { maxByteLength: 64 }]) as SharedArrayBuffer
  const x = new Float64Array(shared, 0, 2)
  const df = fromColumns({ x })
  ;(shared as unknown as { grow(bytes: number): void }).grow(64)
  x[1] = 5
  expect(await sumOf(df)).toBe(5)
})

test('arrays over buffers that may shrink are copied', async () => {
  const buffer = Reflect.construct(ArrayBuffer, [80_000, { maxByteLength: 160_000 }]) as ArrayBuffer
  const x = new Float64Array(buffer, 0, 10_000).fill(1)
  const df = fromColumns({ x })
  x[0] = 9
  ;(buffer as unknown as { resize(bytes: number): void }).resize(0)
  expect(await sumOf(df)).toBe(10_000)
})

test('a lent buffer is not transferred, a copied one is', async () => {
  const x = new Float64Array(1000).fill(2)
  const df = fromColumns({ x })
  try {
    structuredClone(x, { transfer: [x.buffer] }) // Node 20 makes a copy instead of throwing
  } catch (error) {
    expect((error as Error).name).toBe('DataCloneError')
  }
  const transfer = (x.buffer as ArrayBuffer & { transfer?: () => void }).transfer
  if (transfer) expect(() => transfer.call(x.buffer)).toThrow()
  expect(x).toHaveLength(1000)
  expect(await sumOf(df)).toBe(2000)

  const y = new Float64Array(1000).fill(2)
  const copied = fromColumns({ x: y }, { copy: true })
  structuredClone(y, { transfer: [y.buffer] })
  expect(y).toHaveLength(0)
  expect(await sumOf(copied)).toBe(2000)
})

test('memory that moves away nevertheless fails the next query', async () => {
  const x = new Float64Array(100)
  const df = fromColumns({ x })
  expect(await sumOf(df)).toBe(0)
  // Byte streams take buffers along; from Node 24 on they heed the mark.
  try {
    const bytes = new ReadableStream({ type: 'bytes', start: controller => controller.enqueue(x) })
    await bytes.getReader().read()
  } catch (error) {
    expect((error as Error).message).toMatch(/detach/)
  }
  if (x.length > 0) {
    expect(await sumOf(df)).toBe(0)
    return
  }
  await expect(df.compute()).rejects.toMatchObject({ code: 'ERR_BUFFER_DETACHED' })
  await expect(df.select('x').head(1).rowCount()).rejects.toMatchObject({ code: 'ERR_BUFFER_DETACHED' })
})

test("WebAssembly's memory is copied, and grows as before", async () => {
  const memory: any = Reflect.construct((globalThis as any).WebAssembly.Memory, [{ initial: 1 }])
  const x = new Float64Array(memory.buffer).fill(1)
  const df = fromColumns({ x })
  x.fill(2)
  memory.grow(1)
  expect(x).toHaveLength(0)
  expect(await sumOf(df)).toBe(8192)
})

test('an array can be lent to several frames', async () => {
  const x = new Float64Array(5000).fill(1)
  const frames = [fromColumns({ x }), fromColumns({ x: x.subarray(1) }), fromColumns({ x, y: x })]
  x.fill(3)
  expect(await Promise.all(frames.map(sumOf))).toEqual([15_000, 14_997, 15_000])
})

test('an array that was transferred before is refused', () => {
  const x = new Float64Array(10)
  structuredClone(x, { transfer: [x.buffer] })
  expect(() => fromColumns({ x })).toThrow(
    expect.objectContaining({ code: 'ERR_BUFFER_DETACHED', column: 'x' }),
  )
})

test('copy is true or false', () => {
  expect(() => fromColumns({ x: [1] }, { copy: 1 as never })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
  )
})

test('memory that somebody writes to all the time never breaks a query', async () => {
  const rows = 200_000
  const shared = new SharedArrayBuffer(rows * 24)
  const writer = new Worker(
    `const { workerData } = require('node:worker_threads')
     const words = new Int32Array(workerData)
     for (let round = 0; ; round++) {
       const value = round % 3 ? Math.random() * 100 : Math.random() * 2 ** 32 - 2 ** 31
       const from = Math.floor(Math.random() * words.length)
       words.fill(value, from, from + 5000)
     }`,
    { eval: true, workerData: shared },
  )
  const df = fromColumns(
    {
      k: new Int32Array(shared, 0, rows),
      n: new BigInt64Array(shared, rows * 4 + (rows % 2) * 4, rows),
      x: new Float64Array(shared, rows * 12 + (rows % 2) * 4, rows),
      on: new Uint8Array(shared, rows * 20, rows),
    },
    { schema: { on: 'bool' } },
  )
  const whole: { compute(options: object): Promise<Table> }[] = [
    df.sortBy('k', 'x', 'on'),
    df.select(c => ({ r: c.x.rank().over('k') })),
  ]
  const parts: typeof whole = [
    df.groupBy('k').agg(c => ({ x: c.x.sum(), n: c.n.nUnique() })),
    df.groupBy('on', 'k').x.median(),
    df.select('k', 'on').distinct(),
    df.join(df.head(100), { on: 'k', how: 'semi' }),
    df.filter(c => c.on.or(c.n.gt(0))).topK(10, 'n'),
  ]
  for (let round = 0; round < 30; round++) {
    const options = { threads: (round % 3) + 1 }
    const tables = await Promise.all([...whole, ...parts].map(query => query.compute(options)))
    expect(tables.slice(0, 2).map(table => table.length)).toEqual([rows, rows])
    await df.persist()
  }
  await writer.terminate()
})
