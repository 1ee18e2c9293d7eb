// Every option changes what happens.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { Pool, type PoolOptions, range, WorkerCrashedError } from '../../dist/index.js'
import { limitedCpus } from '../../dist/pool/cpu-count.js'
import { drainPoolEvents } from '../../dist/pool/task-events.js'
import { written } from './written.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-options-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const open: Pool[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(pool => pool.terminate()))
})

const identity = written('() => process.pid + ":" + require("node:worker_threads").threadId')
const sleep = written('ms => new Promise(r => setTimeout(r, ms, ms))')

describe.each(['threads', 'processes'] as const)('a pool of %s', context => {
  const make = (workers?: number, options: PoolOptions = {}) => {
    const pool =
      workers === undefined ? new Pool({ context, ...options }) : new Pool(workers, { context, ...options })
    open.push(pool)
    return pool
  }

  test('initializer, initArgs, state and finalizer run once a worker', async () => {
    const file = join(folder, `final-${context}`)
    writeFileSync(file, '')
    const pool = make(2, {
      initializer: written(
        '(a, file) => { globalThis.runs = (globalThis.runs ?? 0) + 1; return { a, file } }',
      ),
      initArgs: [7, file],
      finalizer: written('state => require("node:fs").appendFileSync(state.file, "f")'),
    })
    expect(
      await pool.map(written('(x, context) => context.state.a + x.v + globalThis.runs'), [
        { v: 1 },
        { v: 2 },
      ]),
    ).toEqual([9, 10])
    await pool.ready()
    pool.close()
    await pool.join()
    expect(readFileSync(file, 'utf8')).toBe('ff')
  })

  test('maxTasksPerWorker replaces workers', async () => {
    const pool = make(1, { maxTasksPerWorker: 2 })
    const ids: string[] = []
    for (let i = 0; i < 6; i++) ids.push(await pool.apply(identity))
    expect(new Set(ids).size).toBe(3)
  })

  test('recycleAbove replaces a worker that holds too much', async () => {
    const pool = make(1, { recycleAbove: '100MB' })
    const before = await pool.apply(identity)
    await pool.apply(
      written(
        '() => { globalThis.kept = Array.from({ length: 300 }, () => new Array(1e5).fill(1.5)); return 1 }',
      ),
    )
    let after = before
    for (let i = 0; i < 200 && after === before; i++)
      after = await pool.apply(
        written(
          'async () => { await new Promise(r => setTimeout(r, 10)); return process.pid + ":" + require("node:worker_threads").threadId }',
        ),
      )
    expect(after).not.toBe(before)
  })

  test('concurrency lets async tasks overlap', async () => {
    const pool = make(1, { concurrency: 8 })
    const counts = written(
      'async () => { globalThis.now = (globalThis.now ?? 0) + 1; globalThis.most = Math.max(globalThis.most ?? 0, globalThis.now); await new Promise(r => setTimeout(r, 30)); globalThis.now--; return globalThis.most }',
    )
    await Promise.all(Array.from({ length: 8 }, () => pool.apply(counts)))
    expect(await pool.apply(counts)).toBe(8)
    const most: number[] = await pool.map(counts, range(16))
    expect(Math.max(...most)).toBe(8)
  })

  test('env, argv, workerData and execArgv reach the workers', async () => {
    const pool = make(1, {
      env: { ...process.env, MILL: 'race' },
      argv: ['--mine'],
      workerData: { k: 5 },
      execArgv: ['--no-warnings'],
    })
    const seen = await pool.apply(
      written(
        '() => [process.env.MILL, process.argv.includes("--mine"), require("node:worker_threads").workerData.user?.k ?? require("node:worker_threads").workerData.k, process.execArgv.includes("--no-warnings")]',
      ),
    )
    expect(seen).toEqual(['race', true, 5, true])
  })

  test('start: lazy makes workers as tasks come, and idleTimeout ends them', async () => {
    const pool = make(2, { start: 'lazy', idleTimeout: 50 })
    expect(pool.size).toBe(0)
    expect(await pool.apply(written('() => 1'))).toBe(1)
    expect(pool.size).toBeGreaterThan(0)
    await expect.poll(() => pool.size, { timeout: 10_000 }).toBe(0)
    expect(await pool.apply(written('() => 2'))).toBe(2)
  })

  test('min and max: the pool grows with the work', async () => {
    const pool = make(undefined, { workers: { min: 1, max: 3 }, idleTimeout: 50 })
    expect(pool.size).toBe(1)
    const all = Promise.all(Array.from({ length: 6 }, () => pool.apply(sleep, [300])))
    await expect.poll(() => pool.size, { timeout: 10_000 }).toBe(3)
    await all
    await expect.poll(() => pool.size, { timeout: 10_000 }).toBe(1)
  })

  test('resize and recycle', async () => {
    const pool = make(1)
    const first = await pool.broadcast(identity)
    await pool.resize(3)
    expect(await pool.broadcast(written('() => 1'))).toEqual([1, 1, 1])
    await pool.resize(1)
    expect(pool.size).toBe(1)
    await pool.recycle()
    expect(await pool.broadcast(identity)).not.toEqual(first)
    await expect(pool.resize(0)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' })
  })

  test('priority goes first, and one key stays with one worker', async () => {
    const pool = make(1)
    await pool.ready()
    const order: string[] = []
    const tell = (name: string, priority: number) =>
      pool.apply(sleep, [1], { priority }).then(() => order.push(name))
    await Promise.all([pool.apply(sleep, [50]), tell('low', -1), tell('normal', 0), tell('high', 1)])
    expect(order).toEqual(['high', 'normal', 'low'])
    const many = make(2)
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => many.apply(identity, [], { key: 'user 1' })),
    )
    expect(new Set(ids).size).toBe(1)
  })

  test('AsyncResult: get, wait, ready, successful', async () => {
    const pool = make(1)
    const slow = pool.applyAsync(sleep, [200])
    expect(slow.ready()).toBe(false)
    expect(() => slow.successful()).toThrow(/not there/)
    await expect(slow.get({ timeout: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    expect(await slow.wait({ timeout: 5 })).toBe(false)
    expect(await slow.get()).toBe(200)
    expect(slow.successful()).toBe(true)
    const bad = pool.mapAsync(written('x => { throw new Error("x") }'), [1])
    expect(await bad.wait()).toBe(true)
    expect(bad.successful()).toBe(false)
    expect(await pool.starmapAsync(written('(a, b) => a * b'), [[2, 3]]).get()).toEqual([6])
  })

  test('progress of one task, stats, and events in the form of the engine', async () => {
    const pool = make(1)
    const seen: unknown[] = []
    await pool.apply(written('() => { currentTask().progress(0.5, "half"); return 1 }'), [], {
      onProgress: p => seen.push(p),
    })
    expect(seen).toEqual([{ fraction: 0.5, note: 'half' }])
    expect(pool.stats).toMatchObject({ completed: 1, failed: 0, crashes: 0, queued: 0 })
    await expect.poll(() => pool.stats.workers[0]!.memoryBytes, { timeout: 10_000 }).toBeGreaterThan(1e6)
    expect(pool.stats.workers[0]!.pid === undefined).toBe(context === 'threads')
    const events = new Float64Array(6 * 100)
    const count = drainPoolEvents(events)
    expect(count).toBeGreaterThan(0)
    const [kind, , , start, end, items] = events.subarray((count - 1) * 6, count * 6)
    expect([kind, items]).toEqual([100, 1])
    expect(end! >= start!).toBe(true)
  })
})

test('transfer moves a buffer instead of copying it', async () => {
  const pool = new Pool(1)
  open.push(pool)
  const bytes = new ArrayBuffer(16)
  expect(await pool.apply(written('b => b.byteLength'), [bytes], { transfer: [bytes] })).toBe(16)
  expect(bytes.byteLength).toBe(0)
})

test('closeTimeout bounds the wait of await using, terminateTimeout the end', async () => {
  const pool = new Pool(1, { closeTimeout: 50, terminateTimeout: 4_000 })
  const lost = pool.apply(written('() => { for (;;); }')).catch((error: unknown) => error)
  await pool[Symbol.asyncDispose]()
  expect(await lost).toMatchObject({ code: 'ERR_POOL_TERMINATED' })
})

test('unknown and bad options are named', () => {
  expect(() => new Pool(2, { worker: 1 } as never)).toThrow(/did you mean "workers"/)
  expect(() => new Pool(0)).toThrow(/whole number/)
  expect(() => new Pool({ workers: { min: 3, max: 2 } })).toThrow(/min at most max/)
})

test('broadcast runs in every worker, so it takes no key', async () => {
  await using pool = new Pool(2)
  await expect(pool.broadcast(written('() => 1'), [], { key: 'a' } as never)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
  })
  expect(await pool.broadcast(written('() => 1'))).toEqual([1, 1])
})

test('an unknown option of a task rejects', async () => {
  const pool = new Pool(1)
  open.push(pool)
  await expect(pool.apply(written('() => 1'), [], { timout: 5 } as never)).rejects.toThrow(
    /did you mean "timeout"/,
  )
  await expect(pool.map(written('x => x'), [1], { chunksize: 5 } as never)).rejects.toThrow(
    /did you mean "chunkSize"/,
  )
  expect(WorkerCrashedError.name).toBe('WorkerCrashedError')
})

test('cpuCount follows affinity and the quotas of cgroups', () => {
  const files = (name: string, entries: Record<string, string>) => {
    const root = mkdtempSync(join(folder, `${name}-`))
    for (const [path, text] of Object.entries(entries)) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return { proc: join(root, 'proc'), cgroup: join(root, 'cgroup') }
  }
  expect(limitedCpus(16, files('none', {}))).toBe(16)
  expect(limitedCpus(16, files('affinity', { 'proc/self/status': 'Cpus_allowed_list:\t0-2,8\n' }))).toBe(4)
  const v2 = {
    'proc/self/cgroup': '0::/a/b\n',
    'cgroup/a/cpu.max': '150000 100000\n',
    'cgroup/a/b/cpu.max': 'max 100000\n',
  }
  expect(limitedCpus(16, files('v2', v2))).toBe(2)
  expect(
    limitedCpus(16, files('quarter', { 'proc/self/cgroup': '0::/\n', 'cgroup/cpu.max': '25000 100000\n' })),
  ).toBe(1)
  const v1 = {
    'proc/self/cgroup': '4:cpu,cpuacct:/docker/x\n',
    'cgroup/cpu/docker/x/cpu.cfs_quota_us': '300000\n',
    'cgroup/cpu/docker/x/cpu.cfs_period_us': '100000\n',
  }
  expect(limitedCpus(16, files('v1', v1))).toBe(3)
  expect(limitedCpus(16, files('v1none', { ...v1, 'cgroup/cpu/docker/x/cpu.cfs_quota_us': '-1\n' }))).toBe(16)
})
