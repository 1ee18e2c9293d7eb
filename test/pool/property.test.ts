// Any iterable, any chunk size, any number of workers: what a plain loop gives, in its order. And nobody reads ahead of
// its buffer, by count.
import { Pool, range } from 'millrace'
import { describe, expect, test } from 'vitest'
import { written } from './written.js'

/** The same numbers for the same seed, so that a failure can be run again. */
function randomFrom(seed: number) {
  const next = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0
    return (seed >>> 0) / 2 ** 32
  }
  return {
    below: (n: number) => Math.floor(next() * n),
    of: <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T,
  }
}

type Inputs = Record<string, (n: number) => Iterable<unknown> | AsyncIterable<unknown>>
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

const inputs: Inputs = {
  numbers: n => upTo(n).map(i => i * 1.5 - 7),
  objects: n => upTo(n).map(i => ({ i, text: `t${i}`, list: [i, null, undefined] })),
  'a mixture': n =>
    upTo(n).map(i => [i, `${i}`, { i }, null, undefined, Number.NaN, -0, 2n ** 70n, new Date(i)][i % 9]),
  'an array with holes': n => Object.assign(new Array(n), { 1: 1 }),
  'a string': n => 'aä€😀'.repeat(n).slice(0, n),
  'a range': n => range(5, 5 - 3 * n, -3),
  'a Set': n => new Set(upTo(n).map(i => i * 2)),
  'a Map': n => new Map(upTo(n).map(i => [`k${i}`, i])),
  'a Float64Array': n => Float64Array.from(upTo(n), i => i / 3),
  'a Uint8Array': n => Uint8Array.from(upTo(n)),
  'a BigInt64Array': n => BigInt64Array.from(upTo(n), i => BigInt(i) - 5n),
  'a shared Int32Array': n => {
    const shared = new Int32Array(new SharedArrayBuffer(n * 4))
    shared.forEach((_, i) => {
      shared[i] = -i
    })
    return shared
  },
  'a Buffer': n => Buffer.from(upTo(n)),
  'a generator': function* (n) {
    for (let i = 0; i < n; i++) yield `g${i}`
  },
  'an async generator': async function* (n) {
    for (let i = 0; i < n; i++) {
      if (i % 7 === 3) await new Promise(resolve => setImmediate(resolve))
      yield { i }
    }
  },
  'an iterable of own making': n => ({
    [Symbol.iterator]() {
      let i = 0
      return { next: () => (i < n ? { value: [i++], done: false } : { value: undefined, done: true }) }
    },
  }),
}

async function list<T>(values: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

const echo = written('x => ({ got: x })')
const pause = written(
  'async x => { if (Math.random() < 0.3) await new Promise(r => setTimeout(r, 1)); return { got: x } }',
)
const sortKey = (value: unknown) => JSON.stringify(value, (_, x) => (typeof x === 'bigint' ? `${x}n` : x))

describe.each([
  ['threads', 1, 1],
  ['threads', 2, 1],
  ['threads', 5, 3],
  ['processes', 2, 1],
  ['processes', 3, 4],
] as const)('%s, %i workers of %i tasks at a time', (context, workers, concurrency) => {
  test.each(Object.keys(inputs))('%s: map and imap keep the order, imapUnordered the items', async name => {
    const random = randomFrom(name.length * 97 + workers)
    await using pool = new Pool(workers, { context, concurrency })
    for (let round = 0; round < 6; round++) {
      const n = random.of([0, 1, 2, 7, 64, 200])
      const make = () => (inputs[name] as Inputs[string])(n)
      const expected = (await list(make())).map(got => ({ got }))
      const chunkSize = random.of([1, 2, 3, 50, 1000, 'auto', 'python'] as const)
      const fn = random.of([echo, pause])
      const seen = `${n} items in chunks of ${chunkSize}`
      expect([seen, await pool.map(fn, make(), { chunkSize })]).toEqual([seen, expected])
      const buffer = random.of([1, 5, 1000])
      expect([seen, await list(pool.imap(fn, make(), { chunkSize, buffer }))]).toEqual([seen, expected])
      const unordered = await list(pool.imapUnordered(fn, make(), { chunkSize, buffer }))
      expect([seen, unordered.map(sortKey).sort()]).toEqual([seen, expected.map(sortKey).sort()])
    }
  })

  test('starmap over any arguments is a loop over calls', async () => {
    await using pool = new Pool(workers, { context, concurrency })
    const rows = upTo(100).map(i => [i, `b${i}`, i % 3 ? undefined : { i }] as const)
    const join = written('(a, b, c) => [c, b, a]')
    for (const chunkSize of [1, 7, 'auto', 'python'] as const)
      expect(await pool.starmap(join, rows, { chunkSize })).toEqual(rows.map(([a, b, c]) => [c, b, a]))
  })

  test.each([1, 4, 32])(
    'imap with a buffer of %i reads its input that far ahead and no further',
    async buffer => {
      await using pool = new Pool(workers, { context, concurrency })
      let pulled = 0
      let furthest = 0
      async function* source() {
        for (let i = 0; i < 150; i++) {
          pulled++
          yield i
        }
      }
      let read = 0
      for await (const value of pool.imap(written('x => x'), source(), { buffer, chunkSize: 1 })) {
        expect(value).toBe(read)
        // A slow reader: whoever reads ahead without a limit would be at the end by now.
        if (read % 30 === 0) await new Promise(resolve => setTimeout(resolve, 30))
        furthest = Math.max(furthest, pulled - read)
        read++
      }
      expect(read).toBe(150)
      expect(furthest).toBeLessThanOrEqual(buffer + 2) // the item just read, and one that the source has made already
      expect(furthest).toBeGreaterThanOrEqual(Math.min(buffer, 4))
    },
  )
})
