// Persisted frames that are limited to less memory than they take: the same answers by way of the disk.
import { type DataFrame, desc, fromColumns, persistStats, readCsv, setPersistLimit } from 'millrace'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'

const rows = 200_000
const { limitBytes: usual } = persistStats()

function table(seed: number): DataFrame<any> {
  const id = Float64Array.from({ length: rows }, (_, i) => i)
  const value = Float64Array.from({ length: rows }, (_, i) => ((i * 7919 + seed) % 100_003) / 8)
  const key = Int32Array.from({ length: rows }, (_, i) => (i * 31 + seed) % 1000)
  const text = Array.from({ length: rows }, (_, i) => (i % 17 === 3 ? null : `t${(i * 13 + seed) % 50}`))
  const long = Array.from({ length: rows }, (_, i) => (i % 29 === 3 ? null : `row ${(i ^ seed) % 3000}`))
  return fromColumns({ id, value, key, text, long })
}

const questions: Record<string, (df: DataFrame<any>) => DataFrame<any>> = {
  all: df => df,
  groups: df => df.groupBy('text', 'key').agg(c => ({ sum: c.value.sum(), n: c.id.count() })),
  filter: df => df.filter(c => c.id.between(70_000, 70_100)),
  nulls: df =>
    df
      .filter(c => c.text.isNull())
      .groupBy('key')
      .agg(c => ({ n: c.id.count() })),
  top: df => df.topK(20, 'value', 'id'),
  topText: df => df.topK(20, 'long'),
  sort: df => df.sortBy('key', desc('value'), 'id'),
  sortText: df => df.sortBy('text', 'long').head(1000),
  join: df => df.join(df.filter(c => c.key.lt(3)).select('id', 'long'), { on: 'id' }),
  selfJoin: df => df.select('id', 'value').join(df.select('id', 'text', 'long'), { on: 'id', how: 'left' }),
  firsts: df =>
    df
      .groupBy('key')
      .agg(c => ({ best: c.value.max() }))
      .join(df, { on: 'key' })
      .head(3000),
  perGroup: df => df.filter(c => c.value.rank({ method: 'ordinal' }).over('key').le(2)),
  tail: df => df.tail(10),
  sample: df => df.sample(100, { seed: 3 }),
}

async function answers(df: DataFrame<any>, threads: number): Promise<Record<string, string>> {
  const out: Record<string, string> = {}
  for (const [name, ask] of Object.entries(questions))
    out[name] = (await ask(df).compute({ threads })).toCsv()
  return out
}

const expected = answers(table(0), 2)
const frames: (DataFrame<any> & Disposable)[] = []
async function kept(frame: DataFrame<any>, options: object = {}): Promise<DataFrame<any> & Disposable> {
  const hot = await frame.persist(options)
  frames.push(hot)
  return hot
}
afterEach(async () => {
  for (const frame of frames.splice(0)) frame[Symbol.dispose]()
  await setPersistLimit(usual)
})
afterAll(() => expect(persistStats()).toMatchObject({ memoryBytes: 0, diskBytes: 0 }))

describe('with a limit of 300 kB', () => {
  beforeEach(() => setPersistLimit('300kB'))
  for (const threads of [1, 2, 3, 8]) {
    test(`every answer is the same, by ${threads} threads`, async () => {
      const hot = await kept(table(0), { threads })
      const stats = persistStats(hot)
      expect(stats.memoryBytes).toBeLessThan(300_000)
      expect(stats.diskBytes).toBeGreaterThan(3_000_000)
      expect(await answers(hot, threads)).toEqual(await expected)
      expect(persistStats().memoryBytes).toBeLessThanOrEqual(300_000)
    })
  }

  test('batches and arrow streams read it too, and a filter reads only the chunks that it needs', async () => {
    const hot = await kept(table(0))
    let sum = 0
    for await (const batch of hot.batches({ size: 1000 })) sum += batch.length
    expect(sum).toBe(rows)
    const { stats } = await hot
      .filter(c => c.id.between(70_000, 70_100))
      .select('id')
      .compute()
    expect(stats.bytesRead).toBeLessThanOrEqual(140_000)
    const whole = await hot.agg(c => ({ sum: c.value.sum() })).compute()
    expect(whole.stats.bytesRead).toBeGreaterThan(1_000_000)
    expect(
      await hot
        .groupBy('key')
        .agg(c => ({ s: c.value.sum() }))
        .explain({ analyze: true }),
    ).toMatch(/MB/)
  })

  test('many queries of many threads while others persist and dispose', async () => {
    const hot = await kept(table(0))
    const wanted = await expected
    const work = Object.entries(questions).map(async ([name, ask], i) => {
      expect((await ask(hot).compute({ threads: 1 + (i % 4) })).toCsv()).toBe(wanted[name])
    })
    for (let i = 1; i < 4; i++) {
      using other = await table(i).persist()
      expect(await other.rowCount()).toBe(rows)
    }
    await Promise.all(work)
  })

  test('an abort ends the reading', async () => {
    const hot = await kept(table(0))
    for (const delay of [undefined, 0, 1, 5]) {
      const stop = new AbortController()
      const query = hot.sortBy('long').compute({ signal: stop.signal })
      if (delay === undefined) stop.abort()
      else setTimeout(() => stop.abort(), delay)
      const began = performance.now()
      const rows = await query.then(
        result => result.length,
        error => String(error),
      )
      expect(performance.now() - began).toBeLessThan(500)
      // A query that is done before its abort has all rows.
      if (delay === undefined || rows !== 200_000) expect(rows).toMatch(/abort/i)
    }
  })
})

