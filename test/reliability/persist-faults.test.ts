// Persisted frames on disk when the disk or the memory fails, when they are dropped under a query, and from many threads.
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type DataFrame, fromColumns, type MillraceError, persistStats, setPersistLimit } from 'millrace'
import { afterAll, afterEach, expect, test } from 'vitest'
import { native } from '../../dist/native.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-persist-'))
const index = JSON.stringify(new URL('../../dist/bundle/index.js', import.meta.url).href)
const { limitBytes: usual } = persistStats()
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(async () => {
  native().faultInjection('spill:0', -1, false)
  native().faultInjection('allocation', -1, false)
  await setPersistLimit(usual)
})

const rows = 60_000
const table = (): DataFrame<any> =>
  fromColumns({
    id: Float64Array.from({ length: rows }, (_, i) => i),
    value: Float64Array.from({ length: rows }, (_, i) => ((i * 7919) % 10_007) / 8),
    text: Array.from({ length: rows }, (_, i) => (i % 17 === 3 ? null : `t${(i * 13) % 50}`)),
  })
const questions: ((df: DataFrame<any>) => DataFrame<any>)[] = [
  df => df.groupBy('text').value.sum(),
  df => df.sortBy('value', 'id').head(2000),
  df => df.topK(9, 'value', 'id'),
  df =>
    df.join(
      df.select('id', 'text').filter(c => c.id.lt(900)),
      { on: 'id' },
    ),
]

async function outcome(query: DataFrame<any>, expected: string): Promise<string> {
  try {
    expect((await query.compute({ threads: 2 })).toCsv()).toBe(expected)
    return 'ok'
  } catch (error) {
    return (error as MillraceError).code
  }
}

test('a read that fails, or gives back something else, fails that query alone', async () => {
  await setPersistLimit('60kB')
  using hot = await table().persist()
  for (const ask of questions) {
    const expected = (await ask(table()).compute()).toCsv()
    for (const kind of ['spill:3', 'spill:4']) {
      const codes = new Set<string>()
      for (let at = 0; at < 6; at++) {
        native().faultInjection(kind, at, false)
        codes.add(await outcome(ask(hot), expected))
        native().faultInjection(kind, -1, false)
        expect(await outcome(ask(hot), expected)).toBe('ok')
      }
      expect(codes).toContain('ERR_IO')
      codes.delete('ok')
      expect([...codes]).toEqual(['ERR_IO'])
    }
  }
})

test('an allocation that fails while rows are read back or persisted is ERR_MEMORY_LIMIT, and gives all back', async () => {
  await setPersistLimit('60kB')
  using hot = await table().persist()
  const expected = (await questions[0]?.(table()).compute())?.toCsv() ?? ''
  const before = persistStats(hot)
  for (let at = 0; at < 60; at++) {
    native().faultInjection('allocation', at, false)
    expect(['ok', 'ERR_MEMORY_LIMIT']).toContain(
      await outcome(questions[0]?.(hot) as DataFrame<any>, expected),
    )
    native().faultInjection('allocation', at * 3, true)
    const refused = await hot.persist().then(
      frame => frame[Symbol.dispose](),
      error => error.code,
    )
    native().faultInjection('allocation', -1, false)
    expect([undefined, 'ERR_MEMORY_LIMIT']).toContain(refused)
  }
  expect(await outcome(questions[0]?.(hot) as DataFrame<any>, expected)).toBe('ok')
  expect(persistStats(hot).diskBytes).toBe(before.diskBytes)
  expect(persistStats().diskBytes).toBe(before.diskBytes)
})

test('a frame that is disposed of under its queries gives them their rows, and then all its room back', async () => {
  await setPersistLimit('60kB')
  for (let round = 0; round < 5; round++) {
    const hot = await table().persist()
    const running = questions.map(ask => ask(hot).compute())
    hot[Symbol.dispose]()
    const tables = await Promise.all(running)
    for (const [i, ask] of questions.entries()) {
      expect(tables[i]?.toCsv()).toBe((await ask(table()).compute()).toCsv())
    }
  }
  expect(persistStats()).toMatchObject({ diskBytes: 0 })
})

test('an abort ends the reading within 200 ms, and nothing is left', async () => {
  const many = 2_000_000
  const value = Float64Array.from({ length: many }, (_, i) => ((i * 7919) % 1_000_003) / 8)
  await setPersistLimit('2MB')
  using hot = await fromColumns({ value, id: value.map((_, i) => i) }).persist()
  for (const delay of [1, 20, 60]) {
    const stop = new AbortController()
    const query = hot.sortBy('value').compute({ signal: stop.signal })
    await new Promise(resolve => setTimeout(resolve, delay))
    const began = performance.now()
    stop.abort()
    await query.then(
      () => {},
      error => expect(error).toBe(stop.signal.reason),
    )
    expect(performance.now() - began).toBeLessThan(200)
  }
})

test('worker threads share the limit, persist, ask and dispose at once', async () => {
  await setPersistLimit('400kB')
  const code = `
    import { parentPort } from 'node:worker_threads'
    import { fromColumns, persistStats } from ${index}
    const rows = 40000
    const sums = []
    for (let round = 0; round < 6; round++) {
      const frames = await Promise.all([1, 2, 3].map(k =>
        fromColumns({ a: Float64Array.from({ length: rows }, (_, i) => (i * 7919 * k) % 10007 / 8), b: Int32Array.from({ length: rows }, (_, i) => i % (k * 100)) }).persist({ threads: k })))
      const asked = frames.flatMap(df => [df.sortBy('a').tail(100), df.groupBy('b').a.sum(), df.join(df.head(50), { on: 'b', how: 'semi' })])
      const tables = await Promise.all(asked.map((df, i) => df.agg(c => ({ n: c.a.sum() })).compute({ threads: 1 + i % 3 })))
      sums.push(JSON.stringify(tables.map(t => t.toObjects()[0].n)))
      for (const df of frames) df[Symbol.dispose]()
    }
    parentPort.postMessage({ sums, limit: persistStats().limitBytes })`
  const program = join(folder, 'workers.mjs')
  writeFileSync(program, code)
  const workers = Array.from({ length: 4 }, () => new Worker(program))
  const all = await Promise.all(workers.map(async worker => (await once(worker, 'message'))[0]))
  await Promise.all(workers.map(worker => worker.terminate()))
  expect(new Set(all.flatMap(({ sums }) => sums)).size).toBe(1)
  expect(all.map(({ limit }) => limit)).toEqual([400_000, 400_000, 400_000, 400_000])
  expect(persistStats()).toMatchObject({ memoryBytes: 0, diskBytes: 0 })
})
