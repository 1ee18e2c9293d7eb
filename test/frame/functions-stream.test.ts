// Functions in the middle of a plan at work while what comes before them and behind them runs: the same rows, a few batches
// ahead at most, in memory that does not grow with the rows; and whatever ends the query ends all of it.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  cpuCount,
  type DataFrame,
  desc,
  fromColumns,
  readCsv,
  TaskTimeoutError,
  WorkerCrashedError,
} from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'

const rows = 100_000
const df = fromColumns({
  id: Float64Array.from({ length: rows }, (_, i) => i),
  key: Int32Array.from({ length: rows }, (_, i) => (i * 7919) % 1009),
  text: Array.from({ length: rows }, (_, i) => (i % 11 === 3 ? null : `t${i % 97}`)),
})

// Batches that may be under way: in workers, in the engine on both sides, and where streams keep some ready.
const ahead = 8 * cpuCount() + 12

const counter = () => new Int32Array(new SharedArrayBuffer(4))
const countOf = (calls: Int32Array) => Atomics.load(calls, 0)

/** The frame as it is, by way of a function that counts its calls. */
const counted = (frame: typeof df, calls: Int32Array, size: number) =>
  frame.mapBatches(
    batch => {
      Atomics.add(calls, 0, 1)
      return { id: batch.id.values, key: batch.key, text: batch.text.values }
    },
    { returns: { id: 'float64', key: 'int32', text: 'utf8?' }, size, closure: { calls } },
  )

/** That nobody calls the function any more, but for calls that have begun. */
async function expectAnEnd(calls: Int32Array): Promise<void> {
  const now = countOf(calls)
  await sleep(60)
  expect(countOf(calls) - now).toBeLessThanOrEqual(2 * cpuCount())
  expect(
    await df.mapBatches(({ id }) => ({ id: id.values }), { returns: { id: 'float64' } }).rowCount(),
  ).toBe(rows)
}

describe(`random plans, seed ${seed}`, () => {
  const random = generator(seed)
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  const steps: readonly ((frame: DataFrame<any>) => DataFrame<any>)[] = [
    frame => frame,
    frame => frame.filter(c => c.id!.mod(3).eq(1)),
    frame => frame.sortBy(desc('key'), 'id'),
    frame => frame.head(777),
    frame => frame.tail(777),
    frame => frame.slice(500, 40_000),
    frame => frame.groupBy('key').agg(c => ({ n: c.id.count(), sum: c.id.sum(), first: c.text.first() })),
    frame => frame.groupBy('text', { sort: 'first' }).agg(c => ({ n: c.id.count() })),
    frame => frame.select('key').distinct().sortBy('key'),
    frame => frame.withColumns(c => ({ place: c.id.rank({ method: 'ordinal' }).over('key') })),
    frame =>
      frame.join(df.head(5000).select('key', 'id').rename({ id: 'other' }), { on: 'key' }).head(20_000),
    frame => df.head(300).select('key').join(frame.head(9000), { on: 'key', how: 'left' }),
    frame => frame.concat(frame.head(10)),
    frame =>
      frame
        .groupBy('key')
        .apply(({ id }) => ({ most: [id!.values.at(-1)] }), { returns: { most: 'float64' } }),
  ]
  const same = (frame: DataFrame<any>, size: number) =>
    frame.mapBatches(batch => ({ ...batch }) as never, {
      returns: frame.schema as never,
      size,
    }) as unknown as DataFrame<any>

  test('give what they give without functions in between', async () => {
    for (let round = 0; round < 40; round++) {
      const input = df.head(Math.floor(random() * 50_000))
      const [first, second] = [pick(steps), pick(steps)]
      const size = 100 + Math.floor(random() * 9000)
      const middle = first(input)
      const wanted =
        middle.columns.includes('id') && middle.columns.includes('text') ? second(middle) : middle
      const between = same(first(same(input, size)), size * 2)
      const mapped = wanted === middle ? between : second(between)
      const options = {
        threads: pick([1, 2, 3, 8]),
        ...pick([{}, { memoryLimit: '150MB' }, { memoryLimit: '200MB', spill: 'always' as const }]),
      }
      const found = await mapped.compute(options)
      expect(found.toObjects(), `round ${round}, ${mapped.explain()}`).toEqual(
        (await wanted.compute()).toObjects(),
      )
    }
  })

  test('and the same sums for every number of threads', async () => {
    const sums = new Set<number>()
    for (const threads of [1, 2, 3, 8]) {
      const tenths = df.mapBatches(({ id }) => ({ x: id.values.map(x => x / 10) }), {
        returns: { x: 'float64' },
        size: 1234,
      })
      sums.add((await tenths.agg(c => ({ sum: c.x.sum() })).compute({ threads })).sum.get(0) as number)
    }
    expect(sums.size).toBe(1)
  })
})

