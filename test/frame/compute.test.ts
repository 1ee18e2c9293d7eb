import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test, vi } from 'vitest'
import { currentExecutor, type Executor, setExecutor } from '../../dist/core/executor.js'
import { localExecutor } from '../../dist/frame/local-executor.js'
import { fromColumns, type QueryProgress, readCsv } from '../../dist/index.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-compute-'))
afterAll(() => rmSync(folder, { recursive: true }))

const path = join(folder, 'numbers.csv')
const rowCount = 400_000
writeFileSync(path, `k,x\n${Array.from({ length: rowCount }, (_, i) => `${i % 7},${i / 8}`).join('\n')}\n`)
const df = readCsv(path)

test('the main job gives the right answer', async () => {
  const table = await df.filter(df.x.gt(0)).groupBy('k').x.mean().compute()
  const sums = Array.from({ length: 7 }, () => ({ sum: 0, n: 0 }))
  for (let i = 1; i < rowCount; i++) {
    sums[i % 7]!.sum += i / 8
    sums[i % 7]!.n++
  }
  expect(table.toObjects()).toEqual(sums.map(({ sum, n }, k) => ({ k, x: expect.closeTo(sum / n, 6) })))
  expect(table.stats.rowsScanned).toBe(rowCount)
})

test('the same rows come out for every number of threads', async () => {
  const one = await df.groupBy('k').x.sum().compute({ threads: 1 })
  for (const threads of [2, 3, 8]) {
    expect((await df.groupBy('k').x.sum().compute({ threads })).toObjects()).toEqual(one.toObjects())
  }
})

test('rowCount counts', async () => {
  expect(await df.rowCount()).toBe(rowCount)
  expect(await df.filter(df.k.eq(3)).rowCount({ threads: 2 })).toBe(Math.ceil((rowCount - 3) / 7))
  expect(await df.head(10).rowCount()).toBe(10)
})

