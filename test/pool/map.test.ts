// Any input, chunk size and number of workers gives what a plain loop gives.
import { cpuCount, map, Pool, type PoolOptions, range } from 'millrace'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ChunkSizer, pythonChunkSize } from '../../dist/pool/chunk-size.js'
import { written } from './written.js'

const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0
  return (seed >>> 0) / 2 ** 32
}

async function* later<T>(items: Iterable<T>): AsyncIterable<T> {
  for (const item of items) {
    if (Math.random() < 0.2) await new Promise(resolve => setImmediate(resolve))
    yield item
  }
}

const collect = async <T>(values: AsyncIterable<T>) => {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

describe.each<[string, PoolOptions & { workers: number }]>([
  ['1 thread', { workers: 1 }],
  ['3 threads', { workers: 3 }],
  ['2 threads of 4 tasks', { workers: 2, concurrency: 4 }],
  ['2 processes', { workers: 2, context: 'processes' }],
])('with %s', (_, options) => {
  let pool: Pool
  beforeAll(() => {
    pool = new Pool(options)
  })
  afterAll(() => pool.terminate())

  test('every input, method and chunk size keeps the order of a plain loop', async () => {
    const next = random(7)
    const square = written('x => x * x')
    const text = written('x => ({ got: x })')
    for (let round = 0; round < 40; round++) {
      const n = [0, 1, 2, 3, 17, 100, 257][Math.floor(next() * 7)]!
      const chunkSize = ([undefined, 1, 2, 7, 1000, 'auto', 'python'] as const)[Math.floor(next() * 7)]!
      const numbers = Array.from({ length: n }, () => Math.floor(next() * 1000) - 500)
      const mixed = numbers.map((x, i) => (i % 3 === 0 ? `t${x}` : i % 3 === 1 ? { x } : x))
      const at = { ...(chunkSize !== undefined && { chunkSize }) }
      const squares = numbers.map(x => x * x)
      expect(await pool.map(square, numbers, at)).toEqual(squares)
      expect(await pool.map(square, Int32Array.from(numbers), at)).toEqual(squares)
      expect(await pool.map(square, new Set(numbers), at)).toEqual([...new Set(numbers)].map(x => x * x))
      expect(await pool.map(square, later(numbers), at)).toEqual(squares)
      expect(await pool.map(text, mixed, at)).toEqual(mixed.map(got => ({ got })))
      expect(
        await pool.map(written('async x => { if (x % 2) await null; return x * x }'), numbers, at),
      ).toEqual(squares)
      expect(
        await pool.starmap(
          written('(a, b) => a + b'),
          numbers.map(x => [x, 1] as const),
          at,
        ),
      ).toEqual(numbers.map(x => x + 1))
      expect(await collect(pool.imap(square, numbers, at))).toEqual(squares)
      expect(await collect(pool.imap(square, later(numbers), { ...at, buffer: 3 }))).toEqual(squares)
      const unordered = await collect(pool.imapUnordered(square, numbers, at))
      expect(unordered.sort((a, b) => Number(a) - Number(b))).toEqual(squares.sort((a, b) => a - b))
    }
  })

  test('values survive exactly: NaN, -0, infinities, undefined, bigint, text and dates', async () => {
    const items = [
      Number.NaN,
      -0,
      1 / 0,
      undefined,
      null,
      2n ** 70n,
      'ä€😀',
      new Date(5),
      [1, [2]],
      new Map([[1, 2]]),
    ]
    expect(await pool.map(written('x => x'), items)).toEqual(items)
    expect(await pool.map(written('x => [NaN, -0, Infinity, undefined, "t", 5n][x]'), range(6))).toEqual([
      Number.NaN,
      -0,
      1 / 0,
      undefined,
      't',
      5n,
    ])
  })

  test('returns gives typed arrays', async () => {
    const square = written('x => x * x')
    expect(await pool.map(square, range(5), { returns: 'float64' })).toEqual(Float64Array.of(0, 1, 4, 9, 16))
    expect(
      await pool.map(
        square,
        [{}, {}].map((_, i) => i),
        { returns: 'int32' },
      ),
    ).toEqual(Int32Array.of(0, 1))
    expect(await pool.map(written('x => BigInt(x.v)'), [{ v: 5 }], { returns: 'bigint64' })).toEqual(
      BigInt64Array.of(5n),
    )
    await expect(pool.map(written('x => "t"'), range(3), { returns: 'float64' })).rejects.toThrow(
      /asks for numbers/,
    )
    await expect(pool.map(written('x => "t"'), [{}], { returns: 'float64' })).rejects.toThrow(
      /asks for numbers/,
    )
  })

  test('onError decides what a failing item does', async () => {
    const odd = written('x => { if (x % 2) throw new RangeError("odd " + x); return x }')
    await expect(pool.map(odd, range(100))).rejects.toMatchObject({ message: expect.stringMatching(/^odd/) })
    await expect(pool.map(odd, range(6), { onError: 'wait' })).rejects.toMatchObject({
      message: 'odd 1',
      taskIndex: 1,
    })
    const all = await pool.map(odd, range(4), { onError: 'collect' })
    expect(all.map(r => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
    const seen: unknown[] = []
    await expect(
      (async () => {
        for await (const x of pool.imap(odd, [0, 2, 4, 5, 6])) seen.push(x)
      })(),
    ).rejects.toMatchObject({ taskIndex: 3 })
    expect(seen).toEqual([0, 2, 4])
  })

  test('imap pulls its input no further ahead than its buffer', async () => {
    let pulled = 0
    function* endless() {
      for (;;) yield { v: pulled++ }
    }
    let read = 0
    for await (const v of pool.imap(written('x => x.v'), endless(), { buffer: 10 })) {
      expect(v).toBe(read++)
      expect(pulled - read).toBeLessThanOrEqual(11)
      if (read === 50) break
    }
    expect(read).toBe(50)
  })

  test('an input that throws rejects with its error', async () => {
    function* bad() {
      yield { v: 1 }
      throw new URIError('input')
    }
    await expect(pool.map(written('x => x'), bad())).rejects.toThrow(URIError)
    await expect(pool.map(written('x => x'), later(bad()))).rejects.toThrow(URIError)
    await expect(pool.map(written('x => x'), 5 as never)).rejects.toThrow(/iterate/)
  })

  test('the context tells index, worker and state, where the function asks for it', async () => {
    const rows = await pool.map(
      written('(x, context) => [context.index, context.workerId > 0, context.aborted]'),
      ['a', 'b', 'c'],
    )
    expect(rows).toEqual([0, 1, 2].map(i => [i, true, false]))
    expect(await pool.map(written('(...all) => all.length'), ['a'])).toEqual([1])
    expect(await pool.apply(written('() => currentTask().index'))).toBe(0)
  })

  test('closures travel, functions included', async () => {
    const closure = { k: 10, table: new Float64Array([1, 2]), twice: written('x => x * 2') }
    expect(await pool.map(written('x => twice(x) * k + table[0]'), range(3), { closure })).toEqual([
      1, 21, 41,
    ])
    expect(await pool.map(written('x => x.v + k'), [{ v: 1 }], { closure: { k: 5 } })).toEqual([6])
  })

  test('progress counts up to the end', async () => {
    const seen: { done: number; total: number | undefined }[] = []
    await pool.map(written('x => x'), range(1000), { onProgress: p => seen.push(p) })
    expect(seen.at(-1)).toMatchObject({ done: 1000, total: 1000, failed: 0 })
    await expect(
      pool.map(written('x => new Promise(r => setTimeout(r, 20, x))'), range(100), {
        onProgress: () => {
          throw new EvalError('mine')
        },
      }),
    ).rejects.toThrow(EvalError)
  })
})

test.each([
  [0, 4, 0],
  [1, 4, 1],
  [10, 4, 1],
  [16, 4, 1],
  [17, 4, 2],
  [100, 4, 7],
  [1000, 4, 63],
  [1e6, 8, 31250],
  [1e6, 3, 83334],
])("CPython's rule: %i items on %i workers are chunks of %i", (n, workers, size) => {
  expect(pythonChunkSize(n, workers)).toBe(size)
})

test('chunks grow while items are light and shrink at the end', () => {
  const sizer = new ChunkSizer(undefined, 2, 'threads')
  expect(sizer.next(1000)).toBe(1)
  sizer.took(1, 0.001)
  expect(sizer.next(1000)).toBe(4)
  sizer.took(4, 0.004)
  expect(sizer.next(1000)).toBe(16)
  expect(sizer.next(8)).toBe(2)
  sizer.took(16, 100)
  expect(sizer.next(1000)).toBe(1)
})

test('a fixed chunk size is what each worker takes at once', async () => {
  await using pool = new Pool(2)
  const first = await pool.map(
    written('(x, c) => { const s = globalThis; s.seen ??= []; s.seen.push(x.v); return x.v }'),
    Array.from({ length: 20 }, (_, v) => ({ v })),
    { chunkSize: 5 },
  )
  expect(first).toHaveLength(20)
  const runs = (await pool.broadcast(written('() => globalThis.seen ?? []'))) as number[][]
  for (const run of runs)
    for (let i = 0; i < run.length; i += 5)
      expect(run.slice(i, i + 5)).toEqual([0, 1, 2, 3, 4].map(k => run[i]! + k))
})

test('a shared typed array is mapped in place, without a copy', async () => {
  await using pool = new Pool(2)
  const shared = new Float64Array(new SharedArrayBuffer(8 * 1000))
  const task = pool.map(written('(x, c) => x'), shared, { returns: 'float64' })
  await task
  const seen = await pool.apply(written('view => { view[0] = 42; return 0 }'), [shared])
  expect([seen, shared[0]]).toEqual([0, 42])
})

test("range is lazy and has the length of Python's", () => {
  expect([...range(5)]).toEqual([0, 1, 2, 3, 4])
  expect([...range(2, 10, 3)]).toEqual([2, 5, 8])
  expect([...range(5, 0, -2)]).toEqual([5, 3, 1])
  expect(range(10, 5).length).toBe(0)
  expect(range(1e15).length).toBe(1e15)
  expect(range(10).at(-1)).toBe(9)
  expect(() => range(0, 5, 0)).toThrow(/step/)
  expect(() => range(Number.NaN)).toThrow(/finite/)
})

test('map() needs no pool', async () => {
  expect(await map(Math.sqrt, [1, 4, 9])).toEqual([1, 2, 3])
  expect(cpuCount()).toBeGreaterThan(0)
})

test('parts of a large buffer travel alone, not with the whole buffer behind each', async () => {
  await using pool = new Pool(1)
  const file = Buffer.alloc(8 * 2 ** 20, 7)
  const parts = Array.from({ length: 4 }, (_, i) => file.subarray(i * 1000, (i + 1) * 1000))
  const behind = written('part => [part.length, part[0], part.buffer.byteLength]')
  expect(await pool.map(behind, parts)).toEqual(parts.map(() => [1000, 7, 1000]))
  expect(await pool.apply(behind, [parts[0]])).toEqual([1000, 7, 1000])
  const floats = new Float64Array(1e6).subarray(10, 12)
  expect(await pool.apply(behind, [floats])).toEqual([2, 0, 16])
  expect(file.length).toBe(8 * 2 ** 20)
})