test('functions run while their rows are read, a few batches ahead of the reader', async () => {
  const [first, second] = [counter(), counter()]
  const frame = counted(
    counted(df, first, 100).filter(c => c.id.ge(0)),
    second,
    100,
  )
  let seen = 0
  for await (const batch of frame.batches({ size: 100 })) {
    expect(batch.col('id').get(0)).toBe(seen)
    seen += batch.length
    if (seen < 1000) continue
    await sleep(30)
    expect(countOf(second)).toBeLessThanOrEqual(seen / 100 + ahead)
    expect(countOf(first)).toBeLessThanOrEqual(seen / 100 + 2 * ahead)
    if (seen === 2000) break
  }
  await expectAnEnd(first)
  expect(countOf(first)).toBeLessThan(rows / 100)
})

test('who has enough rows ends the functions before, also when the query goes on', async () => {
  const calls = counter()
  const few = counted(df, calls, 100).head(10)
  expect((await few.compute()).length).toBe(10)
  await expectAnEnd(calls)
  expect(countOf(calls)).toBeLessThanOrEqual(ahead)
  // The join needs its other side whole, which takes a thousand batches.
  const [left, right] = [counter(), counter()]
  const joined = counted(df, left, 100)
    .head(10)
    .join(counted(df, right, 100).select('id'), { on: 'id' })
  expect(await joined.rowCount()).toBe(10)
  expect(countOf(right)).toBe(rows / 100)
  expect(countOf(left)).toBeLessThanOrEqual(ahead)
  const groups = counter()
  const applied = df.groupBy('id').apply(
    () => {
      Atomics.add(groups, 0, 1)
      return { one: [1] }
    },
    { returns: { one: 'int32' }, closure: { groups } },
  )
  expect((await applied.head(3).compute()).id.toArray()).toEqual([0, 1, 2])
})

/** Fifty rows for each. */
const grown = (frame: DataFrame<{ id: 'float64'; key: 'int32' }>) =>
  frame.mapBatches(
    ({ id, key }) => ({
      x: new Float64Array(id.length * 50).fill(1),
      k: Int32Array.from({ length: id.length * 50 }, (_, i) => key.values[Math.floor(i / 50)] as number),
    }),
    { returns: { x: 'float64', k: 'int32' }, size: 500 },
  )