test('the frame that was read the longest ago goes first, and comes back when it is read again and again', async () => {
  const [a, b] = [await kept(table(1)), await kept(table(2))]
  const full = persistStats(a).memoryBytes
  await b
    .agg(c => ({ s: c.value.sum(), n: c.long.count(), t: c.text.count(), k: c.key.sum(), i: c.id.sum() }))
    .compute()
  await a
    .agg(c => ({ s: c.value.sum(), n: c.long.count(), t: c.text.count(), k: c.key.sum(), i: c.id.sum() }))
    .compute()
  await setPersistLimit(Math.floor(persistStats().memoryBytes - full / 2))
  expect(persistStats(a)).toEqual({ memoryBytes: full, diskBytes: 0 })
  expect(persistStats(b).memoryBytes).toBeLessThan(full * 0.6)
  // Once is no reason to turn out what is read more often; twice is.
  const ask = (): Promise<unknown> => b.sortBy('long').compute()
  for (let i = 0; i < 3; i++) await ask()
  expect(persistStats(b).memoryBytes).toBeGreaterThan(full * 0.9)
  expect(persistStats(a).memoryBytes).toBeLessThan(full * 0.7)
})

test('disposing gives back memory and disk, and the room is used', async () => {
  await setPersistLimit('1MB')
  const a = await kept(table(1))
  const b = await kept(table(2))
  expect(persistStats(b).diskBytes).toBeGreaterThan(1_000_000)
  const { diskBytes } = persistStats()
  expect(diskBytes).toBe(persistStats(a).diskBytes + persistStats(b).diskBytes)
  a[Symbol.dispose]()
  expect(persistStats()).toMatchObject({ diskBytes: persistStats(b).diskBytes, limitBytes: 1_000_000 })
  expect(() => persistStats(a)).toThrow(expect.objectContaining({ code: 'ERR_FRAME_DISPOSED' }))
  await setPersistLimit(usual)
  await b.sortBy('id').compute()
  expect((await b.sortBy('id').compute()).stats.bytesRead).toBe(0)
  expect(persistStats(b).memoryBytes).toBeGreaterThan(2_000_000)
})

test('the limit holds at run time: lower, what is too much goes; higher, nothing moves by itself', async () => {
  const hot = await kept(table(0))
  const before = persistStats().memoryBytes
  await setPersistLimit(before)
  expect(persistStats().memoryBytes).toBe(before)
  await setPersistLimit(Math.floor(before / 3))
  expect(persistStats().memoryBytes).toBeLessThanOrEqual(before / 3)
  expect(persistStats(hot).diskBytes).toBeGreaterThan(before / 2)
  expect((await hot.agg(c => ({ s: c.id.sum() })).compute()).toObjects()).toEqual([
    { s: (rows * (rows - 1)) / 2 },
  ])
})

test('without a disk persist fails, says what to do, and what was kept before stays', async () => {
  await setPersistLimit('6MB')
  const first = await kept(table(0), { spill: 'never' })
  const memory = persistStats(first).memoryBytes
  const refused = { code: 'ERR_MEMORY_LIMIT', message: expect.stringMatching(/MILLRACE_PERSIST_LIMIT/) }
  await expect(table(1).persist({ spill: 'never' })).rejects.toMatchObject(refused)
  await expect(table(1).persist({ spillDirectory: '/nowhere' })).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(/\/nowhere.*spillDirectory/s),
  })
  await expect(table(1).persist({ spillLimit: 1000 })).rejects.toMatchObject(refused)
  await expect(setPersistLimit(1000)).rejects.toMatchObject(refused)
  expect(persistStats(first)).toEqual({ memoryBytes: memory, diskBytes: 0 })
  expect(await answers(first, 2)).toEqual(await expected)
  await setPersistLimit('6MB')
  const second = await kept(table(0))
  expect(persistStats(second).diskBytes).toBeGreaterThan(1_000_000)
  expect(await answers(second, 2)).toEqual(await expected)
})

