// Queries on tables that memoryLimit is too small for: the same rows by way of the disk, and nothing left there.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type DataFrame, fromColumns, readCsv, rowNumber } from 'millrace'
import { afterAll, describe, expect, test, vi } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'millrace-spill-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rows = 300_000
const keys = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % rows)
const texts = Array.from(keys, key => `text number ${key * 31}`)
const wide: DataFrame = fromColumns({ key: keys, text: texts, value: Float64Array.from(keys, k => k / 8) })
const other: DataFrame = fromColumns({
  key: Int32Array.from({ length: rows }, (_, i) => (i * 104_729) % rows),
  amount: Float64Array.from({ length: rows }, (_, i) => i),
})

const queries: Record<string, DataFrame> = {
  sort: wide.sortBy('text'),
  'first rows of a sort': wide.sortBy('text').head(100_000),
  'sort of few values': wide.withColumns(c => ({ few: c.key.mod(3) })).sortBy('few'),
  join: wide.join(other, { on: 'key' }),
  'outer join': wide.filter(c => c.key.mod(3).ne(0)).join(other, { on: 'key', how: 'outer' }),
  groups: wide.groupBy('text').agg(c => ({ sum: c.value.sum(), n: c.value.nUnique() })),
  'groups as they come': wide.groupBy('text', { sort: 'first' }).agg(c => ({ sum: c.value.sum() })),
  windows: wide.withColumns(c => ({ n: c.value.rank().over(c.text) })),
  'windows over all rows': wide.withColumns(c => ({
    place: c.value.rank(),
    total: c.key.cumSum(),
    before: c.text.shift(1),
    smooth: c.value.rolling(100).max(),
    middle: c.value.median().over(),
  })),
  'windows in an order': wide.withColumns(c => ({
    n: rowNumber().over({ orderBy: 'text' }),
    sum: c.key.cumSum().over({ orderBy: 'text' }),
  })),
  'asof join': wide
    .select('value', 'text')
    .joinAsof(other.sortBy('amount'), { leftOn: 'value', rightOn: 'amount' }),
  'a join of a concat': wide
    .filter(c => c.key.mod(2).eq(0))
    .concat(wide.sortBy('text'))
    .join(other, {
      on: 'key',
    }),
  'a join of a sort': wide.sortBy('value').join(other, { on: 'key', how: 'left' }),
}

/** All rows, as one text a column. */
async function rowsOf(query: DataFrame, options: object): Promise<Record<string, string>> {
  const out: Record<string, string> = {}
  for await (const batch of query.batches(options)) {
    for (const name of batch.columns) out[name] = `${out[name] ?? ''},${batch.col(name).toArray().join()}`
  }
  return out
}

describe.each(Object.entries(queries))('%s', (_, query) => {
  test('gives the same rows with a tenth of the memory', async () => {
    const expected = await rowsOf(query, { spill: 'never' })
    expect(Object.values(expected)[0]!.split(',').length).toBeGreaterThan(rows / 4)
    const memoryLimit = 10_000_000
    await expect(rowsOf(query, { memoryLimit, spill: 'never' })).rejects.toMatchObject({
      code: 'ERR_MEMORY_LIMIT',
    })
    for (const threads of [1, 2, 3]) {
      expect(await rowsOf(query, { memoryLimit, threads })).toEqual(expected)
    }
  })
})

const counted = queries.join!.agg(c => ({ rows: c.key.count(), last: c.text.last(), amount: c.amount.sum() }))

test('the statistics say what went to disk, and the memory stays within the limit', async () => {
  const expected = await counted.compute()
  expect(expected.stats.spilledBytes).toBe(0)
  const spilled = await counted.compute({ memoryLimit: '5MB' })
  expect(spilled.stats.spilledBytes).toBeGreaterThan(1_000_000)
  expect(spilled.stats.peakBytes).toBeLessThanOrEqual(5_000_000)
  expect(spilled.toObjects()).toEqual(expected.toObjects())
})

test('medians and distinct counts of all rows take no memory for all values', async () => {
  const asked = wide.agg(c => ({
    texts: c.text.nUnique(),
    middle: c.value.median(),
    high: c.key.quantile(0.9),
    last: c.text.max(),
  }))
  const expected = (await asked.compute()).toObjects()
  expect(expected).toMatchObject([{ texts: rows }])
  for (const threads of [1, 2, 3]) {
    const table = await asked.compute({ memoryLimit: '4MB', threads })
    expect(table.toObjects()).toEqual(expected)
    expect(table.stats.peakBytes).toBeLessThanOrEqual(4_000_000)
    expect(table.stats.spilledBytes).toBeGreaterThan(1_000_000)
  }
})

