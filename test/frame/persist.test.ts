import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataFrame, fromColumns, lit, readCsv } from 'millrace'
import { describe, expect, test } from 'vitest'
import { generator, seed } from '../random.js'
import { randomFrame } from './random-frames.js'

const disposed = expect.objectContaining({ code: 'ERR_FRAME_DISPOSED' })

test('persist runs the query once: the file is not read again', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'millrace-persist-')), 'a.csv')
  writeFileSync(path, 'k,v\na,1\nb,2\na,3\n')
  const hot = await readCsv(path)
    .filter(c => c.v.gt(1))
    .persist()
  rmSync(path)
  expect(await hot.rowCount()).toBe(2)
  expect((await hot.groupBy('k').v.sum().compute()).toObjects()).toEqual([
    { k: 'a', v: 3 },
    { k: 'b', v: 2 },
  ])
  expect(hot.explain()).toBe('memory(2 rows, 2 columns)')
  expect(hot.schema).toEqual({ k: 'utf8?', v: 'int64?' })
})

describe(`random frames, seed ${seed}`, () => {
  const random = generator(seed)
  test('are the same after persist, whatever is asked of them', async () => {
    for (let round = 0; round < 60; round++) {
      const { frame } = randomFrame(
        random,
        Math.floor(random() * 300),
        1 + Math.floor(random() * 5),
        1 + Math.floor(random() * 30),
      )
      const hot = await frame.persist({ threads: 1 + (round % 3) })
      const [first, second] = frame.columns as [string, string | undefined]
      const asked: ((df: DataFrame<any>) => DataFrame<any>)[] = [
        df => df,
        df => df.sortBy(first),
        df => df.distinct(...(second ? [first, second] : [first]), { keep: 'last' }),
        df => df.valueCounts(first),
        df => df.filter((c: any) => c[first].isNotNull()).tail(7),
        df => df.slice(3, 50),
      ]
      for (const ask of asked) {
        const [before, after] = await Promise.all([ask(frame).compute(), ask(hot).compute()])
        expect(after.toCsv()).toBe(before.toCsv())
        expect(after.schema).toEqual(before.schema)
      }
    }
  })
})

test('strings few and many, numbers near and far, from a file of many chunks, by any number of threads', async () => {
  // More distinct strings than a dictionary holds: chunks with codes and chunks without them lie in one column.
  const rows = 330_000
  const text = Array.from({ length: rows }, (_, i) => {
    const few = i % 11 === 3 ? '' : `k${(i * 7919) % 13}`
    return `${few},u${(i * 104_729) % rows},${i % 100},${i * 1e9},${i % 3 ? 5 : ''},${i / 8}`
  })
  const csv = new TextEncoder().encode(`few,many,near,far,same,real\n${text.join('\n')}\n`)
  const asked: ((df: DataFrame<any>) => DataFrame<any>)[] = [
    df => df.groupBy('few').agg((c: any) => ({ n: c.near.sum(), far: c.far.max(), real: c.real.mean() })),
    df => df.groupBy('few', 'near').agg((c: any) => ({ first: c.many.first(), same: c.same.count() })),
    df => df.groupBy('many').agg((c: any) => ({ far: c.far.sum() })),
    df => df.filter((c: any) => c.few.eq('k3').and(c.near.gt(90))),
    df => df.select('many', 'same', 'few').slice(140_000, 50),
    df => df.agg((c: any) => ({ many: c.many.nUnique(), few: c.few.nUnique(), far: c.far.min() })),
  ]
  const expected = await Promise.all(asked.map(async ask => (await ask(readCsv(csv)).compute()).toCsv()))
  for (const threads of [1, 2, 3, 8]) {
    const hot = await readCsv(csv).persist({ threads })
    for (const [i, ask] of asked.entries())
      expect((await ask(hot).compute({ threads })).toCsv() === expected[i]).toBe(true)
    hot[Symbol.dispose]()
  }
})

describe('chunks that a filter rules out', () => {
  const rows = 200_000
  const day = 86_400_000
  const csv = new TextEncoder().encode(
    `id,real,day,part,maybe\n${Array.from({ length: rows }, (_, i) => `${i - 1000},${i / 4},${new Date(Math.floor(i / 1000) * day).toISOString().slice(0, 10)},${i % 10},${i < 150_000 ? '' : i}`).join('\n')}\n`,
  )
  const small = (c: any) => c.id.lt(-900)
  test.each<[string, (c: any) => any, number]>([
    ['less', small, 100],
    ['the literal first', c => lit(-900).gt(c.id), 100],
    ['between', c => c.id.between(5, 9), 5],
    ['equal', c => c.id.eq(150_000), 1],
    ['outside', c => c.id.gt(10_000_000), 0],
    ['real numbers', c => c.real.ge(49_990), 40],
    ['dates', c => c.day.eq(new Date(7 * day)), 1000],
    ['and', c => c.id.ge(0).and(c.real.lt(251)).and(c.part.eq(3)), 0],
    ['nulls', c => c.maybe.isNotNull().and(c.id.lt(149_010)), 10],
    ['comparisons with nulls', c => c.maybe.gt(0), 50_000],
  ])('%s', async (_, predicate, count) => {
    const frame = readCsv(csv)
    const hot = await frame.persist()
    const [expected, found] = await Promise.all([
      frame.filter(predicate).compute(),
      hot.filter(predicate).compute(),
    ])
    expect(found.toCsv()).toBe(expected.toCsv())
    if (count > 0) expect(found.length).toBe(count)
    expect(found.stats.rowsScanned).toBeLessThan(rows / 2)
  })

  test('or, not and what is computed are looked at row by row', async () => {
    const hot = await readCsv(csv).persist()
    const found = await hot.filter(c => c.id.lt(-990).or(c.id.gt(198_990))).compute()
    expect(found.length).toBe(10 + 9)
    expect(found.stats.rowsScanned).toBe(rows)
  })
})

