// Options that decide how workers start, are called and end: each changes what happens.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { importTasks, Pool, type PoolOptions, range } from 'millrace'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { written } from './written.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'millrace-worker-options-'))
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'millrace'), 'junction')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open: Pool[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(pool => pool.terminate()))
})

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)

describe.each(['threads', 'processes'] as const)('a pool of %s', context => {
  const make = (workers: number, options: PoolOptions = {}) => {
    const pool = new Pool(workers, { context, ...options })
    open.push(pool)
    return pool
  }

  test('loader: auto takes tsx where Node cannot strip types, none leaves the file to Node, a name is imported', async () => {
    const bare = mkdtempSync(join(tmpdir(), 'millrace-loader-')) // tsx cannot be found from here
    const file = join(bare, 'tasks.ts')
    writeFileSync(file, 'export const half = (x: number): number => x / 2')
    const load = `export async function load(url, context, next) {
      if (!url.endsWith('.ts')) return next(url, context)
      return { format: 'module', shortCircuit: true, source: 'export const half = () => "by my loader"' }
    }`
    writeFileSync(
      join(bare, 'loader.mjs'),
      `import { register } from 'node:module'\nregister('data:text/javascript,' + encodeURIComponent(${JSON.stringify(load)}))`,
    )
    const { half } = importTasks<{ half: (x: number) => unknown }>(pathToFileURL(file))
    const answer = (options: PoolOptions) =>
      make(1, options)
        .apply(half, [4])
        .catch((error: { code: string; message: string }) => `${error.code} ${error.message}`)
    expect(await answer({})).toBe(2) // by Node, or by the tsx of the working directory
    expect(await answer({ loader: './loader.mjs' })).toBe('by my loader')
    expect(await answer({ loader: 'none' })).toEqual(
      stripsTypes ? 2 : expect.stringMatching(/^ERR_TASK_LOAD .*\.ts/),
    )
    expect(await answer({ loader: './nowhere.mjs' })).toMatch(/^ERR_TASK_LOAD .*nowhere/)
    rmSync(bare, { recursive: true })
  })

  test('name is what a debugger calls the threads, and what the system calls the processes', async () => {
    const pool = make(1, { name: 'resize images' })
    if (context === 'processes') {
      expect(await pool.apply(written('() => process.title'))).toBe('resize images')
      return
    }
    await pool.ready()
    const session = new Session()
    session.connect()
    const title = new Promise<string>(resolve => {
      session.on('NodeWorker.attachedToWorker' as never, ({ params }: any) => {
        if (params.workerInfo.title.includes('resize')) resolve(params.workerInfo.title)
      })
    })
    session.post('NodeWorker.enable' as never, { waitForDebuggerOnStart: false } as never)
    expect(await title).toContain('resize images')
    session.disconnect()
  })

  test('terminateTimeout is how long a worker that was asked to end may take', async () => {
    const finalizer = written('() => new Promise(resolve => setTimeout(resolve, 60_000))')
    const pool = make(1, { finalizer, terminateTimeout: 100 })
    await pool.ready()
    pool.close()
    const start = performance.now()
    await pool.join()
    expect(performance.now() - start).toBeLessThan(4_000)
    const patient = make(1, { finalizer, terminateTimeout: 60_000 })
    await patient.ready()
    patient.close()
    await expect(patient.join({ timeout: 500 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
  })

  test('terminate gives up after terminateTimeout, and says how many workers are left', async () => {
    const warnings: string[] = []
    const listen = (warning: Error & { code?: string }) => warnings.push(warning.code ?? '')
    process.on('warning', listen)
    const stop = async (terminateTimeout: number) => {
      const pool = make(2, { terminateTimeout })
      await pool.ready()
      // Behind this phase of the event loop come timers, then exits: both are due by then, and the time-out wins.
      await new Promise(resolve => setImmediate(resolve))
      const ended = pool.terminate()
      if (terminateTimeout === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
      await ended
      await new Promise(resolve => setImmediate(resolve))
    }
    await stop(5_000)
    expect(warnings).not.toContain('MILLRACE_WORKERS_LEFT')
    await stop(0)
    expect(warnings).toContain('MILLRACE_WORKERS_LEFT')
    process.off('warning', listen)
  })

  test("chunkSize 'python' deals the items out as CPython does", async () => {
    const pool = make(2)
    const items = Array.from({ length: 77 }, (_, v) => ({ v }))
    const remember = written('x => { (globalThis.seen ??= []).push(x.v); return x.v }')
    // divmod(77, 2 * 4) is (9, 5): chunks of 10, the last of 7.
    await pool.map(remember, items, { chunkSize: 'python' })
    const seen: number[][] = await pool.broadcast(written('() => globalThis.seen ?? []'))
    const chunks = new Map<number, number>()
    for (const v of seen.flat()) chunks.set(Math.floor(v / 10), (chunks.get(Math.floor(v / 10)) ?? 0) + 1)
    expect([...chunks].sort((a, b) => a[0] - b[0]).map(([, n]) => n)).toEqual([10, 10, 10, 10, 10, 10, 10, 7])
    for (const run of seen)
      for (let i = 1; i < run.length; i++) expect(run[i]! % 10 === 0 || run[i] === run[i - 1]! + 1).toBe(true)
  })

  test("maxQueue: 'auto' is four tasks a worker", async () => {
    const pool = make(1, { maxQueue: 'auto' })
    await pool.ready()
    const sleep = written('() => new Promise(r => setTimeout(r, 100, 1))')
    const running = pool.apply(sleep)
    await new Promise(resolve => setImmediate(resolve))
    const waiting = [1, 2, 3, 4].map(() => pool.apply(sleep))
    await expect(pool.apply(sleep)).rejects.toMatchObject({ code: 'ERR_POOL_QUEUE_FULL' })
    expect(await Promise.all([running, ...waiting])).toEqual([1, 1, 1, 1, 1])
  })

  test('a high priority overtakes the chunks of a map that is under way', async () => {
    const pool = make(1)
    await pool.ready()
    const order: string[] = []
    const slow = written('x => { const end = Date.now() + 10; while (Date.now() < end); return x.v }')
    const items = Array.from({ length: 40 }, (_, v) => ({ v }))
    const options = { chunkSize: 1, priority: 0 }
    const map = pool.map(slow, items, options).then(() => order.push('map'))
    await new Promise(resolve => setTimeout(resolve, 30))
    await pool.apply(written('() => 1'), [], { priority: 1 }).then(() => order.push('high'))
    const late = pool.apply(written('() => 1'), [], { priority: -1 }).then(() => order.push('low'))
    await Promise.all([map, late])
    expect(order).toEqual(['high', 'map', 'low'])
  })

  test('a high priority overtakes a map over numbers too, and the map goes on where it was', async () => {
    const pool = make(2)
    await pool.ready()
    const order: string[] = []
    const slow = written('x => { const end = Date.now() + 10; while (Date.now() < end); return x * 2 }')
    const map = pool.map(slow, range(100)).then(all => {
      order.push('map')
      return all
    })
    await new Promise(resolve => setTimeout(resolve, 50))
    await Promise.all([1, 2].map(() => pool.apply(written('() => 1'), [], { priority: 1 })))
    order.push('high')
    expect(await map).toEqual(Array.from({ length: 100 }, (_, i) => i * 2))
    expect(order).toEqual(['high', 'map'])
  })

  test('cpuMs is the processor time of that worker alone', async () => {
    const pool = make(2)
    await pool.ready()
    // One computes, the other blocks its thread without computing.
    const busy = written(`kind => {
      const end = Date.now() + 400
      if (kind === 'wait') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
      else while (Date.now() < end);
      return kind
    }`)
    const used = async () => {
      pool.stats
      await pool.broadcast(written('() => 1'))
      return pool.stats.workers.map(worker => worker.cpuMs)
    }
    const before = await used()
    expect(await Promise.all([pool.apply(busy, ['compute']), pool.apply(busy, ['wait'])])).toHaveLength(2)
    await expect
      .poll(
        async () => {
          const after = await used()
          const spent = after.map((ms, i) => ms - before[i]!).sort((a, b) => a - b)
          return spent[0]! < 120 && spent[1]! > 150
        },
        { timeout: 5_000 },
      )
      .toBe(true)
  })

  test('nothing is printed by workers that run inline import(), task modules and shared objects', () => {
    writeFileSync(join(folder, 'quiet-tasks.mjs'), 'export const one = () => 1')
    writeFileSync(
      join(folder, 'quiet.mjs'),
      `import { getContext, importTasks, Pool } from 'millrace'
      const tasks = importTasks(new URL('./quiet-tasks.mjs', import.meta.url))
      const pool = new Pool(1, { context: '${context}' })
      const lock = getContext('${context}').Lock()
      await pool.apply(tasks.one)
      await pool.apply(async () => (await import('node:path')).sep)
      await pool.apply(lock => lock.tryAcquire() !== undefined, [lock])
      pool.close()
      await pool.join()
      console.log('end')`,
    )
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'quiet.mjs')], { encoding: 'utf8' })
    expect([stdout.trim(), stderr]).toEqual(['end', ''])
  })

  test('progress: true draws the bar of compute() on stderr, for map and imap', () => {
    writeFileSync(
      join(folder, 'bar.mjs'),
      `import { Pool, range } from 'millrace'
      const pool = new Pool(1, { context: '${context}' })
      const progress = process.argv[2] === 'on'
      await pool.map(x => x, range(1000), { progress })
      for await (const _ of pool.imap(x => x, range(500), { progress })) ;
      pool.close()
      await pool.join()`,
    )
    const run = (on: string) =>
      spawnSync(process.execPath, [join(folder, 'bar.mjs'), on], { encoding: 'utf8' }).stderr
    expect(run('on')).toMatch(/^millrace: 1,000 items in .*\nmillrace: 500 items in .*\n$/)
    expect(run('off')).toBe('')
  })
})

test('what a worker of processes says about its own use agrees with the system', async () => {
  const pool = new Pool(1, { context: 'processes' })
  open.push(pool)
  await pool.map(written('x => x'), range(10))
  pool.stats
  await expect.poll(() => pool.stats.workers[0]!.memoryBytes, { timeout: 5_000 }).toBeGreaterThan(1e7)
  const { pid, memoryBytes } = pool.stats.workers[0]!
  if (process.platform !== 'linux') return expect(pid).toBeGreaterThan(0)
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  expect(Math.abs(pages * 4096 - memoryBytes)).toBeLessThan(50e6)
})