test('the environment sets the limit until a call does; a frame that was not persisted has no statistics', async () => {
  expect(() => persistStats(table(0))).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }))
  await expect(setPersistLimit('much')).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
  const { execFileSync } = await import('node:child_process')
  const run = (env: object, first = ''): string[] =>
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { fromColumns, persistStats, setPersistLimit } from 'millrace'
         ${first}
         const hot = await fromColumns({ a: new Float64Array(100000).map((_, i) => i / 3) }).persist()
         console.log(persistStats().limitBytes, persistStats(hot).memoryBytes > 0, persistStats(hot).diskBytes > 0)
         await setPersistLimit('1MB')
         console.log(persistStats().limitBytes)`,
      ],
      { env: { ...process.env, ...env }, encoding: 'utf8', stdio: 'pipe' },
    ).split('\n')
  expect(run({ MILLRACE_PERSIST_LIMIT: '200kB' })).toEqual(['200000 true true', '1000000', ''])
  const bad = { MILLRACE_PERSIST_LIMIT: 'much' }
  expect(() => run(bad)).toThrow(/MILLRACE_PERSIST_LIMIT/)
  expect(run(bad, "await setPersistLimit('300kB')")).toEqual(['300000 true true', '1000000', ''])
  const { totalmem } = await import('node:os')
  const [limit = 0] = run({ MILLRACE_PERSIST_LIMIT: '' })[0]?.split(' ').map(Number) ?? []
  expect(limit).toBeGreaterThan(0)
  expect(limit).toBeLessThanOrEqual(totalmem() / 2)
})

test('texts without a dictionary, all on disk but what never goes there', async () => {
  const texts = fromColumns({ text: Array.from({ length: 330_000 }, (_, i) => (i % 5 ? `text ${i}` : null)) })
  const hot = await kept(texts, { threads: 1 })
  await expect(setPersistLimit(1000)).rejects.toMatchObject({ code: 'ERR_MEMORY_LIMIT' })
  expect(persistStats(hot).diskBytes).toBeGreaterThan(2_000_000)
  const ask = (df: DataFrame<any>): DataFrame<any>[] => [df, df.sortBy('text').tail(1000), df.topK(5, 'text')]
  for (const [i, query] of ask(hot).entries()) {
    expect((await query.compute()).toCsv()).toBe((await ask(texts)[i]?.compute())?.toCsv())
  }
})

test('a column of a million different texts is kept within a limit of one megabyte', async () => {
  await setPersistLimit('1MB')
  const lines = Array.from({ length: 1_000_000 }, (_, i) => `${(i * 7919) % 1_000_000},k${i % 9}`)
  const bytes = Buffer.from(`text,few\n${lines.map(line => `text ${line}`).join('\n')}\n`)
  const hot = await kept(readCsv(bytes))
  expect(persistStats(hot).memoryBytes).toBeLessThan(1_000_000)
  expect(persistStats(hot).diskBytes).toBeGreaterThan(10_000_000)
  const found = await hot.filter((c: any) => c.text.eq('text 777777')).compute()
  expect(found.toObjects()).toEqual([
    { text: 'text 777777', few: lines.find(line => line.startsWith('777777,'))?.slice(7) },
  ])
  const groups = await hot
    .groupBy('few')
    .agg((c: any) => ({ texts: c.text.nUnique() }))
    .compute()
  expect(groups.toObjects().map((row: any) => row.texts)).toEqual([111_112, ...Array(8).fill(111_111)])
})

test('rows of a file that is larger than the limit are kept', async () => {
  await setPersistLimit('500kB')
  const bytes = Buffer.from(
    `a,b\n${Array.from({ length: 300_000 }, (_, i) => `${i},${i % 7}.5`).join('\n')}\n`,
  )
  const hot = await kept(readCsv(bytes))
  expect(persistStats(hot).memoryBytes).toBeLessThan(500_000)
  expect((await hot.groupBy('b').a.count().compute()).toObjects().map((row: any) => row.a)).toEqual([
    42858, 42857, 42857, 42857, 42857, 42857, 42857,
  ])
})