test('an aborted signal rejects with its own reason, before or during the run', async () => {
  const reason = new Error('enough')
  await expect(df.compute({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const controller = new AbortController()
  const running = df.compute({ signal: controller.signal })
  controller.abort(reason)
  await expect(running).rejects.toBe(reason)
  await expect(df.rowCount({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('many queries share a signal without a warning, and all end with it', async () => {
  const warning = vi.fn()
  process.on('warning', warning)
  const controller = new AbortController()
  const running = Array.from({ length: 30 }, () => df.compute({ signal: controller.signal }))
  controller.abort(new Error('all'))
  const outcomes = await Promise.allSettled(running)
  expect(outcomes.map(outcome => outcome.status)).toEqual(Array(30).fill('rejected'))
  await new Promise(resolve => setImmediate(resolve))
  process.off('warning', warning)
  expect(warning).not.toHaveBeenCalled()
})

test('a signal that outlives the query keeps no listener', async () => {
  const controller = new AbortController()
  const remove = vi.spyOn(controller.signal, 'removeEventListener')
  await df.head(1).compute({ signal: controller.signal })
  expect(remove).toHaveBeenCalledWith('abort', expect.any(Function))
  controller.abort()
})

test('a query after an aborted one is right', async () => {
  const controller = new AbortController()
  const running = df.compute({ signal: controller.signal })
  controller.abort()
  await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  expect(await df.rowCount()).toBe(rowCount)
})

test.each([
  [{ threds: 2 }, 'ERR_UNKNOWN_OPTION'],
  [{ threads: 0 }, 'ERR_INVALID_ARGUMENT'],
  [{ memoryLimit: 'lots' }, 'ERR_INVALID_ARGUMENT'],
  [{ signal: {} }, 'ERR_INVALID_ARGUMENT'],
  [{ onProgress: 1 }, 'ERR_INVALID_ARGUMENT'],
  [{ progress: 'yes' }, 'ERR_INVALID_ARGUMENT'],
  [{ int64: 'float' }, 'ERR_INVALID_ARGUMENT'],
  [{ dates: 'temporal' }, 'ERR_INVALID_ARGUMENT'],
  [3, 'ERR_INVALID_ARGUMENT'],
])('compute(%j) rejects with %s', async (options, code) => {
  await expect(df.compute(options as object)).rejects.toMatchObject({ code })
})

test('onProgress ends with everything done', async () => {
  const seen: QueryProgress[] = []
  await df
    .groupBy('k')
    .x.mean()
    .compute({ onProgress: (progress: QueryProgress) => void seen.push(progress) })
  expect(seen.at(-1)).toMatchObject({ rowsDone: rowCount })
  expect(seen.at(-1)!.bytesDone).toBeLessThanOrEqual(seen.at(-1)!.bytesTotal)
})

test('progress: true says in the end what was read, on stderr', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  await df.groupBy('k').x.mean().compute({ progress: true })
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('')
  write.mockRestore()
  expect(text).toContain('400,000 rows')
})

test('a memory limit that is too small is ERR_MEMORY_LIMIT, and the next query is right', async () => {
  await expect(df.compute({ memoryLimit: '100kB' })).rejects.toMatchObject({ code: 'ERR_MEMORY_LIMIT' })
  expect((await df.compute({ memoryLimit: '1GB' })).length).toBe(rowCount)
})

test('MILLRACE_NUM_THREADS and MILLRACE_MEMORY_LIMIT are defaults, and checked', async () => {
  vi.stubEnv('MILLRACE_NUM_THREADS', 'many')
  await expect(df.compute()).rejects.toMatchObject({
    message: expect.stringContaining('MILLRACE_NUM_THREADS'),
  })
  vi.stubEnv('MILLRACE_NUM_THREADS', '1')
  vi.stubEnv('MILLRACE_MEMORY_LIMIT', '100kB')
  await expect(df.compute()).rejects.toMatchObject({ code: 'ERR_MEMORY_LIMIT' })
  expect((await df.compute({ memoryLimit: '1GB' })).stats.threads).toBe(1)
  vi.unstubAllEnvs()
})

test('many queries at once all settle, and the event loop turns meanwhile', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  const tables = await Promise.all(Array.from({ length: 32 }, () => df.groupBy('k').x.sum().compute()))
  clearInterval(timer)
  expect(new Set(tables.map(table => JSON.stringify(table))).size).toBe(1)
  expect(turns).toBeGreaterThan(0)
})

test('an error in onProgress that comes with the end is not lost either', async () => {
  const query = fromColumns({ x: [1] }).compute({
    onProgress: () => {
      throw new Error('mine')
    },
  })
  await expect(query).rejects.toThrow('mine')
})

test('an error in onProgress ends the query and is what rejects', async () => {
  const failure = new Error('mine')
  let calls = 0
  const slow: Executor = {
    ...localExecutor,
    run: () => {
      let reject!: (error: unknown) => void
      const result = new Promise<never>((_resolve, no) => {
        reject = no
      })
      const idle = {
        bytesDone: 0,
        bytesTotal: 0,
        rowsDone: 0,
        tasksDone: 0,
        tasksTotal: 0,
        memoryBytes: 0,
        memoryPeakBytes: 0,
      }
      return { result, cancel: () => reject(new Error('cancelled')), progress: () => idle }
    },
  }
  setExecutor(slow)
  const running = df.compute({
    onProgress: () => {
      calls++
      throw failure
    },
  })
  await expect(running).rejects.toBe(failure)
  setExecutor(undefined)
  expect(calls).toBe(1)
})

test('an installed executor runs the queries until it is taken away', async () => {
  let plans = 0
  setExecutor({
    ...localExecutor,
    run(request, watched) {
      plans++
      return localExecutor.run(request, watched)
    },
  })
  expect(await df.rowCount()).toBe(rowCount)
  setExecutor(undefined)
  expect(currentExecutor(localExecutor)).toBe(localExecutor)
  expect(await df.rowCount()).toBe(rowCount)
  expect(plans).toBe(1)
})

test('a running query keeps the process alive, and nothing else does', async () => {
  const script = `
    import { fromColumns } from ${JSON.stringify(new URL('../../dist/bundle/index.js', import.meta.url).href)}
    const df = fromColumns({ x: [1, 2, 3] })
    df.agg(c => ({ x: c.x.sum() })).compute({ onProgress() {} }).then(table => console.log(table.x.get(0)))
    for await (const batch of df) { console.log(batch.length); break }
  `
  const started = performance.now()
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  })
  expect(stdout.split('\n').sort()).toEqual(['', '3', '6'])
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('frames that copied their arrays do not see them change', async () => {
  const x = new Float64Array([1, 2, 3])
  const frame = fromColumns({ x }, { copy: true })
  x.fill(0)
  expect((await frame.compute()).x.toArray()).toEqual([1, 2, 3])
})