test('the schema is that of the rows: what was inferred as int64 and held decimals is float64', async () => {
  const rows = 300_000
  const lines = Array.from({ length: rows }, (_, i) => (i === 150_001 ? '1.5' : i))
  const frame = readCsv(new TextEncoder().encode(`a\n${lines.join('\n')}\n`))
  expect(frame.schema).toEqual({ a: 'int64?' })
  const hot = await frame.persist()
  expect(hot.schema).toEqual({ a: 'float64?' })
  expect((await hot.filter(c => c.a.lt(2)).compute()).col('a').values).toEqual(new Float64Array([0, 1, 1.5]))
})

test('a condition that is joined with itself, over and over, is one condition', async () => {
  const hot = await fromColumns({ a: [1, 2, 3] }).persist()
  let many = hot.a.gt(1)
  for (let i = 0; i < 60; i++) many = many.and(many)
  expect((await hot.filter(many).compute()).length).toBe(2)
  expect(
    (
      await hot
        .withColumns(c => ({ b: c.a }))
        .filter(many)
        .compute()
    ).length,
  ).toBe(2)
})

test('nothing and no column can be persisted too', async () => {
  const none = await fromColumns({ a: new Float64Array(0) }).persist()
  expect(await none.rowCount()).toBe(0)
  expect((await none.agg(c => ({ sum: c.a.sum() })).compute()).toObjects()).toEqual([{ sum: 0 }])
})

test('a disposed frame takes no more queries; those under way end well', async () => {
  const hot = await fromColumns({ a: Float64Array.from({ length: 300_000 }, (_, i) => i) }).persist()
  const sum = hot.agg(c => ({ sum: c.a.sum() }))
  const running = sum.compute()
  hot[Symbol.dispose]()
  hot[Symbol.dispose]()
  expect((await running).toObjects()).toEqual([{ sum: (300_000 * 299_999) / 2 }])
  await expect(sum.compute()).rejects.toEqual(disposed)
  await expect(hot.persist()).rejects.toEqual(disposed)
  await expect(hot.batches().next()).rejects.toEqual(disposed)
  await expect(hot.explain({ analyze: true })).rejects.toEqual(disposed)
  expect(hot.explain()).toBe('memory(300000 rows, 1 columns)')
  const other = await fromColumns({ a: [1] }).persist()
  await other[Symbol.asyncDispose]()
  await expect(other.join(fromColumns({ a: [1] }), { on: 'a' }).compute()).rejects.toEqual(disposed)
})

test('the options of a run count: memory limit, signal, progress, names', async () => {
  const frame = fromColumns({ a: new Float64Array(100_000) }).withColumns(c => ({ b: c.a.add(1) }))
  await expect(frame.persist({ memoryLimit: 100_000 })).rejects.toMatchObject({ code: 'ERR_MEMORY_LIMIT' })
  await expect(frame.persist({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  await expect(frame.persist({ thread: 1 } as never)).rejects.toMatchObject({ code: 'ERR_UNKNOWN_OPTION' })
  const rows: number[] = []
  await frame.persist({ onProgress: ({ rowsDone }) => rows.push(rowsDone) })
  expect(rows.at(-1)).toBe(100_000)
})

test('a frame that is dropped without being disposed of gives its memory back', async () => {
  const values = new Float64Array(1_000_000)
  const before = process.memoryUsage.rss()
  let most = 0
  for (let round = 0; round < 150; round++) {
    const hot = await fromColumns({ values }).persist()
    expect(await hot.rowCount()).toBe(1_000_000)
    most = Math.max(most, process.memoryUsage.rss())
  }
  // 150 x 16 MB went by.
  expect(most - before).toBeLessThan(1_000_000_000)
})

test('groups of a persisted frame are the same for every number of threads, float sums to the bit', async () => {
  const rows = 1_500_000
  const frame = fromColumns({
    key: Int32Array.from({ length: rows }, (_, i) => (i * 7919) % 20_011),
    whole: Int32Array.from({ length: rows }, (_, i) => i % 1000),
    part: Float64Array.from({ length: rows }, (_, i) => ((i * 31) % 997) / 7),
  })
  const hot = await frame.persist()
  const ask = (df: DataFrame<any>, threads: number) =>
    df
      .groupBy('key')
      .agg((c: any) => ({ n: c.whole.count(), whole: c.whole.sum(), part: c.part.sum() }))
      .compute({ threads })
  const plain = await ask(frame, 2)
  const first = await ask(hot, 1)
  expect(first.length).toBe(20_011)
  for (const name of ['key', 'n', 'whole'] as const)
    expect(first.col(name).values).toEqual(plain.col(name).values)
  for (const threads of [2, 3, 8])
    expect((await ask(hot, threads)).col('part').values).toEqual(first.col('part').values)
})