test('cross joins and outer joins of one key give more rows than memory holds', async () => {
  const few = wide.head(3000).select('key', 'text')
  const crossed: DataFrame<any> = few
    .join(other.head(2000).select('amount'), { how: 'cross' })
    .agg(c => ({ n: c.key.count(), sum: c.amount.sum(), first: c.text.first(), last: c.text.last() }))
  const [left, right] = [few, other.head(1500)].map((df: DataFrame<any>) =>
    df.withColumns((c: any) => ({ key: c.key.mod(2) })),
  )
  const outer: DataFrame<any> = left!
    .join(
      right!.filter(c => c.key.eq(1)),
      { on: 'key', how: 'outer' },
    )
    .agg((c: any) => ({ n: c.text.count(), amounts: c.amount.count(), sum: c.amount.sum() }))
  for (const query of [crossed, outer]) {
    const expected = (await query.compute()).toObjects()
    const table = await query.compute({ memoryLimit: '6MB' })
    expect(table.toObjects()).toEqual(expected)
    expect(table.stats.peakBytes).toBeLessThanOrEqual(6_000_000)
  }
})

test('a pipe is sorted within the limit, though nobody can read it twice', async () => {
  const path = join(folder, 'sorted.pipe')
  const file = join(folder, 'sorted.csv')
  execFileSync('mkfifo', [path])
  const lines = Array.from(keys, key => `${key},some text with ${key * 31}`)
  writeFileSync(file, `key,text\n${lines.join('\n')}\n`)
  const writer = spawn('sh', ['-c', 'cat "$0" > "$1"', file, path])
  const sorted = readCsv(path).sortBy('key')
  let next = 0
  for await (const batch of sorted.batches({ memoryLimit: '8MB' })) {
    const found = batch.col('text').toArray()
    expect(found).toEqual(Array.from(found, (_, i) => `some text with ${(next + i) * 31}`))
    next += found.length
  }
  if (writer.exitCode === null) await once(writer, 'exit')
  for (const made of [file, path]) rmSync(made)
  expect(next).toBe(rows)
})

test('batches have fewer rows where there is little room for them, and as many as were asked for', async () => {
  const sizes = async (options: object): Promise<number[]> => {
    const out: number[] = []
    for await (const batch of wide.batches({ threads: 1, ...options })) out.push(batch.length)
    return out
  }
  const all = [65_536, 65_536, 65_536, 65_536, rows - 4 * 65_536]
  expect(await sizes({})).toEqual(all)
  expect(await sizes({ memoryLimit: '16MB', size: 65_536 })).toEqual(all)
  const fewer = await sizes({ memoryLimit: '16MB' })
  expect(Math.max(...fewer)).toBeLessThan(65_536)
  expect(fewer.reduce((sum, n) => sum + n)).toBe(rows)
})

test('what holds all its rows in memory says so', async () => {
  const shuffled = wide.sample({ fraction: 1, shuffle: true, seed: 1 }).agg(c => ({ n: c.key.count() }))
  await expect(shuffled.compute({ memoryLimit: '4MB' })).rejects.toMatchObject({
    code: 'ERR_MEMORY_LIMIT',
    message: expect.stringContaining('sample() holds all its rows'),
    hint: expect.stringContaining('before sample()'),
  })
})

test('compute and persist see the same rows', async () => {
  const sorted = wide.sortBy('text')
  const expected = (await sorted.compute()).col('text').toArray()
  expect((await sorted.compute({ spill: 'always' })).col('text').toArray()).toEqual(expected)
  using kept = await sorted.persist({ spill: 'always' })
  expect((await kept.compute()).col('text').toArray()).toEqual(expected)
})

test('a result that is larger than the limit is refused, with what to do', async () => {
  const error = await wide
    .sortBy('text')
    .compute({ memoryLimit: '8MB' })
    .catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'ERR_MEMORY_LIMIT', hint: expect.stringContaining('batches()') })
})