test('rows that are several times the memory that the query may use', async () => {
  const wide = grown(df.select('id', 'key')) // 60 MB
  const groups = wide.groupBy('k').agg(c => ({ n: c.x.sum() }))
  const table = await groups.compute({ memoryLimit: '24MB', spill: 'auto' })
  expect(table.length).toBe(1009)
  expect(table.n.toArray().reduce((sum, n) => sum + Number(n), 0)).toBe(rows * 50)
  expect(table.stats.spilledBytes).toBe(0)
  const sorted = wide.sortBy(desc('k')).agg(c => ({ first: c.k.first(), last: c.k.last(), n: c.x.count() }))
  const whole = await sorted.compute({ memoryLimit: '24MB' })
  expect(whole.toObjects()).toEqual([{ first: 1008, last: 0, n: rows * 50 }])
  expect(whole.stats.spilledBytes).toBeGreaterThan(0)
  const medians = wide.groupBy('k').agg(c => ({ middle: c.x.median() }))
  expect((await medians.compute({ memoryLimit: '24MB' })).middle.toArray()).toEqual(new Array(1009).fill(1))
  await expect(sorted.compute({ memoryLimit: '24MB', spill: 'never' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
  })
  // The engine alone, before any batch.
  await expect(wide.rowCount({ memoryLimit: '300KB', spill: 'never' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
    hint: expect.stringMatching(/even shares of it, here 100000 of 300000 bytes.*spill: 'always'/),
  })
  const alone = grown(df.select('id', 'key').head(2000))
  await expect(alone.rowCount({ memoryLimit: '600KB' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
    message: expect.stringContaining('a batch of mapBatches'),
    hint: expect.stringContaining('size'),
  })
})

test('memory of results is written again, and nothing of older rows shows', async () => {
  const table = await df
    .select('id')
    .mapBatches(
      ({ id }, { index }) => {
        const kept = [...id.values].filter(x => x % (1 + (index % 5)) === 0)
        return {
          id: Float64Array.from(kept),
          even: kept.map(x => (x % 2 === 0 ? BigInt(x) : null)),
          name: kept.map(x => (x % 3 === 0 ? null : `${x}`.repeat(x % 7))),
          small: Uint8Array.from(kept, x => x % 251),
          flag: {
            values: Uint8Array.from(kept, x => x % 2),
            validity: new Uint8Array(kept.length).fill(0b10110111),
          },
        }
      },
      {
        returns: { id: 'float64', even: 'int64?', name: 'utf8?', small: 'uint8', flag: 'uint8?' },
        size: 997,
      },
    )
    .compute()
  const kept: number[] = []
  const flags: (number | null)[] = []
  for (let batch = 0; batch * 997 < rows; batch++) {
    let place = 0
    for (let x = batch * 997; x < Math.min(rows, (batch + 1) * 997); x++) {
      if (x % (1 + (batch % 5)) !== 0) continue
      kept.push(x)
      flags.push((0b10110111 >> (place++ & 7)) & 1 ? x % 2 : null)
    }
  }
  expect(table.id.toArray()).toEqual(kept)
  expect(table.even.toArray()).toEqual(kept.map(x => (x % 2 === 0 ? x : null)))
  expect(table.name.toArray()).toEqual(kept.map(x => (x % 3 === 0 ? null : `${x}`.repeat(x % 7))))
  expect(table.small.toArray()).toEqual(kept.map(x => x % 251))
  expect(table.flag.toArray()).toEqual(flags)
})

test('a function that throws, hangs or dies in the middle of the stream fails the query alone', async () => {
  const calls = counter()
  const broken = (how: string) =>
    counted(df, calls, 100)
      .mapBatches(
        async ({ id }, { index }) => {
          if (index === 40 && how === 'throws') throw new RangeError('no more')
          if (index === 40 && how === 'hangs') for (;;);
          if (index === 40 && how === 'dies') process.exit(7)
          return { id: id.values }
        },
        { returns: { id: 'float64' }, size: 100, closure: { how }, ...(how === 'hangs' && { timeout: 200 }) },
      )
      .groupBy('id')
      .agg(c => ({ n: c.id.count() }))
      .compute()
  await expect(broken('throws')).rejects.toMatchObject({
    name: 'RangeError',
    message: 'no more',
    hint: expect.stringContaining('batch 40'),
  })
  await expectAnEnd(calls)
  await expect(broken('hangs')).rejects.toBeInstanceOf(TaskTimeoutError)
  await expectAnEnd(calls)
  await expect(broken('dies')).rejects.toBeInstanceOf(WorkerCrashedError)
  await expectAnEnd(calls)
  expect(countOf(calls)).toBeLessThan((3 * rows) / 100)
})

test('a signal ends a stream of functions with its reason, in compute and between batches', async () => {
  const calls = counter()
  const controller = new AbortController()
  const computing = counted(df, calls, 10).sortBy('key').compute({ signal: controller.signal })
  const settled = computing.then(
    () => 'done',
    error => error,
  )
  while (countOf(calls) < 5) await sleep(1)
  const reason = new Error('enough')
  controller.abort(reason)
  expect(await settled).toBe(reason)
  await expectAnEnd(calls)
  const other = new AbortController()
  let seen = 0
  const reading = (async () => {
    for await (const _ of counted(df, calls, 100).batches({ size: 100, signal: other.signal }))
      if (++seen === 5) other.abort(reason)
  })()
  await expect(reading).rejects.toBe(reason)
  expect(reason).not.toHaveProperty('hint')
  expect(seen).toBe(5)
  await expectAnEnd(calls)
})

test('an error of the engine before or behind a function is that of the query', async () => {
  const calls = counter()
  const overflow = counted(df, calls, 100)
    .mapBatches(({ id }) => ({ big: [...id.values].map(() => 2n ** 62n) }), {
      returns: { big: 'int64' },
      size: 50,
    })
    .filter(c => c.big.add(c.big).gt(0))
  await expect(overflow.compute()).rejects.toMatchObject({ code: 'ERR_OVERFLOW' })
  await expectAnEnd(calls)
  expect(countOf(calls)).toBeLessThan(rows / 100)
  const lines = Array.from({ length: 50_000 }, (_, i) => (i === 49_000 ? 'x' : String(i)))
  const csv = readCsv(new TextEncoder().encode(`n\n${lines.join('\n')}\n`), { schema: { n: 'int64' } })
  const behind = csv.mapBatches(({ n }) => ({ n: n.values }), { returns: { n: 'int64' }, size: 100 })
  await expect(behind.agg(c => ({ n: c.n.sum() })).compute()).rejects.toMatchObject({
    code: 'ERR_CSV_TYPE',
    line: 49_002,
    column: 'n',
  })
})

test('a key that turned out to hold decimals is one for groups too', async () => {
  const lines = Array.from({ length: 200_000 }, (_, i) => (i === 150_001 ? '1.5' : String(i % 3)))
  const csv = readCsv(new TextEncoder().encode(`n\n${lines.join('\n')}\n`)) as DataFrame<any>
  const table = await csv
    .groupBy('n')
    .apply(({ n }) => ({ rows: [n!.length] }), { returns: { rows: 'int32' } })
    .compute()
  expect(table.col('n').toArray()).toEqual([0, 1, 1.5, 2])
})

test('explain shows the function where its rows come from', async () => {
  const text = await counted(df, counter(), 1000)
    .filter(c => c.key.eq(5))
    .explain({ analyze: true })
  expect(text).toMatch(/mapBatches\(function, 1000 rows a batch\).*100,000/)
})