test('spillLimit bounds the disk, spillDirectory says where it is, and either may be wrong', async () => {
  const query = counted
  const run = (options: object) => query.compute({ memoryLimit: '5MB', ...options })
  await expect(run({ spillLimit: '100kB' })).rejects.toMatchObject({
    code: 'ERR_SPILL_LIMIT',
    hint: expect.stringContaining('spillLimit'),
  })
  expect((await run({ spillLimit: '1GB' })).stats.spilledBytes).toBeGreaterThan(0)
  await expect(run({ spillDirectory: join(folder, 'nowhere') })).rejects.toMatchObject({
    code: 'ERR_IO',
    message: expect.stringContaining('nowhere'),
    hint: expect.stringContaining('spillDirectory'),
  })
  expect((await run({ spillDirectory: folder })).stats.spilledBytes).toBeGreaterThan(0)
  expect(readdirSync(folder)).toEqual([])
  await expect(run({ spill: 'perhaps' })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
})

test('the environment sets what a call leaves open', async () => {
  const query = counted
  vi.stubEnv('MILLRACE_SPILL', 'always')
  expect((await query.compute()).stats.spilledBytes).toBeGreaterThan(0)
  vi.stubEnv('MILLRACE_SPILL_LIMIT', '1000')
  await expect(query.compute()).rejects.toMatchObject({ code: 'ERR_SPILL_LIMIT' })
  expect((await query.compute({ spillLimit: '1GB' })).length).toBeGreaterThan(0)
  vi.stubEnv('MILLRACE_SPILL_LIMIT', '')
  vi.stubEnv('MILLRACE_SPILL_DIRECTORY', join(folder, 'nowhere'))
  await expect(query.compute()).rejects.toMatchObject({ code: 'ERR_IO' })
  vi.unstubAllEnvs()
})

test('explain({ analyze: true }) says how much went to disk', async () => {
  expect(await counted.explain({ analyze: true, memoryLimit: '5MB' })).toMatch(/MB on disk/)
})

test('aborting ends a query that spills, wherever it is', async () => {
  for (let delay = 0; delay < 200; delay += 10) {
    const stop = new AbortController()
    const query = counted.compute({ memoryLimit: '5MB', signal: stop.signal })
    const settled = query.then(
      () => 'done',
      (error: Error) => error.name,
    )
    setTimeout(() => stop.abort(), delay)
    expect(['done', 'AbortError']).toContain(await settled)
  }
  expect((await counted.compute({ memoryLimit: '5MB' })).length).toBe(1)
})

const index = JSON.stringify(fileURLToPath(new URL('../../dist/bundle/index.js', import.meta.url)))

test('a process that is killed while it spills leaves nothing behind', async () => {
  const path = join(folder, 'killed.csv')
  writeFileSync(path, `key,text\n${Array.from(keys, k => `${k},some text with ${k}`).join('\n')}\n`)
  const spills = join(folder, 'killed.mjs')
  writeFileSync(
    spills,
    `import { readCsv } from ${index}
     const file = ${JSON.stringify(path)}
     console.log('ready')
     for (;;) {
       await readCsv(file).sortBy('text').agg(c => ({ first: c.text.first() }))
         .compute({ memoryLimit: '8MB', spillDirectory: ${JSON.stringify(folder)} })
       console.log('again')
     }`,
  )
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, [spills], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise<void>(resolve =>
      child.stdout.on('data', data => String(data).includes('again') && resolve()),
    )
    await new Promise(resolve => setTimeout(resolve, round * 37))
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(path)
  rmSync(spills)
  expect(readdirSync(folder)).toEqual([])
})

test('64 queries from four worker threads at once are all right', async () => {
  const path = join(folder, 'many.csv')
  writeFileSync(
    path,
    `key,value\n${Array.from(keys.subarray(0, 60_000), k => `${k % 20_000},${k}`).join('\n')}\n`,
  )
  const expected = await readCsv(path)
    .groupBy('key')
    .agg(c => ({ value: c.value.sum() }))
    .agg(c => ({ value: c.value.sum() }))
    .compute()
  const code = `
    import { parentPort } from 'node:worker_threads'
    import { readCsv } from ${index}
    const df = readCsv(${JSON.stringify(path)})
    const one = i => {
      const memoryLimit = 3_000_000 + i * 100_000
      const groups = df.groupBy('key').agg(c => ({ value: c.value.sum() }))
      const query = i % 4 === 0 ? groups : i % 4 === 1 ? groups.sortBy('value') : i % 4 === 2 ? df.sortBy('key') : df.join(groups, { on: 'key' })
      return query.agg(c => ({ value: c.value.sum() })).compute({ memoryLimit, spill: i % 2 ? 'always' : 'auto', threads: 1 + i % 3 })
    }
    const tables = await Promise.all(Array.from({ length: 16 }, (_, i) => one(i)))
    parentPort.postMessage(tables.map(table => table.toObjects()[0].value))`
  const program = join(folder, 'many.mjs')
  writeFileSync(program, code)
  const workers = Array.from({ length: 4 }, () => new Worker(program))
  const sums = await Promise.all(workers.map(async worker => (await once(worker, 'message'))[0] as number[]))
  await Promise.all(workers.map(worker => worker.terminate()))
  const total = expected.toObjects()[0]
  expect(new Set(sums.flat())).toEqual(new Set(Object.values(total as object)))
  expect(sums.flat()).toHaveLength(64)
  rmSync(path)
  rmSync(program)
})
